"""Reading: a photo's file becomes an upright picture, or is refused before it can do harm."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from rostra.errors import MediaError

FIELD = "photo"
FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 40 << 20  # of the file
MOST_PIXELS = 60_000_000
LEAST_SIDE = 160  # pixels
WORKED = 3000  # pixels of the longer side that are looked at


@dataclass(frozen=True)
class Photo:
    """A photo, upright.

    Args:
        picture: (height, width, 3) uint8 RGB.
        sha256: of the file, hexadecimal.
    """

    picture: NDArray[np.uint8]
    sha256: str


def read(source: Path | bytes) -> Photo:
    """Read a photo.

    Args:
        source: its file, or what is in the file.

    Raises:
        MediaError: it cannot be read, is no picture or cut short, or is too large or too small.
    """
    data = source if isinstance(source, bytes) else _content(source)
    if len(data) > MOST_BYTES:
        raise _too_heavy()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is lower
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                picture = _upright(image)
    except UnidentifiedImageError as error:
        raise MediaError("The photo is not a picture.", "Give a JPEG, PNG or WebP file.", FIELD) from error
    except Image.DecompressionBombError as error:
        raise _too_many() from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # what Pillow raises on damaged files
        raise MediaError(
            f"The photo is damaged ({error}).", "Save it again or give another.", FIELD
        ) from error
    return Photo(picture, hashlib.sha256(data).hexdigest())


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise MediaError(f"{path} cannot be read ({reason}).", "Check the file's name.", FIELD) from error


def _upright(image: Image.Image) -> NDArray[np.uint8]:
    if image.width * image.height > MOST_PIXELS:
        raise _too_many()
    if min(image.size) < LEAST_SIDE:
        raise MediaError(
            f"The photo has only {image.width}x{image.height} pixels.",
            "Give a larger one: the face alone should be 300 pixels wide or more.",
            FIELD,
        )
    image.draft("RGB", (WORKED, WORKED))
    turned = ImageOps.exif_transpose(image)
    if turned.has_transparency_data:
        paper = Image.new("RGBA", turned.size, (255, 255, 255))
        turned = Image.alpha_composite(paper, turned.convert("RGBA"))
    plain = turned.convert("RGB")
    plain.thumbnail((WORKED, WORKED), Image.Resampling.LANCZOS)
    return np.asarray(plain)


def _too_heavy() -> MediaError:
    return MediaError(f"The photo's file is larger than {MOST_BYTES >> 20} MiB.", "Save it as a JPEG.", FIELD)


def _too_many() -> MediaError:
    return MediaError(
        f"The photo has more than {MOST_PIXELS // 1_000_000} million pixels.", "Give a smaller one.", FIELD
    )
