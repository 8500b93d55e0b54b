"""Blinks: when and how the eyes close.

People blink about 17 times a minute while they talk, mostly where a thought ends: at pauses, after a
stressed word, with a large turn of the gaze. A lid falls fast, rises slowly, and is fully shut on one
frame at least, or the blink reads as a twitch. A listener now and then blinks long, which says "I see";
a thinker blinks seldom and slowly.

Source: Bentivoglio et al. 1997 (rates); Evinger et al. 1991 (lid kinematics); Cummins 2012 (timing in talk);
Nakano & Kitazawa 2010 (blinks where an utterance ends); Hömke et al. 2018 (long blinks of listeners).
"""

from __future__ import annotations

from bisect import insort
from enum import Enum

import numpy as np

from rostra.acting.manner import Manner, Mood
from rostra.acting.track import Track

CLOSING, SHUT, OPENING = 0.085, 0.025, 0.18  # s
SLOW = {Mood.THINKING: 1.3}  # factor on these
LONG = {Mood.LISTENING: 0.14}  # share of blinks that last
LASTING = 0.14  # s shut
INTERVAL = {Mood.SPEAKING: 3.9, Mood.IDLE: 4.1, Mood.LISTENING: 4.0, Mood.THINKING: 5.0}  # s, median
SCATTER = 0.34  # of the logarithm of intervals
PATIENCE = 1.3  # s that a blink waits for an occasion while talking
SHORTEST, LONGEST = 1.4, 7.0  # s between blinks
TAKEN = 0.6  # share of occasions
TWICE = 0.06  # share of blinks that come double
AGAIN = 0.36  # s between the two


class Occasion(float, Enum):
    """When a blink goes unnoticed; the value is how many seconds before it is due a blink takes it."""

    END = 4.0  # of a paragraph; always taken
    PAUSE = 1.6
    GLANCE = 1.2
    STRESS = 0.0  # after a stressed word


class Blinks:
    """The lids of one presenter."""

    def __init__(self, manner: Manner, fps: float, rng: np.random.Generator) -> None:
        self.lids = Track()
        self.tracks = (self.lids,)
        self._manner = manner
        self._fps = fps
        self._rng = rng
        self._last = -SHORTEST
        self._due = float(rng.uniform(0.4, 2.5))
        self._occasions: list[tuple[float, float]] = []  # time, how long before it is due a blink may take it

    def offer(self, time: float, occasion: Occasion) -> None:
        """Here a blink would come in handy."""
        if self._rng.random() < TAKEN or occasion is Occasion.END:
            insort(self._occasions, (time, occasion.value))

    def plan(self, since: float, until: float, mood: Mood) -> None:
        """Decide on all blinks that begin between these times."""
        if not self._manner.blink:
            return
        while (when := max(self._next(mood), since)) < until:
            self._blink(when, mood)
            self._last = when
            if self._rng.random() < TWICE:
                self._last += AGAIN
                self._blink(self._last, mood)
            self._due = self._last + self._interval(mood)
        self._occasions = [occasion for occasion in self._occasions if occasion[0] >= until]

    def cut(self, time: float) -> None:
        """Forget plans from this time on."""
        self._occasions.clear()
        self._last = min(self._last, time)
        self._due = max(time + 0.5, min(self._due, time + LONGEST))

    def _next(self, mood: Mood) -> float:
        latest = self._due + (PATIENCE if mood is Mood.SPEAKING else 0.0)
        rested = self._last + SHORTEST
        fitting = (time for time, early in self._occasions if max(self._due - early, rested) <= time < latest)
        return next(fitting, latest)

    def _interval(self, mood: Mood) -> float:
        middle = INTERVAL[mood] / self._manner.blink
        return float(np.clip(middle * np.exp(SCATTER * self._rng.standard_normal()), SHORTEST, LONGEST))

    def _blink(self, when: float, mood: Mood) -> None:
        """A blink whose bottom falls in the middle of a frame."""
        slow = SLOW.get(mood, 1.0)
        lasts = mood in LONG and self._rng.random() < LONG[mood]
        bottom = (round((when + CLOSING) * self._fps - 0.5) + 0.5) / self._fps
        self.lids.pulse(
            bottom - slow * CLOSING, slow * CLOSING, LASTING if lasts else SHUT, slow * OPENING, 1.0
        )
