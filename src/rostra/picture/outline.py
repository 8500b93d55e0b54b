"""Outlines: soft edges where a surface ends against another, such as lips and lids.

A triangle covers a pixel or not, so a hard edge of a mesh would show steps. Layers marked `fine`
get a fringe: along every visible border a strip of one pixel, in the colour of the border, whose opacity
falls from full to none. A border is an edge of one triangle only, or a fold: both triangles of an edge on
the same side of it, as where a lip rolls in or a lid slides under the brow. Folds are looked for in
every pose; their strip grows with the fold, so that none appears at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rostra.picture.compiled import compiled
from rostra.picture.raster import SUBPIXELS

WIDTH = 1.0  # pixels of the fringe
BORDER = -1  # for the other triangle of an edge that has only one


class Outline:
    """Draws lists of triangles with fringes. Fringe vertices are the second half of the rig's arrays.

    Args:
        triangles, layer, solid: without fringes, as in `raster.paint`.
        edges: of those that may have some, see `edges`.
        vertices: how many there are.

    Attributes:
        triangles, layer, solid: what to draw, as in `raster.paint`; the first `count` are valid.
    """

    def __init__(
        self,
        triangles: NDArray[np.int32],
        layer: NDArray[np.int32],
        solid: NDArray[np.uint8],
        edges: NDArray[np.int32],
        vertices: int,
    ) -> None:
        self._source = (triangles, layer, solid)
        self._edges = edges
        self._normal = np.zeros((vertices, 2), np.float32)
        self._reach = np.zeros(vertices, np.float32)
        room = len(triangles) + 2 * len(edges)
        self.triangles = np.zeros((room, 3), np.int32)
        self.layer = np.zeros(room, np.int32)
        self.solid = np.zeros(room, np.uint8)
        self.count = 0
        self._marks = np.zeros(len(triangles), np.uint8)

    def trace(self, xs: NDArray[np.int32], ys: NDArray[np.int32]) -> None:
        """Make the list for a pose; fills the second half of `xs` and `ys`."""
        triangles, layer, solid = self._source
        half = len(xs) // 2
        xs[half:], ys[half:] = xs[:half], ys[:half]
        _mark(self._edges, xs, ys, self._normal, self._reach, self._marks)
        _spread(self._normal, self._reach, xs, ys)
        self.count = _list(triangles, layer, solid, self._marks, half, self.triangles, self.layer, self.solid)


def edges(triangles: NDArray[np.int32], wanted: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The edges of the wanted triangles, each once, with the later of its two triangles.

    Returns:
        (m, 6) int32: its ends, that triangle's third vertex, the other's third vertex or `BORDER`, that
        triangle, which of its edges it is (corner e to e + 1).
    """
    owner = np.repeat(np.flatnonzero(wanted), 3)
    corner = np.tile(np.arange(3), len(owner) // 3)
    a, b, c = (triangles[owner, (corner + n) % 3].astype(np.int64) for n in range(3))
    name = np.minimum(a, b) << 32 | np.maximum(a, b)
    order = np.argsort(name, kind="stable")
    named = name[order]
    first = np.diff(named, prepend=-1) != 0  # of the triangles of an edge
    last = np.diff(named, append=-1) != 0
    other = np.where(first, BORDER, np.roll(c[order], 1))
    rows = np.column_stack([a[order], b[order], c[order], other, owner[order], corner[order]])[last]
    return np.ascontiguousarray(rows[np.argsort(order[first])], np.int32)


@compiled
def _mark(edges: Any, xs: Any, ys: Any, normal: Any, reach: Any, marks: Any) -> None:
    """Find the borders of a pose: bits of `marks` are edges; sums up outward normals at their ends."""
    normal[:] = 0
    reach[:] = 0
    marks[:] = 0
    for n in range(len(edges)):
        a, b, c, p = edges[n, 0], edges[n, 1], edges[n, 2], edges[n, 3]
        dx, dy = np.int64(xs[b]) - xs[a], np.int64(ys[b]) - ys[a]
        side = dx * (ys[c] - ys[a]) - dy * (xs[c] - xs[a])
        beyond = side if p == BORDER else dx * (ys[p] - ys[a]) - dy * (xs[p] - xs[a])
        if (side > 0) != (beyond > 0) or side == 0 or beyond == 0:
            continue
        length = np.sqrt(np.float64(dx * dx + dy * dy))
        depth = np.float64(SUBPIXELS) if p == BORDER else min(abs(beyond) / length, np.float64(SUBPIXELS))
        sign = -1.0 if side > 0 else 1.0
        marks[edges[n, 4]] |= np.uint8(1 << edges[n, 5])
        for v in (a, b):
            normal[v, 0] += np.float32(-dy / length * sign)
            normal[v, 1] += np.float32(dx / length * sign)
            reach[v] = max(reach[v], np.float32(depth * WIDTH))


@compiled
def _spread(normal: Any, reach: Any, xs: Any, ys: Any) -> None:
    """Put the fringe's outer vertices."""
    half = len(normal)
    for v in range(half):
        length = np.sqrt(normal[v, 0] * normal[v, 0] + normal[v, 1] * normal[v, 1])
        if length > 0.1:
            xs[half + v] = xs[v] + np.int32(np.rint(normal[v, 0] / length * reach[v]))
            ys[half + v] = ys[v] + np.int32(np.rint(normal[v, 1] / length * reach[v]))


@compiled
def _list(
    triangles: Any, layer: Any, solid: Any, marks: Any, half: Any,
    out: Any, out_layer: Any, out_solid: Any,
) -> int:  # fmt: skip
    """Each triangle, followed by its fringe; returns how many."""
    n = 0
    for t in range(len(triangles)):
        one = layer[t]
        for corner in range(3):
            out[n, corner] = triangles[t, corner]
        out_layer[n], out_solid[n] = one, solid[t]
        n += 1
        for e in range(3):
            if marks[t] & (1 << e):
                a, b = triangles[t, e], triangles[t, (e + 1) % 3]
                out[n, 0], out[n, 1], out[n, 2] = a, b, b + half
                out[n + 1, 0], out[n + 1, 1], out[n + 1, 2] = a, b + half, a + half
                out_layer[n], out_layer[n + 1] = one, one
                out_solid[n], out_solid[n + 1] = 0, 0
                n += 2
    return n
