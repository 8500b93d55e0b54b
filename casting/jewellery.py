"""Jewellery: studs, hoops and drops at the ears, a thin necklace."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from casting import blender, fabric
from casting.collars import ring
from casting.field import Points
from casting.garments import Torso, tube_along
from casting.scalp import Head

SLICES, RINGS = 32, 20
SIDES = (1.0, -1.0)


class Jewellery(BaseModel):
    """What a person wears at ears and neck. Colours are #rrggbb, none if empty; lengths decimetres."""

    model_config = ConfigDict(extra="forbid")

    studs: str = Field("", description="colour of the studs")
    kind: str = Field("pearl", pattern="^(pearl|metal)$")
    radius: float = Field(0.038, description="of the studs")
    hoops: str = Field("", description="colour of the hoops")
    hoop: float = Field(0.13, description="radius of the hoops")
    drops: str = Field("", description="colour of the drops, which hang from small rings of metal")
    necklace: str = Field("", description="colour of a thin chain")
    pendant: str = Field("", description="colour of a bead on the chain")


def add_jewellery(points: Points, jewellery: Jewellery) -> list[Any]:
    """Put it on; returns the objects."""
    head = Head(points)
    lobes = [lobe(head, side) for side in SIDES]
    things: list[Any] = []
    if jewellery.studs:
        make = fabric.metal if jewellery.kind == "metal" else fabric.horn
        stud = make(jewellery.studs, "stud")
        things += [_ball(place, jewellery.radius, head.eyes, stud) for place in lobes]
    if jewellery.hoops:
        gold = fabric.metal(jewellery.hoops, "hoop")
        things += [_hoop(place, jewellery.hoop, head.eyes, gold) for place in lobes]
    if jewellery.drops:
        things += [thing for place in lobes for thing in _drop(place, jewellery.drops, head.eyes)]
    if jewellery.necklace:
        things += _necklace(points, jewellery)
    return things


def lobe(head: Head, side: float) -> Points:
    """(3,) the middle of an ear's lobe from the front; side 1 the person's left."""
    ear = head.points[head.ear]
    ear = ear[ear[:, 0] * side > 0]
    out = np.abs(ear[:, 0])
    ear = ear[out > np.quantile(out, 0.45)]
    low = ear[ear[:, 1] < ear[:, 1].min() + 0.09]
    middle = low.mean(axis=0)
    place: Points = np.array([middle[0] - 0.05 * side, middle[1] - 0.02, low[:, 2].max() + 0.012])
    return place


def _hoop(place: Points, radius: float, eyes: Points, material: Any) -> Any:
    """A ring that hangs from the lobe, turned a little to the front."""
    turn = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    outward = np.sign(place[0])
    flat = np.stack([0.55 * outward * np.sin(turn), np.cos(turn), 0.83 * np.sin(turn)], axis=1)
    path = place + [0.02 * outward, -radius + 0.01, 0.0] + radius * flat
    return tube_along("hoop", path + eyes, 0.011, material, closed=True)


def _drop(place: Points, colour: str, eyes: Points) -> list[Any]:
    """A small ring and a drop-shaped stone below it."""
    gold = fabric.metal("#d9b36a", "hook")
    stone = fabric.horn(colour, "drop")
    hook = _ball(place, 0.018, eyes, gold)
    drop = _ball(place - np.array([0.0, 0.13, 0.0]), 0.042, eyes, stone, pointed=True)
    wire = place + np.array([0.0, 1.0, 0.0]) * np.linspace(0, -0.09, 8)[:, None]
    return [hook, drop, tube_along("wire", wire + eyes, 0.006, gold, closed=False)]


def _necklace(points: Points, jewellery: Jewellery) -> list[Any]:
    """A chain that lies on the collar bones, with a bead in front if wanted."""
    torso = Torso(points)
    front, side = torso.notch[1] + 0.14, torso.side(1.15)
    knots = [(0, front), (30, front + 0.10), (60, 0.5 * (front + side)), (100, side), (180, side + 0.10)]
    chain = ring(torso, knots, 160, -0.03)
    for _ in range(8):
        lack = 0.012 - torso.body(chain)
        chain = chain + torso.body.normal(chain) * np.clip(lack, -0.05, 0.05)[:, None]
    gold = fabric.metal(jewellery.necklace, "chain")
    things = [tube_along("chain", chain + torso.eyes, 0.008, gold, closed=False)]
    if jewellery.pendant:
        bead = chain[80] + np.array([0.0, -0.035, 0.015])
        things.append(_ball(bead, 0.034, torso.eyes, fabric.horn(jewellery.pendant, "pendant")))
    return things


def _ball(centre: Points, radius: float, eyes: Points, material: Any, pointed: bool = False) -> Any:
    polar = np.linspace(0, np.pi, RINGS)[:, None]
    turn = np.linspace(0, 2 * np.pi, SLICES, endpoint=False)[None]
    flat = np.ones_like(turn)
    narrow = np.sin(polar / 2) ** 0.9 if pointed else 1.0
    height = 1.35 if pointed else 1.0
    ball = np.stack(
        [
            narrow * np.sin(polar) * np.cos(turn),
            height * np.cos(polar) * flat,
            narrow * np.sin(polar) * np.sin(turn),
        ],
        axis=-1,
    )
    index = np.arange(RINGS * SLICES).reshape(RINGS, SLICES)
    after = np.roll(index, -1, axis=1)
    faces = np.stack([index[:-1], after[:-1], after[1:], index[1:]], axis=-1).reshape(-1, 4)
    return blender.mesh("stud", (centre + radius * ball).reshape(-1, 3) + eyes, faces, material)
