"""The head: how it moves with speech and without.

It nods on stressed words, rides a little on the pitch, sinks and settles where a phrase ends, rises
when the next begins, tilts with a question, follows the eyes late and not all the way, and sways all
the time without ever repeating itself.

Source: Hadar et al. 1983; Graf et al. 2002, "Visual prosody: facial movements accompanying speech".
"""

from __future__ import annotations

import numpy as np

from rostra.acting.cues import Accent, Cues
from rostra.acting.gaze import Glance
from rostra.acting.manner import Manner, Mood
from rostra.acting.noise import drift
from rostra.acting.track import Curve, Track

MOST = {"yaw": 0.12, "pitch": 0.08, "roll": 0.05}  # rad
SWAY = {"yaw": (0.030, 2.6), "pitch": (0.010, 2.2), "roll": (0.011, 3.1)}  # rad, s
CALM = {Mood.SPEAKING: 1.0, Mood.IDLE: 0.6, Mood.LISTENING: 0.5, Mood.THINKING: 0.7}  # of the sway

NOD = 0.036  # rad, of a full accent
NOD_RISE, NOD_FALL = 0.15, 0.34  # s
NOD_FROM = 0.46  # weakest accent that is nodded
NOD_EVERY = 0.62  # s
BEFORE = 0.09  # s, a nod begins before its vowel
TURN_FROM = 0.80  # accents from which the head may also turn
RIDE = 0.0016  # rad per semitone, up
SETTLE = 0.016  # rad down, at the end of a phrase
RAISE = 0.012  # rad up, at the beginning
TILT = 0.030  # rad, with a question
FOLLOW = 0.35  # of a glance
AFTER = 0.07  # s, the head follows the eyes


class Head:
    """The head of one presenter."""

    def __init__(self, manner: Manner, seed: int, rng: np.random.Generator) -> None:
        self._manner = manner
        self._rng = rng
        self._seeds = [8 * seed, 8 * seed + 1, 8 * seed + 2]
        self._periods = [period / max(manner.tempo, 0.05) for _, period in SWAY.values()]
        self._beats = Track()
        self._ride = Track()
        self._settle = Track()
        self._turn = Track()
        self._roll = Track()
        self._follow = (Track(), Track())
        self._life = Track(CALM[Mood.IDLE])
        self._mood_pitch = Track()
        self.tracks = (
            self._beats, self._ride, self._settle, self._turn, self._roll, *self._follow,
            self._life, self._mood_pitch,
        )  # fmt: skip
        self._nodded = -NOD_EVERY
        self._listened = np.inf

    def enter(self, mood: Mood, time: float) -> None:
        """Another mood begins."""
        side = float(self._rng.choice((-1.0, 1.0)))
        self._life.move(time, 0.8, CALM[mood])
        self._ride.move(time, 0.5, 0.0)
        self._settle.move(time, 0.7, 0.0)
        self._turn.move(time, 0.9, 0.0)
        self._roll.move(time, 0.9, side * 0.022 if mood in (Mood.LISTENING, Mood.THINKING) else 0.0)
        self._mood_pitch.move(time, 0.8, -0.018 if mood is Mood.THINKING else 0.0)
        self._listened = time + float(self._rng.uniform(0.8, 2.5)) if mood is Mood.LISTENING else np.inf

    def hear(self, cues: Cues) -> None:
        """Answer to a piece of speech."""
        for accent in cues.accents:
            self._beat(accent)
        for time, falls in sorted(
            [(time, True) for time in cues.pauses] + [(time, False) for time in cues.onsets]
        ):
            if falls:
                self._settle.move(time - 0.05, 0.38, SETTLE)
            else:
                self._settle.move(time - BEFORE, 0.36, -RAISE)
                self._settle.move(time + 0.35, 0.8, 0.0)
        for start, end in cues.questions:
            side = float(self._rng.choice((-1.0, 1.0)))
            self._roll.pulse(start - BEFORE, 0.4, max(0.0, end - start - 0.1), 0.8, side * TILT)

    def follow(self, glance: Glance) -> None:
        """Turn some of the way to where the eyes look."""
        for track, angle in zip(self._follow, (glance.yaw, glance.pitch), strict=True):
            track.move(glance.time + AFTER, 0.42, FOLLOW * angle)

    def plan(self, until: float) -> None:
        """Decide on the small nods of a listener that begin before this time."""
        while self._listened < until:
            height = float(self._rng.uniform(0.014, 0.026)) * self._manner.nod
            for count in range(int(self._rng.integers(1, 4))):
                self._beats.pulse(self._listened + 0.38 * count, 0.16, 0.0, 0.24, height * 0.75**count)
            self._listened += float(self._rng.uniform(2.4, 6.5))

    def cut(self, time: float) -> None:
        """Forget plans from this time on."""
        self._nodded = min(self._nodded, time)

    def at(self, times: Curve) -> tuple[Curve, Curve, Curve]:
        """Yaw, pitch and roll at these times, radians, each (n,)."""
        life = self._life.at(times) * self._manner.energy
        sway = drift(times, self._periods, self._seeds) * life
        yaw = SWAY["yaw"][0] * sway[0] + self._turn.at(times) + self._follow[0].at(times)
        pitch = SWAY["pitch"][0] * sway[1] + self._follow[1].at(times) + self._mood_pitch.at(times)
        pitch += (self._beats.at(times) + self._ride.at(times) + self._settle.at(times)) * self._manner.energy
        roll = SWAY["roll"][0] * sway[2] + self._roll.at(times)
        return _within("yaw", yaw), _within("pitch", pitch), _within("roll", roll)

    def _beat(self, accent: Accent) -> None:
        self._ride.move(accent.start - 0.06, 0.22, -RIDE * accent.semitones)
        start = accent.start - BEFORE
        if accent.strength < NOD_FROM or start - self._nodded < NOD_EVERY:
            return
        self._nodded = start
        height = NOD * accent.strength * self._manner.nod * float(self._rng.uniform(0.6, 1.25))
        self._beats.pulse(start, NOD_RISE, 0.0, NOD_FALL, height)
        if accent.strength > TURN_FROM and self._rng.random() < 0.5:
            self._turn.move(start, 0.35, float(self._rng.normal(0.0, 0.022)))


def _within(name: str, angle: Curve) -> Curve:
    """Softly kept in the range in which a head still looks at the viewer."""
    return MOST[name] * np.tanh(angle / MOST[name])
