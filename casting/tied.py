"""Hair that is drawn back and tied: knots, tails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from casting.field import Points, smoothstep, unit
from casting.garments import line
from casting.longhair import GUIDES
from casting.scalp import Head
from casting.strands import along, children, clear, clump, frizz, grow, locks, resample

if TYPE_CHECKING:
    from casting.hair import Hair

Random = np.random.Generator
STEPS = 28
WORN = 0.24  # decimetres that a tail keeps from the body, for what is worn there


def bun(head: Head, hair: Hair, rng: Random) -> Points:
    """Drawn back smoothly into a knot behind the crown."""
    skull = head.skull
    knot = skull.centre + np.array([0.0, 1.0 * skull.up, -0.66 * skull.back])
    return _knotted(head, hair, rng, knot, 0.92)


def topknot(head: Head, hair: Hair, rng: Random) -> Points:
    """Drawn up into a knot on the crown."""
    skull = head.skull
    knot = skull.centre + np.array([0.0, 1.02 * skull.up + 0.55 * hair.length, -0.25 * skull.back])
    return _knotted(head, hair, rng, knot, 0.85)


def _knotted(head: Head, hair: Hair, rng: Random, knot: Points, tall: float) -> Points:
    hairs = _drawn(head, hair, rng, knot)
    wound = _knot(knot, hair.length, tall, hair.strands // 6, rng)
    return frizz(np.concatenate([hairs, wound]), 0.006, rng)


def ponytail(head: Head, hair: Hair, rng: Random) -> Points:
    """Drawn back, the tail over the shoulder on the side of the parting."""
    skull = head.skull
    knot = skull.centre + np.array([0.0, 0.10 * skull.up, -1.02 * skull.back])
    hairs = _drawn(head, hair, rng, knot)
    tail = _tail(head, hair, knot, float(np.sign(hair.parting) or 1.0), rng)
    return frizz(np.concatenate([hairs, tail]), 0.006, rng)


def _drawn(head: Head, hair: Hair, rng: Random, knot: Points) -> Points:
    """(n, STEPS, 3) hairs from all over the head to one place, in flat locks."""
    roots, _ = head.roots(GUIDES, hair.hairline, rng)
    lock = locks(roots[:, None].repeat(2, axis=1), 60, rng)
    layer = 0.3 * rng.random(len(roots)) + 0.7 * rng.random(len(roots))[lock]
    bend = 0.10 * rng.standard_normal((len(roots), 3))[lock]

    def flow(place: Points, share: float, normal: Points) -> Points:
        way = unit(knot - place)
        return along(way + bend * (1 - share), normal) + 0.3 * share * way

    def lift(place: Points, share: float) -> Points:
        height: Points = 0.012 + (0.02 + hair.volume * layer) * smoothstep(0, 0.3, share)
        return height

    far = np.linalg.norm(roots - knot, axis=1)
    guides = grow(roots, 1.15 * far, STEPS, head.field, flow, lift)
    hair_roots, _ = head.roots(int(0.8 * hair.strands), hair.hairline, rng, soft=6.0)
    hairs = children(guides, hair_roots, rng, jitter=0.03)
    hairs = clump(hairs, locks(hairs, hair.locks // 2, rng), 0.8 * hair.clump, 0.5)
    return clump(hairs, locks(hairs, hair.locks * 5, rng), 0.5, 0.5)


def _knot(centre: Points, radius: float, tall: float, count: int, rng: Random) -> Points:
    """(count, STEPS, 3) hairs wound round a ball in thick turns."""
    start = unit(rng.standard_normal((count, 3)))
    strand = rng.integers(0, 7, count)[:, None]  # the turns that the hair is wound in
    latitude = np.arcsin(start[:, 1])[:, None] + np.linspace(-0.5, 0.5, STEPS)
    longitude = np.arctan2(start[:, 2], start[:, 0])[:, None] + np.linspace(0, 2.4, STEPS)
    bulge = 1 + 0.10 * np.sin(5 * latitude + 1.0 * longitude + 0.3 * strand)
    ball = [
        np.cos(latitude) * np.cos(longitude),
        tall * np.sin(latitude),
        np.cos(latitude) * np.sin(longitude),
    ]
    size = (radius * bulge * (0.88 + 0.12 * rng.random((count, 1))))[..., None]
    wound: Points = centre + size * np.stack(ball, -1)
    return wound


def _tail(head: Head, hair: Hair, knot: Points, side: float, rng: Random) -> Points:
    """(n, STEPS, 3) a tail that hangs from a knot forward over a shoulder."""
    count = hair.strands // 4
    back, low = knot[2], -hair.length
    course = [
        (0.0, *knot),
        (0.12, 0.14 * side, knot[1] - 0.10, back - 0.10),
        (0.34, 0.52 * side, -0.85, back + 0.32),
        (0.55, 0.80 * side, -1.45, back + 0.85),
        (0.75, 0.86 * side, -1.95, back + 1.45),
        (1.0, 0.74 * side, low, back + 1.75),
    ]
    t = np.linspace(0, 1, STEPS)
    middle = clear(line(course, t)[None], head.field, WORN)[0]
    way = unit(np.gradient(middle, axis=0))
    first = unit(np.cross(way, [0.0, 0.0, 1.0]))
    second = np.cross(way, first)
    width = 0.10 + 0.16 * np.sin(np.pi * t**0.7) ** 0.8
    angle, far = rng.random(count) * 2 * np.pi, np.sqrt(rng.random(count))
    share = np.stack([np.cos(angle) * far, 0.7 * np.sin(angle) * far], axis=1)
    hairs = middle[None] + width[None, :, None] * (
        share[:, :1, None] * first[None] + share[:, 1:, None] * second[None]
    )
    cut = 1 - 0.22 * rng.random(count) ** 2
    ends = resample(hairs, cut)
    lock = locks(ends, hair.locks // 6, rng)
    swing = hair.wave * np.sin(7 * t[None] + 6 * rng.random(count)[lock][:, None]) * t[None]
    return clump(ends + swing[..., None] * first[None], lock, hair.clump, 0.5)
