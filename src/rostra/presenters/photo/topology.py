"""Topology: which landmarks are what.

The numbers are those of mediapipe's face mesh (468 landmarks, then 5 of each iris). `Left` and `right`
are the presenter's own. Rings and lids run from the viewer's left to the viewer's right.

Source: mediapipe 0.10.21, `face_mesh_connections`; the triangles are the cycles of three in its
tessellation, see `benchmarks/photo_reference.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Indices = NDArray[np.int64]

COUNT = 468  # landmarks of the face; the irises follow
LIP_RINGS = (
    (
        (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
        (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308),
    ),
    (
        (62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292),
        (62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292),
    ),
    (
        (76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306),
        (76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306),
    ),
    (
        (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291),
        (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291),
    ),
)  # from the inner edge out: upper and lower lip
UPPER_LIP, LOWER_LIP = LIP_RINGS[0]
OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # the rim of the face, clockwise from the top  # fmt: skip
NOSE = (1, 2, 4, 5, 6, 19, 94, 98, 327, 168, 195, 197, 45, 275, 220, 440, 64, 294, 48, 278, 97, 326)
CHEEKS = (116, 117, 118, 50, 101, 205, 345, 346, 347, 280, 330, 425)
FOREHEAD = (10, 151, 9, 8, 67, 297, 109, 338, 108, 337, 69, 299)
BROWS = (70, 63, 105, 66, 107, 46, 53, 52, 65, 55, 300, 293, 334, 296, 336, 276, 283, 282, 295, 285)
TOP, CHIN = 10, 152


@dataclass(frozen=True)
class Eye:
    """The landmarks of one eye.

    Args:
        corners: at the viewer's left and right.
        upper, lower: edges of the lids between the corners.
        above: the ring over the upper lid; `crease` the next, below the brow.
        below: the ring under the lower lid.
        iris: centre, then the rim at right, top, left, bottom.
    """

    corners: tuple[int, int]
    upper: tuple[int, ...]
    lower: tuple[int, ...]
    above: tuple[int, ...]
    crease: tuple[int, ...]
    below: tuple[int, ...]
    iris: tuple[int, ...]

    @property
    def loop(self) -> tuple[int, ...]:
        """The opening, clockwise from the viewer's left corner."""
        return (self.corners[0], *self.upper, self.corners[1], *self.lower[::-1])


EYES = {
    "right": Eye(
        corners=(33, 133),
        upper=(246, 161, 160, 159, 158, 157, 173),
        lower=(7, 163, 144, 145, 153, 154, 155),
        above=(247, 30, 29, 27, 28, 56, 190),
        crease=(113, 225, 224, 223, 222, 221, 189),
        below=(25, 110, 24, 23, 22, 26, 112),
        iris=(468, 469, 470, 471, 472),
    ),
    "left": Eye(
        corners=(362, 263),
        upper=(398, 384, 385, 386, 387, 388, 466),
        lower=(382, 381, 380, 374, 373, 390, 249),
        above=(414, 286, 258, 257, 259, 260, 467),
        crease=(413, 441, 442, 443, 444, 445, 342),
        below=(341, 256, 252, 253, 254, 339, 255),
        iris=(473, 474, 475, 476, 477),
    ),
}


@dataclass(frozen=True)
class Reference:
    """How faces move, learnt from the presenters that come with Rostra.

    Args:
        triangles: (t, 3) of the face, without the openings of eyes and mouth.
        names: of the shapes.
        shifts: (shapes, COUNT, 3) at weight 1, in distances between the eyes; x right, y down, z to the
            viewer, in the upright face's own frame.
    """

    triangles: Indices
    names: tuple[str, ...]
    shifts: Points


@cache
def reference() -> Reference:
    """What `benchmarks/photo_reference.py` measured."""
    with files("rostra.presenters.photo").joinpath("reference.npz").open("rb") as file, np.load(file) as data:
        return Reference(
            data["triangles"].astype(np.int64),
            tuple(str(name) for name in data["names"]),
            data["shifts"].astype(np.float64),
        )


def eye_middles(points: Points) -> Points:
    """(2, dimensions) middles of the right and left eye, between their corners."""
    return np.stack([points[list(eye.corners)].mean(axis=0) for eye in EYES.values()])


def holes() -> list[frozenset[int]]:
    """The landmarks around each opening: eyes and mouth."""
    return [frozenset(eye.loop) for eye in EYES.values()] + [frozenset(UPPER_LIP) | frozenset(LOWER_LIP)]
