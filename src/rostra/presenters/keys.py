"""Keys: the expressions in which a face is rendered, beside its rest.

Moving the texture of a closed mouth cannot show the wet inside of a lip, the fold beside a smile or
the skin of a closed lid. So the skin is rendered again in a few far expressions, and the drawing
blends towards them as the motion does (see `rostra.presenters.pack`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


def both(**weights: float) -> dict[str, float]:
    """Names that end in `_` stand for their left and right form."""
    result: dict[str, float] = {}
    for name, weight in weights.items():
        sides = (f"{name[:-1]}Left", f"{name[:-1]}Right") if name.endswith("_") else (name,)
        result.update(dict.fromkeys(sides, weight))
    return result


@dataclass(frozen=True)
class Region:
    """A soft ellipse on the canvas: 1 in the middle, 0 outside.

    Args:
        centre: (2,) canvas pixels.
        side: canvas pixels to left and right.
        up: upwards.
        down: downwards.
    """

    centre: Points
    side: float
    up: float
    down: float

    def share(self, seen: Points, tight: float = 1.0) -> Points:
        """(n,) how much canvas points belong to the region, or to one `tight` times as large."""
        x, y = (seen - self.centre).T
        gap = np.hypot(x / self.side, y / np.where(y < 0, self.up, self.down)) / tight
        fade = np.clip((1.0 - gap) / 0.3, 0, 1)
        soft: Points = fade * fade * (3 - 2 * fade)
        return soft


@dataclass(frozen=True)
class Key:
    """One far expression.

    Args:
        name: of the key.
        picture: name of its picture; two keys may share one.
        pose: the expression that is rendered.
        drive: what brings the key up.
        region: `mouth`, `left` or `right`.
    """

    name: str
    picture: str
    pose: Mapping[str, float]
    drive: Mapping[str, float]
    region: str


OPEN = both(jawOpen=0.6, mouthUpperUp_=0.15, mouthLowerDown_=0.2)
WIDE = both(mouthSmile_=0.55, mouthStretch_=0.35, jawOpen=0.16, mouthUpperUp_=0.2, mouthLowerDown_=0.25)
ROUND = both(mouthPucker=0.65, mouthFunnel=0.4, jawOpen=0.08)
BLINK = both(eyeBlink_=1.0)

KEYS = (
    Key("open", "open", OPEN, {"jawOpen": 1.7, "mouthClose": -1.7}, "mouth"),
    Key("wide", "wide", WIDE, both(mouthSmile_=0.7, mouthStretch_=0.5, mouthPucker=-1.0), "mouth"),
    Key("round", "round", ROUND, {"mouthPucker": 1.2, "mouthFunnel": 1.0}, "mouth"),
    Key("blink-left", "blink", BLINK, {"eyeBlinkLeft": 1.0}, "left"),
    Key("blink-right", "blink", BLINK, {"eyeBlinkRight": 1.0}, "right"),
)

# Teeth and tongue are lit through parted lips, and get darker as these close.
PARTED = both(jawOpen=0.6, mouthUpperUp_=0.4, mouthLowerDown_=0.4)
LIT = both(jawOpen=2.2, mouthClose=-2.2, mouthUpperUp_=0.6, mouthLowerDown_=0.6)
DIM = 0.5  # brightness behind lips that hardly part
