"""Short hair: cropped, swept, shaved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from casting.field import Points, smoothstep, unit
from casting.longhair import BROWS, GUIDES, bangs, before_face
from casting.scalp import Head
from casting.strands import along, children, clump, frizz, grow, locks, wave

if TYPE_CHECKING:
    from casting.hair import Hair

Random = np.random.Generator
OPEN = 9.0  # decimetres: a parting beyond the head is none
STEPS = 20  # points of a hair


@dataclass(frozen=True)
class Brush:
    """Which way the top of short hair is brushed.

    Args:
        way: the direction (x left, y up, z front).
        parted: whether hair beyond the parting belongs to the sides.
        mess: how far locks go their own way.
        back: 1 combs the sides back too, 0 down.
        rise: how far the top stands up at its roots.
    """

    way: tuple[float, float, float]
    parted: bool = False
    mess: float = 1.0
    back: float = 0.0
    rise: float = 1.0


FORWARD = Brush((0.1, 0.1, 0.8), mess=2.0)


def crop(head: Head, hair: Hair, rng: Random) -> Points:
    """Short all round, the top brushed forward and up."""
    return _short(head, hair, rng, FORWARD)


def swept(head: Head, hair: Hair, rng: Random) -> Points:
    """Combed back from the forehead, the sides too."""
    return _short(head, hair, rng, Brush((0.0, 0.15, -1.0), back=1.0, rise=0.7))


def quiff(head: Head, hair: Hair, rng: Random) -> Points:
    """Sides very short, the top high and thrown back."""
    return _short(head, hair, rng, Brush((0.12, 0.3, -0.75), mess=1.4, rise=1.5))


def pixie(head: Head, hair: Hair, rng: Random) -> Points:
    """Short and feathered, the fringe swept to a side."""
    sign = float(np.sign(hair.parting) or 1.0)
    short = _short(head, hair, rng, Brush((-0.85 * sign, 0.1, -0.25), parted=True))
    return np.concatenate([short, bangs(head, hair, rng, STEPS, -0.9 * sign, BROWS + 0.10)])


def sidepart(head: Head, hair: Hair, rng: Random) -> Points:
    """Short at the sides, longer on top and swept over from a parting, with height at the front."""
    sign = float(np.sign(hair.parting) or 1.0)
    return _short(head, hair, rng, Brush((-0.85 * sign, 0.1, -0.65), parted=True))


def _short(head: Head, hair: Hair, rng: Random, brush: Brush) -> Points:
    roots, _ = head.roots(GUIDES, hair.hairline, rng, soft=3.0)
    part = hair.parting if brush.parted else OPEN
    sign = np.sign(part)
    brushed = np.array(brush.way)
    across = (part - roots[:, 0]) * sign  # distance from the parting, towards the heavy side
    top = smoothstep(0.42, 0.70, roots[:, 1] - 0.12 * (roots[:, 2] < -0.9)) * smoothstep(-0.05, 0.02, across)
    fore = smoothstep(-0.75, 0.0, roots[:, 2])
    lock = locks(roots[:, None].repeat(2, axis=1), hair.locks // 2, rng)
    mess = rng.standard_normal((len(roots), 3))[lock]
    layer = 0.35 * rng.random(len(roots)) + 0.65 * rng.random(len(roots))[lock]

    def flow(place: Points, share: float, normal: Points) -> Points:
        one = np.ones(len(place))
        ruffle = mess * [0.2, 0.0, 0.22] * brush.mess
        swept = along(brushed + ruffle, normal)
        combed = along(
            np.stack(
                [0 * one, -one * (1 - 0.7 * brush.back), -(0.55 + 0.4 * brush.back) * one + 0.1 * mess[:, 1]],
                axis=1,
            ),
            normal,
        )
        rise = (brush.rise * top * (0.5 + 0.9 * fore) * smoothstep(0.55, 0.0, share))[:, None]
        onward = (top * fore * smoothstep(0.3, 0.0, share))[:, None] * [0.0, 0.35, 0.15]
        return top[:, None] * swept + (1 - top)[:, None] * combed + rise * normal + onward

    def lift(place: Points, share: float) -> Points:
        arch = np.sin(np.pi * min(1.0, 0.2 + 0.62 * share)) * float(smoothstep(0.0, 0.25, share))
        tall = hair.volume * (0.45 + 0.75 * fore) * (0.35 + 0.65 * layer)
        low = (1 - top) * (0.01 + 0.03 * layer) * min(1.0, 3 * share)
        height: Points = 0.01 + top * tall * arch + low
        return height

    length = hair.sides * (0.75 + 0.4 * layer) * (0.75 + 0.35 * smoothstep(0.0, 0.5, roots[:, 1]))
    length = length * (1 - top) + top * hair.length * (0.72 + 0.28 * fore) * (
        0.85 + 0.3 * rng.random(len(roots))
    )
    guides = grow(roots, length, STEPS, head.field, flow, lift, inertia=0.5)
    hair_roots, _ = head.roots(hair.strands, hair.hairline, rng, soft=4.0)
    label = np.where(np.concatenate([across, (part - hair_roots[:, 0]) * sign]) > 0, 1.0, 0.0)
    hairs = children(guides, hair_roots, rng, label, jitter=0.15)
    lock = locks(hairs, hair.locks, rng)
    high = smoothstep(0.3, 0.7, hairs[:, 0, 1])
    hairs = clump(hairs, lock, hair.clump * (0.25 + 0.75 * high), 0.45)
    hairs = clump(hairs, locks(hairs, hair.locks * 7, rng), 0.45, 0.5)
    hairs = wave(hairs, lock, hair.wave, hair.period, 0.3, rng)
    hairs = frizz(hairs, 0.008, rng)
    return hairs[~before_face(head, hairs, hair)]


def stubble(head: Head, hair: Hair, rng: Random) -> Points:
    """Shaved to a few millimetres (`length`)."""
    roots, normal = head.roots(hair.strands, hair.hairline, rng, soft=8.0)
    way = unit(normal + 0.5 * along(np.tile([0.0, -0.6, 0.3], (len(roots), 1)), normal))
    way = unit(way + 0.25 * rng.standard_normal(way.shape))
    length = hair.length * (0.6 + 0.6 * rng.random(len(roots)))
    grown: Points = roots[:, None] + (way * length[:, None])[:, None] * np.linspace(0, 1, 5)[None, :, None]
    return grown
