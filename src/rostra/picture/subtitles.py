"""Subtitles: captions drawn into the picture.

Each cue is drawn once into a strip (white on a dark, rounded box) and then laid over every frame that
shows it. The face is Pillow's own scalable one (Aileron, CC0: Latin letters) unless a font file is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from rostra.errors import MediaError
from rostra.picture.captions import Cue
from rostra.picture.compiled import compiled
from rostra.picture.frame import NOTHING, Rect, Size, Yuv420, yuv_of

HEIGHT = 0.042  # of the letters, parts of the frame's height; of its width where that is smaller
BOTTOM = 0.06  # from the box to the frame's lower edge, parts of the height
BOX = (12, 14, 18, 190)  # colour and opacity, 0..255
INK = (255, 255, 255, 255)


class Burner:
    """Draws the cue of the moment into frames; owned by one thread.

    Args:
        made: the cues, in order. More can be added with `add` while the film is made.
        size: of the frames.
        font: a font file, None for the built-in face.
    """

    def __init__(self, size: Size, made: Sequence[Cue] = (), font: Path | None = None) -> None:
        self._size = size
        self._cues = list(made)
        self._now = 0
        self._face = _face(max(10, round(HEIGHT * min(size.height, size.width * 0.75))), font)
        self._strip: tuple[Cue, Rect, tuple[NDArray[np.uint8], ...]] | None = None

    def add(self, made: Sequence[Cue]) -> None:
        """Append cues that come after those known."""
        self._cues.extend(made)

    def burn(self, frame: Yuv420, time: float) -> Rect:
        """Draw what is to be read at `time`, seconds, never going back; tells the frame what it spoilt."""
        while self._now < len(self._cues) and self._cues[self._now].end <= time:
            self._now += 1
        if self._now == len(self._cues) or self._cues[self._now].start > time:
            return NOTHING
        cue = self._cues[self._now]
        if self._strip is None or self._strip[0] is not cue:
            self._strip = (cue, *_strip(cue.text, self._face, self._size))
        _, box, planes = self._strip
        _lay(frame.y, frame.u, frame.v, box.left, box.top, *planes)
        frame.spoil(box)
        return box


@lru_cache(maxsize=8)
def _face(size: int, font: Path | None) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    if font is None:
        return ImageFont.load_default(size)
    try:
        return ImageFont.truetype(str(font), size)
    except OSError as error:
        raise MediaError(
            f"{font} is not a readable font.", "Give a TrueType or OpenType file.", "font"
        ) from error


def _strip(text: Sequence[str], face: Any, size: Size) -> tuple[Rect, tuple[NDArray[np.uint8], ...]]:
    """A cue's box in the frame and its planes: Y, U, V and opacity at full size, opacity at half."""
    ascent, descent = face.getmetrics()
    line = round((ascent + descent) * 1.12)
    pad = round(ascent * 0.45)
    widths = [face.getlength(one) for one in text]
    width = min(round(max(widths)) + 2 * pad + 2, size.width) & ~1
    height = min(line * len(text) + 2 * pad + 1, size.height) & ~1
    left, top = (size.width - width) // 2 & ~1, int(size.height * (1 - BOTTOM)) - height & ~1
    picture = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((0, 0, width - 1, height - 1), pad * 0.8, fill=BOX)
    ink = Image.new("RGBA", (width, height), (*INK[:3], 0))
    pen = ImageDraw.Draw(ink)
    for number, one in enumerate(text):
        pen.text(((width - widths[number]) / 2, pad + number * line), one, INK, face)
    picture = Image.alpha_composite(picture, ink)
    return Rect(left, max(top, 0), left + width, max(top, 0) + height), _planes(np.asarray(picture))


def _planes(rgba: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], ...]:
    full = yuv_of(rgba[..., :3])
    alpha = rgba[..., 3:].astype(np.float32)
    height, width = alpha.shape[:2]
    halved = (full * alpha).reshape(height // 2, 2, width // 2, 2, 3).sum((1, 3))
    weight = alpha.reshape(height // 2, 2, width // 2, 2).sum((1, 3))
    chroma = halved[..., 1:] / np.maximum(weight, 1)[..., None]
    parts = (full[..., 0], alpha[..., 0], chroma[..., 0], chroma[..., 1], weight / 4)
    return tuple(np.ascontiguousarray(np.rint(part).astype(np.uint8)) for part in parts)


@compiled
def _lay(
    y: Any, u: Any, v: Any, left: Any, top: Any, ink: Any, alpha: Any, ink_u: Any, ink_v: Any, half: Any
) -> None:
    """Blend a strip into the planes of a frame at (left, top), both even."""
    for j in range(ink.shape[0]):
        for i in range(ink.shape[1]):
            a = np.int32(alpha[j, i])
            below = np.int32(y[top + j, left + i])
            y[top + j, left + i] = np.uint8((below * (255 - a) + np.int32(ink[j, i]) * a + 127) // 255)
    for j in range(half.shape[0]):
        for i in range(half.shape[1]):
            a, row, column = np.int32(half[j, i]), top // 2 + j, left // 2 + i
            u[row, column] = np.uint8(
                (np.int32(u[row, column]) * (255 - a) + np.int32(ink_u[j, i]) * a + 127) // 255
            )
            v[row, column] = np.uint8(
                (np.int32(v[row, column]) * (255 - a) + np.int32(ink_v[j, i]) * a + 127) // 255
            )
