"""Pictures: the textures of a model, decoded once and laid into one long array with smaller copies.

A portrait shows a texture at a few hundred pixels, so large ones are shrunk on load; each comes with its
mip levels, so that what is far smaller on the canvas than in the file does not flicker.

Source: Williams 1983 (mip maps); Khronos glTF 2.0 specification, section 3.8.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rostra.errors import ModelError
from rostra.presenters.model.accessors import view
from rostra.presenters.model.container import REPAIR, Document, fetch

MAX_SIDE = 8192  # pixels of a picture in the file
MAX_PICTURES = 64  # pictures that are decoded
KEPT = 2048  # pixels of a side that are kept
FORMATS = ("PNG", "JPEG", "WEBP")
LEVELS = 8  # sizes of a texture at most

REPEAT, CLAMP, MIRROR = 0, 1, 2
WRAPS = {10497: REPEAT, 33071: CLAMP, 33648: MIRROR}


@dataclass(frozen=True)
class Pictures:
    """Every texture in use.

    Args:
        texels: (n, 4) uint8 sRGB with straight alpha, row by row, texture by texture, level by level.
        levels: (textures, LEVELS, 3) int64: start, width, height; width 0 where there is no further level.
        wraps: (textures, 2) int64 across and down: `REPEAT`, `CLAMP` or `MIRROR`.
    """

    texels: NDArray[np.uint8]
    levels: NDArray[np.int64]
    wraps: NDArray[np.int64]


def hang(document: Document, textures: Sequence[int]) -> Pictures:
    """Decode textures.

    Args:
        document: the model.
        textures: their indices in the document.

    Raises:
        ModelError: one is missing, broken, of a format that cannot be read, or too large.
    """
    if len(textures) > MAX_PICTURES:
        raise ModelError(f"The model shows more than {MAX_PICTURES} textures.", "Join them.", "textures")
    parts: list[NDArray[np.uint8]] = []
    levels = np.zeros((len(textures), LEVELS, 3), np.int64)
    wraps = np.zeros((len(textures), 2), np.int64)
    start = 0
    for number, index in enumerate(textures):
        for level, image in enumerate(_mips(_image(document, index))):
            levels[number, level] = start, image.width, image.height
            parts.append(np.asarray(image).reshape(-1, 4))
            start += image.width * image.height
        wraps[number] = _wraps(document, index)
    texels = np.concatenate(parts) if parts else np.zeros((1, 4), np.uint8)
    return Pictures(np.ascontiguousarray(texels), levels, wraps)


def _mips(image: Image.Image) -> list[Image.Image]:
    sizes = [image]
    while len(sizes) < LEVELS and min(sizes[-1].size) > 4:
        last = sizes[-1]
        half = max(1, last.width // 2), max(1, last.height // 2)
        sizes.append(last.resize(half, Image.Resampling.BOX))
    return sizes


def _image(document: Document, index: int) -> Image.Image:
    texture = document.one("textures", index)
    extensions = texture.get("extensions", {})
    webp = extensions.get("EXT_texture_webp", {}) if isinstance(extensions, dict) else {}
    number = webp.get("source", texture.get("source")) if isinstance(webp, dict) else texture.get("source")
    name = f"images[{number}]"
    info = document.one("images", number)
    if "bufferView" in info:
        return _decoded(view(document, info["bufferView"], name), name)
    return _decoded(fetch(info.get("uri"), document.home, name), name)


def _decoded(data: bytes, name: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limit comes before Pillow's
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if max(image.size) > MAX_SIDE:
                    size = f"{image.width}x{image.height}"
                    raise ModelError(f"{name} is {size} pixels.", f"Shrink it to {MAX_SIDE} a side.", name)
                image.draft("RGB", (KEPT, KEPT))
                image.thumbnail((KEPT, KEPT), Image.Resampling.BOX)
                return image.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ModelError(f"{name} is no readable PNG, JPEG or WebP.", REPAIR, name) from error


def _wraps(document: Document, index: int) -> tuple[int, int]:
    number = document.one("textures", index).get("sampler")
    sampler = {} if number is None else document.one("samplers", number)
    across, down = (sampler.get(key, 10497) for key in ("wrapS", "wrapT"))
    return WRAPS.get(across, REPEAT), WRAPS.get(down, REPEAT)
