"""The performance: what one presenter says and shows, moment by moment.

A moment is one frame: a row of motion and the sound that goes with it. Sound is the clock: moment *k*
holds the samples from `k * RATE / fps` on. What is said starts on the next moment that was not given out;
between utterances the presenter lives on, silently. One thread at a time calls `next`; any thread may call
the others at any time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from rostra.acting.actor import Actor
from rostra.acting.manner import Mood
from rostra.acting.motion import FloatArray
from rostra.speech.speech import SILENCE, Pcm, Speech

RATE = 48_000  # samples per second of all that is heard
REST = 5  # rows of rest that are made at a time
AHEAD = 8  # frames before the end of what is known at which the next piece is acted
FADE = 0.005  # s in which interrupted sound fades


class Said(NamedTuple):
    """A piece of speech, made ready: whole frames long, its sound at RATE."""

    speech: Speech
    sound: Pcm


class Event(NamedTuple):
    """Something that a viewer may want to know."""

    kind: str  # "speaking-start", "speaking-end", "word"
    turn: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Moment:
    """One frame's worth of performance."""

    number: int
    row: FloatArray
    sound: Pcm
    events: list[Event] = field(default_factory=list)
    turn: str | None = None  # whose sound it is


@dataclass
class _Turn:
    """A turn that is being spoken."""

    name: str
    words: list[tuple[str, float]] = field(default_factory=list)  # and the second at which each has ended
    begun: bool = False  # its start was told
    end: float | None = None  # s, of its last sound, once its last piece is here
    last: float = 0.0  # s, of its last sound so far


class Performance:
    """One presenter's performance without end.

    Args:
        actor: who performs; from its beginning.
        fps: frames per second.
    """

    def __init__(self, actor: Actor, fps: int) -> None:
        self._actor, self._fps = actor, fps
        self._step = RATE // fps
        self._mood = Mood.IDLE
        self._orders: deque[tuple[str, Any]] = deque()
        self._waiting: deque[tuple[str, Said | None]] = deque()
        self._rows: deque[FloatArray] = deque()  # from `number` on
        self._sounds: deque[tuple[int, Pcm, str | None]] = deque()  # from which frame on, and whose
        self._turns: deque[_Turn] = deque()
        self._coming: deque[tuple[float, Event]] = deque()  # s; in order
        self.number = 0  # of the next moment
        self._known = 0  # frames that the actor's clock has reached
        self._spoken = 0  # frame at which the last sound has ended
        self._given = self._taken = 0  # samples to be said; samples that were acted or dropped
        self._tail: Pcm | None = None  # what was interrupted, fading
        self.heard: dict[str, str] = {}  # turn -> words that were heard of it, the last few turns

    @property
    def ahead(self) -> float:
        """Seconds of speech that wait to be heard."""
        waiting = (self._given - self._taken) / RATE
        return waiting + max(self._spoken - self.number, 0) / self._fps

    @property
    def speaking(self) -> bool:
        """Whether something is being said or waits to be said."""
        return bool(self._orders or self._waiting or self._turns)

    def say(self, turn: str, said: Said) -> None:
        """A piece of a turn, to be said after all that waits."""
        self._given += len(said.sound)
        self._orders.append(("say", (turn, said)))

    def end(self, turn: str) -> None:
        """A turn has no more pieces."""
        self._orders.append(("say", (turn, None)))

    def interrupt(self) -> None:
        """Break off: silence from the next moment on, nothing waits any more."""
        self._orders.append(("interrupt", None))

    def settle(self, mood: Mood) -> None:
        """How the presenter looks while nothing is said."""
        self._orders.append(("mood", mood))

    def next(self) -> Moment:
        """The next moment."""
        events = self._obey()
        while not self._rows:
            self._act()
        if self._waiting and self._known - self.number < AHEAD:
            self._act()
        row, (sound, turn) = self._rows.popleft(), self._hear()
        self.number += 1
        return Moment(self.number - 1, row, sound, events + self._tell(), turn)

    def _obey(self) -> list[Event]:
        events: list[Event] = []
        while self._orders:
            order, what = self._orders.popleft()
            if order == "say":
                self._waiting.append(what)
            elif order == "mood":
                self._mood = what
            else:
                events += self._break_off()
        return events

    def _act(self) -> None:
        """Make more rows: of the next piece of speech, or of rest."""
        if not self._waiting:
            self._take(self._actor.rest(REST / self._fps, self._mood).curves, REST)
            return
        name, said = self._waiting.popleft()
        turn = self._turn(name)
        if said is None:
            turn.end = turn.last
            self._close(turn)
            return
        self._rejoin(max(self.number, self._spoken))
        start = self._known
        frames = len(said.sound) // self._step
        self._taken += len(said.sound)
        self._take(self._actor.perform(said.speech).curves, frames)
        self._sounds.append((start, said.sound, name))
        self._spoken = self._known
        self._announce(turn, said.speech, start / self._fps)

    def _take(self, rows: FloatArray, frames: int) -> None:
        self._rows.extend(rows)
        self._known += frames

    def _rejoin(self, frame: int) -> None:
        """Take back rest that was acted ahead, so that speech starts now."""
        if frame < self._known and self._actor.rows >= frame:
            self._actor.interrupt(frame)
            self._drop(frame)
            self._known = frame

    def _drop(self, frame: int) -> None:
        while len(self._rows) > max(frame - self.number, 0):
            self._rows.pop()

    def _turn(self, name: str) -> _Turn:
        if not self._turns or self._turns[-1].name != name or self._turns[-1].end is not None:
            self._turns.append(_Turn(name))
        return self._turns[-1]

    def _announce(self, turn: _Turn, speech: Speech, start: float) -> None:
        sounds = [phone for phone in speech.phones if phone.symbol != SILENCE]
        if sounds:
            if not turn.begun:
                turn.begun = True
                self._plan(start + sounds[0].start, Event("speaking-start", turn.name, {}))
            turn.last = start + sounds[-1].end
        for word in speech.words:
            self._plan(start + word.start, Event("word", turn.name, {"text": word.text}))
            turn.words.append((word.text, start + word.end))

    def _close(self, turn: _Turn) -> None:
        if turn.begun:
            self._plan(turn.last, Event("speaking-end", turn.name, {"interrupted": False}))
        else:
            self._turns.remove(turn)

    def _plan(self, when: float, event: Event) -> None:
        self._coming.append((when, event))

    def _tell(self) -> list[Event]:
        """The events of what was just given out."""
        told = []
        while self._coming and self._coming[0][0] < self.number / self._fps:
            told.append(self._coming.popleft()[1])
        for event in told:
            if event.kind == "speaking-end":
                self._note(self._turns.popleft(), float("inf"))
        return told

    def _hear(self) -> tuple[Pcm, str | None]:
        """The sound of the next moment, and whose it is."""
        tail, self._tail = self._tail, None
        sound, turn = self._sound()
        if tail is None:
            return sound, turn
        return np.clip(sound.astype(np.int32) + tail, -32768, 32767).astype(np.int16), turn

    def _sound(self) -> tuple[Pcm, str | None]:
        """What is said in the next moment, and whose it is."""
        while self._sounds and self._ends(self._sounds[0]) <= self.number:
            self._sounds.popleft()
        if not self._sounds or self._sounds[0][0] > self.number:
            return np.zeros(self._step, np.int16), None
        start, sound, turn = self._sounds[0]
        at = (self.number - start) * self._step
        return sound[at : at + self._step], turn

    def _ends(self, piece: tuple[int, Pcm, str | None]) -> int:
        return piece[0] + len(piece[1]) // self._step

    def _break_off(self) -> list[Event]:
        now = self.number / self._fps
        self._taken += sum(len(said.sound) for _, said in self._waiting if said)
        self._waiting.clear()
        self._coming.clear()
        if self._spoken > self.number:
            self._tail = self._faded()
            self._sounds.clear()
        if self._known > self.number and self._actor.rows >= self.number:
            self._actor.interrupt(self.number)
            self._rows.clear()
            self._known = self._spoken = self.number
        events = []
        for turn in self._turns:
            heard = self._note(turn, now)
            if turn.begun:
                facts = {"interrupted": True, "heard": heard}
                events.append(Event("speaking-end", turn.name, facts))
        self._turns.clear()
        return events

    def _faded(self) -> Pcm:
        """The sound of now, ending softly."""
        ramp = np.zeros(self._step)
        length = round(FADE * RATE)
        ramp[:length] = np.linspace(1.0, 0.0, length)
        faded: Pcm = (self._sound()[0] * ramp).astype(np.int16)
        return faded

    def _note(self, turn: _Turn, until: float) -> str:
        """Remember which words of a turn were heard."""
        heard = " ".join(text for text, end in turn.words if end <= until)
        self.heard[turn.name] = heard
        while len(self.heard) > 20:
            del self.heard[next(iter(self.heard))]
        return heard
