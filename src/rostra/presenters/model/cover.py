"""Cover: which triangle is in front at each pixel.

Depth is anything that is linear over the picture and greater in front: the height above a map, or the inverse
of the distance to a camera.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rostra.picture.compiled import compiled
from rostra.presenters.model.portrait import DISTANCE, seen

Points = NDArray[np.float64]
Indices = NDArray[np.int64]


@compiled
def cover(triangles: Any, xs: Any, ys: Any, near: Any, depth: Any, ids: Any) -> None:
    """Draw triangles into a depth buffer.

    Args:
        triangles: (t, 3); xs, ys: (n,) pixels, a pixel's centre at .5; near: (n,) depth.
        depth: (h, w) float32, what is in front so far; updated.
        ids: (h, w) int32, the triangle that is in front; updated.
    """
    height, width = depth.shape
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay, bx, by, cx, cy = xs[a], ys[a], xs[b], ys[b], xs[c], ys[c]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-9:
            continue
        left, right = (
            int(max(np.ceil(min(ax, bx, cx) - 0.5), 0)),
            int(min(np.ceil(max(ax, bx, cx) - 0.5), width)),
        )
        top, bottom = (
            int(max(np.ceil(min(ay, by, cy) - 0.5), 0)),
            int(min(np.ceil(max(ay, by, cy) - 0.5), height)),
        )
        over = 1.0 / area
        for row in range(top, bottom):
            y = row + 0.5
            for column in range(left, right):
                x = column + 0.5
                u = ((bx - x) * (cy - y) - (by - y) * (cx - x)) * over
                v = ((cx - x) * (ay - y) - (cy - y) * (ax - x)) * over
                w = 1.0 - u - v
                if u < -1e-9 or v < -1e-9 or w < -1e-9:
                    continue
                value = u * near[a] + v * near[b] + w * near[c]
                if value > depth[row, column]:
                    depth[row, column] = value
                    ids[row, column] = t


def nearness(points: Points) -> Points:
    """(n,) depth before the camera of canvas units (n, 3): 1 in the plane of the eyes."""
    near: Points = DISTANCE / np.maximum(DISTANCE - points[:, 2], 1.0)
    return near


def depth_of(near: Points) -> Points:
    """Canvas z of depths before the camera."""
    z: Points = DISTANCE - DISTANCE / near
    return z


class Cover:
    """What covers a box of the canvas.

    Args:
        points: (n, 3) canvas units.
        triangles: (t, 3) what is drawn.
        box: x, y, width, height in canvas pixels.
        scale: pixels per canvas pixel.

    Attributes:
        ids: (h, w) the triangle in front, -1 for none.
        depth: (h, w) its nearness; 0 for none.
    """

    def __init__(
        self, points: Points, triangles: Indices, box: tuple[float, float, float, float], scale: float = 1.0
    ) -> None:
        self._points, self._triangles = points, triangles
        self._box, self._scale = box, scale
        self._place = (seen(points) - box[:2]) * scale
        shape = max(1, round(box[3] * scale)), max(1, round(box[2] * scale))
        self.depth = np.zeros(shape, np.float32)
        self.ids = np.full(shape, -1, np.int32)
        cover(triangles, self._place[:, 0], self._place[:, 1], nearness(points), self.depth, self.ids)

    def at(self, pixels: Points) -> Indices:
        """(n,) the triangle seen at canvas pixels (n, 2), -1 for none."""
        column, row = (np.floor((pixels[:, k] - self._box[k]) * self._scale).astype(np.int64) for k in (0, 1))
        height, width = self.ids.shape
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        found = self.ids[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)].astype(np.int64)
        return np.where(inside, found, -1)

    def shares(self, triangles: Indices, pixels: Points) -> Points:
        """(n, 3) share of each corner of a triangle at canvas pixels; corners as the picture shows them."""
        corners = seen(self._points)[self._triangles[triangles]]
        (ax, ay), (bx, by), (cx, cy) = (corners[:, k].T for k in range(3))
        x, y = pixels.T
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        area = np.where(np.abs(area) < 1e-9, 1e-9, area)
        u = ((bx - x) * (cy - y) - (by - y) * (cx - x)) / area
        v = ((cx - x) * (ay - y) - (cy - y) * (ax - x)) / area
        shares = np.clip(np.stack([u, v, 1 - u - v], axis=1), 0, 1)
        result: Points = shares / shares.sum(axis=1, keepdims=True)
        return result

    def values(self, per_vertex: Points, pixels: Points) -> tuple[NDArray[np.bool_], Points]:
        """Values of the surface seen at canvas pixels.

        Args:
            per_vertex: (n, k) values of the points.
            pixels: (m, 2)

        Returns:
            (m,) which pixels show anything; (m, k) values there, 0 elsewhere.
        """
        ids = self.at(pixels)
        hit = ids >= 0
        result = np.zeros((len(pixels), per_vertex.shape[1]))
        shares = self.shares(ids[hit], pixels[hit])
        corners = self._triangles[ids[hit]]
        result[hit] = np.einsum("mk,mkj->mj", shares, per_vertex[corners])
        return hit, result
