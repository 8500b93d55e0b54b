"""The stage: a presenter before a backdrop, drawn row by row into frames.

A stage belongs to one thread. It keeps the whole picture packed (see `raster`), draws again only the
box in which something moved, and brings a caller's frame up to date with what changed since it last
drew into that frame. What a frame shows depends on its row alone, never on what was drawn before.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from rostra.picture.backdrop import Backdrop
from rostra.picture.change import Changes
from rostra.picture.fill import PLAN, WORD
from rostra.picture.frame import NOTHING, Rect, Size, Yuv420
from rostra.picture.layout import Layout, place
from rostra.picture.mark import marked
from rostra.picture.outline import Outline
from rostra.picture.raster import from_planes, paint, settle, to_planes
from rostra.picture.rig import Rig
from rostra.picture.wardrobe import wardrobe
from rostra.presenters.pack import Pack

REMEMBERED = 16  # changed boxes kept: a frame last drawn longer ago is drawn whole


class Stage:
    """One presenter in one layout, size and backdrop.

    Args:
        pack: the presenter.
        layout: where the presenter stands.
        size: of the frames, pixels; even.
        backdrop: behind the presenter.
    """

    def __init__(self, pack: Pack, layout: Layout, size: Size, backdrop: Backdrop) -> None:
        placing = place(pack.manifest.framing, layout, size)
        self.size = size
        self._backdrop = marked(backdrop, pack.manifest.origin.get("mark", ""), size)
        self._rig = Rig(pack, placing)
        self._wear = wear = wardrobe(pack, placing.scale)
        self._outline = Outline(wear.triangles, wear.layer, wear.solid, wear.edges, len(pack.vertices))
        self._changes = Changes(pack, self._rig, wear.triangles)
        self._scratch = (np.zeros(size.width, np.uint64), np.zeros(PLAN, np.int64))
        self._mask = np.zeros((size.height, -(-size.width // WORD)), np.uint64)
        self._canvas = np.zeros((size.height, size.width), np.uint32)
        self._behind: NDArray[np.uint32] | None = None  # the backdrop alone
        self._turn = 0
        self._changed: deque[Rect] = deque(maxlen=REMEMBERED)

    def draw(self, row: NDArray[np.float32], out: Yuv420) -> Rect:
        """Draw the pose of one row of motion, (len(CHANNELS),) float32.

        Args:
            row: the motion; see `acting.motion`.
            out: a frame of the stage's size. Others that paint into it must tell it (`Yuv420.spoil`).

        Returns:
            What changed in `out` since this stage last drew into it.
        """
        if out.size != self.size:
            raise ValueError(f"the frame has {out.size}, the stage {self.size}")
        self._rig.pose(row)
        if self._backdrop.moving:
            return self._draw_moving(out)
        return self._draw_still(out)

    def _draw_still(self, out: Yuv420) -> Rect:
        box = self._changes.look().within(self.size)
        if self._behind is None:
            box = self._everything
            self._behind = self._packed(self._backdrop.next(), box)
        self._paint(box, self._behind)
        self._turn += 1
        self._changed.append(box)
        return self._publish(out)

    def _draw_moving(self, out: Yuv420) -> Rect:
        frame = self._backdrop.next()
        self._changes.look()
        box = self._changes.whole.within(self.size)
        out.copy_from(frame)
        if not box.empty:
            self._behind = self._packed(frame, box)
            self._paint(box, self._behind)
            to_planes(self._canvas, np.array(box), out.y, out.u, out.v)
        return self._everything

    def _publish(self, out: Yuv420) -> Rect:
        """Bring a frame up to date with the canvas."""
        age = self._turn - out.turn if out.owner is self else REMEMBERED + 1
        if age > len(self._changed):
            box = self._everything
        else:
            box = out.spoilt
            for n in range(age):
                box = box.union(self._changed[-1 - n])
            box = box.within(self.size)
        if not box.empty:
            to_planes(self._canvas, np.array(box), out.y, out.u, out.v)
        out.owner, out.turn, out.spoilt = self, self._turn, NOTHING
        return box

    def _paint(self, box: Rect, behind: NDArray[np.uint32]) -> None:
        """Draw the pose into a part of the canvas, over a packed picture."""
        if box.empty:
            return
        self._canvas[_slices(box)] = 0
        self._mask[box.top : box.bottom] = 0
        rig, wear, lines = self._rig, self._wear, self._outline
        lines.trace(rig.xs, rig.ys)
        paint(
            self._canvas.reshape(-1), self.size.width, np.array(box), rig.xs, rig.ys, wear.uv, rig.weight,
            rig.flags, lines.triangles, lines.layer, lines.solid, 0, lines.count,
            wear.texels, wear.base, wear.stride, wear.keys, *self._scratch, self._mask,
        )  # fmt: skip
        settle(self._canvas, np.array(box), behind, self._mask)

    def _packed(self, frame: Yuv420, box: Rect) -> NDArray[np.uint32]:
        canvas = np.zeros_like(self._canvas) if self._behind is None else self._behind
        from_planes(canvas, np.array(box), frame.y, frame.u, frame.v)
        return canvas

    @property
    def _everything(self) -> Rect:
        return Rect(0, 0, self.size.width, self.size.height)


def _slices(box: Rect) -> tuple[slice, slice]:
    return slice(box.top, max(box.bottom, box.top)), slice(box.left, max(box.right, box.left))
