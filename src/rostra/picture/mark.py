"""Marks: a few words in the corner of every picture of a presenter who asks for it.

A pack may carry a mark ("AI presenter"). It is laid into the backdrop, at the upper left, where no
layout puts a presenter; so it is in every film, still and stream, and costs nothing while frames are
drawn over a backdrop that does not move.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from rostra.picture.backdrop import Backdrop
from rostra.picture.frame import Size, Yuv420, yuv_of

HEIGHT = 0.024  # of the letters, parts of the frame's height; of its width where that is smaller
MARGIN = 0.025  # to the frame's edges, parts of the same
INK, HALO = (255, 255, 255, 215), (0, 0, 0, 150)


def marked(backdrop: Backdrop, text: str, size: Size) -> Backdrop:
    """A backdrop with a mark; the backdrop itself if there is no text."""
    return _Marked(backdrop, text, size) if text else backdrop


class _Marked:
    """A backdrop with words in its corner."""

    def __init__(self, behind: Backdrop, text: str, size: Size) -> None:
        self.moving = behind.moving
        self._behind = behind
        self._frame = Yuv420.empty(size)
        self._stamp = _stamp(text, size)
        self._done = False

    def next(self) -> Yuv420:
        """The backdrop's next picture, marked."""
        if self.moving or not self._done:
            self._frame.copy_from(self._behind.next())
            _lay(self._frame, self._stamp)
            self._done = True
        return self._frame


def _stamp(text: str, size: Size) -> NDArray[np.uint8]:
    """(h, w, 4) RGBA over the upper left of the frame, even sides."""
    unit = min(size.height, 0.75 * size.width)
    face = ImageFont.load_default(max(10, round(HEIGHT * unit)))
    margin, line = round(MARGIN * unit), max(1, round(0.0015 * unit))
    right, bottom = ImageDraw.Draw(Image.new("L", (1, 1))).textbbox((0, 0), text, face, stroke_width=line)[2:]
    width = min(size.width, int(margin + right + line + 2) & ~1)
    height = min(size.height, int(margin + bottom + line + 2) & ~1)
    halo, ink = (Image.new("RGBA", (width, height), (*colour[:3], 0)) for colour in (HALO, INK))
    ImageDraw.Draw(halo).text((margin, margin), text, HALO, face, stroke_width=line, stroke_fill=HALO)
    ImageDraw.Draw(ink).text((margin, margin), text, INK, face)
    return np.asarray(Image.alpha_composite(halo, ink))


def _lay(frame: Yuv420, stamp: NDArray[np.uint8]) -> None:
    full, alpha = yuv_of(stamp[..., :3]), stamp[..., 3].astype(np.float32) / np.float32(255)
    height, width = alpha.shape
    cells = (height // 2, 2, width // 2, 2)
    half = alpha.reshape(cells).mean((1, 3), np.float32)
    _blend(frame.y[:height, :width], full[..., 0], alpha)
    for plane, channel in ((frame.u, 1), (frame.v, 2)):
        _blend(
            plane[: height // 2, : width // 2],
            full[..., channel].reshape(cells).mean((1, 3), np.float32),
            half,
        )


def _blend(plane: NDArray[np.uint8], ink: NDArray[np.float32], alpha: NDArray[np.float32]) -> None:
    plane[:] = np.rint(plane + (ink - plane) * alpha).astype(np.uint8)
