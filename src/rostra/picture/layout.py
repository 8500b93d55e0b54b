"""Layouts: where the presenter stands in the frame.

Full screen shows head and shoulders: the head takes a fixed part of the height, and the body always
reaches past the frame's lower edge. Over a clip (`OVERLAY`) the presenter stands in the lower right
corner, cut off only by the frame itself.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from rostra.picture.frame import Size
from rostra.presenters.pack import Framing

HEAD_WIDE, HEAD_SQUARE, HEAD_TALL = 0.45, 0.50, 0.34  # head's part of the frame's height
ROOM = {"wide": 0.10, "square": 0.12, "tall": 0.22}  # above the crown, parts of the height
OVERLAY_HEIGHT = 0.46  # presenter's part of the frame's height, crown to lower edge
OVERLAY_MARGIN = 0.02  # between presenter and right edge, parts of the width
SPARE = 12.0  # canvas pixels of body kept below the frame, so that swaying shows no end


class Layout(StrEnum):
    """How a scene is framed."""

    FULL = "full"
    OVERLAY = "overlay"


class Placing(NamedTuple):
    """Canvas to frame: pixel = offset + scale * canvas."""

    scale: float
    x: float
    y: float


def place(framing: Framing, layout: Layout, size: Size) -> Placing:
    """Where the canvas lies in a frame of this size."""
    if layout is Layout.OVERLAY:
        return _overlay(framing, size)
    return _full(framing, size)


def _full(framing: Framing, size: Size) -> Placing:
    aspect = size.width / size.height
    if aspect >= 1.3:
        head, room = HEAD_WIDE, ROOM["wide"]
    elif aspect > 0.8:
        head, room = HEAD_SQUARE, ROOM["square"]
    else:
        head, room = HEAD_TALL, ROOM["tall"]
    lowest = framing.bottom - SPARE
    scale = max(
        head * size.height / (framing.chin - framing.top),
        (1 - room) * size.height / (lowest - framing.top),
    )
    y = room * size.height - scale * framing.top
    return Placing(scale, size.width / 2 - scale * framing.centre, y)


def _overlay(framing: Framing, size: Size) -> Placing:
    lowest = framing.bottom - SPARE
    scale = OVERLAY_HEIGHT * size.height / (lowest - framing.top)
    x = size.width * (1 - OVERLAY_MARGIN) - scale * framing.right
    return Placing(scale, x, size.height - scale * lowest)
