"""Sacrifice: what a session gives up when the machine cannot keep up, so that the sound never does.

Step by step: fewer pictures a second, then none. A step is taken after two seconds in which many moments
were late, and taken back after a while without any.
"""

from __future__ import annotations

from typing import NamedTuple

WINDOW = 25  # moments that are judged together
MANY = 6  # late ones among them: too many
TWICE = 2  # windows in a row with too many before a step is taken
CALM = 4  # windows without a late one after which a step is taken back
LONGEST = 16  # times CALM that are waited when steps have to be taken again and again


class Step(NamedTuple):
    """What is left."""

    name: str
    every: int  # of how many moments one is drawn; 0: none


STEPS = (
    Step("full", 1),
    Step("half the frames", 2),
    Step("a quarter of the frames", 4),
    Step("sound only", 0),
)


class Sacrifice:
    """The state of one session."""

    def __init__(self) -> None:
        self._level = self._count = self._late = self._calm = self._bad = 0
        self._patience = CALM

    @property
    def step(self) -> Step:
        """What is left now."""
        return STEPS[self._level]

    def draws(self, number: int) -> bool:
        """Whether a moment is drawn."""
        every = self.step.every
        return bool(every) and number % every == 0

    def note(self, late: bool) -> Step | None:
        """Another moment was handed on; the new step if that changes it."""
        self._count += 1
        self._late += late
        if self._count < WINDOW:
            return None
        many, any_ = self._late > MANY, self._late > 0
        self._count = self._late = 0
        self._calm = 0 if any_ else self._calm + 1
        self._bad = self._bad + 1 if many else 0
        if self._bad >= TWICE and self._level < len(STEPS) - 1:
            self._level += 1
            self._bad = 0
            self._patience = min(self._patience * 2, CALM * LONGEST)
            return self.step
        if self._level and self._calm >= self._patience:
            self._level -= 1
            self._calm = 0
            return self.step
        return None
