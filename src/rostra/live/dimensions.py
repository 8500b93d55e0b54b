"""Dimensions: how large a live picture may be, and what that asks of the machine and of its viewers."""

from __future__ import annotations

from rostra.errors import InputError
from rostra.picture.frame import Size

SQUARE = Size(512, 512)
SIDES = (16, 1920)  # pixels
LARGEST = 1920 * 1080  # pixels
ALWAYS, BY_SIZE = 0.3, 0.7  # of what a square picture costs: whatever its size, and in proportion to it
LEVELS = ((30, 1620, 40_500), (31, 3600, 108_000), (32, 5120, 216_000), (40, 8192, 245_760))


def dimensions(width: int, height: int, where: str = "") -> Size:
    """The size of a picture.

    Args:
        width, height: pixels.
        where: before the name of a side that is wrong.

    Raises:
        InputError: none can have it.
    """
    for name, side in (("width", width), ("height", height)):
        if not SIDES[0] <= side <= SIDES[1] or side % 2:
            raise InputError(
                f"{where}{name} cannot be {side}.",
                f"Give an even number from {SIDES[0]} to {SIDES[1]}.",
                where + name,
            )
    if width * height > LARGEST:
        raise InputError(
            f"{where}width by height, {width}x{height}, is too large.",
            "1920x1080 and 1080x1920 are the largest.",
            where + "width",
        )
    return Size(width, height)


def read(text: str, name: str) -> Size:
    """A size as `720x1280`, of a setting.

    Raises:
        InputError: it is none.
    """
    width, by, height = text.lower().partition("x")
    if not (by and width.isdecimal() and height.isdecimal()):
        raise InputError(f"{name} cannot be {text!r}.", "Give width and height as 720x1280.", name)
    return dimensions(int(width), int(height), f"{name}: ")


def weight(size: Size) -> float:
    """How many square pictures cost as much; smaller ones count as one, for their speech costs the same."""
    return max(1.0, ALWAYS + BY_SIZE * size.width * size.height / (SQUARE.width * SQUARE.height))


def level(size: Size, fps: int) -> int:
    """The level of H.264 that such pictures need, as `level_idc`.

    Source: ITU-T H.264, table A-1: most macroblocks of a picture, and in a second.
    """
    blocks = -(-size.width // 16) * -(-size.height // 16)
    return next(name for name, most, rate in LEVELS if blocks <= most and blocks * fps <= rate)
