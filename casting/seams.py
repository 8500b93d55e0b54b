"""Seams: where lips meet lips and lids meet lids, and how to make them meet exactly.

The base is drawn with closed rings of vertices around mouth and eyes. A seam knows its rings, measures the
gap between their upper and lower halves on the smooth surface (as seen from the front), and can take the
gap to a wanted width by moving the skin around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from casting import human
from casting.landmarks import BODY, body_faces
from casting.sculpt import step

Points = NDArray[np.float64]
Indices = NDArray[np.int64]

COLUMNS = 33  # places between the corners where a gap is measured
MOUTH_RINGS = ((474, 7229), (520, 7267), (468, 7224), (537, 7282))  # two neighbours on each ring
EYE_RINGS = ((7748, 7747), (13352, 13353), (6785, 6784))  # of the left eye


@dataclass(frozen=True)
class Seam:
    """A seam of the base.

    Args:
        upper: vertices of the upper half of each ring, from right to left.
        lower: likewise.
        column: (BODY,) where between the corners (0..COLUMNS-1) a vertex lies.
        above: (BODY,) how much a vertex goes with the upper half, 0..1.
        below: (BODY,) how much with the lower one.
        rise: share of a gap that the lower half closes.
        ends: columns from each corner over which gaps fade out.
    """

    upper: tuple[Indices, ...]
    lower: tuple[Indices, ...]
    column: Points
    above: Points
    below: Points
    rise: float
    ends: int

    def gap(self, points: Points) -> Points:
        """(COLUMNS,) height of the opening, dm; below 0 where the halves overlap."""
        used = np.unique(np.concatenate(self.upper + self.lower))
        place = points.copy()
        place[used] = limits(points, used)
        left = min(float(place[half].max(axis=0)[0]) for half in self.upper)
        right = max(float(place[half].min(axis=0)[0]) for half in self.upper)
        at = np.linspace(right, left, COLUMNS)
        top = np.min([_height(place[half], at) for half in self.upper], axis=0)
        bottom = np.max([_height(place[half], at) for half in self.lower], axis=0)
        fade = step(0, self.ends, np.minimum(np.arange(COLUMNS), np.arange(COLUMNS)[::-1]).astype(float))
        result: Points = (top - bottom) * fade
        return result

    def changed(self, points: Points, gap: Points, wanted: Points | float) -> Points:
        """(BODY, 3) shift of the skin that turns a measured gap into a wanted one."""
        excess = gap - wanted
        here = np.interp(self.column, np.arange(COLUMNS), excess)
        shift = np.zeros((BODY, 3))
        shift[:, 1] = here * (self.rise * self.below - (1 - self.rise) * self.above)
        return shift

    def closed(self, points: Points, overlap: float = 0.003, rounds: int = 3, only: bool = False) -> Points:
        """The points with this seam closed; with `only`, just where the halves overlap too much."""
        result = points.copy()
        for _ in range(rounds):
            gap = self.gap(result)
            wanted = np.maximum(gap, -overlap) if only else np.full(COLUMNS, -overlap)
            result[:BODY] += self.changed(result, gap, wanted)
        return result


def _height(curve: Points, at: Points) -> Points:
    order = np.argsort(curve[:, 0])
    height: Points = np.interp(at, curve[order, 0], curve[order, 1])
    return height


@lru_cache(maxsize=4)
def mouth(reach: float = 0.10, rise: float = 0.55) -> Seam:
    """The seam between the lips; `reach` (dm) is how far around it skin moves."""
    rings = [ring(*pair) for pair in MOUTH_RINGS]
    return _seam(rings, reach, rise, depth=1.15, ends=3)


@lru_cache(maxsize=2)
def eye(side: str) -> Seam:
    """The seam between the lids of the `left` or `right` eye."""
    rings = [ring(*pair) for pair in EYE_RINGS]
    if side == "right":
        rings = [mirrored(vertices) for vertices in rings]
    return _seam(rings, reach=0.07, rise=0.12, depth=1.30, ends=2)


def _seam(rings: Sequence[Indices], reach: float, rise: float, depth: float, ends: int) -> Seam:
    neutral = human.base().points[:BODY]
    halves = [_halves(vertices) for vertices in rings]
    upper, lower = halves[0]
    left, right = neutral[upper][:, 0].max(), neutral[upper][:, 0].min()
    at = np.clip(neutral[:, 0], right, left)
    middle = (_height(neutral[upper], at) + _height(neutral[lower], at)) / 2
    away = neutral[:, 1] - middle
    beside = np.maximum(0, np.abs(neutral[:, 0] - (left + right) / 2) - (left - right) / 2)
    near = (
        np.exp(-((away / reach) ** 2))
        * step(0.5 * reach, 0, beside)
        * step(depth - 0.12, depth, neutral[:, 2])
    )
    side = np.sign(away)
    for top, bottom in halves:
        side[top], side[bottom] = 1, -1
    column = (at - right) / (left - right) * (COLUMNS - 1)
    above, below = near * (side > 0), near * (side < 0)
    return Seam(
        tuple(top for top, _ in halves),
        tuple(bottom for _, bottom in halves),
        column,
        above,
        below,
        rise,
        ends,
    )


def _halves(vertices: Indices) -> tuple[Indices, Indices]:
    """A ring that starts at its top, cut at its corners."""
    x = human.base().points[vertices, 0]
    first, second = sorted((int(np.argmax(x)), int(np.argmin(x))))
    between = vertices[first : second + 1]
    around = np.concatenate([vertices[second:], vertices[: first + 1]])
    return around, between


def ring(first: int, second: int) -> Indices:
    """The closed ring of edges that leads from one vertex to the next and straight on."""
    near, faces = _around()
    path = [first, second]
    while True:
        before, here = path[-2:]
        shared = faces[before] & faces[here]
        ahead = [v for v in near[here] if v != before and not (faces[v] & faces[here] & shared)]
        ahead = [v for v in ahead if not faces[v] & faces[here] & faces[before]]
        if len(ahead) != 1 or ahead[0] == first:
            return np.array(path)
        path.append(ahead[0])


def mirrored(vertices: Indices) -> Indices:
    """The vertices on the other side of the body."""
    neutral = human.base().points[:BODY]
    twins: Indices = cKDTree(neutral).query(neutral[vertices] * [-1, 1, 1])[1]
    return twins


@lru_cache(maxsize=1)
def _around() -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """For each vertex its neighbours and its faces."""
    near: dict[int, set[int]] = {}
    faces: dict[int, set[int]] = {}
    for number, face in enumerate(body_faces().tolist()):
        for corner, vertex in enumerate(face):
            near.setdefault(vertex, set()).update((face[corner - 1], face[(corner + 1) % 4]))
            faces.setdefault(vertex, set()).add(number)
    return near, faces


def limits(points: Points, vertices: Indices) -> Points:
    """(n, 3) where vertices of the body come to lie on the smooth (Catmull-Clark) surface."""
    place: Points = _limit_weights()[vertices] @ points[:BODY]
    return place


@lru_cache(maxsize=1)
def _limit_weights() -> Any:
    """(BODY, BODY) sparse weights of the limit surface."""
    near, faces = _around()
    quads = body_faces()
    rows, columns, values = [], [], []
    for vertex, edges in near.items():
        count = len(edges)
        total = count * (count + 5)
        corners = [corner for face in faces[vertex] for corner in quads[face].tolist()]
        across = [corner for corner in corners if corner != vertex and corner not in edges]
        for weight, group in ((count**2, [vertex]), (4, edges), (1, across)):
            rows += [vertex] * len(group)
            columns += list(group)
            values += [weight / total] * len(group)
    return csr_matrix((values, (rows, columns)), shape=(BODY, BODY))
