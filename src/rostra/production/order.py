"""Orders: what is wanted of a production."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rostra.errors import InputError, OutputError
from rostra.picture.encoder import CRF, PRESET
from rostra.picture.frame import Size
from rostra.picture.sheet import FORMATS

Captions = Literal["file", "burn", "none"]

SIDE = (128, 4096)  # pixels
FPS = (10, 60)


@dataclass(frozen=True)
class Encoding:
    """How the video is encoded.

    Args:
        preset: of x264.
        crf: quality of x264, lower is better.
        threads: of x264, 0 = one per core and a half.
    """

    preset: str = PRESET
    crf: float = CRF
    threads: int = 0


@dataclass(frozen=True)
class Order:
    """What is wanted of a production.

    Args:
        size: of the pictures; even numbers from 128 to 4096.
        fps: pictures per second, 10 to 60.
        captions: beside the video as WebVTT, drawn into it, or none.
        seed: the same seed gives the same frames.
        poster: where to write a still of the first scene.
        sheet: where to write a contact sheet.
        encoding: how the video is encoded.

    Raises:
        InputError: a value is out of its range.
        OutputError: the poster's or the sheet's name is not one of a picture.
    """

    size: Size = Size(1920, 1080)  # noqa: RUF009  (a tuple)
    fps: int = 25
    captions: Captions = "file"
    seed: int = 0
    poster: Path | None = None
    sheet: Path | None = None
    encoding: Encoding = field(default_factory=Encoding)

    def __post_init__(self) -> None:
        check_size(self.size)
        for name, place in (("poster", self.poster), ("sheet", self.sheet)):
            if place and place.suffix.lower() not in FORMATS:
                raise OutputError(f"{place} has no picture's name.", f"End it in {', '.join(FORMATS)}.", name)
        if not FPS[0] <= self.fps <= FPS[1]:
            raise InputError(f"{self.fps} frames per second cannot be made.", "Give 10 to 60.", "fps")


def check_size(size: Size) -> None:
    """Refuse pictures that cannot be made.

    Raises:
        InputError: a side is odd or out of range.
    """
    if any(side % 2 or not SIDE[0] <= side <= SIDE[1] for side in size):
        raise InputError(
            f"Pictures of {size[0]}x{size[1]} cannot be made.",
            f"Give even numbers from {SIDE[0]} to {SIDE[1]}.",
            "size",
        )
