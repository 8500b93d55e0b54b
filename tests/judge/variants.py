"""Renders of one script in which the mouth is right, or wrong in one way; made in Rostra's environment.

    python -m tests.judge.variants SCRIPT OUT.mp4 [--fault late] [--presenter adam]

The faults are what a judge must notice. Everything else (voice, head, eyes, drawing, file) is the
real line, put together from its public parts.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rostra.acting.actor import Actor
from rostra.acting.manner import Manner, Mood
from rostra.acting.motion import CHANNELS, INDEX, Motion
from rostra.picture.captions import cues, webvtt
from rostra.picture.encoder import Mp4Writer
from rostra.picture.frame import Size
from rostra.presenters.catalogue import Catalogue
from rostra.production.company import Company, Parts
from rostra.production.film import Recorder
from rostra.production.line import Clock, Line
from rostra.production.meter import Meter
from rostra.production.script import Scene
from rostra.speech.catalogue import voice
from rostra.speech.lexicon import from_mapping
from rostra.speech.speech import Pcm, Speech, Word

from . import truth
from .lips import loudness

FPS = 25
RATE = 24_000  # Hz, until a voice says otherwise
SIZE = Size(640, 640)
DELAY = 5  # frames, 200 ms
JAW = 0.42  # the widest that loudness opens the jaw
LEVEL = 0.16  # of full scale, the loudness that opens it so far
MOUTH = [n for name, n in INDEX.items() if name.startswith(("jaw", "mouth", "tongue", "cheekPuff"))]

Rows = NDArray[np.float32]
Fault = Callable[[Rows, int, Pcm, int], Rows]


class Wrong(Actor):
    """An actor whose mouth is spoilt on the way out."""

    def __init__(self, manner: Manner, seed: int, fault: Fault) -> None:
        super().__init__(manner, seed, FPS)
        self._fault = fault
        self._sound: list[Pcm] = []
        self._heard = RATE
        self._out = 0

    def perform(self, speech: Speech) -> Motion:
        """As any actor, but wrong."""
        self._heard = speech.rate
        self._sound.append(speech.pcm)
        return self._spoil(super().perform(speech))

    def rest(self, seconds: float, mood: Mood = Mood.IDLE) -> Motion:
        """As any actor, but wrong."""
        self._sound.append(np.zeros(round(seconds * self._heard), np.int16))
        return self._spoil(super().rest(seconds, mood))

    def finish(self) -> Motion:
        """As any actor, but wrong."""
        return self._spoil(super().finish())

    def _spoil(self, motion: Motion) -> Motion:
        rows = self._fault(motion.curves.copy(), self._out, np.concatenate(self._sound), self._heard)
        self._out += len(rows)
        return Motion(rows, motion.fps)


def late() -> Fault:
    """The mouth comes 200 ms after the sound."""
    waiting = np.zeros((DELAY, len(CHANNELS)), np.float32)

    def spoil(rows: Rows, first: int, sound: Pcm, rate: int) -> Rows:
        nonlocal waiting
        line = np.concatenate([waiting, rows])
        waiting = line[len(rows) :]
        rows[:, MOUTH] = line[: len(rows), MOUTH]
        return rows

    return spoil


def frozen() -> Fault:
    """The mouth stands a little open, as in the middle of a word."""

    def spoil(rows: Rows, first: int, sound: Pcm, rate: int) -> Rows:
        rows[:, MOUTH] = 0
        rows[:, INDEX["jawOpen"]] = 0.15
        return rows

    return spoil


def loud() -> Fault:
    """The jaw follows the loudness of the sound, and nothing else moves."""

    def spoil(rows: Rows, first: int, sound: Pcm, rate: int) -> Rows:
        times = (first + np.arange(len(rows)) + 0.5) / FPS
        level = loudness(sound / 32768.0, rate, times)
        rows[:, MOUTH] = 0
        rows[:, INDEX["jawOpen"]] = np.minimum(JAW * level / LEVEL, JAW * 1.3)
        return rows

    return spoil


def trembling() -> Fault:
    """Every other frame the jaw is half closed."""

    def spoil(rows: Rows, first: int, sound: Pcm, rate: int) -> Rows:
        rows[first % 2 :: 2, INDEX["jawOpen"]] *= 0.4
        return rows

    return spoil


def none() -> Fault:
    """The real mouth."""
    return lambda rows, first, sound, rate: rows


FAULTS: dict[str, Callable[[], Fault]] = {
    "none": none,
    "late": late,
    "frozen": frozen,
    "loud": loud,
    "trembling": trembling,
}


class Troupe(Company):
    """A company whose actors have a fault."""

    fault: Fault

    def actor(self, scene: Scene, number: int) -> Wrong:
        """An actor with the fault."""
        manner = Manner.of(Catalogue().find(scene.presenter).manifest.manner)
        return Wrong(manner, number, self.fault)


def render(
    text: str, out: Path, fault: str = "none", presenter: str = "jane", form: str = "fast", size: Size = SIZE
) -> None:
    """Render a text; writes what is said beside the video, and captions.

    Args:
        text: of one scene.
        out: the MP4.
        fault: one of `FAULTS`.
        presenter: who speaks.
        form: of the presenter's voice, fast or fine.
        size: of the pictures.
    """
    catalogue = Catalogue()
    name = catalogue.find(presenter).manifest.voice.name.split(":")[0]
    scenes = [Scene(text, presenter=presenter, background="#d8dde2", voice=f"{name}:{form}")]
    company = Troupe(Parts(catalogue, voice), scenes, from_mapping({}), size, FPS, 0)
    company.fault = FAULTS[fault]()
    company.gather()
    phones: list[truth.Phone] = []
    words: list[Word] = []

    def heard(speech: Speech, at: float) -> None:
        phones.extend(truth.Phone(p.symbol, p.start + at, p.end + at, p.stress) for p in speech.phones)
        words.extend(Word(w.text, w.start + at, w.end + at) for w in speech.words)

    with Mp4Writer(out, size, FPS, company.rate, threads=1) as file, Recorder(file, size) as film:
        Line(scenes, company, film, Clock(FPS, company.rate), size, heard, lambda share: None, Meter()).run()
    said = tuple(truth.Word(*word) for word in words)
    truth.Truth(text, tuple(phones), said).save(out.with_suffix(".said.json"))
    out.with_suffix(".vtt").write_text(webvtt(cues(words)), "utf-8")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.judge.variants")
    parser.add_argument("script", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--fault", choices=FAULTS, default="none")
    parser.add_argument("--presenter", default="jane")
    parser.add_argument("--voice", choices=("fast", "fine"), default="fast")
    parser.add_argument("--size", default=f"{SIZE.width}x{SIZE.height}")
    asked = parser.parse_args()
    width, height = map(int, asked.size.split("x"))
    render(
        asked.script.read_text(), asked.out, asked.fault, asked.presenter, asked.voice, Size(width, height)
    )


if __name__ == "__main__":
    main()
