"""Tracks: values that move the way limbs do.

People go from one posture to another along a curve of minimum jerk, and begin the next movement
before the last one ends; the two then simply add up. A `Track` is such a sum: a value, and steps
that begin at a time, take a while and change it by some amount. What was shown is past: a step that
comes too late for its time begins at once.

Source: Flash & Hogan 1985 (minimum jerk); Flash & Henis 1991 (superposition of movements).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]

SHORTEST = 1e-3  # s


class Step(NamedTuple):
    """One movement, and the time at which whoever makes it commits to it."""

    since: float  # s; a pulse is committed to as a whole when it begins
    start: float  # s
    end: float  # s
    delta: float


class Track:
    """A value that moves from goal to goal.

    Args:
        value: where it stands at first.
    """

    def __init__(self, value: float = 0.0) -> None:
        self._base = value
        self._steps: list[Step] = []
        self._shown = -np.inf  # s

    @property
    def goal(self) -> float:
        """Where all steps together lead."""
        return self._base + sum(step.delta for step in self._steps)

    def move(self, start: float, duration: float, goal: float) -> None:
        """Go to `goal`, beginning at `start` (seconds)."""
        start = max(start, self._shown)
        self._add(start, start, duration, goal - self.goal)

    def pulse(self, start: float, rise: float, hold: float, fall: float, height: float) -> None:
        """Rise by `height`, hold, and fall back (seconds)."""
        start = max(start, self._shown)
        self._add(start, start, rise, height)
        self._add(start, start + rise + hold, fall, -height)

    def at(self, times: Curve) -> Curve:
        """Values at increasing times, which are shown by this: (n,) seconds to (n,)."""
        if not len(times):
            return np.zeros(0)
        first, last = times[0], times[-1]
        self._shown = max(self._shown, float(last))
        value, live = self._base, []
        for step in self._steps:
            if step.end <= first:
                value += step.delta
            elif step.start < last:
                live.append(step)
        if not live:
            return np.full(len(times), value)
        _, start, end, delta = np.array(live).T
        phase = np.clip((times[:, None] - start) / (end - start), 0.0, 1.0)
        progress: Curve = value + (phase**3 * (10 - phase * (15 - 6 * phase))) @ delta
        return progress

    def cut(self, time: float) -> None:
        """Give up everything that has not begun at `time`."""
        self._steps = [step for step in self._steps if step.since < time]
        self._shown = min(self._shown, time)

    def forget(self, before: float) -> None:
        """Settle movements that ended before this time; earlier values are then lost."""
        self._base += sum(step.delta for step in self._steps if step.end < before)
        self._steps = [step for step in self._steps if step.end >= before]

    def _add(self, since: float, start: float, duration: float, delta: float) -> None:
        self._steps.append(Step(since, start, start + max(duration, SHORTEST), delta))
