"""Thumbnails: an entry's picture, or a moment of its film, in the size and shape that an address asks for."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from PIL import Image, ImageOps

from rostra.library.convert import is_still, picture

LARGEST = 4096  # pixels of a side
DEFAULT = 120, 90  # pixels
MOST_SLICES = 200
FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "bmp": "BMP", "gif": "GIF"}
FIT, PAD, CROP, CROP_TOP, STRETCH = 1, 2, 3, 4, 5
QUALITY = 75  # of JPEG, if none is asked for
GREY, LIGHT = (58, 64, 74), (120, 128, 140)


@dataclass(frozen=True)
class Wanted:
    """What an address asks for, by its names there.

    Args:
        width, height: pixels; 0 follows from the other.
        type: FIT, PAD, CROP, CROP_TOP, STRETCH.
        quality: of JPEG, 0 is ours.
        format: a name of FORMATS.
        bgcolor: hex, of what pads.
        vid_sec: moment, s; -1 for the entry's own picture.
        vid_slices, vid_slice: parts of the film, and which one; -1 for all in one row.
        start_sec, end_sec: of the film, for parts.
        src_x, src_y, src_w, src_h: part of the picture, pixels; 0 wide is all.
    """

    width: int = 0
    height: int = 0
    type: int = FIT
    quality: int = 0
    format: str = "jpg"
    bgcolor: str = "ffffff"
    vid_sec: float = -1.0
    vid_slices: int = -1
    vid_slice: int = -1
    start_sec: float = -1.0
    end_sec: float = -1.0
    src_x: int = 0
    src_y: int = 0
    src_w: int = 0
    src_h: int = 0

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """Read the parameters of an address.

        Raises:
            ValueError: one is not of its kind, or too large.
        """
        kinds = {"int": int, "float": float, "str": str}
        asked = [(one.name, kinds[str(one.type)]) for one in fields(cls) if given.get(one.name)]
        wanted = cls(**{name: read(given[name]) for name, read in asked})
        if max(wanted.width, wanted.height) > 10_000 or min(wanted.width, wanted.height) < 0:
            raise ValueError("a side is out of range")
        if wanted.format not in FORMATS or wanted.vid_slices > MOST_SLICES or not 1 <= wanted.type <= STRETCH:
            raise ValueError("there is no such format, shape or number of parts")
        int(wanted.bgcolor, 16)
        return wanted

    @property
    def needs_film(self) -> bool:
        """Whether it is of a moment of the film."""
        return self.vid_sec >= 0 or self.vid_slices > 0

    @property
    def size(self) -> tuple[int, int]:
        """Pixels as asked, 0 for what follows from the picture."""
        if not self.width and not self.height:
            return DEFAULT
        return min(self.width, LARGEST), min(self.height, LARGEST)


def make(path: Path, wanted: Wanted, seconds: float) -> bytes:
    """The picture that is asked for.

    Args:
        path: a picture, or a film.
        wanted: what of it.
        seconds: that the film lasts.

    Raises:
        MediaError: nothing of it can be read.
    """
    still = is_still(path)
    if still or not wanted.needs_film:
        return _saved(_shaped(_opened(path, still), wanted), wanted)
    if wanted.vid_slices <= 0:
        return _saved(_shaped(picture(path, min(wanted.vid_sec, seconds)), wanted), wanted)
    start = max(0.0, wanted.start_sec)
    end = min(seconds, wanted.end_sec) if wanted.end_sec > start else seconds
    moments = [start + (end - start) * number / wanted.vid_slices for number in range(wanted.vid_slices)]
    if wanted.vid_slice >= 0:
        moment = moments[min(wanted.vid_slice, len(moments) - 1)]
        return _saved(_shaped(picture(path, moment), wanted), wanted)
    return _saved(_row([_shaped(picture(path, moment), wanted) for moment in moments]), wanted)


def placeholder(wanted: Wanted) -> bytes:
    """A plain picture for what has none: a triangle on grey."""
    width, height = (side or other for side, other in zip(wanted.size, reversed(wanted.size), strict=True))
    image = Image.new("RGB", (max(1, width), max(1, height)), GREY)
    side = max(1, min(width, height) // 3)
    mark = Image.new("L", (side, side), 0)
    for x in range(side):
        half = (side - x) // 2
        mark.paste(255, (x, side // 2 - half, x + 1, side // 2 + half + 1))
    image.paste(LIGHT, ((width - side) // 2, (height - side) // 2), mark)
    return _saved(image, wanted)


def _opened(path: Path, still: bool) -> Image.Image:
    if not still:
        return picture(path, 0.0)
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).convert("RGBA")


def _shaped(image: Image.Image, wanted: Wanted) -> Image.Image:
    """Cut, scaled, padded."""
    if wanted.src_w > 0 and wanted.src_h > 0:
        image = image.crop(
            (wanted.src_x, wanted.src_y, wanted.src_x + wanted.src_w, wanted.src_y + wanted.src_h)
        )
    width, height = wanted.size
    width = width or max(1, min(LARGEST, round(height * image.width / image.height)))
    height = height or max(1, min(LARGEST, round(width * image.height / image.width)))
    paper = Image.new("RGB", image.size, f"#{int(wanted.bgcolor, 16) & 0xFFFFFF:06x}")
    paper.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    size, how = (width, height), Image.Resampling.LANCZOS
    if wanted.type == STRETCH or 0 in wanted.size:
        return paper.resize(size, how)
    if wanted.type in (CROP, CROP_TOP):
        return ImageOps.fit(paper, size, how, centering=(0.5, 0.0 if wanted.type == CROP_TOP else 0.5))
    if wanted.type == PAD:
        return ImageOps.pad(paper, size, how, color=f"#{int(wanted.bgcolor, 16) & 0xFFFFFF:06x}")
    return ImageOps.contain(paper, size, how)


def _row(images: list[Image.Image]) -> Image.Image:
    width = min(images[0].width, 65_500 // len(images))
    row = Image.new("RGB", (width * len(images), images[0].height))
    for number, image in enumerate(images):
        row.paste(image.resize((width, images[0].height)), (number * width, 0))
    return row


def _saved(image: Image.Image, wanted: Wanted) -> bytes:
    data = io.BytesIO()
    kind = FORMATS[wanted.format]
    quality = min(max(wanted.quality, 1), 100) if wanted.quality else QUALITY
    image.convert("RGB").save(data, kind, **({"quality": quality} if kind == "JPEG" else {}))
    return data.getvalue()
