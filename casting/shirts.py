"""Shirts: what has a turned-down collar; and the tie. Functions `(torso, clothes) -> objects`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from casting import fabric
from casting.collars import SIDES, opening, outward, ring
from casting.field import Points
from casting.garments import Knots, Torso, button, line, neckline, panel, sheet, shell
from casting.knitwear import vneck

if TYPE_CHECKING:
    from casting.clothes import Clothes

CLOSE = 0.16  # decimetres over the notch of the collar bones where a closed collar meets


def shirt(torso: Torso, clothes: Clothes) -> list[Any]:
    """A shirt, open at the neck or, under a tie, closed."""
    return _shirt(torso, clothes, clothes.colour)


def layered(torso: Torso, clothes: Clothes) -> list[Any]:
    """A V-neck jumper over a shirt (`shirt_colour`) whose collar shows."""
    return _shirt(torso, clothes, clothes.shirt_colour) + vneck(torso, clothes, 0.10)


def _shirt(torso: Torso, clothes: Clothes, colour: str) -> list[Any]:
    worn = colour == clothes.shirt_colour and clothes.inner == "vneck-shirt"
    cloth = fabric.cotton(colour, fabric.PLAIN if worn else clothes.print())
    horn = fabric.horn(clothes.buttons)
    notch, side = torso.notch[1], torso.neck[1] + 0.06
    bottom = notch + CLOSE if clothes.tie else notch - 0.20 - clothes.depth
    front = _front(torso, bottom, bool(clothes.tie))
    cuts = [neckline(torso, _round(torso, bottom)), opening(torso, front)]
    things = [shell(torso, "shirt", 0.045, cuts, cloth, wrinkle=0.028), _placket(torso, bottom, cloth)]
    things += [button(torso, 0.035, bottom - 0.10 - 0.36 * step, 0.066, 0.045, horn) for step in range(5)]
    if clothes.tie:
        return things + _closed_collar(torso, side, cloth) + _tie(torso, clothes)
    return things + _collar(torso, bottom, side, cloth)


def _round(torso: Torso, bottom: float) -> Knots:
    """The line round the neck where the body of a shirt ends below its collar."""
    notch, side = torso.notch[1], torso.neck[1] + 0.06
    front = max(notch + 0.35, bottom + 0.1)
    return [(0, front), (40, front + 0.05), (75, side - 0.12), (110, side), (180, side + 0.05)]


def _front(torso: Torso, bottom: float, closed: bool) -> Knots:
    """The opening of a shirt: knots of (height, half the width)."""
    side, wide = torso.neck[1] + 0.06, torso.neck_width * 0.95
    if closed:
        return [(-9.0, 0.0), (bottom, 0.01), (bottom + 0.35, 0.2), (side + 1, wide)]
    return [
        (-9.0, 0.0),
        (bottom, 0.012),
        (bottom + 0.45, wide * 0.42),
        (side, wide),
        (side + 1, wide + 0.5),
    ]


def _placket(torso: Torso, high: float, material: Any, low: float = -3.7) -> Any:
    """The double strip that bears the buttons."""
    y = np.linspace(high + 0.02, low, 60)
    inner = torso.before(np.full(60, -0.055), y, 0.05)
    outer = torso.before(np.full(60, 0.125), y, 0.05)
    return panel(torso, "placket", inner, outer, material, 0.045, 0.014, 0.045)


TURN = [(0.68, 90.0), (0.84, 135.0), (1.0, 180.0)]  # share of a collar's length, angle about the neck


def _collar(torso: Torso, bottom: float, side: float, material: Any, thick: float = 0.03) -> list[Any]:
    """Stand and fall of an open collar: from the point at the front round the back of the neck."""
    notch, wide = torso.notch[1], torso.neck_width
    fold_front = [
        (0.0, 0.07, bottom + 0.16),
        (0.25, wide * 0.42, max(notch, bottom + 0.2) + 0.18),
        (0.5, wide * 0.86, side - 0.02),
    ]
    fold = [(share, *torso.before(x, y, 0.09)) for share, x, y in fold_front]
    hem = [(0.0, 0.44, bottom - 0.06), (0.25, 0.62, notch - 0.02), (0.5, wide + 0.26, side - 0.26)]
    rim = [(share, *torso.before(x, y, 0.1)) for share, x, y in hem]
    back = ring(torso, [(0, side + 0.14), (90, side + 0.16), (180, side + 0.22)], 181, 0.03)
    return _turned(torso, fold, rim, back, material, thick)


def _turned(
    torso: Torso, fold: list[Any], rim: list[Any], back: Points, material: Any, thick: float
) -> list[Any]:
    """Both halves of a collar from knots of its fold and its rim in front, and its fold behind."""
    u = np.linspace(0, 1, 90)
    skirt = outward(torso, back, 0.26)
    behind = [round(90 + angle / 2) for _, angle in TURN]
    inner = line(fold + [(share, *back[at]) for (share, _), at in zip(TURN, behind, strict=True)], u)
    outer = line(rim + [(share, *skirt[at]) for (share, _), at in zip(TURN, behind, strict=True)], u)
    return [panel(torso, "collar", way(inner), way(outer), material, 0.06, thick, 0.02) for way in SIDES]


def _closed_collar(torso: Torso, side: float, material: Any) -> list[Any]:
    """A collar that is buttoned up, its points spread below the knot of a tie."""
    notch, wide = torso.notch[1], torso.neck_width
    front = notch + CLOSE + 0.20
    knots = [(0, front), (30, front + 0.05), (65, front + 0.22), (90, side + 0.06), (180, side + 0.20)]
    back = ring(torso, knots, 181, -0.02)
    angles = [(0.0, 2.0), (0.18, 28.0), (0.40, 58.0)]
    fold = [(share, *back[round(90 + angle / 2)]) for share, angle in angles]
    hem = [(0.0, 0.30, notch - 0.14), (0.18, 0.46, notch + 0.02), (0.40, wide + 0.16, notch + 0.30)]
    rim = [(share, *torso.before(x, y, 0.12)) for share, x, y in hem]
    return _turned(torso, fold, rim, back, material, 0.035)


def _tie(torso: Torso, clothes: Clothes) -> list[Any]:
    """The knot and the blade of a tie."""
    cloth = fabric.silk(clothes.tie, clothes.tie_print())
    high, low = torso.notch[1] + CLOSE + 0.18, torso.notch[1] - 0.02
    y = np.linspace(low + 0.03, -3.9, 60)
    half = np.interp(y, [-3.9, low], [0.21, 0.085])
    blade = [torso.before(sign * half, y, 0.08) for sign in (-1, 1)]
    return [
        panel(torso, "tie", blade[0], blade[1], cloth, 0.07, 0.035, 0.07),
        sheet(torso, "tie knot", _tie_knot(torso, high, low), cloth, {}),
    ]


def _tie_knot(torso: Torso, high: float, low: float) -> Points:
    """(24, 32, 3) a knot that narrows downwards, with a dimple below."""
    share = np.linspace(0, 1, 24)[:, None]
    turn = np.linspace(0, 2 * np.pi, 32)[None]
    half = (0.185 - 0.085 * share) * np.minimum(1, 9 * share + 0.45) * np.minimum(1, 6 * (1 - share) + 0.6)
    deep = 0.085 * np.minimum(1, 6 * share + 0.2) * np.minimum(1, 5 * (1 - share) + 0.3)
    axis = torso.before(0.0, high + (low - high) * share[:, 0], 0.10)
    x = half * np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.7
    z = deep * np.sin(turn)
    return axis[:, None] + np.stack([x, 0.04 * np.cos(turn) * (share - 0.5), z], axis=-1)


def polo(torso: Torso, clothes: Clothes) -> list[Any]:
    """A polo shirt: waffled cotton, a soft ribbed collar, a short placket."""
    cloth = fabric.pique(clothes.colour, clothes.print())
    side = torso.neck[1] + 0.06
    bottom = torso.notch[1] - 0.16 - clothes.depth
    cuts = [neckline(torso, _round(torso, bottom)), opening(torso, _front(torso, bottom, False))]
    body = shell(torso, "polo", 0.05, cuts, cloth, wrinkle=0.028, seed=2)
    placket = _placket(torso, bottom, cloth, bottom - 0.55)
    horn = fabric.horn(clothes.buttons)
    buttons = [button(torso, 0.035, bottom - 0.12 - 0.30 * step, 0.07, 0.04, horn) for step in range(2)]
    return [body, placket, *buttons, *_collar(torso, bottom, side - 0.04, fabric.rib(clothes.colour), 0.04)]
