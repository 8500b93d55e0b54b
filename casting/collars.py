"""Edges and collars: lines round the neck and down the front, and the strips that finish them.

A neckline that opens in front is told by its opening: knots of (height, half the width). `edge` follows it
from its lowest point up the person's left side and round to the middle of the back; the other side is the
mirror image. Places are relative to the middle between the eyes, decimetres.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from casting.field import Points, unit
from casting.garments import Cut, Knots, Torso, line, mirrored, panel, sheet

RISE = 0.06  # decimetres that a collar climbs from the side of the neck to the back
SIDES: tuple[Callable[[Points], Points], ...] = (np.array, mirrored)


def ring(torso: Torso, knots: Knots, count: int, out: float = 0.0) -> Points:
    """(count, 3) a line round the neck from the back over the person's left to the back again.

    Args:
        torso: whose.
        knots: (angle about the neck, height).
        count: points.
        out: decimetres over the cloth line, beyond .03.
    """
    angle = np.linspace(-180, 180, count)
    height = line(knots, np.abs(angle))[:, 0]
    turn = np.radians(angle)
    axis = torso.neck[2] + 0.12 * np.clip(torso.neck[1] - height, 0, 1)
    way = np.stack([np.sin(turn), np.zeros(count), np.cos(turn)], axis=1)
    place = np.stack([np.zeros(count), height, axis], axis=1) + 1.5 * torso.neck_width * way
    for _ in range(30):
        place = place - way * np.clip(torso.cloth(place) - 0.03 - out, -0.1, 0.1)[:, None] * 0.8
    return place


def outward(torso: Torso, line_: Points, width: float) -> Points:
    """A line round the neck moved outwards, down the slope of the shoulders."""
    out = unit((line_ - [0.0, 0.0, torso.neck[2]]) * [1, 0, 1])
    return torso.lay(line_ + width * (0.8 * out - [0.0, 0.5, 0.0]), 0.15, 12)


def opening(torso: Torso, knots: Knots) -> Cut:
    """A cut down the front: knots are (height, half the width)."""

    def cut(points: Points) -> Points:
        half = line(knots, np.clip(points[:, 1], knots[0][0], knots[-1][0]))[:, 0]
        front: Points = np.minimum(half - np.abs(points[:, 0]), points[:, 2] - torso.neck[2] - 0.15)
        return front

    return cut


def vee(torso: Torso, bottom: float, share: float, deep: float = 0.45) -> Knots:
    """An opening that runs from a point to the sides of the neck.

    Args:
        torso: whose.
        bottom: height of the point.
        share: half its width at the neck, of the neck's.
        deep: share of that width which is reached halfway up.
    """
    side, half = torso.side(share), share * torso.neck_width
    return [
        (-9.0, -2.0),
        (bottom - 0.3, -0.1),
        (bottom, 0.0),
        (bottom + 0.5 * (side - bottom), deep * half),
        (side, half),
        (side + 1, half + 0.5),
    ]


def edge(torso: Torso, knots: Knots, share: float, over: float = 0.0, height: float = 0.05) -> Points:
    """(90, 3) the left edge of an opening, from its lowest point round to the middle of the back.

    Args:
        torso: whose.
        knots: of the opening.
        share: half the width at which it leaves the front, of the neck's.
        over: decimetres that the line runs outside the opening, in parallel.
        height: over the cloth line.
    """
    join = torso.side(share)
    bottom = next((low for low, half in knots if half >= 0), -4.0)
    y = np.linspace(max(bottom, -3.95), join, 24)
    flat = np.stack([line(knots, y)[:, 0], y], axis=1)
    x, y = _parallel(flat, over).T
    front = torso.before(x, y, height)
    back = ring(torso, behind(join), 181, height - 0.03)
    if over:
        back = outward(torso, back, 1.1 * over)
    turn = [105.0, 122.0, 140.0, 160.0, 180.0]
    points = np.concatenate([front[:-1], [back[round(90 + angle / 2)] for angle in turn]])
    points[-1, 0] = 0.0
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    return line(np.column_stack([along / along[-1], points]).tolist(), np.linspace(0, 1, 90))


def behind(join: float) -> Knots:
    """The line from the sides of the neck round its back: knots of (angle, height)."""
    return [(0, join), (90, join), (110, join + 0.3 * RISE), (180, join + RISE)]


def _parallel(flat: Points, over: float) -> Points:
    """A line in the plane moved to its outside; its lowest point stays in the middle."""
    way = unit(np.gradient(flat, axis=0))
    out = np.stack([way[:, 1], -way[:, 0]], axis=1)
    moved: Points = flat + over * out
    if flat[0, 0] < 0.05:
        moved[0] = [-0.012, flat[0, 1] - over / max(0.35, out[0, 0])]
    return moved


def trimming(
    torso: Torso, knots: Knots, share: float, width: float, material: Any, height: float, thick: float = 0.028
) -> list[Any]:
    """A band along both edges of an opening, met in its lowest point; its inner rim touches the skin."""
    inner, outer = edge(torso, knots, share, 0.0, height), edge(torso, knots, share, width, height)
    return [
        panel(torso, "band", way(inner), way(outer), material, height, thick, -0.04, ends=False)
        for way in SIDES
    ]


def tube(
    torso: Torso, name: str, knots: Knots, profile: list[tuple[float, float, float]], material: Any
) -> Any:
    """A closed strip round the neck: rings of one shape, moved out and down, kept off the body.

    Args:
        torso: whose.
        name: of the object.
        knots: the line where it touches the neck, as for `ring`.
        profile: from the inner rim over the top to the outer rim: decimetres out from the line, decimetres
            up, and the least height over the body.
        material: what it is made of.
    """
    base = ring(torso, knots, 240, -0.05)
    way = unit((base - [0.0, 0.0, torso.neck[2]]) * [1, 0, 1])
    rings = [_kept(torso, base + out * way + [0.0, up, 0.0], least) for out, up, least in profile]
    share = np.linspace(0, 1, len(rings))
    flat = np.stack(rings).reshape(len(rings), -1)
    fine = line(np.column_stack([share, flat]).tolist(), np.linspace(0, 1, 40)).reshape(40, 240, 3)
    around = np.linspace(0, 2 * np.pi * torso.neck_width, 240)[None].repeat(40, axis=0)
    return sheet(torso, name, fine, material, {"along": around})


def _kept(torso: Torso, points: Points, least: float) -> Points:
    """Points pushed out to a height over the cloth line where they are below it."""
    for _ in range(6):
        lack = np.clip(least - torso.cloth(points), 0, 0.1)
        points = points + torso.cloth.normal(points) * lack[:, None]
    return points
