"""The upper face and the smile: brows, cheeks, lids, lips that are not speaking.

Brows rise on the word that a phrase is about, so that they are up when its vowel begins, with what
opens a paragraph, and as long as a yes-or-no question lasts; an open question lifts them on its first
word. A smile reaches the eyes. A listener's brows go up now and then, a thinker's knit or one of them
rises, and thinking lips press together or to one side.

Source: Kim, Cvejic & Davis 2014, Flecha-García 2010 (brows come before the accent and with new topics);
Ekman, Davidson & Friesen 1990 (smiles and the eyes).
"""

from __future__ import annotations

import numpy as np

from rostra.acting.cues import Accent, Cues, Question
from rostra.acting.expression import PART
from rostra.acting.manner import Manner, Mood
from rostra.acting.motion import INDEX
from rostra.acting.noise import noise
from rostra.acting.track import Curve, Track

BROW = 0.46  # of the brow channels, on a full accent
BROW_FROM = 0.74  # weakest accent that lifts the brows, if its phrase is about it
BROW_EVERY = 2.2  # s
TOPIC = 0.24  # of the brow channels, where a paragraph opens
ASK, ASK_OPEN = 0.50, 0.38  # of the brow channels, over a question; on the first word of an open one
ASKING = 1.6  # s, the brows stay up for no more of a question's end
AFTER = 0.22  # s, a question is looked at
BEFORE = 0.20  # s, brows begin before the sound; they are up when it begins
ENDING = 0.06  # added smile, in the pause after a sentence
MOST_BROW, MOST_SMILE = 0.72, 0.80
IDLING = {
    Mood.SPEAKING: (np.inf, np.inf),
    Mood.IDLE: (7.0, 18.0),
    Mood.LISTENING: (3.0, 7.5),
    Mood.THINKING: (1.3, 3.2),
}  # s between what a face does when its owner does not speak


class Face:
    """The upper face and the smile of one presenter."""

    def __init__(self, manner: Manner, seed: int, rng: np.random.Generator) -> None:
        self._manner = manner
        self._seed = seed
        self._rng = rng
        self._brow, self._inner, self._knit, self._one = Track(), Track(), Track(), Track()
        self._warm, self._press, self._aside, self._wink = Track(), Track(), Track(), Track()
        self.tracks = (
            self._brow, self._inner, self._knit, self._one, self._warm, self._press, self._aside, self._wink,
        )  # fmt: skip
        self._raised = -BROW_EVERY
        self._next = float(rng.uniform(*IDLING[Mood.IDLE]))
        self._opens = True  # what comes next opens a paragraph
        self._side = int(rng.integers(2))

    def enter(self, mood: Mood, time: float) -> None:
        """Another mood begins."""
        thinks, listens = mood is Mood.THINKING, mood is Mood.LISTENING
        self._brow.move(time, 0.6, 0.14 if listens else 0.0)
        self._inner.move(time, 0.6, 0.08 if thinks or listens else 0.0)
        self._knit.move(time, 0.6, 0.28 if thinks else 0.0)
        self._press.move(time, 0.5, 0.16 if thinks else 0.0)
        self._warm.move(time, 0.9, 0.11 * self._manner.warmth if listens else 0.0)
        low, high = IDLING[mood]
        self._next = time + (float(self._rng.uniform(0.5 * low, 0.7 * high)) if np.isfinite(low) else np.inf)

    def hear(self, cues: Cues) -> None:
        """Answer to a piece of speech."""
        if self._opens and cues.groups:
            self._lift(cues.groups[0].start - BEFORE, 0.24, 0.25, 0.8, TOPIC)
        if not cues.mute:
            self._opens = any(end > cues.finish - 3.0 for end in cues.ends)
        for accent in cues.accents:
            if not any(_raised(question, accent) for question in cues.questions):
                self._underline(accent)
        for question in cues.questions:
            self._ask(question)
        for start in cues.pauses:
            self._warm.pulse(start, 0.4, 0.1, 0.6, ENDING * self._manner.warmth)
        for tag in cues.tags:
            if tag.name == "wink":
                self._wink.pulse(tag.time - 0.06, 0.09, 0.14, 0.20, 1.0)
                self._warm.pulse(tag.time - 0.20, 0.35, 0.3, 0.7, 0.22)

    def plan(self, until: float, mood: Mood) -> None:
        """Decide on what a face that does not speak does before this time."""
        while self._next < until:
            if mood is Mood.IDLE:
                self._idle(self._next)
            elif mood is Mood.LISTENING:
                self._attend(self._next)
            elif mood is Mood.THINKING:
                self._ponder(self._next)
            self._next += float(self._rng.uniform(*IDLING[mood])) if mood is not Mood.SPEAKING else np.inf

    def cut(self, time: float) -> None:
        """Forget plans from this time on."""
        self._raised = min(self._raised, time)

    def alive(self, times: Curve) -> Curve:
        """What keeps a face from standing still: (2, n), of about unit variance."""
        return noise(times, [3.7, 2.9], [16 * self._seed + 11, 16 * self._seed + 12])

    def smile(self, times: Curve, looks: Curve, alive: Curve) -> Curve:
        """The smile of the mouth, before speech takes its part: (n,) weights."""
        change = 1 + 0.2 * alive[0]
        own = (self._manner.smile * change + self._warm.at(times)) * (1 - looks[:, PART["sober"]])
        value: Curve = np.clip(own + looks[:, PART["smile"]], 0.0, MOST_SMILE)
        return value

    def wink(self, times: Curve) -> Curve:
        """How far the winking eye is shut: (n,) 0..1."""
        return np.clip(self._wink.at(times), 0.0, 1.0)

    @property
    def winks(self) -> str:
        """The side of the eye that winks."""
        return ("Left", "Right")[self._side]

    def paint(self, rows: Curve, times: Curve, smile: Curve, looks: Curve, alive: Curve) -> None:
        """Write brows, cheeks, lids and idle lips into rows of motion."""
        slow, quick = alive
        lift = np.clip(self._brow.at(times) * (1 + 0.07 * quick), 0.0, MOST_BROW)
        lift += 0.03 * np.clip(1 + quick, 0, 3)
        knit = (self._knit.at(times) + looks[:, PART["down"]]) * (1 + 0.09 * slow)
        outer = 0.8 * lift + looks[:, PART["outer"]]
        one = self._one.at(times)
        rows[:, INDEX["browInnerUp"]] = lift + 0.3 * one + self._inner.at(times) + looks[:, PART["inner"]]
        rows[:, INDEX["browOuterUpLeft"]] = outer * 1.04 + one * (self._side == 0)
        rows[:, INDEX["browOuterUpRight"]] = outer * 0.96 + one * (self._side == 1)
        warm = np.clip(smile - 0.05, 0.0, 1.0)
        wide = np.clip(0.35 * (lift - 0.15), 0.0, 0.15) + looks[:, PART["wide"]]
        squint = 0.04 + 0.40 * warm + 0.5 * np.minimum(knit, 0.25) + looks[:, PART["squint"]]
        frown = looks[:, PART["frown"]] * (1 - np.clip(1.1 * rows[:, INDEX["jawOpen"]], 0.0, 0.8))
        aside = self._aside.at(times)
        for side in ("Left", "Right"):
            rows[:, INDEX[f"browDown{side}"]] = knit
            rows[:, INDEX[f"eyeWide{side}"]] = wide
            rows[:, INDEX[f"eyeSquint{side}"]] = squint
            rows[:, INDEX[f"cheekSquint{side}"]] = 0.85 * warm
            rows[:, INDEX[f"mouthFrown{side}"]] = frown
            rows[:, INDEX[f"mouthPress{side}"]] += self._press.at(times) + looks[:, PART["press"]]
        rows[:, INDEX["mouthLeft"]] = np.clip(aside, 0.0, 1.0)
        rows[:, INDEX["mouthRight"]] = np.clip(-aside, 0.0, 1.0)

    def _lift(self, start: float, rise: float, hold: float, fall: float, height: float) -> None:
        self._raised = start
        self._brow.pulse(start, rise, hold, fall, height * self._manner.brow)

    def _underline(self, accent: Accent) -> None:
        start = accent.start - BEFORE
        if accent.chief and accent.strength >= BROW_FROM and start - self._raised >= BROW_EVERY:
            self._lift(start, 0.22, 0.06, 0.42, BROW * min(accent.strength, 1.0))

    def _ask(self, question: Question) -> None:
        if question.open:
            self._lift(question.start - BEFORE, 0.22, 0.25, 0.7, ASK_OPEN)
            self._lift(question.end - 0.35, 0.30, 0.35 + AFTER, 0.7, 0.5 * ASK)
        else:
            start = max(question.start - BEFORE, question.end - ASKING)
            self._lift(start, 0.34, 0.1, 0.9, 0.3 * ASK)
            self._lift(start, 0.34, max(question.end - start - 0.34, 0.1) + AFTER, 0.65, 0.7 * ASK)
            self._lift(question.end - 0.34, 0.30, AFTER, 0.55, 0.3 * ASK)

    def _idle(self, time: float) -> None:
        """A face at rest presses its lips, remembers something nice, or lifts its brows a little."""
        chance = self._rng.random()
        if chance < 0.45:
            self._press.pulse(time, 0.3, float(self._rng.uniform(0.1, 0.5)), 0.45, 0.30)
        elif chance < 0.75:
            self._warm.pulse(time, 0.7, float(self._rng.uniform(0.5, 1.6)), 1.2, 0.16 * self._manner.warmth)
        else:
            self._brow.pulse(time, 0.3, float(self._rng.uniform(0.1, 0.4)), 0.7, 0.20 * self._manner.brow)

    def _attend(self, time: float) -> None:
        """A listener's brows go up, a smile comes and goes, or the brows knit for a moment."""
        chance = self._rng.random()
        if chance < 0.45:
            height = float(self._rng.uniform(0.24, 0.42)) * self._manner.brow
            self._brow.pulse(time, 0.34, float(self._rng.uniform(0.1, 0.45)), 0.6, height)
        elif chance < 0.80:
            self._warm.pulse(time, 0.6, float(self._rng.uniform(0.4, 1.2)), 1.1, 0.26 * self._manner.warmth)
        else:
            self._knit.pulse(time, 0.4, float(self._rng.uniform(0.3, 0.8)), 0.7, 0.32 * self._manner.brow)

    def _ponder(self, time: float) -> None:
        """A thinker presses the lips, moves them aside, knits the brows or raises one."""
        hold = float(self._rng.uniform(0.4, 1.1))
        chance = self._rng.random()
        if chance < 0.35:
            self._press.pulse(time, 0.35, hold, 0.5, 0.42)
        elif chance < 0.55:
            side = float(self._rng.choice((-1.0, 1.0)))
            self._aside.pulse(time, 0.4, hold, 0.5, 0.34 * side)
            self._press.pulse(time, 0.4, hold, 0.5, 0.18)
        elif chance < 0.80:
            self._knit.pulse(time, 0.35, hold, 0.6, 0.32 * self._manner.brow)
        else:
            self._one.pulse(time, 0.45, hold, 0.7, 0.55 * self._manner.brow)


def _raised(question: Question, accent: Accent) -> bool:
    """Whether the brows are up for a question when this accent comes."""
    return question.end - ASKING - 0.6 < accent.start < question.end + AFTER or (
        question.open and abs(accent.start - question.start) < 0.6
    )
