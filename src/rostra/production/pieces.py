"""Pieces: scenes that are rendered one by one, each into files of its own, and joined when all are there.

A piece is three files, `<number>.mp4` (pictures), `<number>.wav` (sound) and `<number>.json` (its words and
their seconds). The last is written at the end: where it is, the piece is whole, and nobody renders it again.
"""

from __future__ import annotations

import json
import wave
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from rostra.drafts import draft
from rostra.picture.captions import cues, webvtt
from rostra.picture.frame import Yuv420
from rostra.picture.joining import join
from rostra.production import stills
from rostra.production.company import Company, Parts
from rostra.production.film import Recorder
from rostra.production.line import Clock, Line
from rostra.production.meter import Meter
from rostra.production.order import Order
from rostra.production.render import writer
from rostra.production.script import Scene
from rostra.speech.lexicon import EMPTY
from rostra.speech.speech import Pcm, Speech, Word


class _Apart:
    """A film whose sound goes into a file of its own."""

    def __init__(self, recorder: Recorder, sound: wave.Wave_write) -> None:
        self._recorder, self._sound = recorder, sound

    def frame(self) -> Yuv420:
        return self._recorder.frame()

    def write(self, frame: Yuv420) -> None:
        self._recorder.write(frame)

    def sound(self, pcm: Pcm) -> None:
        self._sound.writeframes(np.ascontiguousarray(pcm).tobytes())


def record(
    scene: Scene, number: int, folder: Path, order: Order, parts: Parts, report: Callable[[float], None]
) -> None:
    """Render one scene, unless its piece is whole already.

    Args:
        scene: what is performed.
        number: its place in the video.
        folder: of the pieces.
        order: size, frames per second, seed, encoding.
        parts: whom and what there is.
        report: told the share that is done.

    Raises:
        InputError, MissingError, OutputError, EngineError: as `rostra.production.render`.
    """
    told = folder / f"{number}.json"
    if told.exists():
        return
    with closing(Company(parts, [scene], EMPTY, order.size, order.fps, order.seed + number)) as company:
        company.gather()
        words: list[Word] = []

        def heard(speech: Speech, at: float) -> None:
            words.extend(Word(word.text, word.start + at, word.end + at) for word in speech.words)

        with (
            draft(folder / f"{number}.wav") as sound,
            wave.open(str(sound), "wb") as voice,
            writer(folder / f"{number}.mp4", order, None) as file,
            Recorder(file, order.size) as recorder,
        ):
            voice.setnchannels(1)
            voice.setsampwidth(2)
            voice.setframerate(company.rate)
            film, clock = _Apart(recorder, voice), Clock(order.fps, company.rate)
            line = Line([scene], company, film, clock, order.size, heard, report, Meter())
            line.run()
    facts = {"seconds": line.seconds, "words": [list(word) for word in words]}
    with draft(told) as place:
        place.write_text(json.dumps(facts))


def joined(count: int, folder: Path, target: Path) -> float:
    """Join all pieces into a video, with its captions beside it as `.vtt`; returns its seconds.

    Raises:
        MediaError, OutputError: a piece cannot be read, or the video cannot be written.
    """
    words: list[Word] = []
    start = 0.0
    for number in range(count):
        facts = json.loads((folder / f"{number}.json").read_text())
        words += [Word(text, start + begin, start + end) for text, begin, end in facts["words"]]
        start += facts["seconds"]
    rates: list[int] = []
    films = [folder / f"{number}.mp4" for number in range(count)]
    with wave.open(str(folder / "0.wav")) as first:
        rates.append(first.getframerate())
    seconds = join(films, _sounds(count, folder), rates[0], target)
    with draft(target.with_suffix(".vtt")) as place:
        place.write_text(webvtt(cues(words)), "utf-8")
    return seconds


def poster(scene: Scene, order: Order, parts: Parts, target: Path) -> None:
    """A still of a scene.

    Raises:
        InputError, OutputError: somebody or something is not there; it cannot be written.
    """
    with closing(Company(parts, [scene], EMPTY, order.size, order.fps, order.seed)) as company:
        stills.poster(company, scene, order.size, target)


def _sounds(count: int, folder: Path) -> Iterator[Pcm]:
    for number in range(count):
        with wave.open(str(folder / f"{number}.wav")) as sound:
            yield np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
