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

WIDEST_JAW = 0.62
FOR_TEETH = {"mouthLowerDown": 1.0, "mouthFunnel": 0.6, "mouthPucker": 0.6}  # what f and v do not bear
FOR_LIPS = {
    "mouthLowerDown": 1.0,
    "mouthUpperUp": 1.0,
    "mouthFunnel": 0.75,
    "mouthStretch": 0.5,
}  # nor m, b, p
SOBERED = 0.7  # share of the smile of vowels that a sober look takes away
BREATHING = {"jawOpen": 0.085, "mouthLowerDown": 0.09, "mouthUpperUp": 0.04}  # at a deep breath
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
    if all(look.viseme == "rest" for look in looks):
        return np.zeros((last - first, len(SHAPES) + 1))  # as below, in no time
    shapes = seen(first, last, fps, looks)
    shapes[:, COLUMN["jawOpen"]] *= 0.5 + 0.5 * energy
    touch = seals(first, last, fps, looks)
    shapes[:, COLUMN["jawOpen"]] = np.minimum(shapes[:, COLUMN["jawOpen"]], touch.jaw)
    _yield(shapes, touch.teeth * (1 - touch.lips), FOR_TEETH)
    shapes[:, SPAN["lips"]] = np.maximum(shapes[:, SPAN["lips"]], touch.shapes[:, SPAN["lips"]])
    _yield(shapes, touch.lips, FOR_LIPS)
    return np.column_stack([shapes, touch.lips])


def breathe(mouth: Curve, parted: Curve) -> Curve:
    """The mouth, its lips parted to breathe (0..1, (n,)), but not where a sound wants them shut."""
    if not parted.any():
        return mouth
    free = parted * (1 - mouth[:, -1])
    breathing = mouth.copy()
    for name, weight in BREATHING.items():
        breathing[:, COLUMN[name]] = np.maximum(mouth[:, COLUMN[name]], weight * free)
    return breathing


def paint(rows: Curve, mouth: Curve, smile: Curve, sober: Curve, lean: float) -> None:
    """Write the mouth into rows of motion.

    Args:
        rows: (n, len(CHANNELS)), changed.
        mouth: (n, len(SHAPES) + 1) from `speak`.
        smile: (n,) the smile of the face, before speech takes its part.
        sober: (n,) 0..1, how little the vowels that spread the lips may look like a smile.
        lean: -0.1..0.1, how much more the left side moves than the right.
    """
    shapes, shut = mouth[:, :-1], mouth[:, -1]
    rounded = 0.9 * shapes[:, COLUMN["mouthFunnel"]] + 1.1 * shapes[:, COLUMN["mouthPucker"]]
    jaw = np.clip(shapes[:, COLUMN["jawOpen"]], 0.0, WIDEST_JAW)
    room = np.clip(1 - rounded, 0.1, 1.0) * (1 - 0.7 * jaw)
    for column, places in PLACES:
        value = shapes[:, column]
        if column == COLUMN["mouthSmile"]:
            value = value * (1 - SOBERED * sober) + smile * room
        if len(places) == 1:
            rows[:, places[0]] = value
        else:
            rows[:, places[0]], rows[:, places[1]] = value * (1 + lean), value * (1 - lean)
    rows[:, INDEX["jawOpen"]] = jaw
    rows[:, INDEX["mouthClose"]] = jaw * shut


def _yield(shapes: Curve, contact: Curve, shares: dict[str, float]) -> None:
    """Take from some shapes what a contact does not bear."""
    for name, share in shares.items():
        shapes[:, COLUMN[name]] *= 1 - share * contact
