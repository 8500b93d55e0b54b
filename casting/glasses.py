"""Glasses: two rims, a bridge on the nose, temples to the ears, clear lenses.

Everything is measured on the face: rims stand around the eyes, before the lashes and clear of the nose; the
temples end at the ears. Places are absolute, decimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from casting import blender
from casting.field import Points, smoothstep, unit
from casting.garments import line, quads
from casting.landmarks import BODY, ball
from casting.scalp import Head

TURNS = 96  # points round a rim
SECTION = 14  # points round a rim's section
NOSE = 0.098  # decimetres from the middle of the face to a rim
BEFORE = 0.17  # decimetres from the front of the eyeballs to the lenses
WRAP = 0.16  # how much rims bend back towards the temples


@dataclass(frozen=True)
class Form:
    """The outline of a rim.

    Args:
        high: half its height, of half its width.
        power: 2 an ellipse, more is squarer.
        drop: how much narrower it is below, 0..1 (aviator).
        wing: how much its upper outer corner is drawn up and out (cat).
        lower: thickness of the lower half, of the upper's; 0 for none.
    """

    high: float
    power: float
    drop: float = 0.0
    wing: float = 0.0
    lower: float = 1.0


FORMS = {
    "round": Form(0.96, 2.1),
    "square": Form(0.86, 4.0, 0.06),
    "rectangular": Form(0.64, 4.5, 0.05),
    "cat": Form(0.76, 2.7, 0.16, 0.30),
    "aviator": Form(0.90, 2.6, 0.34),
    "half-rim": Form(0.66, 4.0, 0.06, lower=0.0),
}


class Glasses(BaseModel):
    """A person's glasses."""

    model_config = ConfigDict(extra="forbid")

    shape: Literal["round", "square", "rectangular", "cat", "aviator", "half-rim"] = "round"
    colour: str = Field("#2b2320", description="of the frame, #rrggbb")
    material: Literal["acetate", "metal"] = "acetate"
    thickness: float = Field(1.0, description="of the rims, of the usual for the material")
    size: float = Field(1.0, description="of the rims, of what fits the face")


THICK = {"acetate": (0.024, 0.024), "metal": (0.013, 0.013)}  # half width and half depth of a rim, dm


def add_glasses(points: Points, glasses: Glasses) -> list[Any]:
    """Put them on; returns the objects.

    Args:
        points: (human.COUNT, 3) of the person at rest.
        glasses: the recipe.
    """
    fit = Fit(points, glasses)
    frame = _frame_material(glasses)
    wide, deep = (value * glasses.thickness for value in THICK[glasses.material])
    things = [_tube("bridge", fit.bridge(), 0.85 * wide, 0.8 * deep, frame, False)]
    for sign in (1.0, -1.0):
        rim = fit.rim(sign)
        things.append(_tube("rim", rim, wide * fit.weight(), deep, frame, True))
        things.append(_tube("temple", fit.temple(sign), 0.8 * wide, 0.55 * deep, frame, False))
        things.append(_lens(rim))
        if glasses.material == "metal":
            things.append(_pad(fit.pad(sign)))
    return things


class Fit:
    """Where glasses sit on a face.

    Args:
        points: (human.COUNT, 3) at rest.
        glasses: the recipe.
    """

    def __init__(self, points: Points, glasses: Glasses) -> None:
        self.form, self.points = FORMS[glasses.shape], points[:BODY]
        self.eye, radius = ball(points, "left")
        self.head = Head(points)
        reach = self.eye[0] - NOSE
        self.half = (reach + 0.055) * glasses.size
        self.x = max(self.eye[0] + 0.02, NOSE + self.half)
        self.y = self.eye[1] - 0.03 - 0.04 * self.form.drop
        self.front = self._front(float(self.eye[2]) + radius)

    def _front(self, cornea: float) -> float:
        """Depth of the lenses: before the eyes, the brows and the bridge of the nose."""
        tall = self.half * self.form.high
        near = (np.abs(self.points[:, 1] - self.y) < tall + 0.05) & (np.abs(self.points[:, 0]) < self.x)
        off = np.abs(self.points[:, 0]) > NOSE - 0.01
        face = self.points[near & off & (self.points[:, 2] > self.eye[2]), 2]
        return max(cornea + BEFORE, float(face.max(initial=cornea)) + 0.03)

    def weight(self) -> Points:
        """(TURNS,) thickness round a rim, of the usual."""
        up = np.sin(np.linspace(0, 2 * np.pi, TURNS, endpoint=False))
        thick: Points = self.form.lower + (1 - self.form.lower) * smoothstep(-0.25, 0.1, up)
        return np.maximum(thick, 0.12)

    def rim(self, sign: float) -> Points:
        """(TURNS, 3) the middle line of a rim, from the outside over the top."""
        form, half = self.form, self.half
        turn = np.linspace(0, 2 * np.pi, TURNS, endpoint=False)
        cos, sin = np.cos(turn), np.sin(turn)
        x = np.sign(cos) * np.abs(cos) ** (2 / form.power)
        y = np.sign(sin) * np.abs(sin) ** (2 / form.power) * form.high
        x = x * (1 - form.drop * smoothstep(0.2, -1.0, y / form.high)) - 0.12 * form.drop * (x < 0) * (y < 0)
        corner = smoothstep(0.1, 1.0, x) * smoothstep(-0.1, 0.7, y / form.high)
        x, y = x + 0.35 * form.wing * corner, y + 0.8 * form.wing * corner
        flat = np.stack([self.x + half * x, self.y + half * y], axis=1)
        return self._bent(flat, sign)

    def _bent(self, flat: Points, sign: float) -> Points:
        back = WRAP * (np.maximum(flat[:, 0], 0) / self.x) ** 2 - WRAP * 0.3
        return np.stack([sign * flat[:, 0], flat[:, 1], self.front - 0.45 * back], axis=1)

    def bridge(self) -> Points:
        """(24, 3) the bow over the nose."""
        inner = self.x - self.half * (1 - 0.03)
        low = self.y + self.half * self.form.high * 0.30
        x = np.linspace(-inner, inner, 24)
        rise = 0.05 * (1 - (x / inner) ** 2)
        z = self._bent(np.stack([np.abs(x), x], axis=1), 1.0)[:, 2] + 0.6 * rise
        return np.stack([x, low + rise, z], axis=1)

    def temple(self, sign: float) -> Points:
        """(40, 3) from the hinge back to the ear; what lies behind it is never seen from the front."""
        rim = self.rim(1.0)
        hinge = rim[np.argmax(rim[:, 0] + 0.6 * rim[:, 1])]
        ear = self.head.points[self.head.ear & (self.head.points[:, 0] > 0)] + self.head.eyes
        over = np.array([0.0, np.quantile(ear[:, 1], 0.88), ear[:, 2].max() - 0.03])
        over[0] = np.quantile(ear[:, 0], 0.10)
        outer = np.array([hinge[0] + 0.045, hinge[1], hinge[2] - 0.05])
        path = line([(0.0, *hinge), (0.06, *outer), (1.0, *over)], np.linspace(0, 1, 40))
        return self._off_skin(path, hinge[2] - 0.12) * [sign, 1, 1]

    def _off_skin(self, path: Points, front: float) -> Points:
        """The same pushed sideways out of the head."""
        for _ in range(5):
            lack = np.clip(0.03 - self.head.field(path - self.head.eyes), 0, 0.1) * (path[:, 2] < front)
            path = path + np.outer(lack, [1.0, 0.0, 0.0])
        return path

    def pad(self, sign: float) -> Points:
        """(3,) the middle of a nose pad."""
        return np.array([sign * (NOSE - 0.035), self.y - 0.05, self.front - 0.10])


def _tube(name: str, path: Points, wide: Points | float, deep: float, material: Any, closed: bool) -> Any:
    """A rounded bar along a line: `wide` in the plane of the face, `deep` from front to back."""
    ahead = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0) if closed else np.gradient(path, axis=0)
    way = unit(ahead)
    depth = np.tile([0.0, 0.0, 1.0], (len(path), 1))
    depth = np.where(np.abs(way[:, 2:]) > 0.7, np.array([[1.0, 0.0, 0.0]]), depth)
    side = unit(np.cross(way, depth))
    up = unit(np.cross(side, way))
    turn = np.linspace(0, 2 * np.pi, SECTION, endpoint=False)
    soft = [np.sign(v) * np.abs(v) ** 0.7 for v in (np.cos(turn), np.sin(turn))]
    width = np.broadcast_to(np.asarray(wide, dtype=np.float64), len(path))[:, None, None]
    grid = path[:, None] + width * soft[0][None, :, None] * side[:, None]
    grid = grid + deep * soft[1][None, :, None] * up[:, None]
    return blender.mesh(name, grid.reshape(-1, 3), quads(len(path), SECTION, closed), material)


def _lens(rim: Points) -> Any:
    """Glass: clear, with a faint reflection; it casts no shadow."""
    rings = np.linspace(0, 1, 8)[1:]
    middle = rim.mean(axis=0) + np.array([0.0, 0.0, 0.012])
    grid = middle + (rim - middle)[None] * rings[:, None, None]
    shader = blender.Shader("lens")
    clear = shader.node("BsdfTransparent")
    gloss = shader.node("BsdfGlossy", Roughness=0.08)
    facing = shader.node("LayerWeight", Blend=0.25).outputs["Fresnel"]
    mix = shader.node("MixShader")
    share = shader.math("MULTIPLY", facing, 0.10)
    shader.put(mix.inputs[0], share)
    shader.put(mix.inputs[1], clear.outputs[0])
    shader.put(mix.inputs[2], gloss.outputs[0])
    faces = quads(len(rings), len(rim), False)
    thing = blender.mesh("lens", grid.reshape(-1, 3), faces, shader.finish(mix.outputs[0]))
    thing.visible_shadow = thing.visible_diffuse = False
    return thing


def _pad(centre: Points) -> Any:
    """A clear pad on the nose."""
    polar = np.linspace(0.05, np.pi - 0.05, 12)[:, None]
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)[None]
    ball_ = [np.sin(polar) * np.cos(turn), np.cos(polar) + 0 * turn, np.sin(polar) * np.sin(turn)]
    grid = centre + np.stack(ball_, axis=-1) * [0.014, 0.040, 0.030]
    shader = blender.Shader("pad")
    surface = shader.node("BsdfPrincipled", Base_Color=(0.8, 0.75, 0.7), Roughness=0.2, Alpha=0.5)
    return blender.mesh("pad", grid.reshape(-1, 3), quads(12, 16, False), shader.finish(surface.outputs[0]))


def _frame_material(glasses: Glasses) -> Any:
    shader = blender.Shader("frame")
    metal = glasses.material == "metal"
    surface = shader.node(
        "BsdfPrincipled",
        Base_Color=blender.linear(glasses.colour),
        Roughness=0.25,
        Metallic=1.0 if metal else 0.0,
        Coat_Weight=0.0 if metal else 0.4,
    )
    return shader.finish(surface.outputs[0])
