"""Backdrops: what is behind the presenter."""

from __future__ import annotations

import re

import numpy as np

from rostra.errors import InputError
from rostra.picture.frame import Size, Yuv420, to_yuv

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class Still:
    """A backdrop that does not move."""

    moving = False

    def __init__(self, frame: Yuv420) -> None:
        self._frame = frame

    def next(self) -> Yuv420:
        """The picture, the same each time."""
        return self._frame


def colour(value: str, size: Size) -> Still:
    """One plain colour, `#RRGGBB`.

    Raises:
        InputError: it is not such a colour.
    """
    if not COLOUR.fullmatch(value):
        raise InputError(f"{value!r} is not a colour.", "Write it as #RRGGBB, like #1F6FEB.", "background")
    rgb = np.frombuffer(bytes.fromhex(value[1:]), np.uint8)
    return Still(to_yuv(np.broadcast_to(rgb, (size.height, size.width, 3))))
