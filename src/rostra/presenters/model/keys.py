"""Where on a model's face the keys (`rostra.presenters.keys`) apply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.keys import Region
from rostra.presenters.model.figure import Figure
from rostra.presenters.model.photograph import Box

EDGE = 14.0  # canvas pixels around what a key's picture shows
LID_SHARE = 0.1  # of the greatest shift of a blink that counts as lid
LID_ROOM = 1.35  # how much larger than the lids their region is

Points = NDArray[np.float64]


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
