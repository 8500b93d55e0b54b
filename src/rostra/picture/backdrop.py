"""Backdrops: what is behind the presenter. A colour, a background of the library, a picture, a clip.

A picture covers the frame: it is scaled until it fills it, and what stands out is cut off evenly.
"""

from __future__ import annotations

import json
import re
import warnings
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from rostra.errors import InputError, MediaError, UnknownNameError
from rostra.picture.frame import Size, Yuv420, to_yuv

FIELD = "background"
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
MOST_PIXELS = 50_000_000  # of a picture
MOST_BYTES = 100 << 20  # of a picture's file
KEPT = 8  # pictures of the library that stay ready
PAPER = (255, 255, 255)  # behind a picture that is transparent


class Backdrop(Protocol):
    """What a stage draws its presenter over."""

    moving: bool  # whether each frame has another picture

    def next(self) -> Yuv420:
        """The picture of the next frame, of the stage's size; still ones return the same each time."""
        ...


class Still:
    """A backdrop that does not move."""

    moving = False

    def __init__(self, frame: Yuv420) -> None:
        self._frame = frame

    def next(self) -> Yuv420:
        """The picture, the same each time."""
        return self._frame


class Entry(NamedTuple):
    """A background of the library."""

    id: str
    name: str
    description: str


@cache
def catalogue() -> dict[str, Entry]:
    """The backgrounds that come with Rostra, by id."""
    listed = json.loads((_folder() / "index.json").read_text("utf-8"))
    return {entry["id"]: Entry(entry["id"], entry["name"], entry["description"]) for entry in listed}


def backdrop(value: str, size: Size, folder: Path | None = None) -> Still:
    """What a user wrote: `#RRGGBB`, the id of a library background, or a picture's file.

    Args:
        value: as written.
        size: of the frame.
        folder: what relative file names start from.

    Raises:
        UnknownNameError: it is none of these; suggests ids.
        MediaError: the file is no picture, or too large.
        InputError: it is no colour although it looks like one.
    """
    if value.startswith("#"):
        return colour(value, size)
    if value in catalogue():
        return library(value, size)
    path = (folder or Path()) / value
    if path.is_file():
        return picture(path, size)
    if path.suffix or "/" in value:
        raise MediaError(f"There is no picture {value}.", "Check the file's name.", FIELD)
    raise UnknownNameError("background", value, catalogue(), FIELD)


def colour(value: str, size: Size) -> Still:
    """One plain colour, `#RRGGBB`.

    Raises:
        InputError: it is not such a colour.
    """
    if not COLOUR.fullmatch(value):
        raise InputError(f"{value!r} is not a colour.", "Write it as #RRGGBB, like #1F6FEB.", FIELD)
    rgb = np.frombuffer(bytes.fromhex(value[1:]), np.uint8)
    return Still(to_yuv(np.broadcast_to(rgb, (size.height, size.width, 3))))


@lru_cache(maxsize=KEPT)
def library(name: str, size: Size) -> Still:
    """A background of the library.

    Raises:
        UnknownNameError: there is none of this id.
    """
    if name not in catalogue():
        raise UnknownNameError("background", name, catalogue(), FIELD)
    return picture(_folder() / f"{name}.webp", size)


def picture(path: Path, size: Size) -> Still:
    """A picture's file.

    Raises:
        MediaError: it cannot be read, is no picture, is cut short, or has too many pixels.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise MediaError(f"{path} is larger than {MOST_BYTES >> 20} MiB.", "Give a smaller file.", FIELD)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is lower
            with Image.open(path) as image:
                return Still(_covering(image, path, size))
    except UnidentifiedImageError as error:
        raise MediaError(f"{path} is not a picture.", "Give a JPEG, PNG or WebP file.", FIELD) from error
    except Image.DecompressionBombError as error:
        raise _too_many(path) from error
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises on damaged files
        raise MediaError(f"{path} cannot be read ({error}).", "Give another picture.", FIELD) from error


def _covering(image: Image.Image, path: Path, size: Size) -> Yuv420:
    if image.width * image.height > MOST_PIXELS:
        raise _too_many(path)
    image.draft("RGB", (2 * size.width, 2 * size.height))
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        paper = Image.new("RGBA", upright.size, PAPER)
        upright = Image.alpha_composite(paper, upright.convert("RGBA"))
    fitted = ImageOps.fit(upright.convert("RGB"), size, Image.Resampling.LANCZOS)
    return to_yuv(np.asarray(fitted))


def _too_many(path: Path) -> MediaError:
    return MediaError(
        f"{path} has more than {MOST_PIXELS // 1_000_000} million pixels.", "Give a smaller picture.", FIELD
    )


def _folder() -> Path:
    return Path(str(files("rostra.picture"))) / "backdrops"
