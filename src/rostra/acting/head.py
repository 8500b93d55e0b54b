"""The head: how it moves with speech and without.

It nods on the words that phrases are about, and on other stressed ones less; rides a little on the
pitch; tells off the items of a list; sinks and settles where a phrase ends, and lower with a small nod
where a paragraph does; rises when the next begins; tilts with a question and comes up at its end;
follows the eyes late and not all the way; and sways all the time without ever repeating itself. A
nod begins about when its vowel does and is deepest when the vowel ends.

Source: Hadar et al. 1983; Graf et al. 2002, "Visual prosody: facial movements accompanying speech";
Munhall et al. 2004 (head and pitch); Kim, Cvejic & Davis 2014 (nods come later than brows); Heylen 2006,
Poggi et al. 2010 (nods of listeners).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rostra.acting.cues import Accent, Cues, Item, Question
from rostra.acting.expression import PART
from rostra.acting.gaze import Glance
from rostra.acting.manner import Manner, Mood
from rostra.acting.noise import drift
from rostra.acting.track import Curve, Track

MOST = {"yaw": 0.12, "pitch": 0.08, "roll": 0.065}  # rad
SWAY = {"yaw": (0.030, 2.6), "pitch": (0.012, 2.2), "roll": (0.013, 3.1)}  # rad, s
CALM = {Mood.SPEAKING: 1.0, Mood.IDLE: 0.6, Mood.LISTENING: 0.6, Mood.THINKING: 0.75}  # of the sway

NOD = 0.052  # rad, of a full accent
NOD_RISE, NOD_FALL = 0.16, 0.34  # s
NOD_FROM, NOD_FROM_CHIEF = 0.56, 0.40  # weakest accents that are nodded
NOD_EVERY = 0.62  # s
UP = 0.16  # share of beats that go up instead
BEFORE = 0.07  # s, a nod begins before its vowel
TURN_FROM = 0.74  # accents from which the head may also turn
RIDE = 0.0016  # rad per semitone, up
SETTLE = 0.016  # rad down, at the end of a phrase
RAISE = 0.014  # rad up, at the beginning
CLOSE = 0.026  # rad down, at the end of a paragraph
BOW = 0.026  # rad, the nod with it
BOWED = 0.75  # share of ends that are nodded
TOLD = 0.028  # rad, of an item of a list
ASIDE = 0.014  # rad, by which items go to the left and right
TILT = 0.036  # rad, with a question
UPWARD = 0.014  # rad, at the end of a yes-or-no question
FOLLOW = 0.35  # of a glance
AFTER = 0.07  # s, the head follows the eyes
LISTENER = (2.2, 5.5)  # s between a listener's nods
TURNS = {Mood.LISTENING: (4.0, 9.0), Mood.THINKING: (2.5, 5.5)}  # s between tilts


class Head:
    """The head of one presenter."""

    def __init__(self, manner: Manner, seed: int, rng: np.random.Generator) -> None:
        self._manner = manner
        self._rng = rng
        self._seeds = [8 * seed, 8 * seed + 1, 8 * seed + 2]
        self._periods = [period / max(manner.tempo, 0.05) for _, period in SWAY.values()]
        self._quick = 1 / np.sqrt(max(manner.tempo, 0.4))  # factor on how long a beat takes
        self._beats, self._ride, self._settle, self._sign = Track(), Track(), Track(), Track()
        self._turn, self._shake, self._roll = Track(), Track(), Track()
        self._follow = (Track(), Track())
        self._life = Track(CALM[Mood.IDLE])
        self._mood_pitch = Track()
        self.tracks = (
            self._beats, self._ride, self._settle, self._sign, self._turn, self._shake, self._roll,
            *self._follow, self._life, self._mood_pitch,
        )  # fmt: skip
        self._nodded = -NOD_EVERY
        self._listened = np.inf
        self._tilts = np.inf
        self._side = float(rng.choice((-1.0, 1.0)))

    def enter(self, mood: Mood, time: float) -> None:
        """Another mood begins."""
        self._life.move(time, 0.8, CALM[mood])
        self._ride.move(time, 0.5, 0.0)
        self._settle.move(time, 0.7, 0.0)
        self._turn.move(time, 0.9, 0.0)
        self._roll.move(time, 0.9, 0.0)
        self._mood_pitch.move(time, 0.8, -0.018 if mood is Mood.THINKING else 0.0)
        self._listened = time + float(self._rng.uniform(0.7, 2.0)) if mood is Mood.LISTENING else np.inf
        self._tilts = time + 0.1 if mood in TURNS else np.inf

    def hear(self, cues: Cues) -> None:
        """Answer to a piece of speech."""
        told = [item.time for item in cues.items]
        for accent in cues.accents:
            self._beat(accent, any(abs(accent.start - time) < NOD_EVERY for time in told))
        for number, item in enumerate(cues.items):
            self._tell(item, number)
        self._phrase(cues)
        for question in cues.questions:
            self._ask(question)
        for tag in cues.tags:
            self._gesture(tag.name, tag.time)

    def follow(self, glance: Glance) -> None:
        """Turn some of the way to where the eyes look."""
        for track, angle in zip(self._follow, (glance.yaw, glance.pitch), strict=True):
            track.move(glance.time + AFTER, 0.42, FOLLOW * angle)

    def plan(self, until: float, mood: Mood) -> None:
        """Decide on a listener's nods and on tilts that begin before this time."""
        while self._listened < until:
            self._agree(self._listened)
            self._listened += float(self._rng.uniform(*LISTENER))
        while self._tilts < until:
            self._incline(self._tilts)
            self._tilts += float(self._rng.uniform(*TURNS.get(mood, (1.0, 1.0))))

    def cut(self, time: float) -> None:
        """Forget plans from this time on."""
        self._nodded = min(self._nodded, time)

    def at(self, times: Curve, looks: Curve) -> tuple[Curve, Curve, Curve]:
        """Yaw, pitch and roll at these times, radians, each (n,)."""
        calm = 1 - looks[:, PART["calm"]]
        life = self._life.at(times) * self._manner.energy * self._manner.sway * calm
        sway = drift(times, self._periods, self._seeds) * life
        yaw = (
            SWAY["yaw"][0] * sway[0]
            + self._turn.at(times)
            + self._follow[0].at(times)
            + self._shake.at(times)
        )
        pitch = SWAY["pitch"][0] * sway[1] + self._follow[1].at(times) + self._mood_pitch.at(times)
        beats = self._beats.at(times) + self._ride.at(times) + self._settle.at(times)
        pitch += beats * self._manner.energy * calm + self._sign.at(times) + looks[:, PART["pitch"]]
        roll = SWAY["roll"][0] * sway[2] + self._roll.at(times) + looks[:, PART["roll"]]
        return _within("yaw", yaw), _within("pitch", pitch), _within("roll", roll)

    def _beat(self, accent: Accent, told: bool) -> None:
        """Underline a stressed vowel, unless an item of a list is told there."""
        self._ride.move(accent.start - 0.06, 0.22, -RIDE * accent.semitones)
        start = accent.start - BEFORE
        least = NOD_FROM_CHIEF if accent.chief else NOD_FROM
        if told or accent.strength < least or start - self._nodded < NOD_EVERY:
            return
        self._nodded = start
        share = (1.1 if accent.chief else 0.75) * float(self._rng.uniform(0.65, 1.25))
        up = self._rng.random() < UP
        height = NOD * accent.strength * self._manner.nod * share * (-0.6 if up else 1.0)
        self._beats.pulse(start, NOD_RISE * self._quick, 0.0, NOD_FALL * self._quick, height)
        if accent.strength > TURN_FROM and self._rng.random() < 0.5:
            self._turn.move(start, 0.35, float(self._rng.normal(0.0, 0.022)) * self._manner.sway)

    def _tell(self, item: Item, number: int) -> None:
        """One small nod an item, by turns to the left and right; the last comes back to the middle."""
        start = item.time - BEFORE
        self._nodded = start
        self._beats.pulse(start, 0.15, 0.04, 0.30, TOLD * self._manner.nod * (1.25 if item.final else 1.0))
        aside = 0.0 if item.final else ASIDE * self._side * (1 if number % 2 else -1)
        self._turn.move(start, 0.32, aside * min(self._manner.nod, 1.2))

    def _phrase(self, cues: Cues) -> None:
        """Sink and settle where the voice stops, lower at the end of a paragraph; rise where it begins.

        Who has asked waits for the answer with the head up.
        """
        for time, goal in sorted([*self._stops(cues), *((time, -RAISE) for time in cues.onsets)]):
            if goal >= 0:
                self._settle.move(time - 0.05, 0.6 if goal == CLOSE else 0.38, goal)
            else:
                self._settle.move(time - 0.09, 0.36, goal)
                self._settle.move(time + 0.35, 0.8, 0.0)
            if goal == CLOSE:
                self._turn.move(time, 0.8, 0.0)
                if self._rng.random() < BOWED:
                    self._beats.pulse(time + 0.06, 0.24, 0.04, 0.45, BOW * self._manner.nod)

    def _stops(self, cues: Cues) -> list[tuple[float, float]]:
        """Where the voice stops, and how low the head sinks there."""
        asked = [question.end for question in cues.questions]
        stops = []
        for time in cues.pauses:
            goal = CLOSE if _near(time, cues.ends) else SETTLE
            stops.append((time, 0.0 if _near(time, asked) else goal))
        return stops

    def _ask(self, question: Question) -> None:
        length = question.end - question.start
        start = max(question.start, question.end - 0.8) - 0.05
        tilt = (
            TILT * self._manner.tilt * float(self._rng.choice((-1.0, 1.0))) * (0.75 if question.open else 1.0)
        )
        self._roll.pulse(start, 0.45, min(0.35, length) + 0.25, 0.8, tilt)
        if not question.open:
            self._beats.pulse(question.end - 0.30, 0.28, 0.30, 0.6, -UPWARD)

    def _gesture(self, name: str, time: float) -> None:
        """What the author asks for; it does not depend on the manner."""
        if name == "nod":
            self._sign.pulse(time - 0.08, 0.17, 0.0, 0.24, 0.052)
            self._sign.pulse(time + 0.36, 0.16, 0.0, 0.28, 0.036)
        elif name == "shake":
            for count, angle in enumerate((0.050, -0.062, 0.040)):
                self._shake.pulse(time - 0.10 + 0.25 * count, 0.22, 0.0, 0.25, angle * self._side)
        elif name == "tilt":
            self._roll.pulse(time - 0.12, 0.45, 0.9, 0.8, 0.052 * self._side)

    def _agree(self, time: float) -> None:
        """One to three nods, each smaller than the one before."""
        height = float(self._rng.uniform(0.024, 0.046)) * self._manner.nod
        for count in range(int(self._rng.choice((1, 2, 3), p=(0.4, 0.4, 0.2)))):
            self._beats.pulse(time + 0.38 * count, 0.17, 0.0, 0.26, height * 0.72**count)

    def _incline(self, time: float) -> None:
        """Tilt to one side, more often the other one."""
        self._side = -self._side if self._rng.random() < 0.7 else self._side
        tilt = self._side * float(self._rng.uniform(0.014, 0.044)) * self._manner.tilt
        self._roll.move(time, float(self._rng.uniform(0.8, 1.3)) / np.sqrt(self._manner.speed), tilt)
        self._turn.move(time, 1.0, float(self._rng.normal(0.0, 0.014)))


def _near(time: float, others: Sequence[float]) -> bool:
    return any(abs(time - other) < 0.3 for other in others)


def _within(name: str, angle: Curve) -> Curve:
    """Softly kept in the range in which a head still looks at the viewer."""
    return MOST[name] * np.tanh(angle / MOST[name])
