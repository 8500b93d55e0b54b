"""Hair: strands on the scalp, in a style, with a dark cap below so that no skin shines through.

A style is a function from the head and the recipe to strands; everything else (colour, flyaways,
short hairs of the hairline) is shared.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from casting import blender
from casting.field import Points, smoothstep
from casting.longhair import part_line
from casting.scalp import Head
from casting.strands import clear, frizz
from casting.styles import PRESETS, STYLES, baby

StyleName = Literal[
    "bob", "fringe", "long", "wavy", "curly", "locs", "bun", "topknot", "ponytail",
    "sidepart", "swept", "quiff", "pixie", "crop", "receding", "coils", "afro",
    "stubble", "buzz", "ring", "bald",
]  # fmt: skip

PARTED = ("bob", "long", "wavy")  # styles whose parting shows a line of scalp
STRAY = 50.0  # degrees from the front: hairs before it do not fly away, over the face


class Hair(BaseModel):
    """How a person's hair is made. Lengths in decimetres."""

    model_config = ConfigDict(extra="forbid")

    style: StyleName = Field(
        "sidepart", description="a style; where the recipe is silent, its `PRESETS` hold"
    )
    colour: str = Field("#4a2c1a", description="of the lengths, #rrggbb")
    roots: str = Field("#33200f", description="near the scalp")
    tips: str = Field("#6b4226", description="of highlights and ends")
    hairline: str = Field("soft", description="a table of `scalp.HAIRLINES`")
    parting: float = Field(0.24, description="x of the parting at the front; positive is the person's left")
    length: float = Field(
        1.8,
        description="falling hair, tail: how far below the eyes it ends; knots: radius; else of the top",
    )
    sides: float = Field(0.16, description="short styles: length over the ears")
    volume: float = Field(0.16, description="height over the skull")
    wave: float = Field(0.03, description="height of the waves")
    period: float = Field(0.9, description="length of a wave")
    begin: float = Field(0.2, description="long styles: share of the length where waves begin")
    frizz: float = Field(0.006, description="long styles: how far each hair bends for itself")
    clump: float = Field(0.45, description="0 loose .. 1 tight locks")
    spread: float = Field(0.55, description="long styles: width that a lock keeps, of its roots'")
    locks: int = 500
    tuck: float = Field(0.0, description="bob: -1 the right, 1 the left side is tucked behind the ear")
    turn: float = Field(0.7, description="bob: how far the ends turn in")
    flyaways: float = Field(0.015, description="share of hairs that stray")
    strands: int = 30000
    radius: float = Field(0.0049, description="of a hair at its root")
    gloss: float = Field(0.30, description="roughness of the shine, smaller is glossier")
    seed: int = 2

    @model_validator(mode="before")
    @classmethod
    def _styled(cls, given: dict[str, Any]) -> dict[str, Any]:
        """What is given, over what its style presets."""
        return {**PRESETS.get(str(given.get("style", "sidepart")), {}), **given}


def add_hair(points: Points, hair: Hair) -> list[Any]:
    """Grow a person's hair; returns the objects.

    Args:
        points: (human.COUNT, 3) of the person, arms lowered.
        hair: the recipe.
    """
    if hair.style == "bald":
        return []
    head = Head(points)
    rng = np.random.default_rng(hair.seed)
    strands = STYLES[hair.style](head, hair, rng)
    azimuth, _ = head.angles(strands[:, 0])
    loose = (rng.random(len(strands)) < hair.flyaways) & (azimuth > STRAY)
    strands[loose] = frizz(strands[loose], 0.018, rng)
    strands = clear(strands, head.field, 0.015)
    fine = clear(baby(head, hair, strands, rng), head.field, 0.006)
    radii = hair.radius * (0.7 + 0.6 * rng.random(len(strands))) * np.where(loose, 0.7, 1.0)
    material = _material(hair)
    return [
        blender.curves("hair", strands + head.eyes, radii, material, tip=0.25),
        blender.curves(
            "baby hair", fine + head.eyes, np.full(len(fine), 0.45 * hair.radius), material, tip=0.2
        ),
        _cap(head, hair),
    ]


def _material(hair: Hair) -> Any:
    """Chiang hair: darker roots, lighter ends, each lock and hair a little its own."""
    shader = blender.Shader("hair")
    info = shader.node("HairInfo")
    base = shader.mix(
        blender.linear(hair.roots), blender.linear(hair.colour), shader.smooth(info.outputs[1], 0.0, 0.28)
    )
    light = shader.math("MULTIPLY", shader.smooth(info.outputs["Random"], 0.45, 1.0), 0.55)
    along = shader.smooth(info.outputs[1], 0.1, 0.8, 0.35, 1.0)
    colour = shader.mix(base, blender.linear(hair.tips), shader.math("MULTIPLY", light, along))
    lit = shader.node(
        "BsdfHairPrincipled",
        {"parametrization": "COLOR"},
        Color=colour,
        Roughness=hair.gloss,
        Radial_Roughness=0.42,
        Random_Roughness=0.25,
        Coat=0.0,
        IOR=1.42,  # below a hair's 1.55: less of the grey glare that lamps behind give dark hair
    )
    return shader.finish(lit.outputs[0])


def _cap(head: Head, hair: Hair) -> Any:
    """Skin under the hair, in the colour of its roots, faded out at the hairline."""
    grown = head.hairiness(head.skin, hair.hairline, 7.0)
    inside = grown[head.triangles].max(axis=1) > 0.02
    triangles = head.triangles[inside]
    used, compact = np.unique(triangles, return_inverse=True)
    normal = head.field.normal(head.skin[used])
    lifted = head.skin[used] + 0.006 * normal + head.eyes
    shader = blender.Shader("scalp")
    cover = shader.attribute("grown").outputs["Fac"]
    dark = blender.linear(hair.colour)
    matt = shader.node("BsdfPrincipled", Base_Color=dark, Roughness=0.9)
    shader.put(matt.inputs["Specular IOR Level"], 0.05)
    shader.put(matt.inputs["Alpha"], shader.math("MULTIPLY", cover, 0.92))
    material = shader.finish(matt.outputs[0])
    shares = smoothstep(0.15, 0.95, grown[used])
    if hair.style in PARTED:
        place = head.skin[used]
        beside = np.abs(place[:, 0] - part_line(hair, place[:, 2])) + 0.2 * (place[:, 2] < -0.75)
        shares = shares * (1 - 0.5 * np.exp(-((beside / 0.025) ** 2)))
    return blender.mesh("scalp", lifted, compact.reshape(triangles.shape), material, {"grown": shares})
