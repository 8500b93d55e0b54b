"""Clothes of a presenter: an inner garment and, if wanted, a jacket over it."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from casting import fabric
from casting.field import Points, unit
from casting.garments import Cut, Knots, Torso, button, line, mirrored, neckline, panel, shell


class Clothes(BaseModel):
    """What a person wears."""

    model_config = ConfigDict(extra="forbid")

    inner: Literal["top", "shirt"] = "top"
    colour: str = Field("#e9e4da", description="of the inner garment, #rrggbb")
    outer: Literal["blazer", "none"] = "blazer"
    outer_colour: str = "#16294a"
    buttons: str = "#d8dde2"
    depth: float = Field(0.0, description="how much lower the neckline is than usual, decimetres")


def add_clothes(points: Points, clothes: Clothes) -> list[Any]:
    """Dress a person; returns the objects.

    Args:
        points: (human.COUNT, 3) of the person, arms lowered.
        clothes: the recipe.
    """
    torso = Torso(points)
    things = INNER[clothes.inner](torso, clothes)
    if clothes.outer == "blazer":
        things += _blazer(torso, clothes)
    return things


def _top(torso: Torso, clothes: Clothes) -> list[Any]:
    """A round-necked top of fine jersey with a bound neckline."""
    cloth = fabric.knit(clothes.colour)
    front = torso.notch[1] + 0.06 - clothes.depth
    side = torso.neck[1] - 0.02
    knots = [
        (0, front),
        (25, front + 0.06),
        (50, front + 0.26),
        (85, side - 0.08),
        (115, side),
        (180, side + 0.02),
    ]
    body = shell(torso, "top", 0.05, [neckline(torso, knots)], cloth)
    band = _band(torso, knots, 0.12, 0.05, cloth)
    return [body, band]


def _band(torso: Torso, knots: Knots, width: float, height: float, material: Any) -> Any:
    """The binding of a neckline."""
    ring = _ring(torso, knots, 160)
    low = _ring(torso, [(angle, level - width) for angle, level in knots], 160, 0.1)
    return panel(torso, "band", ring, low, material, height, 0.02, height - 0.06)


def _ring(torso: Torso, knots: Knots, count: int, out: float = 0.0) -> Points:
    """(count, 3) a line round the neck from the back over the person's left to the back again."""
    angle = np.linspace(-180, 180, count)
    height = line(knots, np.abs(angle))[:, 0]
    turn = np.radians(angle)
    axis = torso.neck[2] + 0.12 * np.clip(torso.neck[1] - height, 0, 1)
    way = np.stack([np.sin(turn), np.zeros(count), np.cos(turn)], axis=1)
    place = np.stack([np.zeros(count), height, axis], axis=1) + 1.5 * torso.neck_width * way
    for _ in range(30):
        place = place - way * np.clip(torso.cloth(place) - 0.03 - out, -0.1, 0.1)[:, None] * 0.8
    return place


def _outward(torso: Torso, ring: Points, width: float) -> Points:
    """A line round the neck moved outwards, down the slope of the shoulders."""
    out = unit((ring - [0.0, 0.0, torso.neck[2]]) * [1, 0, 1])
    return torso.lay(ring + width * (0.8 * out - [0.0, 0.5, 0.0]), 0.15, 12)


def _shirt(torso: Torso, clothes: Clothes) -> list[Any]:
    """A shirt with an open collar."""
    cloth = fabric.cotton(clothes.colour)
    horn = fabric.horn(clothes.buttons)
    notch, side = torso.notch[1], torso.neck[1] + 0.06
    bottom = notch - 0.20 - clothes.depth
    wide = torso.neck_width * 0.95
    knots = [(0, notch + 0.35), (40, notch + 0.40), (75, side - 0.12), (110, side), (180, side + 0.05)]
    opening = [
        (-9.0, 0.0),
        (bottom, 0.012),
        (bottom + 0.45, wide * 0.42),
        (side, wide),
        (side + 1, wide + 0.5),
    ]
    body = shell(
        torso, "shirt", 0.045, [neckline(torso, knots), _opening(torso, opening)], cloth, wrinkle=0.008
    )
    things = [body, _placket(torso, bottom, cloth)]
    things += [button(torso, 0.035, bottom - 0.10 - 0.36 * step, 0.066, 0.045, horn) for step in range(4)]
    return things + _shirt_collar(torso, opening, bottom, side, cloth)


def _opening(torso: Torso, knots: Knots) -> Cut:
    """A cut down the front: knots are (height, half the width)."""

    def cut(points: Points) -> Points:
        half = line(knots, np.clip(points[:, 1], knots[0][0], knots[-1][0]))[:, 0]
        front: Points = np.minimum(half - np.abs(points[:, 0]), points[:, 2] - torso.neck[2] - 0.15)
        return front

    return cut


def _placket(torso: Torso, top: float, material: Any) -> Any:
    """The double strip that bears the buttons."""
    y = np.linspace(top + 0.02, -3.7, 60)
    inner = torso.before(np.full(60, -0.055), y, 0.05)
    outer = torso.before(np.full(60, 0.125), y, 0.05)
    return panel(torso, "placket", inner, outer, material, 0.045, 0.014, 0.045)


def _shirt_collar(torso: Torso, opening: Knots, bottom: float, side: float, material: Any) -> list[Any]:
    """Stand and fall of an open collar: from the point at the front round the back of the neck."""
    notch = torso.notch[1]
    wide = torso.neck_width
    u = np.linspace(0, 1, 90)
    fold_front = [
        (0.0, 0.07, bottom + 0.16),
        (0.25, wide * 0.42, notch + 0.18),
        (0.5, wide * 0.86, side - 0.02),
    ]
    fold = np.array([torso.before(x, y, 0.09) for _, x, y in fold_front])
    back = _ring(torso, [(0, side + 0.14), (90, side + 0.16), (180, side + 0.22)], 181, 0.07)
    turn = [(0.68, 90.0), (0.84, 135.0), (1.0, 180.0)]
    knots = [(key[0], *point) for key, point in zip(fold_front, fold, strict=True)]
    knots += [(share, *back[round(90 + angle / 2)]) for share, angle in turn]
    inner = line(knots, u)
    edge = [(0.0, *torso.before(0.44, bottom - 0.06, 0.1)), (0.25, *torso.before(0.62, notch - 0.02, 0.1))]
    edge += [(0.5, *torso.before(wide + 0.26, side - 0.26, 0.1))]
    skirt = _outward(torso, back, 0.26)
    edge += [(share, *skirt[round(90 + angle / 2)]) for share, angle in turn]
    outer = line(edge, u)
    left = panel(torso, "collar", inner, outer, material, 0.06, 0.03, 0.02)
    right = panel(torso, "collar", mirrored(inner), mirrored(outer), material, 0.06, 0.03, 0.02)
    return [left, right]


def _blazer(torso: Torso, clothes: Clothes) -> list[Any]:
    """A single-breasted jacket with notched lapels; its button is below the picture."""
    cloth = fabric.wool(clothes.outer_colour)
    side, wide = torso.neck[1] + 0.04, torso.neck_width
    knots = [(0, side - 0.05), (75, side - 0.05), (110, side), (180, side + 0.05)]
    roll = [
        (-4.2, 0.02),
        (-3.4, 0.22),
        (-2.6, wide * 0.80),
        (side - 0.20, wide + 0.10),
        (side + 1, wide + 0.2),
    ]
    wider = [(y, x + 0.05) for y, x in roll]
    body = shell(
        torso, "blazer", 0.13, [neckline(torso, knots), _opening(torso, wider)], cloth, wrinkle=0.014
    )
    return [body, *_lapels(torso, roll, side, cloth)]


def _lapels(torso: Torso, roll: Knots, side: float, material: Any) -> list[Any]:
    wide, notch = torso.neck_width, torso.notch[1]
    reach = (torso.shoulder[0] - wide) / 1.0
    gorge = notch + 0.08
    y = np.linspace(-3.9, gorge, 70)
    inner = torso.before(line(roll, y)[:, 0], y, 0.15)
    tip = np.array([wide + 0.66 * reach, gorge - 0.22])
    outer_line = [(-3.9, 0.10, -3.95), (-3.4, wide + 0.06 * reach, -3.5), (-2.9, wide + 0.38 * reach, -2.98)]
    outer_line += [(gorge - 0.16, tip[0] - 0.02, tip[1] - 0.04), (gorge, tip[0], tip[1])]
    edge = line(outer_line, y)
    outer = torso.before(edge[:, 0], edge[:, 1], 0.15)
    things = [
        panel(torso, "lapel", turn(inner), turn(outer), material, 0.13, 0.035, 0.06)
        for turn in (np.array, mirrored)
    ]
    return things + _blazer_collar(torso, roll, side, gorge, tip, material)


def _blazer_collar(
    torso: Torso, roll: Knots, side: float, gorge: float, tip: Points, material: Any
) -> list[Any]:
    """The collar from the gorge seam round the back of the neck."""
    wide = torso.neck_width
    u = np.unique(np.concatenate([np.linspace(0, 0.13, 24), np.linspace(0, 1, 90)]))
    ring = _ring(torso, [(0, side), (90, side + 0.10), (180, side + 0.16)], 181, 0.13)
    skirt = _outward(torso, ring, 0.36)
    turn = [(0.6, 85.0), (0.8, 130.0), (1.0, 180.0)]
    fold = np.array([float(line(roll, gorge)[0]), gorge])
    seam = fold + 0.60 * (tip - fold)  # where the collar's end leaves the lapel: the notch
    corner = seam + np.array([0.07, 0.16])
    knots = [
        (0.0, *torso.before(fold[0], gorge - 0.01, 0.16)),
        (0.12, *torso.before(fold[0] + 0.01, gorge + 0.06, 0.16)),
    ]
    knots += [(0.35, *torso.before(wide + 0.12, side - 0.16, 0.16))]
    knots += [(share, *ring[round(90 + angle / 2)]) for share, angle in turn]
    edge = [
        (0.0, *torso.before(seam[0], seam[1], 0.16)),
        (0.11, *torso.before(corner[0] - 0.008, corner[1] - 0.012, 0.16)),
    ]
    edge += [
        (0.12, *torso.before(corner[0], corner[1], 0.16)),
        (0.35, *torso.before(wide + 0.45, side - 0.38, 0.16)),
    ]
    edge += [(share, *skirt[round(90 + angle / 2)]) for share, angle in turn]
    inner, outer = line(knots, u), line(edge, u)
    return [
        panel(torso, "collar", way(inner), way(outer), material, 0.13, 0.045, 0.05)
        for way in (np.array, mirrored)
    ]


INNER = {"top": _top, "shirt": _shirt}
