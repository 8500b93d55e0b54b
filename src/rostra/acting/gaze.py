"""Gaze: where the eyes look.

Eyes rest on the viewer and are never still: small saccades wander over the viewer's face every
second or so. Now and then they leave, when a long sentence is planned or while thinking, and return;
at the end of what one has to say they are back. A thinker looks up and aside, mostly to one side.
Between two saccades the eyes stand still in the world, so they turn against the head.

Angles are radians of the line of sight against the line to the viewer, + to the presenter's left and
down. They become eyeball angles once the head is known.

Source: Lee, Badler & Badler 2002 (statistics of gaze in talk); Andrist et al. 2013 (aversions);
Bahill et al. 1975 (main sequence).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rostra.acting.manner import Manner, Mood
from rostra.acting.track import Track

LATENCY, PER_RADIAN = 0.021, 0.126  # s: a saccade takes 21 ms and 2.2 ms a degree
FIXATION = (0.3, 1.1)  # s
WANDER = 0.0055  # rad, spread of small saccades
FACE = ((0.011, -0.004), (-0.011, -0.004), (0.0, 0.012))  # rad: eyes and mouth of the viewer
HOP = 0.22  # share of saccades that go to another part of the viewer's face
AWAY = {
    Mood.SPEAKING: (7.0, 16.0),
    Mood.IDLE: (4.0, 10.0),
    Mood.LISTENING: (7.0, 15.0),
    Mood.THINKING: (0.4, 1.2),
}
STAY = {
    Mood.SPEAKING: (0.5, 1.1),
    Mood.IDLE: (0.7, 2.2),
    Mood.LISTENING: (0.4, 0.9),
    Mood.THINKING: (1.2, 2.6),
}
FAR = (0.09, 0.20)  # rad, 5 to 12 degrees
LONG = 3.2  # s, a sentence that is planned with a glance aside
PLANNED = 0.25  # share of those
SAME = 0.6  # share of a thinker's glances that go to the same side again


class Glance(NamedTuple):
    """The gaze leaves the viewer or comes back."""

    time: float  # s
    yaw: float  # rad
    pitch: float  # rad


class Gaze:
    """The line of sight of one presenter."""

    def __init__(self, manner: Manner, rng: np.random.Generator) -> None:
        self.yaw = Track()
        self.pitch = Track()
        self.tracks = (self.yaw, self.pitch)
        self._manner = manner
        self._rng = rng
        self._centre = (0.0, 0.0)
        self._saccade = float(rng.uniform(*FIXATION))
        self._glance = float(rng.uniform(*AWAY[Mood.IDLE]))
        self._back: float | None = None
        self._side = float(rng.choice((-1.0, 1.0)))

    def enter(self, mood: Mood, time: float) -> None:
        """Another mood begins: come back soon, and leave again at its rate."""
        if self._back is not None:
            self._back = min(self._back, time + float(self._rng.uniform(0.0, 0.15)))
        wait = self._wait(mood)
        self._glance = time + (wait if mood is not Mood.THINKING else float(self._rng.uniform(0.05, 0.3)))

    def begin(self, time: float, length: float) -> None:
        """A sentence of this length begins."""
        if length > LONG and self._back is None and self._rng.random() < PLANNED * self._manner.gaze:
            self._glance = min(self._glance, time + float(self._rng.uniform(0.0, 0.25)))

    def ponder(self, time: float) -> None:
        """The author asks for a thoughtful look."""
        if self._back is None:
            self._glance = min(self._glance, time)

    def close(self, time: float) -> None:
        """What was said is complete: look at the viewer."""
        if self._back is not None:
            self._back = min(self._back, max(time - 0.3, 0.0))
        if time - 1.3 < self._glance < time + 0.6:
            self._glance = time + 0.6 + float(self._rng.uniform(0.5, 2.0))

    def plan(self, until: float, mood: Mood) -> list[Glance]:
        """Decide on all movements that begin before this time; returns the large ones."""
        glances = []
        while (when := min(self._saccade, self._glance, self._back or np.inf)) < until:
            if when == self._back:
                glances.append(self._return(when, mood))
            elif when == self._glance:
                glances.append(self._leave(when, mood))
            else:
                self._wander(when)
        return glances

    def cut(self, time: float) -> None:
        """Forget plans from this time on and come back to the viewer."""
        self._centre = (self.yaw.goal, self.pitch.goal)
        self._saccade = time + float(self._rng.uniform(*FIXATION))
        self._back = time + 0.1
        self._glance = max(self._glance, time + 2.0)

    def _wait(self, mood: Mood) -> float:
        return float(self._rng.uniform(*AWAY[mood])) / max(self._manner.gaze, 1e-3)

    def _leave(self, when: float, mood: Mood) -> Glance:
        far = self._rng.uniform(*FAR) * (1.5 if mood is Mood.THINKING else 1.0)
        if mood is not Mood.THINKING or self._rng.random() > SAME:
            self._side = float(self._rng.choice((-1.0, 1.0)))
        up = self._rng.uniform(0.35, 0.8) if mood is Mood.THINKING else self._rng.uniform(-0.45, 0.55)
        self._centre = (float(self._side * far * np.cos(up)), float(-far * np.sin(up)))
        self._back = when + float(self._rng.uniform(*STAY[mood]))
        self._glance = np.inf
        self._saccade = when + float(self._rng.uniform(*FIXATION))
        self._look(when, *self._centre)
        return Glance(when, *self._centre)

    def _return(self, when: float, mood: Mood) -> Glance:
        self._centre = (0.0, 0.0)
        self._back = None
        self._glance = when + self._wait(mood)
        self._saccade = when + float(self._rng.uniform(*FIXATION))
        self._look(when, 0.0, 0.0)
        return Glance(when, 0.0, 0.0)

    def _wander(self, when: float) -> None:
        if self._back is None and self._rng.random() < HOP:
            self._centre = FACE[int(self._rng.integers(len(FACE)))]
        yaw, pitch = self._rng.normal(self._centre, WANDER)
        self._look(when, float(yaw), float(pitch))
        self._saccade = when + float(self._rng.uniform(*FIXATION))

    def _look(self, when: float, yaw: float, pitch: float) -> None:
        far = float(np.hypot(yaw - self.yaw.goal, pitch - self.pitch.goal))
        duration = LATENCY + PER_RADIAN * far
        self.yaw.move(when, duration, yaw)
        self.pitch.move(when, duration, pitch)
