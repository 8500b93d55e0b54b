"""Nets: even grids of points over a picture, for parts that bend little.

What hangs on a net has soft edges from its picture's opacity, however coarse the model is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.model.photograph import Box

Points = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


def net(shown: Flags, box: Box, scale: float, step: float) -> tuple[Points, Indices]:
    """A net over what a picture shows.

    Args:
        shown: (h, w) where the picture shows anything.
        box: where it lies on the canvas.
        scale: texels per canvas pixel.
        step: canvas pixels between points.

    Returns:
        (n, 2) canvas pixels and (t, 3) triangles, from the top down; none if nothing is shown.
    """
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    if not len(rows):
        return np.zeros((0, 2)), np.zeros((0, 3), np.int64)
    low = np.array([columns[0], rows[0]]) - 2.0
    high = np.array([columns[-1], rows[-1]]) + 3.0
    counts = np.maximum(2, np.ceil((high - low) / (step * scale)).astype(int) + 1)
    xs, ys = (np.linspace(low[k], high[k], counts[k]) for k in (0, 1))
    filled = _filled_cells(shown, xs, ys)
    down, across = np.nonzero(filled)
    corner = down * counts[0] + across
    right, below = corner + 1, corner + counts[0]
    triangles = np.stack([corner, right, below, right, below + 1, below], axis=1).reshape(-1, 3)
    used, local = np.unique(triangles, return_inverse=True)
    points = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)[used]
    return points / scale + box[:2], local.reshape(-1, 3)


def _filled_cells(shown: Flags, xs: Points, ys: Points) -> Flags:
    """(rows, columns) which cells of a grid show anything, one texel around counted."""
    table = np.pad(shown.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    left, top = (
        np.clip(np.floor(a[:-1]).astype(int) - 1, 0, n)
        for a, n in ((xs, shown.shape[1]), (ys, shown.shape[0]))
    )
    right, bottom = (
        np.clip(np.ceil(a[1:]).astype(int) + 2, 0, n) for a, n in ((xs, shown.shape[1]), (ys, shown.shape[0]))
    )
    inside = (
        table[np.ix_(bottom, right)] - table[np.ix_(top, right)]
        - table[np.ix_(bottom, left)] + table[np.ix_(top, left)]
    )  # fmt: skip
    filled: Flags = inside > 0
    return filled


def links(triangles: Indices) -> Indices:
    """(e, 2) neighbours, both ways."""
    one_way = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    return np.concatenate([one_way, one_way[:, ::-1]])


def spread(values: Points, known: Flags, triangles: Indices) -> Points:
    """(n, k) values with those that are not known taken from their neighbours, step by step."""
    result, known = values.copy(), known.copy()
    pairs = links(triangles)
    while not known.all():
        usable = pairs[~known[pairs[:, 0]] & known[pairs[:, 1]]]
        if not len(usable):
            result[~known] = result[known].mean(axis=0) if known.any() else 0.0
            break
        total, count = _gathered(result, usable)
        found = count > 0
        result[found] = total[found] / count[found, None]
        known |= found
    return result


def even(values: Points, triangles: Indices, rounds: int) -> Points:
    """(n, k) values, each round moved half way to the mean of their neighbours'."""
    pairs = links(triangles)
    for _ in range(rounds):
        total, count = _gathered(values, pairs)
        values = 0.5 * values + 0.5 * total / np.maximum(count, 1)[:, None]
    return values


def _gathered(values: Points, pairs: Indices) -> tuple[Points, Indices]:
    """Sum and number of the second of each pair, at the first."""
    count = np.bincount(pairs[:, 0], minlength=len(values))
    total: Points = np.stack(
        [np.bincount(pairs[:, 0], values[pairs[:, 1], k], len(values)) for k in range(values.shape[1])],
        axis=1,
    ).astype(np.float64)
    return total, count.astype(np.int64)
