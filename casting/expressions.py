"""Expressions: the face units fitted to a person, and what a plain sum of them gets wrong.

The units were drawn on the neutral head. For another head each shift is turned and stretched as the head
itself was (the local linear map from the neutral head to this one). Then lids are kept outside the
eyeballs.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from casting import human
from casting.landmarks import ball

Points = NDArray[np.float64]

NEAR = 28  # neighbours that say how a place was stretched
LID = 0.006  # dm that lids stay outside the eyeball


@lru_cache(maxsize=1)
def touched() -> NDArray[np.int64]:
    """Vertices that any face unit moves."""
    return np.unique(np.concatenate([vertices for vertices, _ in human.expressions().values()]))


def fitted(points: Points) -> dict[str, human.Target]:
    """The face units for a person.

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
    skin = where[where < human.RANGES["body"][1]]
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


def posed(points: Points, units: Mapping[str, human.Target], weights: Mapping[str, float]) -> Points:
    """(COUNT, 3) points in an expression."""
    result = points.copy()
    for name, weight in weights.items():
        if weight and name in units:
            vertices, shifts = units[name]
            result[vertices] += weight * shifts
    return _lids(points, result)


def _lids(rest: Points, result: Points) -> Points:
    """Push lids out of the eyeballs."""
    last = human.RANGES["body"][1]
    for side in ("left", "right"):
        centre, radius = ball(rest, side)
        away = result[:last] - centre
        distance = np.linalg.norm(away, axis=1)
        inside = (distance < radius + LID) & (away[:, 2] > 0.25 * radius)
        moved = centre + away[inside] * ((radius + LID) / distance[inside])[:, None]
        result[:last][inside] = moved
    return result
