"""The camera of every portrait, as a formula.

The same numbers place Blender's camera and say where a point of the mesh is seen on the canvas, so that
pictures and geometry of a pack agree to a fraction of a pixel. The canvas is what `rostra.presenters.pack`
describes: x right, y down, z to the viewer, one unit = one canvas pixel at the plane z = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

WIDTH, HEIGHT = 1280, 1200  # canvas pixels
EYE_LINE = 440.0  # canvas y of the eyes
SCALE = 240.0  # canvas pixels per decimetre at the plane of the eyes
DISTANCE = 20.0  # decimetres from the camera to that plane


@dataclass(frozen=True)
class Camera:
    """A camera that looks straight at a person from the front.

    Args:
        eyes: (3,) the point between the eyes, decimetres (x left, y up, z front).
        scale: canvas pixels per decimetre at the plane of the eyes.
    """

    eyes: tuple[float, float, float]
    scale: float = SCALE

    @property
    def distance(self) -> float:
        """Canvas units from the camera to the plane z = 0."""
        return DISTANCE * self.scale

    @property
    def centre(self) -> Points:
        """(3,) decimetres: the point of the eye plane that is seen at the middle of the canvas."""
        x, y, z = self.eyes
        return np.array([x, y - (HEIGHT / 2 - EYE_LINE) / self.scale, z])

    @property
    def place(self) -> Points:
        """(3,) decimetres: where the camera stands."""
        place: Points = self.centre + np.array([0.0, 0.0, DISTANCE])
        return place

    @property
    def field(self) -> float:
        """Field of view over the canvas's width, radians."""
        return float(2 * np.arctan(WIDTH / 2 / self.distance))

    def canvas(self, points: Points) -> Points:
        """(n, 3) decimetres -> (n, 3) canvas units before perspective (as a pack stores them)."""
        local = (np.asarray(points) - self.centre) * self.scale
        placed: Points = np.stack([WIDTH / 2 + local[:, 0], HEIGHT / 2 - local[:, 1], local[:, 2]], axis=1)
        return placed

    def seen(self, points: Points) -> Points:
        """(n, 3) decimetres -> (n, 2) canvas pixels where they are seen."""
        placed = self.canvas(points)
        factor = self.distance / (self.distance - placed[:, 2:])
        middle = np.array([WIDTH / 2, HEIGHT / 2])
        shown: Points = middle + (placed[:, :2] - middle) * factor
        return shown
