"""Manner: how somebody behaves when they talk and when they do not.

A manner is a handful of numbers that belongs to a presenter. 1 is an average person, 0 switches a
habit off, 2 is the most that still looks human. A style is a manner with a name; a presenter may
start from one and differ in some habits.

Source: Kendon 1990, Heylen 2006, Krahmer & Swerts 2007 (that people differ in these habits, and how
listeners read them).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from rostra.errors import InputError, UnknownNameError

MOST = 2.0  # of an average person
MOST_SMILE = 0.4  # of the smile channels
STYLE = "style"  # the key that names the style to start from

STYLES: dict[str, dict[str, float]] = {
    "even": {},
    "calm": {
        "smile": 0.11, "warmth": 0.85, "energy": 0.85, "nod": 0.55, "brow": 0.65, "gaze": 0.75, "blink": 0.85,
        "tempo": 0.70, "sway": 0.70, "tilt": 0.70, "posture": 0.70,
    },
    "warm": {
        "smile": 0.26, "warmth": 1.40, "nod": 1.05, "brow": 1.15, "gaze": 0.70, "tempo": 0.90, "tilt": 1.50,
        "sway": 1.10,
    },
    "brisk": {
        "smile": 0.06, "warmth": 0.85, "energy": 1.10, "nod": 1.30, "brow": 0.90, "gaze": 1.15, "blink": 1.15,
        "tempo": 1.60, "sway": 0.85, "tilt": 0.55, "posture": 1.10,
    },
    "lively": {
        "smile": 0.21, "warmth": 1.30, "energy": 1.20, "nod": 1.60, "brow": 1.75, "gaze": 1.20, "blink": 1.15,
        "tempo": 1.30, "sway": 1.45, "tilt": 1.30, "posture": 1.40,
    },
    "earnest": {
        "smile": 0.00, "warmth": 0.45, "energy": 0.95, "nod": 1.15, "brow": 0.75, "gaze": 0.50, "blink": 0.80,
        "tempo": 0.85, "sway": 0.60, "tilt": 0.60, "posture": 0.60,
    },
    "gentle": {
        "smile": 0.18, "warmth": 1.10, "energy": 0.80, "nod": 0.80, "brow": 0.90, "gaze": 1.00, "blink": 1.05,
        "tempo": 0.65, "sway": 1.15, "tilt": 1.70, "breath": 1.20,
    },
    "confident": {
        "smile": 0.11, "energy": 1.05, "nod": 1.25, "brow": 1.10, "gaze": 0.35, "blink": 0.75, "tempo": 1.00,
        "sway": 0.75, "tilt": 0.40, "posture": 0.90,
    },
    "thoughtful": {
        "smile": 0.04, "warmth": 0.75, "energy": 0.90, "nod": 0.75, "brow": 1.25, "gaze": 1.75, "blink": 0.95,
        "tempo": 0.80, "sway": 1.00, "tilt": 1.20,
    },
    "reserved": {
        "smile": 0.00, "warmth": 0.40, "energy": 0.75, "nod": 0.40, "brow": 0.35, "gaze": 1.10, "blink": 0.90,
        "tempo": 0.85, "sway": 0.50, "tilt": 0.45, "breath": 0.80, "posture": 0.50,
    },
}  # habits that differ from the average, by the name of the style  # fmt: skip


class Mood(StrEnum):
    """What a presenter is busy with."""

    SPEAKING = "speaking"
    IDLE = "idle"
    LISTENING = "listening"
    THINKING = "thinking"


@dataclass(frozen=True)
class Manner:
    """Habits of a presenter.

    Args:
        smile: the smile that is always there, as a weight of the smile channels (0..0.4).
        warmth: how much a greeting, thanks or a listener's nod adds to it.
        energy: how far mouth and head move.
        nod: how strongly the head beats on stressed words.
        brow: how strongly the brows follow emphasis and questions.
        gaze: how often the eyes leave the viewer.
        blink: how often the eyes blink.
        tempo: how fast head and body move.
        sway: how far the head drifts when it does nothing else.
        tilt: how far the head tilts, with a question or while listening.
        breath: how visible breathing is.
        posture: how much weight and distance shift.

    Raises:
        InputError: a number is out of its range.
    """

    smile: float = 0.10
    warmth: float = 1.0
    energy: float = 1.0
    nod: float = 1.0
    brow: float = 1.0
    gaze: float = 1.0
    blink: float = 1.0
    tempo: float = 1.0
    sway: float = 1.0
    tilt: float = 1.0
    breath: float = 1.0
    posture: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name))

    @classmethod
    def of(cls, habits: Mapping[str, float | str]) -> Manner:
        """A manner from a style, some habits, or both: `{"style": "warm", "nod": 0.8}`.

        Raises:
            InputError: a name that no habit has, or a value that is no number in its range.
            UnknownNameError: no such style.
        """
        known = [field.name for field in fields(cls)]
        for name in habits:
            if name not in (STYLE, *known):
                raise InputError(
                    f"A manner has no {name!r}.",
                    f"Use some of {', '.join((STYLE, *known))}.",
                    f"manner.{name}",
                )
        style = habits.get(STYLE, "even")
        if not isinstance(style, str) or style not in STYLES:
            raise UnknownNameError(STYLE, str(style), STYLES, f"manner.{STYLE}")
        own = {name: value for name, value in habits.items() if name != STYLE}
        return cls(**{**STYLES[style], **own})  # type: ignore[arg-type]  # checked one by one

    @property
    def speed(self) -> float:
        """The tempo, as a factor that may be divided by."""
        return max(self.tempo, 0.1)


def most(name: str) -> float:
    """The highest value of a habit."""
    return MOST_SMILE if name == "smile" else MOST


def _check(name: str, value: object) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and math.isfinite(value) and 0 <= value <= most(name)):  # type: ignore[arg-type,operator]
        raise InputError(
            f"manner.{name} is {value!r}.", f"Give a number from 0 to {most(name):g}.", f"manner.{name}"
        )
