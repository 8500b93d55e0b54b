"""Keys: the far expressions in which a face is photographed beside its rest.

The picture of a closed mouth cannot show the inside of a lip, that of an open eye not the lid. The drawing
blends towards these pictures as the motion does (see `rostra.presenters.pack`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.model.figure import Figure
from rostra.presenters.model.photograph import Box

EDGE = 14.0  # canvas pixels around what a key's picture shows
FADE = 0.3  # of a region's radius over which it ends
LID_SHARE = 0.1  # of the greatest shift of a blink that counts as lid
LID_ROOM = 1.35  # how much larger than the lids their region is

Points = NDArray[np.float64]
Weights = Mapping[str, float]


@dataclass(frozen=True)
class Places:
    """Landmarks on the canvas: (3,) canvas units each."""

    left: Points
    right: Points
    mouth: Points

    @property
    def gap(self) -> float:
        """Between the eyes."""
        return float(self.left[0] - self.right[0])


def both(**weights: float) -> dict[str, float]:
    """Weights of channels; a name that ends in `_` stands for its left and right form."""
    result: dict[str, float] = {}
    for name, weight in weights.items():
        sides = (f"{name[:-1]}Left", f"{name[:-1]}Right") if name.endswith("_") else (name,)
        result.update(dict.fromkeys(sides, weight))
    return result


@dataclass(frozen=True)
class Key:
    """One far expression.

    Args:
        name: of the key.
        picture: of its photograph; two keys may share one.
        pose: the expression.
        drive: what brings it up.
        region: `mouth`, `left` or `right`.
    """

    name: str
    picture: str
    pose: Weights
    drive: Weights
    region: str


OPEN = both(jawOpen=0.6, mouthUpperUp_=0.15, mouthLowerDown_=0.2)
WIDE = both(mouthSmile_=0.55, mouthStretch_=0.35, jawOpen=0.16, mouthUpperUp_=0.2, mouthLowerDown_=0.25)
ROUND = both(mouthPucker=0.65, mouthFunnel=0.4, jawOpen=0.08)
BLINK = both(eyeBlink_=1.0)
PARTED = both(jawOpen=0.6, mouthUpperUp_=0.4, mouthLowerDown_=0.4)  # for what is inside the mouth

# Teeth and tongue are lit through parted lips.
LIT = both(jawOpen=2.2, mouthClose=-2.2, mouthUpperUp_=0.6, mouthLowerDown_=0.6)

KEYS = (
    Key("open", "open", OPEN, {"jawOpen": 1.7, "mouthClose": -1.7}, "mouth"),
    Key("wide", "wide", WIDE, both(mouthSmile_=0.7, mouthStretch_=0.5, mouthPucker=-1.0), "mouth"),
    Key("round", "round", ROUND, {"mouthPucker": 1.2, "mouthFunnel": 1.0}, "mouth"),
    Key("blink-left", "blink", BLINK, {"eyeBlinkLeft": 1.0}, "left"),
    Key("blink-right", "blink", BLINK, {"eyeBlinkRight": 1.0}, "right"),
)


@dataclass(frozen=True)
class Region:
    """A soft ellipse on the canvas.

    Args:
        centre: (2,) canvas pixels.
        side, up, down: canvas pixels from there to its end.
    """

    centre: Points
    side: float
    up: float
    down: float

    def share(self, pixels: Points) -> Points:
        """(n,) how much canvas pixels (n, 2) belong to it, 0..1."""
        x, y = (pixels - self.centre).T
        gap = np.hypot(x / self.side, y / np.where(y < 0, self.up, self.down))
        fade = np.clip((1 - gap) / FADE, 0, 1)
        soft: Points = fade * fade * (3 - 2 * fade)
        return soft


def regions(figure: Figure, places: Places) -> dict[str, Region]:
    """Where on the canvas keys apply."""
    height = float(places.mouth[1] - (places.left[1] + places.right[1]) / 2)
    result = {"mouth": Region(places.mouth[:2], 1.2 * height, 0.68 * height, 1.3 * height)}
    for name, channel in (("left", "eyeBlinkLeft"), ("right", "eyeBlinkRight")):
        vertices, moves = figure.shifts[channel]
        size = np.linalg.norm(moves, axis=1)
        lids = vertices[size > LID_SHARE * size.max()]
        low, high = figure.pixels[lids].min(axis=0), figure.pixels[lids].max(axis=0)
        half = LID_ROOM * (high - low) / 2 + 6
        result[name] = Region((low + high) / 2, float(half[0]), float(half[1]), float(half[1]))
    return result


def box_around(pixels: Points) -> Box:
    """The part of the canvas around pixels (n, 2)."""
    low, high = np.floor(pixels.min(axis=0) - EDGE), np.ceil(pixels.max(axis=0) + EDGE)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])
