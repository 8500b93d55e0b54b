"""The figure: a model on the canvas, as the layers are cut from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rostra.picture.compiled import compiled
from rostra.presenters.model.faces import summed
from rostra.presenters.model.portrait import HEIGHT, WIDTH, seen
from rostra.presenters.model.scene import Target, normals

WELD = 0.02  # canvas pixels within which vertices are one
AROUND = 200.0  # canvas pixels around the canvas in which a model is kept

Points = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Figure:
    """A model on the canvas.

    Args:
        points: (n, 3) canvas units (x right, y down, z to the viewer).
        normals: (n, 3) unit; x right, y up, z to the viewer.
        uv: (n, 2) texture coordinates of the vertex's material.
        colours: (n, 4) linear light.
        triangles: (t, 3) counter-clockwise from outside with y up.
        material: (t,)
        shifts: channel -> vertices, canvas units.
        head: (n,) how much vertices follow the head.
        eyeball: (n,) int8: 1 and 2 hang on the left and right eye's bone, 0 on none.
        labels: (n,) index into `titles`.
        titles: names of node, mesh and material, in small letters.
    """

    points: Points
    normals: Points
    uv: Points
    colours: Points
    triangles: Indices
    material: Indices
    shifts: Mapping[str, Target]
    head: Points
    eyeball: NDArray[np.int8]
    labels: Indices
    titles: tuple[str, ...]

    def posed(self, weights: Mapping[str, float]) -> Points:
        """(n, 3) points in an expression."""
        return summed(self.points, self.shifts, weights)

    def turned(self, points: Points) -> Points:
        """(n, 3) normals when the points have moved."""
        if points is self.points:
            return self.normals
        change = self._smooth(points) - self._smooth(self.points)
        moved = self.normals + change
        unit: Points = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
        return unit

    def _smooth(self, points: Points) -> Points:
        """(n, 3) normals of the surface with its seams closed."""
        upright = points * [1, -1, 1]
        joined = upright[self._first]
        found: Points = normals(joined, self.welded[self.triangles])[self.welded]
        return found

    @cached_property
    def _welds(self) -> tuple[Indices, Indices]:
        rows = np.column_stack([np.rint(self.points / WELD).astype(np.int64), self.labels])
        _, first, place = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        return first, place.reshape(-1)

    @property
    def _first(self) -> Indices:
        return self._welds[0]

    @property
    def welded(self) -> Indices:
        """(n,) number of the place that vertices of one primitive share."""
        return self._welds[1]

    @cached_property
    def pieces(self) -> Indices:
        """(n,) number of the connected piece of each vertex, from 0."""
        roots = np.arange(len(self._first))
        _join(roots, self.welded[self.triangles])
        _, numbers = np.unique(roots[self.welded], return_inverse=True)
        found: Indices = numbers.reshape(-1)
        return found

    @cached_property
    def pixels(self) -> Points:
        """(n, 2) where the points are seen at rest."""
        return seen(self.points)


@compiled
def _join(roots: Any, triangles: Any) -> None:
    """Union-find over the triangles' corners; leaves each place's root in `roots`."""
    for t in range(len(triangles)):
        for k in range(2):
            a, b = triangles[t, k], triangles[t, k + 1]
            while roots[a] != a:
                roots[a] = roots[roots[a]]
                a = roots[a]
            while roots[b] != b:
                roots[b] = roots[roots[b]]
                b = roots[b]
            if a != b:
                roots[b] = a
    for v in range(len(roots)):
        a = v
        while roots[a] != a:
            a = roots[a]
        roots[v] = a


def on_canvas(points: Points, triangles: Indices) -> Flags:
    """(t,) which triangles are seen on the canvas or near it."""
    pixels = seen(points)[triangles]
    low, high = pixels.min(axis=1), pixels.max(axis=1)
    near = (high[:, 0] > -AROUND) & (low[:, 0] < WIDTH + AROUND)
    found: Flags = near & (high[:, 1] > -AROUND) & (low[:, 1] < HEIGHT + AROUND)
    return found
