"""Expressions: the face units fitted to a person.

The units were drawn on the neutral head. For another head each shift is turned and stretched as the head
itself was (the local linear map from the neutral head to this one). Then the units are corrected, so that
a plain sum of them does what it should: lips that are closed at rest stay closed in every unit that does not
open them, `mouthClose` closes what `jawOpen` opened, a blink shuts. Only the lids' way around the eyeball
is not linear: they are pushed out of it afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from casting import human, seams
from casting.landmarks import BODY, ball, painted, smoothed
from casting.sculpt import cornea

Points = NDArray[np.float64]
Units = dict[str, human.Target]

NEAR = 28  # neighbours that say how a place was stretched
LID = 0.001  # dm that lids stay outside the eyeball
LAYER = 0.004  # dm, thickness of one layer of a lid
LIDS_OVERLAP = 0.004  # dm

ROUND = 0.88  # height of the middle of an open mouth, against the unit as drawn

# units that pull the corners of the mouth down more than speech does: share of the fall that is kept
LEVEL = {"mouthStretchLeft": 0.35, "mouthStretchRight": 0.35}

# units that fold the cheeks more sharply than a young face does: rounds of smoothing
SOFTER = {
    "mouthSmileLeft": 14, "mouthSmileRight": 14, "mouthStretchLeft": 14, "mouthStretchRight": 14,
    "mouthPressLeft": 16, "mouthPressRight": 16, "cheekPuff": 8, "jawOpen": 6, "mouthClose": 6,
    "mouthDimpleLeft": 6, "mouthDimpleRight": 6, "mouthUpperUpLeft": 6, "mouthUpperUpRight": 6,
    "cheekSquintLeft": 6, "cheekSquintRight": 6, "noseSneerLeft": 6, "noseSneerRight": 6,
    "mouthFunnel": 5, "mouthPucker": 5,
}  # fmt: skip

# units in which the lips stay together (each side of a pair on its own)
CLOSED = (
    "cheekPuff", "jawForward", "jawLeft", "jawRight", "mouthPucker", "mouthLeft", "mouthRight",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight", "mouthDimpleLeft",
    "mouthDimpleRight", "mouthPressLeft", "mouthPressRight", "mouthRollLower", "mouthRollUpper",
    "mouthShrugLower", "mouthShrugUpper", "mouthStretchLeft", "mouthStretchRight",
    "noseSneerLeft", "noseSneerRight",
)  # fmt: skip

# units that open the lips, yet must not push them through each other anywhere
OPEN = (
    "jawOpen", "mouthFunnel", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthUpperUpLeft", "mouthUpperUpRight",
)  # fmt: skip


@lru_cache(maxsize=1)
def touched() -> NDArray[np.int64]:
    """Vertices that any face unit moves."""
    return np.unique(np.concatenate([vertices for vertices, _ in human.expressions().values()]))


def fitted(points: Points) -> Units:
    """The face units for a person, as drawn.

    Args:
        points: (COUNT, 3) of the person at rest.
    """
    maps = _maps(points)
    return {
        name: (vertices, np.einsum("nij,nj->ni", maps[vertices], shifts))
        for name, (vertices, shifts) in human.expressions().items()
    }


def _maps(points: Points) -> Points:
    """(COUNT, 3, 3) how space around each vertex was stretched from the neutral head to this one."""
    neutral = human.base().points
    where = touched()
    skin = where[where < BODY]
    near = skin[cKDTree(neutral[skin]).query(neutral[where], NEAR)[1]]
    old = neutral[near] - neutral[near].mean(axis=1, keepdims=True)
    new = points[near] - points[near].mean(axis=1, keepdims=True)
    spread = np.einsum("nki,nkj->nij", old, old)
    ridge = 0.08 * np.trace(spread, axis1=1, axis2=2)[:, None, None] * np.eye(3)
    size = np.sqrt((new**2).sum(axis=(1, 2)) / (old**2).sum(axis=(1, 2)))[:, None, None] * np.eye(3)
    cross = np.einsum("nki,nkj->nij", new, old) + size @ ridge
    maps = np.tile(np.eye(3), (len(neutral), 1, 1))
    maps[where] = cross @ np.linalg.inv(spread + ridge)
    return maps


def corrected(points: Points, units: Units) -> Units:
    """The units with lips and lids that meet where they should.

    Args:
        points: (COUNT, 3) at rest, lips closed.
        units: as from `fitted`.
    """
    result = dict(units)
    lips = seams.mouth()
    for name, share in LEVEL.items():
        vertices, shifts = units[name]
        result[name] = vertices, shifts * [1, share, 1]
    units = dict(result)
    for name, rounds in SOFTER.items():
        result[name] = _softened(units[name], rounds)
    units = dict(result)
    for name in CLOSED:
        result[name] = _between(points, lips.closed(_summed(points, units, {name: 1.0})))
    for name in OPEN:
        result[name] = _between(points, lips.closed(_summed(points, units, {name: 1.0}), only=True))
    opened = _rounded(_summed(points, units, {"jawOpen": 1.0}))
    result["jawOpen"] = _between(points, opened)
    both = _summed(points, {**units, "jawOpen": result["jawOpen"]}, {"jawOpen": 1.0, "mouthClose": 1.0})
    result["mouthClose"] = _between(opened, lips.closed(both, 0.005))
    for side in ("Left", "Right"):
        name = f"eyeBlink{side}"
        lids = seams.eye(side.lower())
        shut = lids.closed(_summed(points, units, {name: 1.0}), LIDS_OVERLAP)
        shut = kept_outside(points, shut)
        shut = kept_outside(points, lids.closed(shut, LIDS_OVERLAP))
        result[name] = _between(points, shut)
    return result


def _rounded(points: Points) -> Points:
    """An open mouth whose lower lip hangs as a bow, not as the letter V."""
    lips = seams.mouth(0.20, 0.9)
    result = points.copy()
    at = np.abs(np.linspace(-1, 1, seams.COLUMNS))
    bow = (1 - at**2.6) ** 0.9
    peak = float(lips.gap(points).max())
    for _ in range(2):
        gap = lips.gap(result)
        result[:BODY] += lips.changed(result, gap, ROUND * peak * bow)
    return result


def _softened(unit: human.Target, rounds: int) -> human.Target:
    """A unit without sharp folds, except at the lips."""
    vertices, shifts = unit
    field = np.zeros((human.COUNT, 3))
    field[vertices] = shifts
    soft = field.copy()
    soft[:BODY] = smoothed(field[:BODY], rounds)
    keep = np.zeros((human.COUNT, 1))
    keep[:BODY, 0] = smoothed(np.maximum(painted("lips"), painted("inside-mouth")), 3)
    field = keep * field + (1 - keep) * soft
    field[BODY:] = 0
    field[vertices[vertices >= BODY]] = shifts[vertices >= BODY]
    moved = np.nonzero(np.abs(field).max(axis=1) > 1e-6)[0]
    return moved, field[moved]


def _between(start: Points, stop: Points) -> human.Target:
    shift = stop - start
    vertices = np.nonzero(np.abs(shift).max(axis=1) > 1e-6)[0]
    return vertices, shift[vertices]


def _summed(points: Points, units: Units, weights: Mapping[str, float]) -> Points:
    result = points.copy()
    for name, weight in weights.items():
        if weight and name in units:
            vertices, shifts = units[name]
            result[vertices] += weight * shifts
    return result


def posed(points: Points, units: Units, weights: Mapping[str, float]) -> Points:
    """(COUNT, 3) points in an expression."""
    return kept_outside(points, _summed(points, units, weights))


def kept_outside(rest: Points, points: Points) -> Points:
    """The points with lids pushed out of the eyeballs (which stay), as smooth surfaces lie."""
    result = points.copy()
    for side in ("left", "right"):
        centre, radius = ball(rest, side)
        lids, layers = _lid_layers(side)
        least = radius + LID + LAYER * layers
        for _ in range(4):
            away = seams.limits(result, lids) - centre
            distance = np.linalg.norm(away, axis=1)
            over = radius * cornea(np.arccos(np.clip(away[:, 2] / distance, -1, 1)))
            missing = np.maximum(0, least + over - distance) * (away[:, 2] > 0.25 * radius)
            result[lids] += away * (missing / distance)[:, None]
    return result


@lru_cache(maxsize=2)
def _lid_layers(side: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The vertices of the lids and how many layers of skin lie between each and the eyeball."""
    rings = [seams.ring(*pair) for pair in seams.EYE_RINGS]
    hidden = seams.ring(7774, 7773)
    if side == "right":
        rings, hidden = [seams.mirrored(ring) for ring in rings], seams.mirrored(hidden)
    neutral = human.base().points
    centre, radius = ball(neutral, side)
    distance = np.linalg.norm(neutral[:BODY] - centre, axis=1)
    layer = np.full(BODY, -1.0)
    layer[(distance > radius + 0.012) & (distance < radius + 0.09) & (neutral[:BODY, 2] > centre[2])] = 3
    layer[hidden] = -1
    for number, ring in enumerate(rings):
        layer[ring] = number
    lids = np.nonzero(layer >= 0)[0]
    return lids, layer[lids]
