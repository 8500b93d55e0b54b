"""Motion: how a face, head and body move, frame by frame.

Channels are the 52 ARKit blendshapes (0..1) and our own for what they lack. Sound is the clock:
row *k* of a performance shows the middle of frame *k*, at `(k + 0.5) / fps` of the sound.

Source: Apple ARKit, ARFaceAnchor.BlendShapeLocation (names and meaning).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

ARKIT = (
    "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft",
    "eyeSquintLeft", "eyeWideLeft",
    "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight",
    "eyeSquintRight", "eyeWideRight",
    "jawForward", "jawLeft", "jawRight", "jawOpen",
    "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthPressLeft", "mouthPressRight", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthUpperUpLeft", "mouthUpperUpRight",
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft", "noseSneerRight",
    "tongueOut",
)  # fmt: skip

OWN = (
    "tongueUp",  # 0..1, tip of the tongue behind the upper teeth (t d n l)
    "headYaw",  # rad, + turns to the presenter's left (the viewer's right)
    "headPitch",  # rad, + nods down
    "headRoll",  # rad, + tilts to the presenter's left shoulder (clockwise for the viewer)
    "gazeYaw",  # rad of the eyeballs against the head, + to the presenter's left
    "gazePitch",  # rad, + down
    "breath",  # 0..1, chest out and up
    "bodySway",  # -1..1, weight on the left or right side, + to the presenter's left
    "bodyLean",  # -1..1, + towards the viewer
)

CHANNELS = ARKIT + OWN
INDEX = {name: position for position, name in enumerate(CHANNELS)}


@dataclass(frozen=True)
class Motion:
    """Rows of motion.

    Args:
        curves: (frames, len(CHANNELS)) float32 in the order of `CHANNELS`.
        fps: rows per second.
    """

    curves: FloatArray
    fps: float

    def __len__(self) -> int:
        return len(self.curves)
