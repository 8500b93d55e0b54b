"""The mouth: blended looks, contacts and a smile become ARKit channels.

Contacts win over everything. Lips that are shut do not show teeth, however wide the jaw stands:
`mouthClose` follows `jawOpen`, as ARKit means it. A smile gives way to rounded lips and to an open
jaw, or every "oh" would look amused.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rostra.acting.coarticulation import Segment, seals, seen
from rostra.acting.motion import INDEX
from rostra.acting.track import Curve
from rostra.acting.visemes import COLUMN, SHAPES, SPAN

SHUT_JAW = 0.13  # the most the jaw opens behind shut lips
TEETH_JAW = 0.065  # the most it opens while the lip is under the teeth
WIDEST_JAW = 0.62
UNROUND = {"lips": 0.75, "teeth": 0.6}  # what a contact takes from rounding
SIDED = ("mouthStretch", "mouthSmile", "mouthDimple", "mouthPress", "mouthUpperUp", "mouthLowerDown")

PLACES = [
    (COLUMN[name], [INDEX[name + side] for side in ("Left", "Right")] if name in SIDED else [INDEX[name]])
    for name in SHAPES
]
MOUTH = sorted({place for _, places in PLACES for place in places} | {INDEX["mouthClose"]})


def speak(first: int, last: int, fps: float, looks: Sequence[Segment], energy: float = 1.0) -> Curve:
    """The speaking mouth in frames first..last-1.

    Args:
        first: number of the first frame.
        last: one after the number of the last.
        fps: frames a second.
        looks: what is said around these frames.
        energy: scales the jaw.

    Returns:
        (last - first, len(SHAPES) + 1) weights; the last column is how far the lips are shut.
    """
    shapes = seen(first, last, fps, looks)
    shapes[:, COLUMN["jawOpen"]] *= 0.5 + 0.5 * energy
    shut, tucked, contact = seals(first, last, fps, looks)
    tucked = tucked * (1 - shut)
    _tuck(shapes, tucked)
    _shut(shapes, shut)
    shapes[:, SPAN["lips"]] = np.maximum(shapes[:, SPAN["lips"]], contact[:, SPAN["lips"]])
    shapes[:, COLUMN["mouthUpperUp"]] *= 1 - shut
    return np.column_stack([shapes, shut])


def paint(rows: Curve, mouth: Curve, smile: Curve, lean: float) -> None:
    """Write the mouth into rows of motion.

    Args:
        rows: (n, len(CHANNELS)), changed.
        mouth: (n, len(SHAPES) + 1) from `speak`.
        smile: (n,) the smile of the face, before speech takes its part.
        lean: -0.1..0.1, how much more the left side moves than the right.
    """
    shapes, shut = mouth[:, :-1], mouth[:, -1]
    rounded = 1.1 * shapes[:, COLUMN["mouthFunnel"]] + 1.3 * shapes[:, COLUMN["mouthPucker"]]
    jaw = np.clip(shapes[:, COLUMN["jawOpen"]], 0.0, WIDEST_JAW)
    room = np.clip(1 - rounded, 0.1, 1.0) * (1 - 0.7 * jaw)
    for column, places in PLACES:
        value = shapes[:, column] + smile * room * (column == COLUMN["mouthSmile"])
        if len(places) == 1:
            rows[:, places[0]] = value
        else:
            rows[:, places[0]], rows[:, places[1]] = value * (1 + lean), value * (1 - lean)
    rows[:, INDEX["jawOpen"]] = jaw
    rows[:, INDEX["mouthClose"]] = jaw * shut


def _tuck(shapes: Curve, amount: Curve) -> None:
    jaw = COLUMN["jawOpen"]
    shapes[:, jaw] += amount * (np.minimum(shapes[:, jaw], TEETH_JAW) - shapes[:, jaw])
    for name, share in {
        "mouthLowerDown": 1.0,
        "mouthFunnel": UNROUND["teeth"],
        "mouthPucker": UNROUND["teeth"],
    }.items():
        shapes[:, COLUMN[name]] *= 1 - share * amount


def _shut(shapes: Curve, amount: Curve) -> None:
    jaw = COLUMN["jawOpen"]
    shapes[:, jaw] += amount * (np.minimum(shapes[:, jaw], SHUT_JAW) - shapes[:, jaw])
    for name in ("mouthUpperUp", "mouthLowerDown"):
        shapes[:, COLUMN[name]] *= 1 - amount
    shapes[:, COLUMN["mouthFunnel"]] *= 1 - UNROUND["lips"] * amount
    shapes[:, COLUMN["mouthStretch"]] *= 1 - 0.5 * amount
