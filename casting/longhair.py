"""Hair that falls: bobs, long hair, fringes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from casting.field import Field, Points, smoothstep, unit
from casting.scalp import Head
from casting.strands import along, children, clump, frizz, grow, locks, trim, wave

if TYPE_CHECKING:
    from casting.hair import Hair

Random = np.random.Generator
GUIDES = 5000  # strands that are grown; the others are blended from them
STEPS = 40  # points of a long hair
ASTRAY = 0.28  # decimetres from the tip of its lock at which a hair is left out
ROPE = 0.1  # a smaller `spread` winds locks into ropes
REST = 0.85  # decimetres from the middle beyond which long hair that rests on a shoulder sticks out
BROWS = 0.27  # decimetres above the eyes where a fringe ends

CLOTHED = 0.2  # decimetres that hair keeps from the shoulders, for what is worn there
SHOULDERS = 1.4  # decimetres below the eyes: longer hair comes to lie on them


def bob(head: Head, hair: Hair, rng: Random) -> Points:
    """Parted at a side, falling round the face to about the shoulders, ends turned in."""
    worn = float(hair.length > SHOULDERS)
    hull = _curtain(head, worn * CLOTHED)
    roots, _ = head.roots(GUIDES, hair.hairline, rng)
    side = _side(roots, hair, rng)
    layer = rng.random(len(roots)) ** 0.7
    azimuth, _ = head.angles(roots)
    skull = head.skull
    centre = skull.centre
    tucked = side * hair.tuck > 0

    fore = smoothstep(centre[2] - 0.1, centre[2] + 0.7, roots[:, 2])  # 1 at the front hairline
    top = smoothstep(0.35, 0.75, roots[:, 1])
    beside = np.maximum(azimuth - 6, 50 + 24 * rng.random(len(roots)))
    goal = np.where(tucked, np.maximum(azimuth, 100.0), beside) + 5 * rng.standard_normal(len(roots))
    apart = np.abs(roots[:, 0] - hair.parting)
    back = np.where(tucked, -0.55, -0.12) * fore - 0.25
    spring = top * (0.4 + 0.6 * smoothstep(0.02, 0.4, apart)) * (0.45 + 0.55 * fore)

    def flow(place: Points, share: float, normal: Points) -> Points:
        local = place - centre
        about = np.degrees(np.arctan2(np.abs(local[:, 0]), local[:, 2]))
        down = along(np.tile([0.0, -1.0, 0.0], (len(place), 1)), normal)
        out = np.stack([side, -0.15 * np.ones(len(side)), back], axis=1)
        out = along(out, normal)
        high = (smoothstep(0.45, 0.95, place[:, 1]) * top)[:, None]
        round_ = np.cross(normal, [0.0, 1.0, 0.0]) * np.sign(local[:, :1])  # towards the front
        turn = np.clip((about - goal) / 18, -1.4, 1.4)[:, None]
        turn = turn * smoothstep(-1.3, -0.3, place[:, 1])[:, None]
        fall = unit(down + 0.75 * turn * round_)
        inward = unit((skull.centre - place) * [1, 0, 1])
        curl = smoothstep(-hair.length + 0.55, -hair.length, place[:, 1])[:, None]
        fall = unit(fall + hair.turn * curl * inward + worn * _rests(local, place))
        rise = (smoothstep(0.22, 0.0, share) * spring)[:, None]
        return high * out + (1 - high) * fall + rise * normal + rise * fore[:, None] * [0.0, 0.3, -0.25]

    def lift(place: Points, share: float) -> Points:
        crown = smoothstep(0.2, 0.9, place[:, 1])
        bell = smoothstep(-0.2, -1.1, place[:, 1])
        held = np.where(tucked, smoothstep(0.5, 0.0, place[:, 1]) * smoothstep(-0.9, -0.3, place[:, 1]), 0.0)
        body = hair.volume * (0.7 + 0.35 * crown + 0.75 * bell) * (1 - 0.75 * held)
        return 0.02 + (0.02 + body * layer) * float(smoothstep(0.0, 0.2, share))

    length = np.full(len(roots), 0.9) + (roots[:, 1] + hair.length) * 1.25
    guides = grow(roots, length, STEPS, hull, flow, lift, inertia=0.55)
    return _finished(head, hair, rng, guides, side)


def _rests(local: Points, place: Points) -> Points:
    """What draws hair that has come to the shoulders over them to the front, or the back."""
    way = np.where(local[:, 2] > -0.45, 1.0, -1.0)
    pull = np.stack([-0.9 * np.sign(local[:, 0]), np.zeros(len(way)), 0.9 * way], axis=1)
    drawn: Points = pull * smoothstep(-SHOULDERS + 0.2, -SHOULDERS - 0.1, place[:, 1])[:, None]
    return drawn


def _finished(head: Head, hair: Hair, rng: Random, guides: Points, side: Points) -> Points:
    """Hairs of a long style from its guides: blended, cut, gathered, waved."""
    roots, _ = head.roots(hair.strands, hair.hairline, rng, soft=5.0)
    sides = np.concatenate([side, _side(roots, hair, rng)])
    hairs = children(guides, roots, rng, sides, jitter=0.06)
    fore = smoothstep(-0.9, -0.1, hairs[:, -1, 2])
    nape = (1 - fore) * smoothstep(0.55, 0.3, np.abs(roots[:, 0]))  # covers the gap over the collar
    end = -hair.length - 0.10 * fore - 0.16 * nape + 0.09 * rng.standard_normal(len(hairs)) ** 2
    hairs = trim(hairs, end)
    lock = locks(hairs, hair.locks, rng)
    near = _together(hairs, lock, hair)
    inside = head.hairiness(hairs[:, 0], hair.hairline, 14.0)
    if hair.spread < ROPE:
        return _ropes(hairs[near & ~before_face(head, hairs, hair)], hair, rng)
    amount = np.minimum(1.0, hair.clump * (0.6 + 0.7 * rng.random(len(hairs)))) * inside
    hairs = clump(hairs, lock, amount, hair.spread)
    hairs = wave(hairs, lock, hair.wave, hair.period, hair.begin, rng)
    fine = locks(hairs, hair.locks * 6, rng)
    hairs = clump(hairs, fine, 0.5, 0.5)
    hairs = frizz(hairs, hair.frizz, rng)
    kept: Points = hairs[near & ~before_face(head, hairs, hair)]
    return kept


def _ropes(hairs: Points, hair: Hair, rng: Random) -> Points:
    """Hairs wound tightly into ropes; `spread` is a rope's radius."""
    lock = locks(hairs, hair.locks, rng)
    t = np.linspace(0, 1, hairs.shape[1])
    leader = hairs[lock]
    way = unit(np.gradient(leader, axis=1))
    first = unit(np.cross(way, np.array([0.3, 0.1, 1.0])))
    second = np.cross(way, first)
    angle = (2 * np.pi * rng.random(len(hairs)))[:, None] + 26.0 * t
    thick = 0.85 + 0.3 * rng.random(len(hairs))[lock][:, None] + 0.10 * np.sin(60 * t + 6.0 * angle[:, :1])
    size = hair.spread * thick * (0.8 + 0.2 * rng.random((len(hairs), 1))) * (1 - 0.35 * t**3)
    ring = first * np.cos(angle)[..., None] + second * np.sin(angle)[..., None]
    rope = leader + size[..., None] * ring
    drawn = smoothstep(0.0, 0.10, t)[None, :, None]
    roped: Points = hairs * (1 - drawn) + rope * drawn
    return roped


def _together(hairs: Points, lock: NDArray[np.int64], hair: Hair) -> NDArray[np.bool_]:
    """(n,) which hairs stay: those that end near their lock's end, and not out on a shoulder."""
    if hair.length <= SHOULDERS:
        return np.asarray(np.linalg.norm(hairs[:, -1] - hairs[lock, -1], axis=1) < ASTRAY)
    tip, own = hairs[lock, -1], np.abs(hairs[:, -1, 0])
    way = unit(tip - hairs[lock, -7])
    stuck = (way[:, 1] > -0.7) & (np.abs(tip[:, 0]) > REST) | (own > REST + 0.12)
    stuck &= tip[:, 1] < -1.0
    return np.asarray(~stuck)


def fringe(head: Head, hair: Hair, rng: Random) -> Points:
    """A bob with a fringe down to the brows."""
    return np.concatenate([bob(head, hair, rng), bangs(head, hair, rng)])


def bangs(
    head: Head, hair: Hair, rng: Random, steps: int = STEPS, slant: float = 0.0, low: float = BROWS
) -> Points:
    """(n, steps, 3) hairs that fall from the front of the head over the forehead.

    Args:
        head: whose.
        hair: the recipe.
        rng: source of chance.
        steps: points of a hair.
        slant: which way they fall: 1 to the person's left, -1 to the right, 0 straight down.
        low: decimetres above the eyes where they end.
    """
    roots, _ = head.roots(5 * hair.strands // 2, hair.hairline, rng, soft=5.0)
    azimuth, elevation = head.angles(roots)
    ahead = (azimuth < 47) & (elevation < head.hairline(azimuth, hair.hairline) + 26)
    roots = roots[ahead][: hair.strands // 4]
    lock = locks(roots[:, None].repeat(2, axis=1), 70, rng)
    layer = 0.4 * rng.random(len(roots)) + 0.6 * rng.random(len(roots))[lock]
    stray = 0.20 * rng.standard_normal(len(roots))[lock] + 0.05 * rng.standard_normal(len(roots))

    def flow(place: Points, share: float, normal: Points) -> Points:
        sway = stray + slant + 0.5 * (1 - abs(slant)) * np.clip(place[:, 0] / 0.5, -1, 1) ** 3
        way = np.stack([sway, -np.ones(len(place)), 0.25 * np.ones(len(place))], axis=1)
        return along(way, normal) + (0.35 * float(smoothstep(0.3, 0.0, share))) * normal

    def lift(place: Points, share: float) -> Points:
        bow = 0.5 + 0.5 * np.sin(np.pi * min(1.0, 0.15 + 0.75 * share))
        height: Points = 0.014 + (0.035 + 0.10 * layer) * bow * float(smoothstep(0.0, 0.2, share))
        return height

    length = 1.5 * (roots[:, 1] - low) / max(0.5, 1 - 0.4 * abs(slant)) + 0.15
    hairs = grow(roots, length, steps, head.field, flow, lift, inertia=0.4)
    side = np.clip(np.abs(roots[:, 0]) / 0.55, 0, 1)
    ragged = 0.03 + 0.06 * abs(slant)
    ends = (
        low
        - 0.16 * side**2
        + ragged * (rng.standard_normal(len(roots)) + rng.standard_normal(len(roots))[lock])
    )
    hairs = trim(hairs, ends)
    return frizz(clump(hairs, lock, min(1.0, 1.3 * hair.clump), 0.5), 0.008, rng)


def part_line(hair: Hair, z: Points) -> Points:
    """x of the parting over the head; it meets the middle at the crown."""
    line: Points = hair.parting * (1 - smoothstep(-0.3, -1.15, z))
    return line


def _side(roots: Points, hair: Hair, rng: Random) -> Points:
    """1 left of the parting, -1 right; the line wanders a little and ends at the crown."""
    line = part_line(hair, roots[:, 2])
    wander = 0.004 * np.sin(roots[:, 2] * 17) + 0.016 * rng.standard_normal(len(roots))
    wander = wander * (1 + 1.5 * smoothstep(-0.6, -1.1, roots[:, 2]))
    return np.where(roots[:, 0] > line + wander, 1.0, -1.0)


def _curtain(head: Head, worn: float) -> Field:
    """The skull's ellipsoid and, below its middle, a column: what long hair hangs about."""
    skull = head.skull

    def change(places: Points, skin: Points) -> Points:
        local = places - skull.centre
        x = local[:, 0] / (skull.half_width * 1.04)
        z = local[:, 2] / np.where(local[:, 2] > 0, skull.front * 0.98, skull.back * 0.98)
        low = smoothstep(0.0, -1.2, local[:, 1])
        z = z * (1 + 0.35 * low * (local[:, 2] < 0) + 0.15 * low * (local[:, 2] > 0))
        y = np.maximum(local[:, 1], 0) / skull.up
        hull = (np.sqrt(x**2 + y**2 + z**2) - 1) * skull.half_width
        near: Points = np.minimum(hull, skin - worn * smoothstep(-1.35, -1.6, places[:, 1]))
        return near

    return head.field.changed(change).smoothed(0.05)


def before_face(head: Head, hairs: Points, hair: Hair) -> NDArray[np.bool_]:
    """Hairs that come before the face."""
    inner = hairs[:, 3:]
    azimuth, elevation = head.angles(inner)
    fringe = 9 + 16 * smoothstep(14, 44, azimuth)
    low = (
        (azimuth < 46) & (elevation < head.hairline(azimuth, hair.hairline) - fringe) & (inner[..., 1] > -1.3)
    )
    throat = (inner[..., 2] > -1.05) & (inner[..., 1] < -0.7) & (np.abs(inner[..., 0]) < 0.52)
    before: NDArray[np.bool_] = np.any(low | throat, axis=1)
    return before
