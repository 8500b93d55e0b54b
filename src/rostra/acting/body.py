"""The body: breath and posture.

People breathe about 14 times a minute at rest. A talker breathes in quickly before a sentence, deeper
before a long one, with parted lips, and out for as long as it lasts; what goes on after a pause is
breathed for in the pause. Weight and distance shift every now and then; a listener leans in a little.

Source: Conrad & Schönle 1979 (breathing in speech and at rest); Winkworth et al. 1995, Whalen &
Kinsella-Shaw 1997 (a longer sentence, a deeper breath).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rostra.acting.cues import Cues
from rostra.acting.manner import Manner, Mood
from rostra.acting.motion import INDEX
from rostra.acting.noise import noise
from rostra.acting.track import Curve, Track

CYCLE = (3.7, 5.0)  # s of a breath at rest
IN, IN_TALKING = 1.5, 0.42  # s of breathing in
QUICKEST = 0.30  # s of breathing in, when there is no more time
OUT = 2.2  # s of breathing out, at rest
OUT_TALKING = (1.6, 5.0)  # s, as long as one speaks
FULL = 0.90  # of the breath channel
SHALLOW = 0.45  # share of a full breath, for a short remark
DEEP = 4.5  # s, a sentence that takes a full breath
OFTEN = 3.2  # s, the least between two breaths
EAGER, LONG = 1.6, 0.9  # s, the least before a breath that is deeper than this
SOON, DEEPER = 1.2, 0.1  # s after a breath in which one of this much more depth goes on from it
HELD = 7.5  # s, the most while talking
READY = 0.34  # s before the end of a silence after which one speaks
PARTING, MEETING = 0.16, 0.14  # s, lips part to breathe and take their places again
SHIFT = (6.0, 20.0)  # s between shifts of posture
BACK = 0.4  # share of a stance that the next one makes good
LEANING = {Mood.LISTENING: 0.22, Mood.THINKING: -0.16}


class Chance(NamedTuple):
    """When one could breathe in."""

    time: float  # s
    rise: float  # s
    depth: float  # 0..1
    out: float  # s
    rested: float = OFTEN  # s since the last breath, at least
    parts: bool = True  # the lips, too


class Body:
    """Chest and stance of one presenter."""

    def __init__(self, manner: Manner, seed: int, rng: np.random.Generator) -> None:
        self._manner = manner
        self._seed = seed
        self._rng = rng
        self._chest = Track()
        self._lips = Track()
        self._sway = Track()
        self._lean = Track()
        self._near = Track()
        self.tracks = (self._chest, self._lips, self._sway, self._lean, self._near)
        self._breath = -OFTEN
        self._depth = 0.0
        self._due = float(rng.uniform(0.2, 1.5))
        self._shift = float(rng.uniform(2.0, 8.0))
        self._chances: list[Chance] = []

    def enter(self, mood: Mood, time: float) -> None:
        """Another mood begins."""
        self._near.move(time, 1.1, LEANING.get(mood, 0.0))

    def hear(self, cues: Cues) -> None:
        """Where one can breathe: in pauses, but not when all is said, and before one speaks."""
        over = [time for time in cues.pauses if any(abs(time - end) < 0.3 for end in cues.ends)]
        chances = [Chance(time, IN_TALKING, 0.6, 3.6) for time in cues.pauses if time not in over]
        for group in cues.groups:
            start = max(cues.begin, group.start - IN_TALKING)
            rise = max(QUICKEST, group.start + 0.03 - start)
            depth, out = _depth(group.end - group.start), _out(group.end - group.start)
            chances.append(Chance(start, rise, depth, out, EAGER if depth > LONG else OFTEN))
        if cues.mute or over:  # more may follow
            start = max(cues.begin, cues.finish - READY)
            chances.append(Chance(start, IN_TALKING, 0.6, 3.6, EAGER, parts=cues.mute))
        self._chances = sorted([*self._chances, *chances])

    def plan(self, since: float, until: float, mood: Mood) -> None:
        """Decide on breaths and shifts that begin between these times."""
        while (chance := self._next(since, mood)).time < until:
            self._breathe(chance, mood)
        self._chances = [chance for chance in self._chances if chance.time >= until]
        while self._shift < until:
            self._stand(self._shift)
            self._shift += float(self._rng.uniform(*SHIFT)) / self._manner.speed

    def cut(self, time: float) -> None:
        """Forget plans from this time on."""
        self._chances.clear()
        self._breath = min(self._breath, time)
        self._due = min(self._due, time + 2.0)

    def parted(self, times: Curve) -> Curve:
        """How far the lips are parted to breathe in: (n,) 0..1."""
        return np.clip(self._lips.at(times) * self._manner.breath, 0.0, 1.0)

    def paint(self, rows: Curve, times: Curve, lean: Curve) -> None:
        """Write breath and posture into rows of motion; `lean` (n,) comes on top."""
        rows[:, INDEX["breath"]] = self._chest.at(times) * self._manner.breath
        slow = self._manner.posture * noise(times, [7.3], [16 * self._seed + 13])[0]
        rows[:, INDEX["bodySway"]] = self._manner.posture * self._sway.at(times) + 0.07 * slow
        stance = self._manner.posture * self._lean.at(times) + self._near.at(times) + lean
        rows[:, INDEX["bodyLean"]] = np.clip(stance, -1.0, 1.0)

    def _next(self, since: float, mood: Mood) -> Chance:
        """The next breath: a chance that comes in time, or one that cannot wait."""
        latest = self._breath + HELD if mood is Mood.SPEAKING else self._due
        for chance in self._chances:
            ready = self._breath + chance.rested <= chance.time or self._deepens(chance)
            if chance.time >= since and ready and chance.time < latest:
                return chance
        rise, out = (IN_TALKING, 3.6) if mood is Mood.SPEAKING else (IN, OUT)
        return Chance(max(latest, self._breath + OFTEN, since), rise, 1.0, out)

    def _deepens(self, chance: Chance) -> bool:
        """Whether the breath just taken turns out to be too shallow for what comes."""
        return chance.time - self._breath < SOON and chance.depth > self._depth + DEEPER

    def _breathe(self, chance: Chance, mood: Mood) -> None:
        depth = min(FULL * chance.depth * float(self._rng.uniform(0.88, 1.1)), 1.0)
        if self._deepens(chance):
            depth = FULL * (chance.depth - self._depth)
        self._depth = chance.depth
        self._chest.move(chance.time, chance.rise, depth)
        self._chest.move(chance.time + chance.rise, chance.out, 0.0)
        if mood is Mood.SPEAKING and chance.parts:
            hold = max(chance.rise - PARTING - MEETING, 0.0)
            self._lips.pulse(chance.time, PARTING, hold, MEETING, chance.depth)
        self._breath = chance.time
        self._due = chance.time + float(self._rng.uniform(*CYCLE))

    def _stand(self, when: float) -> None:
        duration = float(self._rng.uniform(1.4, 3.0)) / self._manner.speed
        self._sway.move(when, duration, float(self._rng.uniform(-0.5, 0.5)) - BACK * self._sway.goal)
        self._lean.move(when + 0.2, duration, float(self._rng.uniform(-0.25, 0.4)))


def _depth(seconds: float) -> float:
    """How deep a breath a sentence of this length takes."""
    return float(np.clip(SHALLOW + (1 - SHALLOW) * seconds / DEEP, SHALLOW, 1.05))


def _out(seconds: float) -> float:
    return float(np.clip(seconds, *OUT_TALKING))
