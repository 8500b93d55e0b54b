"""Photos for tests: stills of the presenters that come with Rostra, and what may be wrong with them."""

from __future__ import annotations

import io
import os
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from rostra.errors import MissingError
from rostra.picture.backdrop import backdrop
from rostra.picture.frame import Size, Yuv420, to_rgb
from rostra.picture.layout import Layout, place
from rostra.picture.stage import Stage
from rostra.presenters.catalogue import Catalogue
from rostra.presenters.photo.environment import interpreter
from rostra.production.pose import row

SIZE = Size(1000, 1000)
JUDGE = Path(__file__).parents[1] / ".venv-judge"


def finder() -> Path | None:
    """A Python that has the face finder: the one that is set, the judge's, or the user's own."""
    if (JUDGE / ".set").exists() and not os.environ.get("ROSTRA_PHOTO_PYTHON"):
        return JUDGE / "bin/python"
    try:
        chosen = os.environ.get("ROSTRA_PHOTO_PYTHON")
        return interpreter(Path(chosen) if chosen else None)
    except MissingError:
        return None


needs_finder = pytest.mark.skipif(
    finder() is None,
    reason="There is no face finder: run make .venv-judge/.set or rostra models fetch --photo",
)


@cache
def portrait(who: str = "jane", expression: str = "rest", yaw: float = 0.0) -> np.ndarray:
    """(1000, 1000, 3) a still with head and shoulders."""
    pack = Catalogue().find(who)
    frame = Yuv420.empty(SIZE)
    Stage(pack, Layout.FULL, SIZE, backdrop("home-1", SIZE)).draw(row(expression, yaw), frame)
    return to_rgb(frame)


def masked(who: str = "jane") -> np.ndarray:
    """A portrait with a surgical mask."""
    framing = Catalogue().find(who).manifest.framing
    scale, x, y = place(framing, Layout.FULL, SIZE)
    middle, reach = x + scale * framing.centre, 0.62 * scale * (framing.chin - framing.eyes)
    top, bottom = y + scale * (framing.eyes + 0.38 * (framing.chin - framing.eyes)), y + scale * framing.chin
    image = Image.fromarray(portrait(who))
    corners = ((-1, top), (1, top), (0.5, bottom), (-0.5, bottom))
    outline = [(middle + aside * reach, height) for aside, height in corners]
    ImageDraw.Draw(image).polygon(outline, fill=(120, 170, 205))
    return np.asarray(image)


def jpeg(picture: np.ndarray, **how: object) -> bytes:
    """A picture as a JPEG file."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=92, **how)
    return buffer.getvalue()


def bomb(side: int) -> bytes:
    """A small PNG that says it has side x side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1 << 20))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
