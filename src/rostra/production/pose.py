"""Stills: one row of motion that holds an expression, for previews."""

from __future__ import annotations

import math
import re

import numpy as np

from rostra.acting.motion import CHANNELS, INDEX, FloatArray
from rostra.acting.visemes import VISEMES
from rostra.errors import InputError, UnknownNameError

FACES: dict[str, dict[str, float]] = {
    "smile": {"mouthSmile": 0.45, "cheekSquint": 0.25, "eyeSquint": 0.15},
    "blink": {"eyeBlink": 1.0},
    "halfblink": {"eyeBlink": 0.5},
    "frown": {"mouthFrown": 0.4, "browDown": 0.4},
    "surprise": {"browInnerUp": 0.6, "browOuterUp": 0.5, "eyeWide": 0.5, "jawOpen": 0.2},
}
SPELLINGS = {
    "ee": "iy",
    "oo": "uw",
    "oh": "ow",
    "eh": "eh",
    "ah": "ah",
    "p": "b",
    "v": "f",
    "z": "s",
    "d": "t",
}
WEIGHT = re.compile(r"(\w+)=([0-9.]+)")
TURN = 30.0  # degrees, most that a head turns


def expressions() -> list[str]:
    """Names that `row` knows."""
    return sorted({name.lower() for name in VISEMES} | FACES.keys() | SPELLINGS.keys())


def row(expression: str = "rest", yaw: float = 0, pitch: float = 0, roll: float = 0) -> FloatArray:
    """One row of motion.

    Args:
        expression: names and `channel=weight`, joined by + (`aa`, `smile+blink`, `jawOpen=0.4`).
        yaw: of the head, degrees, + to the presenter's left; likewise
        pitch: + down,
        roll: + to the presenter's left shoulder.

    Raises:
        UnknownNameError: no such expression or channel.
        InputError: the head would turn too far.
    """
    values = np.zeros(len(CHANNELS), np.float32)
    for part in expression.split("+"):
        for name, weight in _weights(part.strip()).items():
            for channel in _channels(name):
                values[INDEX[channel]] += weight
    for channel, degrees in (("headYaw", yaw), ("headPitch", pitch), ("headRoll", roll)):
        if not abs(degrees) <= TURN:
            raise InputError(f"A head turns {TURN:g} degrees at most.", "Give a smaller angle.", channel)
        values[INDEX[channel]] = math.radians(degrees)
    return values


def _weights(part: str) -> dict[str, float]:
    if pair := WEIGHT.fullmatch(part):
        return {pair[1]: min(float(pair[2]), 1.0)}
    name = SPELLINGS.get(part.lower(), part.lower())
    if name in FACES:
        return FACES[name]
    viseme = VISEMES.get(name.upper()) or VISEMES.get(name)
    if viseme is None:
        raise UnknownNameError("expression", part, expressions())
    shut = {"mouthClose": viseme.shapes.get("jawOpen", 0.0)} if viseme.seal == "lips" else {}
    return viseme.shapes | shut


def _channels(name: str) -> list[str]:
    """The channels that a shape without a side stands for."""
    found = [channel for channel in (name, f"{name}Left", f"{name}Right") if channel in INDEX]
    if not found:
        raise UnknownNameError("channel", name, CHANNELS, "expression")
    return found
