"""Nets: triangles over what a picture shows, joined to a face, smoothed and put in order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

Points = NDArray[np.float64]
Indices = NDArray[np.int64]


def grid(
    alpha: NDArray[np.uint8], corner: tuple[float, float], scale: float, step: float
) -> tuple[Points, Indices]:
    """A net of points over what a picture shows, with a margin of one step.

    Args:
        alpha: (h, w) opacity of the picture.
        corner: canvas place of the picture's upper left corner.
        scale: texels per canvas pixel.
        step: canvas pixels between points.

    Returns:
        (n, 2) canvas points and (t, 3) triangles.
    """
    rows, columns = np.nonzero(alpha > 4)
    low = np.array([columns.min(), rows.min()]) / scale + corner - step
    high = np.array([columns.max(), rows.max()]) / scale + corner + step
    counts = np.maximum(2, np.ceil((high - low) / step).astype(int) + 1)
    axes = [np.linspace(low[k], high[k], counts[k]) for k in range(2)]
    points = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    index = np.arange(len(points)).reshape(counts[1], counts[0])
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    triangles = np.concatenate(
        [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)]
    )
    return _drop_empty(points, in_bands(triangles, points), alpha, corner, scale, step)


def _drop_empty(
    points: Points,
    triangles: Indices,
    alpha: NDArray[np.uint8],
    corner: tuple[float, float],
    scale: float,
    step: float,
) -> tuple[Points, Indices]:
    """Without the triangles that show nothing, in rows from the top."""
    reach = int(np.ceil(step * scale))
    padded = np.pad(alpha > 4, reach)
    table = np.pad(padded.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    places = (points[triangles] - corner) * scale + reach
    low = np.clip(np.floor(places.min(axis=1)).astype(int) - 1, 0, None)
    limit = np.array(padded.shape[::-1])
    high = np.clip(np.ceil(places.max(axis=1)).astype(int) + 2, 0, limit)
    low = np.minimum(low, limit)
    inside = (
        table[high[:, 1], high[:, 0]]
        - table[low[:, 1], high[:, 0]]
        - table[high[:, 1], low[:, 0]]
        + table[low[:, 1], low[:, 0]]
    )
    kept = triangles[inside > 0]
    used, renamed = np.unique(kept, return_inverse=True)
    return points[used], renamed.reshape(-1, 3)


def around(outline: Points, extent: tuple[Points, Points], step: float) -> tuple[Points, Indices]:
    """A net around a polygon, joined to its corners.

    Args:
        outline: (n, 2) corners in order.
        extent: the box to fill: low and high corner.
        step: canvas pixels between points.

    Returns:
        (m, 2) new points, and (t, 3) triangles over outline (first) and new points.
    """
    low, high = extent
    axes = [np.arange(low[k], high[k] + step, step) for k in range(2)]
    points = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    points = points[~inside(points, outline) & (_gap(points, outline) > 0.45 * step)]
    every = np.concatenate([outline, points])
    triangles = Delaunay(every).simplices
    of_outline = (triangles < len(outline)).all(axis=1)
    corners = every[triangles]
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    # Small ones inside stay: the face is drawn over them, and without them dents of the outline gape.
    swallowed = of_outline & inside(corners.mean(axis=1), outline) & (longest > 2.2 * step)
    return points, triangles[~swallowed]


def even(values: Points, links: Indices) -> Points:
    """(n, ...) values moved half way to the mean of their neighbours'.

    Args:
        values: at the points.
        links: (e, 2) neighbours, both ways.
    """
    count = np.maximum(1, np.bincount(links[:, 0], minlength=len(values)))[:, None]
    total = np.zeros_like(values)
    np.add.at(total, links[:, 0], values[links[:, 1]])
    moved: Points = 0.5 * values + 0.5 * total / count
    return moved


def links(triangles: Indices) -> Indices:
    """(e, 2) neighbours in a net, both ways."""
    one_way = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    return np.concatenate([one_way, one_way[:, ::-1]])


def in_bands(triangles: Indices, vertices: Points, height: float = 16.0) -> Indices:
    """Triangles row by row, so that those drawn one after the other lie near each other in memory."""
    middle = vertices[triangles][..., :2].mean(axis=1)
    ordered: Indices = triangles[np.lexsort((middle[:, 0], middle[:, 1] // height))]
    return ordered


def inside(points: Points, outline: Points) -> NDArray[np.bool_]:
    """Which points lie in a polygon (even-odd rule)."""
    result = np.zeros(len(points), dtype=bool)
    x, y = points.T
    for (ax, ay), (bx, by) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        crosses = (ay > y) != (by > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            result ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return result


def _gap(points: Points, outline: Points) -> Points:
    """(n,) distance to the nearest corner of the outline."""
    gap: Points = np.linalg.norm(points[:, None] - outline[None], axis=2).min(axis=1)
    return gap
