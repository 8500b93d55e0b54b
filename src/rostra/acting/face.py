"""The upper face: brows, smiles, and what cheeks and lids do with them.

Brows rise on emphasis and questions. A smile comes with a greeting and with thanks and stays a
moment; it reaches the eyes. Somebody who thinks knits the brows a little and presses the lips.
"""

from __future__ import annotations

import numpy as np

from rostra.acting.cues import Cues
from rostra.acting.manner import Manner, Mood
from rostra.acting.motion import INDEX
from rostra.acting.noise import noise
from rostra.acting.track import Curve, Track

BROW = 0.34  # of the brow channels, on a full accent
BROW_FROM = 0.86  # weakest accent that lifts the brows
BROW_EVERY = 2.2  # s
ASK = 0.40  # of the brow channels, over the end of a question
BEFORE = 0.09  # s, brows move before the sound
WARMTH = 0.24  # added smile, on a greeting
ENDING = 0.05  # added smile, in the pause after a sentence
MOST_BROW = 0.5
LIPS_EVERY = (9.0, 24.0)  # s, an idle presenter presses the lips


class Face:
    """The upper face and the smile of one presenter."""

    def __init__(self, manner: Manner, seed: int, rng: np.random.Generator) -> None:
        self._manner = manner
        self._seed = seed
        self._rng = rng
        self._brow = Track()
        self._inner = Track()
        self._knit = Track()
        self._warm = Track()
        self._press = Track()
        self.tracks = (self._brow, self._inner, self._knit, self._warm, self._press)
        self._raised = -BROW_EVERY
        self._lips = float(rng.uniform(*LIPS_EVERY))
        self._smiled = -1.0

    def enter(self, mood: Mood, time: float) -> None:
        """Another mood begins."""
        self._brow.move(time, 0.6, 0.10 if mood is Mood.LISTENING else 0.0)
        self._inner.move(time, 0.6, 0.06 if mood in (Mood.LISTENING, Mood.THINKING) else 0.0)
        self._knit.move(time, 0.6, 0.13 if mood is Mood.THINKING else 0.0)
        self._press.move(time, 0.5, 0.12 if mood is Mood.THINKING else 0.0)
        self._lips = time + float(self._rng.uniform(*LIPS_EVERY))

    def hear(self, cues: Cues) -> None:
        """Answer to a piece of speech."""
        for accent in cues.accents:
            start = accent.start - BEFORE
            if accent.strength >= BROW_FROM and start - self._raised >= BROW_EVERY:
                self._raised = start
                self._brow.pulse(
                    start, 0.16, 0.08, 0.42, BROW * min(accent.strength, 1.0) * self._manner.brow
                )
        for start, end in cues.questions:
            self._brow.pulse(start - BEFORE, 0.30, max(0.1, end - start), 0.55, ASK * self._manner.brow)
        for start in cues.warm:
            if start > self._smiled:
                self._warm.pulse(start - BEFORE, 0.45, 1.1, 1.3, WARMTH)
                self._smiled = start + 1.5
        for start in cues.pauses:
            self._warm.pulse(start, 0.35, 0.1, 0.5, ENDING)

    def plan(self, until: float, mood: Mood) -> None:
        """Decide on what an idle face does before this time."""
        while self._lips < until:
            if mood is Mood.IDLE:
                self._press.pulse(self._lips, 0.3, float(self._rng.uniform(0.1, 0.5)), 0.45, 0.22)
            self._lips += float(self._rng.uniform(*LIPS_EVERY))

    def cut(self, time: float) -> None:
        """Forget plans from this time on."""
        self._raised = min(self._raised, time)
        self._smiled = min(self._smiled, time)

    def smile(self, times: Curve) -> Curve:
        """The smile of the mouth, before speech takes its part: (n,) weights."""
        change = 1 + 0.2 * noise(times, [3.7], [16 * self._seed + 11])[0]
        value: Curve = np.clip(self._manner.smile * change + self._warm.at(times), 0.0, 0.55)
        return value

    def paint(self, rows: Curve, times: Curve, smile: Curve) -> None:
        """Write brows, cheeks, squint and idle lips into rows of motion."""
        life = 0.03 * np.clip(1 + noise(times, [2.9], [16 * self._seed + 12])[0], 0, 3)
        lift = np.clip(self._brow.at(times), 0.0, MOST_BROW) + life
        knit = self._knit.at(times)
        rows[:, INDEX["browInnerUp"]] = lift + self._inner.at(times)
        rows[:, INDEX["browOuterUpLeft"]] = 0.85 * lift
        rows[:, INDEX["browOuterUpRight"]] = 0.78 * lift
        warm = np.clip(smile - 0.05, 0.0, 1.0)
        for side in ("Left", "Right"):
            rows[:, INDEX[f"browDown{side}"]] = knit
            rows[:, INDEX[f"eyeWide{side}"]] = np.clip(0.35 * (lift - 0.15), 0.0, 0.15)
            rows[:, INDEX[f"eyeSquint{side}"]] = 0.04 + 0.35 * warm + 0.6 * knit
            rows[:, INDEX[f"cheekSquint{side}"]] = 0.45 * warm
            rows[:, INDEX[f"mouthPress{side}"]] += self._press.at(times)
