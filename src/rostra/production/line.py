"""The line: text -> speech -> motion -> pictures, in one pass.

Three threads work at once: one speaks the next sentences, one acts and draws this one, one encodes
what is drawn. Only a few sentences and frames exist at any time, so memory does not grow with the
length of the script.

Sound is the clock. A *take* is an unbroken run of one look (presenter, layout, background, clip): it
opens and closes with a moment of silence, and its sound is padded to whole frames, so that the next
take starts exactly where this one ends. Scenes that share a look are one take: the presenter pauses
and goes on. From look to look the pictures dissolve.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import numpy as np

from rostra.acting.actor import Actor
from rostra.acting.motion import CHANNELS, FloatArray
from rostra.errors import EngineError
from rostra.picture.frame import Rect, Size, Yuv420
from rostra.production.meter import Meter
from rostra.production.relay import Ahead
from rostra.production.script import Scene
from rostra.speech.marks import plain
from rostra.speech.speech import SILENCE, Pcm, Phone, Speech

OPENING = 0.5  # s of silence before the first word of a video
CLOSING = 0.4  # s after the last, besides the voice's own pause at the end of a paragraph
ENTRY = 0.25  # s before the first word of a further take
DISSOLVE = 0.24  # s from look to look
SENTENCES = 3  # that wait to be acted


class Painter(Protocol):
    """What draws a take: a stage, with a clip behind it or not."""

    def draw(self, row: FloatArray, out: Yuv420) -> object:
        """Draw one row of motion into a frame."""
        ...


class Film(Protocol):
    """Where pictures and sound go. It encodes beside the line, in a thread of its own."""

    def frame(self) -> Yuv420:
        """A frame to draw the next picture into."""
        ...

    def write(self, frame: Yuv420) -> None:
        """Take a drawn frame as the next picture."""
        ...

    def sound(self, pcm: Pcm) -> None:
        """Take more sound, at the line's rate; it may run ahead of the pictures."""
        ...


class Cast(Protocol):
    """Where the line gets its people from."""

    def speak(self, scene: Scene, number: int) -> Iterator[Speech]:
        """The narration of a scene, sentence by sentence."""
        ...

    def actor(self, scene: Scene, number: int) -> Actor:
        """An actor for a take that starts with this scene."""
        ...

    def painter(self, scene: Scene, number: int) -> Painter:
        """A painter for a take that starts with this scene."""
        ...


@dataclass(frozen=True)
class Clock:
    """How time is counted."""

    fps: int  # frames per second
    rate: int  # samples per second

    def frames(self, samples: int) -> int:
        """Frames that begin within so many samples, at least partly covered ones included."""
        return -(-samples * self.fps // self.rate)

    def samples(self, frames: int) -> int:
        """Samples of so many frames, to the nearest."""
        return (2 * frames * self.rate + self.fps) // (2 * self.fps)


@dataclass(frozen=True)
class Cue:
    """What the speaking thread hands on: a piece of a scene; None when the scene has ended."""

    scene: int
    speech: Speech | None


def takes(scenes: Sequence[Scene]) -> list[range]:
    """The numbers of the scenes of each take. A clip always starts anew."""

    def look(number: int) -> tuple[object, ...]:
        scene = scenes[number]
        return scene.presenter, scene.layout, scene.background, number if scene.layout == "broll" else -1

    runs = [list(run) for _, run in groupby(range(len(scenes)), key=look)]
    return [range(run[0], run[-1] + 1) for run in runs]


class Line:
    """One script on its way to a film.

    Args:
        scenes: what is performed, in order.
        cast: where voices, actors and painters come from.
        film: where sound and pictures go.
        clock: frames and samples per second; every voice must have this rate.
        size: of the pictures.
        heard: told of each piece and of the second at which it starts, before its pictures are drawn.
        report: told the share that is done.
        meter: counts what each stage costs.
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        cast: Cast,
        film: Film,
        clock: Clock,
        size: Size,
        heard: Callable[[Speech, float], None],
        report: Callable[[float], None],
        meter: Meter,
    ) -> None:
        self._scenes, self._cast, self.film, self.clock = scenes, cast, film, clock
        self.heard, self._report, self.meter = heard, report, meter
        self.before = Yuv420.empty(size)  # the last picture of the take before, for the dissolve
        self._letters = sum(len(plain(scene.narration)) for scene in scenes)
        self.spoken = 0  # letters
        self.frames = 0
        self.samples = 0

    @property
    def seconds(self) -> float:
        """Length of the film so far."""
        return self.samples / self.clock.rate

    def run(self) -> None:
        """Perform everything."""
        with Ahead(self.meter.each("speech", self._speak()), SENTENCES, "speech") as cues:
            stream = iter(cues)
            for run in takes(self._scenes):
                self._take(run, stream)
        self._report(1.0)

    def progress(self, letters: float) -> None:
        """So many letters of the current piece are drawn."""
        self._report(min((self.spoken + letters) / self._letters, 1.0))

    def _speak(self) -> Iterator[Cue]:
        for number, scene in enumerate(self._scenes):
            for speech in self._cast.speak(scene, number):
                yield Cue(number, speech)
            yield Cue(number, None)

    def _take(self, run: range, cues: Iterator[Cue]) -> None:
        scene = self._scenes[run[0]]
        actor, painter = self._cast.actor(scene, run[0]), self._cast.painter(scene, run[0])
        take = _Take(self, actor, painter)
        take.say(silence(ENTRY if run[0] else OPENING, self.clock.rate))
        for _ in run:
            for cue in cues:
                if cue.speech is None:
                    break
                take.say(cue.speech)
        if run[-1] == len(self._scenes) - 1:
            take.rest(CLOSING)
        take.end()


class _Take:
    """An unbroken run of one look, from its first frame to its last."""

    def __init__(self, line: Line, actor: Actor, painter: Painter) -> None:
        self._line, self._actor, self._painter = line, actor, painter
        self._left = 0 if line.frames == 0 else round(DISSOLVE * line.clock.fps)  # frames to dissolve
        self._fade = self._left + 1
        self._last: Yuv420 | None = None  # drawn but not handed on: the next take may dissolve from it
        self._pose = np.zeros(len(CHANNELS), np.float32)

    def rest(self, seconds: float) -> None:
        """A silence of so many seconds."""
        self._silence(round(seconds * self._line.clock.rate))

    def say(self, speech: Speech) -> None:
        """A piece of speech."""
        line = self._line
        if speech.rate != line.clock.rate:
            raise EngineError(f"A voice speaks at {speech.rate} Hz, the line runs at {line.clock.rate} Hz.")
        if speech.words:
            line.heard(speech, line.seconds)
        self._hear(speech.pcm)
        with line.meter("acting"):
            rows = self._actor.perform(speech).curves
        letters = len(speech.text)
        for number, row in enumerate(rows):
            self._draw(row)
            line.progress(letters * (number + 1) / len(rows))
        line.spoken += letters

    def end(self) -> None:
        """Pad the sound to whole frames and hand everything on."""
        line = self._line
        whole = line.clock.samples(line.clock.frames(line.samples))
        self._silence(whole - line.samples)
        with line.meter("acting"):
            rows = self._actor.finish().curves
        for row in rows:
            self._draw(row)
        while line.frames + (self._last is not None) < line.clock.frames(line.samples):
            self._draw(self._pose)  # rounding: the actor counts a frame less than the film
        if self._last:
            line.before.copy_from(self._last)
            self._hand_on()

    def _silence(self, samples: int) -> None:
        self._hear(np.zeros(samples, np.int16))
        with self._line.meter("acting"):
            rows = self._actor.rest(samples / self._line.clock.rate).curves
        for row in rows:
            self._draw(row)

    def _hear(self, pcm: Pcm) -> None:
        self._line.samples += len(pcm)
        self._line.film.sound(pcm)

    def _draw(self, row: FloatArray) -> None:
        line = self._line
        self._hand_on()
        frame = line.film.frame()
        with line.meter("picture"):
            self._painter.draw(row, frame)
            if self._left:
                mix(line.before, frame, 1 - self._left / self._fade)
                self._left -= 1
        self._last, self._pose = frame, row

    def _hand_on(self) -> None:
        if self._last:
            self._line.film.write(self._last)
            self._line.frames += 1
            self._last = None


def silence(seconds: float, rate: int) -> Speech:
    """A piece in which nothing is said: the mouth may already prepare for what comes after it."""
    pcm = np.zeros(round(seconds * rate), np.int16)
    return Speech(pcm, rate, (Phone(SILENCE, 0.0, len(pcm) / rate),), ())


def mix(before: Yuv420, frame: Yuv420, share: float) -> None:
    """Dissolve: `share` of the frame, the rest of the picture before. Into the frame."""
    weight = round(share * 256)
    for old, new in ((before.y, frame.y), (before.u, frame.u), (before.v, frame.v)):
        blend = old.astype(np.uint16) * (256 - weight) + new.astype(np.uint16) * weight
        new[:] = (blend + 128 >> 8).astype(np.uint8)
    frame.spoil(Rect(0, 0, *frame.size))
