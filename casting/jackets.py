"""Jackets: what is worn open over a shirt or top. Functions `(torso, clothes) -> objects`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from casting import fabric
from casting.collars import edge, opening, outward, ring, trimming
from casting.field import Points
from casting.garments import Knots, Torso, button, line, mirrored, neckline, panel, shell
from casting.knitwear import fronted

if TYPE_CHECKING:
    from casting.clothes import Clothes


def blazer(torso: Torso, clothes: Clothes) -> list[Any]:
    """A single-breasted jacket with notched lapels; its button is below the picture."""
    cloth = fabric.wool(clothes.outer_colour, clothes.outer_print())
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
    body = shell(torso, "blazer", 0.13, [neckline(torso, knots), opening(torso, wider)], cloth, wrinkle=0.014)
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
    return things + _collar(torso, roll, side, gorge, tip, material)


def _collar(torso: Torso, roll: Knots, side: float, gorge: float, tip: Points, material: Any) -> list[Any]:
    """The collar from the gorge seam round the back of the neck."""
    wide = torso.neck_width
    u = np.unique(np.concatenate([np.linspace(0, 0.13, 24), np.linspace(0, 1, 90)]))
    behind = ring(torso, [(0, side), (90, side + 0.10), (180, side + 0.16)], 181, 0.13)
    skirt = outward(torso, behind, 0.36)
    turn = [(0.6, 85.0), (0.8, 130.0), (1.0, 180.0)]
    fold = np.array([float(line(roll, gorge)[0]), gorge])
    seam = fold + 0.60 * (tip - fold)  # where the collar's end leaves the lapel: the notch
    corner = seam + np.array([0.07, 0.16])
    knots = [
        (0.0, *torso.before(fold[0], gorge - 0.01, 0.16)),
        (0.12, *torso.before(fold[0] + 0.01, gorge + 0.06, 0.16)),
    ]
    knots += [(0.35, *torso.before(wide + 0.12, side - 0.16, 0.16))]
    knots += [(share, *behind[round(90 + angle / 2)]) for share, angle in turn]
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


def cardigan(torso: Torso, clothes: Clothes) -> list[Any]:
    """Knitted, open down the front, with a ribbed band and buttons."""
    side, half = torso.side(1.35), 1.35 * torso.neck_width
    knots = [
        (-9.0, 0.16),
        (-3.9, 0.18),
        (-3.0, 0.34),
        (torso.notch[1] - 0.1, half * 0.82),
        (side, half),
        (side + 1, half + 0.3),
    ]
    cloth = fabric.knit(clothes.outer_colour, clothes.outer_print())
    body = shell(torso, "cardigan", 0.125, fronted(torso, knots, 1.35), cloth, wrinkle=0.034, seed=3)
    band = trimming(torso, knots, 1.35, 0.19, fabric.rib(clothes.outer_colour), 0.125)
    horn = fabric.horn(clothes.buttons)
    middle = edge(torso, knots, 1.35, 0.095, 0.15)
    return [body, *band, *(_sewn(torso, middle, level, horn) for level in (-2.72, -3.15, -3.58))]


def _sewn(torso: Torso, path: Points, level: float, material: Any) -> Any:
    """A button on a band, at a height."""
    near = path[np.abs(path[:50, 1] - level).argmin()]
    return button(torso, float(near[0]), float(near[1]), 0.155, 0.058, material)
