"""What differs between two poses: the box of the triangles that have to be drawn again."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rostra.picture.compiled import compiled, inlined
from rostra.picture.frame import NOTHING, Rect
from rostra.picture.rig import Rig
from rostra.presenters.pack import Pack

FRINGE = 2  # pixels by which outlines may exceed the vertices

_FAR = np.int32(1 << 30)


class Changes:
    """Compares the poses of a rig, each with the one before.

    Args:
        pack: the presenter; rig: of this pack.
        triangles: (t, 3) int32.
    """

    def __init__(self, pack: Pack, rig: Rig, triangles: NDArray[np.int32]) -> None:
        self._rig = rig
        self._triangles = triangles
        self._runs = np.array(
            [(layer.info.start, layer.info.stop, len(layer.info.keys)) for layer in pack.layers], np.int64
        )
        self._before = (rig.xs.copy(), rig.ys.copy(), rig.weight.copy())
        self._marks = tuple(np.zeros(len(pack.vertices), np.bool_) for _ in range(2))
        self._boxes = np.zeros((len(pack.layers), 4), np.int64)
        self._box = np.zeros(4, np.int64)

    def look(self) -> Rect:
        """The box in which the pose differs from the last one; remembers the pose."""
        pose = (self._rig.xs, self._rig.ys, self._rig.weight)
        _mark(self._runs, self._triangles, *pose, *self._before, *self._marks)
        xs, ys, _ = self._before
        _bounds(self._runs, *pose[:2], xs, ys, self._marks[1], self._boxes, self._box)
        return _rect(self._box)

    @property
    def whole(self) -> Rect:
        """The box of the whole presenter in the last pose."""
        whole = NOTHING
        for box in self._boxes:
            whole = whole.union(_rect(box))
        return whole


def _rect(box: NDArray[np.int64]) -> Rect:
    return Rect(*(int(side) for side in box))


@compiled
def _mark(
    runs: Any, triangles: Any, xs: Any, ys: Any, weight: Any, old_xs: Any, old_ys: Any, old_weight: Any,
    differs: Any, concerned: Any,
) -> None:  # fmt: skip
    """Mark the vertices of all triangles of which one differs; remembers the weights.

    Args:
        runs: (layers, 3) vertices of each layer, from and to; its keys.
        triangles: (t, 3).
        xs, ys, weight: the new pose; old_xs, old_ys, old_weight: the old one.
        differs, concerned: (n,) bool, set here.
    """
    for v in range(len(differs)):
        differs[v] = (xs[v] != old_xs[v]) | (ys[v] != old_ys[v])
        concerned[v] = False
    for n in range(len(runs)):
        keys = runs[n, 2]
        if keys == 1:
            continue
        for v in range(runs[n, 0], runs[n, 1]):
            for key in range(keys):
                differs[v] |= weight[v, key] != old_weight[v, key]
                old_weight[v, key] = weight[v, key]
    for t in range(len(triangles)):
        a, b, c = np.uint64(triangles[t, 0]), np.uint64(triangles[t, 1]), np.uint64(triangles[t, 2])
        if differs[a] | differs[b] | differs[c]:
            concerned[a] = concerned[b] = concerned[c] = True


@compiled
def _bounds(
    runs: Any, xs: Any, ys: Any, old_xs: Any, old_ys: Any, concerned: Any, boxes: Any, box: Any
) -> None:
    """The boxes of the layers, and that of the concerned vertices, old and new; remembers the places."""
    left, top, right, bottom = _FAR, _FAR, -_FAR, -_FAR
    for n in range(len(runs)):
        first, upper, last, lower = _FAR, _FAR, -_FAR, -_FAR
        for v in range(runs[n, 0], runs[n, 1]):
            first, last = min(first, xs[v]), max(last, xs[v])
            upper, lower = min(upper, ys[v]), max(lower, ys[v])
            if concerned[v]:
                left, right = min(left, xs[v], old_xs[v]), max(right, xs[v], old_xs[v])
                top, bottom = min(top, ys[v], old_ys[v]), max(bottom, ys[v], old_ys[v])
            old_xs[v], old_ys[v] = xs[v], ys[v]
        _bound(boxes[n], first, upper, last, lower)
    _bound(box, left, top, right, bottom)


@inlined
def _bound(box: Any, left: Any, top: Any, right: Any, bottom: Any) -> None:
    """Pixels around 1/256 pixels, with room for outlines."""
    box[0], box[1] = (left >> 8) - FRINGE, (top >> 8) - FRINGE
    box[2], box[3] = (right >> 8) + FRINGE + 1, (bottom >> 8) + FRINGE + 1
