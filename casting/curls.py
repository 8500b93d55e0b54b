"""Hair that coils and stands off the head."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from casting.field import Points, smoothstep, unit
from casting.scalp import Head
from casting.strands import clump, locks

if TYPE_CHECKING:
    from casting.hair import Hair

Random = np.random.Generator
STEPS = 18


def coils(head: Head, hair: Hair, rng: Random) -> Points:
    """Tight coils: `wave` is their radius, `period` the length of a turn."""
    roots, normal = head.roots(hair.strands, hair.hairline, rng)
    _, elevation = head.angles(roots)
    top = smoothstep(5, 55, elevation)
    length = (hair.sides + (hair.length - hair.sides) * top) * (0.8 + 0.4 * rng.random(len(roots)))
    return _coiled(head, hair, rng, roots, normal, length)


def afro(head: Head, hair: Hair, rng: Random) -> Points:
    """Coils cut to a ball: `length` is how far it stands over the crown, `sides` over the ears."""
    roots, normal = head.roots(hair.strands, hair.hairline, rng)
    centre = head.skull.centre + np.array([0.0, 0.12, -0.1])
    size = np.array([head.skull.half_width + hair.sides, head.skull.up + hair.length - 0.12, 0.0])
    size[2] = head.skull.back + 0.8 * hair.sides
    out = unit(0.25 * normal + unit(roots - centre))
    length = _until(roots - centre, out, size)
    length = np.clip(length, 0.08, 1.3) * (0.82 + 0.18 * rng.random(len(roots)) ** 0.5)
    return _coiled(head, hair, rng, roots, out, length)


def _until(roots: Points, out: Points, size: Points) -> Points:
    """(n,) how far from roots in a direction an ellipsoid about the origin is left."""
    a = ((out / size) ** 2).sum(axis=1)
    b = (roots * out / size**2).sum(axis=1)
    c = ((roots / size) ** 2).sum(axis=1) - 1
    far: Points = (np.sqrt(np.maximum(b * b - a * c, 0)) - b) / a
    return far


def _coiled(head: Head, hair: Hair, rng: Random, roots: Points, normal: Points, length: Points) -> Points:
    out = unit(0.6 * normal + 0.4 * unit(roots - head.skull.centre))
    t = np.linspace(0, 1, STEPS)
    straight = roots[:, None] + (out * length[:, None])[:, None] * t[None, :, None]
    lock = locks(straight, hair.locks, rng)
    first = unit(np.cross(out, rng.standard_normal(out.shape)))[lock]
    second = np.cross(out[lock], first)
    turn = (length[:, None] * t / hair.period + rng.random(len(roots))[lock][:, None]) * 2 * np.pi
    width = hair.wave * smoothstep(0, 0.3, t)
    coil = first[:, None] * np.cos(turn)[..., None] + second[:, None] * np.sin(turn)[..., None]
    return clump(straight, lock, hair.clump, 0.5) + width[None, :, None] * coil
