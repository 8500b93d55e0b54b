"""Manner: how somebody behaves when they talk and when they do not.

A manner is a handful of numbers that belongs to a presenter. 1 is an average person, 0 switches a
habit off, 2 is the most that still looks human.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from rostra.errors import InputError

MOST = 2.0  # of an average person
MOST_SMILE = 0.4  # of the smile channels


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
        energy: how far mouth and head move.
        nod: how strongly the head beats on stressed words.
        brow: how strongly the brows follow emphasis and questions.
        gaze: how often the eyes leave the viewer.
        blink: how often the eyes blink.
        tempo: how fast head and body drift and shift.
        breath: how visible breathing is.
        posture: how much weight and distance shift.

    Raises:
        InputError: a number is out of its range.
    """

    smile: float = 0.10
    energy: float = 1.0
    nod: float = 1.0
    brow: float = 1.0
    gaze: float = 1.0
    blink: float = 1.0
    tempo: float = 1.0
    breath: float = 1.0
    posture: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name))

    @classmethod
    def of(cls, habits: Mapping[str, float]) -> Manner:
        """The average manner with some habits changed.

        Raises:
            InputError: a name that no habit has, or a value that is no number in its range.
        """
        known = {field.name for field in fields(cls)}
        for name in habits:
            if name not in known:
                raise InputError(
                    f"A manner has no {name!r}.", f"Use some of {', '.join(sorted(known))}.", f"manner.{name}"
                )
        return cls(**habits)


def _check(name: str, value: object) -> None:
    most = MOST_SMILE if name == "smile" else MOST
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and math.isfinite(value) and 0 <= value <= most):  # type: ignore[arg-type,operator]
        raise InputError(
            f"manner.{name} is {value!r}.", f"Give a number from 0 to {most:g}.", f"manner.{name}"
        )
