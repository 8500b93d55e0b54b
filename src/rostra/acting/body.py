"""The body: breath and posture.

People breathe about 14 times a minute at rest; a talker breathes in quickly where a pause allows it
and out for as long as the sentence lasts. Weight and distance shift every now and then.

Source: Conrad & Schönle 1979 (breathing in speech and at rest).
"""

from __future__ import annotations

import numpy as np

from rostra.acting.cues import Cues
from rostra.acting.manner import Manner, Mood
from rostra.acting.motion import INDEX
from rostra.acting.noise import noise
from rostra.acting.track import Curve, Track

CYCLE = (3.7, 5.0)  # s of a breath at rest
IN, IN_TALKING = 1.5, 0.5  # s of breathing in
OUT = (2.2, 3.6)  # s of breathing out: at rest, while talking
FULL = 0.85  # of the breath channel
OFTEN = 3.2  # s, the least between two breaths
HELD = 7.5  # s, the most while talking
SHIFT = (6.0, 20.0)  # s between shifts of posture


class Body:
    """Chest and stance of one presenter."""

    def __init__(self, manner: Manner, seed: int, rng: np.random.Generator) -> None:
        self._manner = manner
        self._seed = seed
        self._rng = rng
        self._chest = Track()
        self._sway = Track()
        self._lean = Track()
        self.tracks = (self._chest, self._sway, self._lean)
        self._breath = -OFTEN
        self._due = float(rng.uniform(0.2, 1.5))
        self._shift = float(rng.uniform(2.0, 8.0))
        self._pauses: list[float] = []

    def hear(self, cues: Cues) -> None:
        """Pauses in which one can breathe."""
        before = [max(cues.begin, start - IN_TALKING) for start in cues.onsets]
        self._pauses = sorted([*self._pauses, *cues.pauses, *before])

    def plan(self, since: float, until: float, mood: Mood) -> None:
        """Decide on breaths and shifts that begin between these times."""
        while (when := max(self._next(mood), since)) < until:
            self._breathe(when, mood)
        self._pauses = [time for time in self._pauses if time >= until]
        while self._shift < until:
            self._stand(self._shift)
            self._shift += float(self._rng.uniform(*SHIFT)) / max(self._manner.tempo, 0.1)

    def cut(self, time: float) -> None:
        """Forget plans from this time on."""
        self._pauses.clear()
        self._breath = min(self._breath, time)
        self._due = min(self._due, time + 2.0)

    def paint(self, rows: Curve, times: Curve) -> None:
        """Write breath and posture into rows of motion."""
        rows[:, INDEX["breath"]] = self._chest.at(times) * self._manner.breath
        slow = self._manner.posture * noise(times, [7.3], [16 * self._seed + 13])[0]
        rows[:, INDEX["bodySway"]] = self._manner.posture * self._sway.at(times) + 0.07 * slow
        rows[:, INDEX["bodyLean"]] = self._manner.posture * self._lean.at(times)

    def _next(self, mood: Mood) -> float:
        latest = self._breath + HELD if mood is Mood.SPEAKING else self._due
        occasion = (time for time in self._pauses if self._breath + OFTEN <= time < latest)
        return next(occasion, max(latest, self._breath + OFTEN))

    def _breathe(self, when: float, mood: Mood) -> None:
        talking = mood is Mood.SPEAKING
        rise = IN_TALKING if talking else IN
        depth = FULL * float(self._rng.uniform(0.8, 1.1))
        self._chest.move(when, rise, min(depth, 1.0))
        self._chest.move(when + rise, OUT[talking], 0.0)
        self._breath = when
        self._due = when + float(self._rng.uniform(*CYCLE))

    def _stand(self, when: float) -> None:
        duration = float(self._rng.uniform(1.4, 3.0)) / max(self._manner.tempo, 0.1)
        self._sway.move(when, duration, float(self._rng.uniform(-0.6, 0.6)))
        self._lean.move(when + 0.2, duration, float(self._rng.uniform(-0.25, 0.4)))
