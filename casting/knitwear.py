"""Knitwear and other pullovers: tops, sweaters, roll necks, blouses.

Each garment is a function `(torso, clothes) -> objects`. `clothes.depth` lowers a neckline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from casting import fabric
from casting.collars import RISE, SIDES, opening, ring, trimming, tube, vee
from casting.field import Points
from casting.garments import Cut, Knots, Torso, neckline, panel, sheet, shell

if TYPE_CHECKING:
    from casting.clothes import Clothes

FOLD = 0.42  # decimetres that a roll neck is turned down


def top(torso: Torso, clothes: Clothes) -> list[Any]:
    """A round-necked top of fine jersey with a bound neckline."""
    cloth = fabric.jersey(clothes.colour, clothes.print())
    knots = round_neck(torso, torso.notch[1] + 0.06 - clothes.depth, torso.neck[1] - 0.02)
    body = shell(torso, "top", 0.05, [neckline(torso, knots)], cloth)
    high = ring(torso, knots, 160)
    low = ring(torso, lowered(knots, 0.12), 160, 0.1)
    return [body, panel(torso, "band", high, low, cloth, 0.05, 0.02, -0.01)]


def round_neck(torso: Torso, front: float, side: float) -> Knots:
    """A round neckline: knots of (angle about the neck, height)."""
    return [
        (0, front),
        (25, front + 0.06),
        (50, front + 0.26),
        (85, side - 0.08),
        (115, side),
        (180, side + 0.02),
    ]


def lowered(knots: Knots, drop: float) -> Knots:
    """A neckline further down."""
    return [(angle, level - drop) for angle, level in knots]


def crew(torso: Torso, clothes: Clothes) -> list[Any]:
    """A sweater of visible stitches with a thick ribbed ring round the neck."""
    cloth = fabric.knit(clothes.colour, clothes.print())
    knots = round_neck(torso, torso.notch[1] + 0.22 - clothes.depth, torso.side(1.12))
    body = shell(torso, "crew", 0.085, [neckline(torso, lowered(knots, 0.05))], cloth, wrinkle=0.032)
    profile = [(-0.03, -0.05, -0.1), (0.03, 0.03, -0.1), (0.065, 0.05, 0.0), (0.10, 0.02, 0.09)]
    profile += [(0.13, -0.09, 0.11), (0.13, -0.14, 0.09), (0.11, -0.16, 0.06)]
    return [body, tube(torso, "neck", knots, profile, fabric.rib(clothes.colour))]


def turtleneck(torso: Torso, clothes: Clothes) -> list[Any]:
    """A fine sweater whose ribbed collar is turned down over itself."""
    high = torso.neck[1] + 0.17 - clothes.depth
    knots = [(0.0, high - 0.12), (50.0, high - 0.05), (110.0, high + 0.08), (180.0, high + 0.14)]
    cloth = fabric.knit(clothes.colour, clothes.print(), 0.8)
    cut = neckline(torso, lowered(knots, FOLD - 0.16))
    body = shell(torso, "turtleneck", 0.075, [cut], cloth, wrinkle=0.030)
    profile = [(-0.02, -0.12, -0.1), (0.02, 0.0, -0.1), (0.055, 0.035, -0.1), (0.095, 0.0, -0.1)]
    profile += [(0.12, -0.5 * FOLD, 0.08), (0.145, -FOLD, 0.12), (0.13, -FOLD - 0.025, 0.11)]
    profile += [(0.09, -FOLD - 0.01, 0.07)]
    return [body, tube(torso, "collar", knots, profile, fabric.rib(clothes.colour))]


def vneck(torso: Torso, clothes: Clothes, over: float = 0.07) -> list[Any]:
    """A jumper with a ribbed V.

    Args:
        torso: whose.
        clothes: the recipe.
        over: height over the cloth line.
    """
    share = 1.2 + max(0.0, over - 0.07) * 3
    knots = vee(torso, torso.notch[1] - 0.42 - clothes.depth, share)
    cloth = fabric.knit(clothes.colour, clothes.print(), 0.9)
    body = shell(torso, "jumper", over, fronted(torso, knots, share), cloth, wrinkle=0.030)
    return [body, *trimming(torso, knots, share, 0.15, fabric.rib(clothes.colour), over)]


def fronted(torso: Torso, knots: Knots, share: float) -> list[Cut]:
    """The cuts of a garment that opens in front: the opening, and a line round the neck."""
    join, front = torso.side(share) - 0.02, torso.notch[1] + 0.5
    round_ = [(0, front), (40, front + 0.05), (80, max(join, front + 0.06)), (90, join), (180, join + RISE)]
    return [neckline(torso, round_), opening(torso, knots)]


def blouse(torso: Torso, clothes: Clothes) -> list[Any]:
    """Soft and shining, with a V and gathers below the shoulders."""
    knots = vee(torso, torso.notch[1] - 0.30 - clothes.depth, 1.15, 0.5)
    cloth = fabric.silk(clothes.colour, clothes.print())
    body = shell(torso, "blouse", 0.06, fronted(torso, knots, 1.15), cloth, wrinkle=0.034, seed=4)
    return [body, *trimming(torso, knots, 1.15, 0.08, cloth, 0.06, 0.02)]


def bow(torso: Torso, clothes: Clothes) -> list[Any]:
    """A blouse with a band round the neck that is tied in a bow."""
    cloth = fabric.silk(clothes.colour, clothes.print())
    front = torso.notch[1] + 0.24 - clothes.depth
    knots = round_neck(torso, front, torso.side(1.06))
    body = shell(torso, "blouse", 0.06, [neckline(torso, lowered(knots, 0.03))], cloth, wrinkle=0.034, seed=4)
    profile = [(-0.03, -0.06, -0.1), (0.02, 0.09, -0.1), (0.045, 0.12, -0.05), (0.08, 0.08, 0.03)]
    profile += [(0.10, -0.06, 0.085), (0.08, -0.10, 0.04)]
    centre = torso.before(0.0, front - 0.01, 0.14).reshape(3)
    return [body, tube(torso, "band", knots, profile, cloth), *_tied(torso, centre, cloth)]


def _tied(torso: Torso, centre: Points, cloth: Any) -> list[Any]:
    """Two loops, two tails and the knot of a bow."""
    things = [_knot(torso, centre, cloth)]
    for way in SIDES:
        things.append(sheet(torso, "loop", way(_loop(centre) - [centre[0], 0, 0]), cloth, {}))
        things.append(_tail(torso, centre, way, cloth))
    return things


def _loop(centre: Points, length: float = 0.62, width: float = 0.21) -> Points:
    """(24, 28, 3) a loop of the bow, out and back again."""
    turn = np.linspace(0, 2 * np.pi, 28)[None]
    across = np.linspace(-1, 1, 24)[:, None]
    out = 0.5 - 0.5 * np.cos(turn)
    half = width * (0.35 + 0.65 * np.sin(np.pi * np.clip(out, 0, 1) ** 0.8 * 0.75))
    x = 0.03 + length * out - 0.03 * across**2 * out
    y = half * across - 0.16 * out**1.5 + 0.012 * np.sin(7 * across + 3 * out)
    z = 0.085 * np.sin(turn) * (1 - 0.25 * across**2) + 0.02 + 0.02 * np.sin(5 * across) * (1 - out)
    return centre + np.stack([x, y, z], axis=-1)


def _tail(torso: Torso, centre: Points, way: Any, cloth: Any) -> Any:
    y = np.linspace(0, 1, 40)
    x = 0.03 + 0.20 * y**1.2 + 0.02 * np.sin(6 * y)
    half = 0.05 + 0.08 * y**0.7
    low = centre[1] - 0.95 * y
    inner = torso.before(x - half, low, 0.12)
    outer = torso.before(x + half, low + 0.10 * y, 0.12)
    return panel(torso, "tail", way(inner), way(outer), cloth, 0.10, 0.03, 0.09)


def _knot(torso: Torso, centre: Points, cloth: Any) -> Any:
    """The knot: a small cushion with creases."""
    polar = np.linspace(0.02, np.pi - 0.02, 20)[:, None]
    turn = np.linspace(0, 2 * np.pi, 36)[None]
    size = 1 + 0.06 * np.sin(4 * turn + 2 * polar)
    ball = [
        np.sin(polar) * np.cos(turn) * size,
        np.cos(polar) + 0 * turn,
        np.sin(polar) * np.sin(turn) * size,
    ]
    grid = centre + np.stack(ball, axis=-1) * [0.085, 0.11, 0.08] + [0, 0, 0.05]
    return sheet(torso, "knot", grid, cloth, {})
