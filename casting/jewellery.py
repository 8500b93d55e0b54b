"""Jewellery: studs at the ears."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from casting import blender, fabric
from casting.field import Points
from casting.scalp import Head

SLICES, RINGS = 32, 20


class Jewellery(BaseModel):
    """What a person wears at the ears."""

    model_config = ConfigDict(extra="forbid")

    studs: str = Field("", description="colour of the studs, #rrggbb; none if empty")
    kind: str = Field("pearl", pattern="^(pearl|metal)$")
    radius: float = Field(0.038, description="decimetres")


def add_jewellery(points: Points, jewellery: Jewellery) -> list[Any]:
    """Put it on; returns the objects."""
    if not jewellery.studs:
        return []
    head = Head(points)
    make = fabric.metal if jewellery.kind == "metal" else fabric.horn
    material = make(jewellery.studs, "stud")
    return [_ball(lobe(head, side), jewellery.radius, head.eyes, material) for side in (1.0, -1.0)]


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


def _ball(centre: Points, radius: float, eyes: Points, material: Any) -> Any:
    polar = np.linspace(0, np.pi, RINGS)[:, None]
    turn = np.linspace(0, 2 * np.pi, SLICES, endpoint=False)[None]
    flat = np.ones_like(turn)
    ball = np.stack(
        [np.sin(polar) * np.cos(turn), np.cos(polar) * flat, np.sin(polar) * np.sin(turn)], axis=-1
    )
    index = np.arange(RINGS * SLICES).reshape(RINGS, SLICES)
    after = np.roll(index, -1, axis=1)
    faces = np.stack([index[:-1], after[:-1], after[1:], index[1:]], axis=-1).reshape(-1, 4)
    return blender.mesh("stud", (centre + radius * ball).reshape(-1, 3) + eyes, faces, material)
