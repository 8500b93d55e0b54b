"""The benchmark: what the line costs, beside the bare encoder on the very same pictures.

One run measures everything, whole line and encoder by turns, so that a busy machine disturbs both
alike; of several rounds the medians count. Loading and compiling are done before.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np

from rostra.acting.actor import Actor
from rostra.picture.backdrop import backdrop
from rostra.picture.encoder import SEARCH, film_frame
from rostra.picture.frame import Size, Yuv420
from rostra.picture.layout import Layout
from rostra.picture.stage import Stage
from rostra.production.company import Company, Parts
from rostra.production.line import Clock, Line
from rostra.production.machine import Machine, cpu_seconds, describe, peak_memory
from rostra.production.meter import Meter
from rostra.production.order import Encoding, Order
from rostra.production.render import Reel, shoot, writer
from rostra.production.script import Scene
from rostra.speech.lexicon import EMPTY
from rostra.speech.speech import Pcm, Speech
from rostra.speech.voice import Voice

TEXT = (
    "Good afternoon, and thank you for joining. On Thursday the warehouse in Bristol moves 4,200 boxes "
    "to the new building. Please pack before noon, label both sides, and leave heavy things where they "
    "are. Who drives the second van? Maybe Phoebe, if the weather stays fine. We began with five "
    "people; by half past three we need twelve. Bring water, gloves, and whatever music you like."
)
WARM_UP = "Before we measure, we warm up."
SENTENCES = (
    "Thank you, I will look that up for you.",
    "The next train leaves at a quarter past nine.",
    "Would you like me to say that again?",
    "Everything is ready, so we can begin.",
    "Please leave a message after the tone.",
)
SQUARE = Size(512, 512)
BATCH = 25  # frames read at a time for the bare encoder

# What to reach on two cores without a GPU
REACH = {"ratio": 1.8, "speed": 3.0, "square": 3.0, "sound": 100.0, "memory": 1.2 * 1024}


@dataclass(frozen=True)
class Round:
    """One turn of the whole line and the bare encoder. Seconds of processor time, unless said."""

    whole: float
    encode: float
    wall: float  # s of the whole line
    cost: dict[str, float]  # by stage


@dataclass(frozen=True)
class Bench:
    """What was measured.

    Args:
        machine: where.
        load: average of waiting processes before; 0 = nothing else ran.
        presenter, voice, size, fps, encoding: what was rendered and how.
        seconds, frames: of the video.
        rounds: each turn.
        square: ms of motion, raster and conversion for a frame of 512x512, one thread.
        sound: ms from text to the first sound, for each sentence, warm.
        memory: MiB, the most that the process held when it had rendered once.
    """

    machine: Machine
    load: float
    presenter: str
    voice: str
    size: Size
    fps: int
    encoding: Encoding
    seconds: float
    frames: int
    rounds: list[Round]
    square: float
    sound: list[float]
    memory: float

    def figures(self) -> dict[str, float]:
        """The medians that count."""
        return {
            "whole": median(turn.whole for turn in self.rounds),
            "encode": median(turn.encode for turn in self.rounds),
            "ratio": median(turn.whole / turn.encode for turn in self.rounds),
            "speed": median(self.seconds / turn.wall for turn in self.rounds),
            "square": self.square,
            "sound": median(self.sound),
            "memory": self.memory,
        }

    def stages(self) -> dict[str, float]:
        """ms of processor time per frame by stage."""
        names = self.rounds[0].cost
        return {name: median(turn.cost[name] for turn in self.rounds) / self.frames * 1e3 for name in names}

    def rows(self) -> list[tuple[str, str, str]]:
        """What, measured, to reach: for a table."""
        got, stages = self.figures(), self.stages()
        width, height = self.size
        return [
            (f"whole line, {self.seconds:.1f} s of {width}x{height}", f"{got['whole']:.1f} CPU s", ""),
            ("encoding the same frames alone", f"{got['encode']:.1f} CPU s", ""),
            ("whole line / encoding alone", f"{got['ratio']:.2f}", f"<= {REACH['ratio']}"),
            ("video seconds per wall second", f"{got['speed']:.2f}", f">= {REACH['speed']:.0f}"),
            *((f"  {name}, per frame", f"{value:.2f} ms", "") for name, value in stages.items()),
            (
                "512x512: motion, raster, conversion, one thread",
                f"{got['square']:.2f} ms per frame",
                f"<= {REACH['square']:.0f} ms",
            ),
            (
                "text to first sound, warm",
                f"{got['sound']:.0f} ms (most {max(self.sound):.0f})",
                f"<= {REACH['sound']:.0f} ms",
            ),
            ("peak memory", f"{got['memory']:.0f} MiB", f"<= {REACH['memory']:.0f} MiB"),
        ]

    def setting(self) -> str:
        """How it was measured, in one line."""
        how = self.encoding
        threads = how.threads or "automatic"
        search = "".join(f" {value}" for value in SEARCH.get(how.preset, {}).values())
        return (
            f"{self.presenter} with the voice {self.voice}, {self.fps} fps, x264 {how.preset}{search} "
            f"crf {how.crf:g}, threads {threads}; medians of {len(self.rounds)} rounds; "
            f"load before: {self.load:.1f}"
        )

    def json(self) -> str:
        """Everything."""
        return (
            json.dumps({**asdict(self), "figures": self.figures(), "stages": self.stages()}, indent=1) + "\n"
        )


def measure(
    presenter: str,
    voice: str | None,
    background: str,
    rounds: int,
    encoding: Encoding,
    parts: Parts,
    report: Callable[[float], None],
) -> Bench:
    """Measure this machine.

    Raises:
        InputError, MissingError: the presenter or voice cannot be had.
        OutputError: there is no room for the frames, about 3 MB each.
    """
    load = os.getloadavg()[0]
    own = parts.presenters.find(presenter).manifest.voice.name
    name = voice or f"{own.partition(':')[0]}:fast"
    order = Order(encoding=encoding)
    with tempfile.TemporaryDirectory(prefix="rostra-bench-") as folder:
        stand = _Stand(
            parts, Scene(TEXT, presenter=presenter, voice=name, background=background), order, Path(folder)
        )
        stand.whole(WARM_UP)
        stand.whole(TEXT)
        memory = peak_memory()
        report(1 / (rounds + 2))
        frames, seconds = stand.keep_frames()
        turns = []
        for number in range(rounds):
            turns.append(stand.turn())
            report((number + 2) / (rounds + 2))
        speaker = parts.voice(name)
        square = stand.square(speaker)
        sound = [_first_sound(speaker, sentence) for sentence in SENTENCES]
    report(1.0)
    return Bench(
        describe(), load, presenter, name, order.size, order.fps, encoding, seconds, frames, turns,
        square, sound, memory,
    )  # fmt: skip


class _Stand:
    """A test stand: renders one scene again and again, and keeps its raw frames on disk."""

    def __init__(self, parts: Parts, scene: Scene, order: Order, folder: Path) -> None:
        self._parts, self._scene, self._order, self._folder = parts, scene, order, folder
        self._raw = folder / "frames.yuv"

    def whole(self, text: str) -> tuple[float, float, Reel]:
        """Render once: processor seconds, wall seconds, the reel."""
        scene = replace(self._scene, narration=text)
        with closing(self._company(scene)) as company:
            cpu, wall = cpu_seconds(), time.perf_counter()
            reel = shoot([scene], company, self._folder / "whole.mp4", self._order, lambda _: None)
            return cpu_seconds() - cpu, time.perf_counter() - wall, reel

    def turn(self) -> Round:
        """The whole line and the bare encoder, one after the other."""
        whole, wall, reel = self.whole(self._scene.narration)
        return Round(whole, self.encode(), wall, reel.cost)

    def keep_frames(self) -> tuple[int, float]:
        """Write the finished frames to disk as they are: how many, and their seconds."""
        with closing(self._company(self._scene)) as company, _Raw(self._raw, self._order.size) as raw:
            clock = Clock(self._order.fps, company.rate)
            line = Line(
                [self._scene], company, raw, clock, self._order.size,
                lambda speech, at: None, lambda share: None, Meter(),
            )  # fmt: skip
            line.run()
        return line.frames, line.seconds

    def encode(self) -> float:
        """Processor seconds of encoding the kept frames alone; reading them is not counted."""
        start, reading = cpu_seconds(), 0.0
        with writer(self._folder / "alone.mp4", self._order, None) as film:
            batches = self._batches()
            while True:
                before = time.thread_time()
                batch = next(batches, None)
                reading += time.thread_time() - before
                if batch is None:
                    break
                for frame in batch:
                    film.write(frame)
        return cpu_seconds() - start - reading

    def square(self, voice: Voice) -> float:
        """ms of one thread for motion, raster and conversion of a frame of 512x512."""
        pack = self._parts.presenters.find(self._scene.presenter)
        stage = Stage(pack, Layout.FULL, SQUARE, backdrop(self._scene.background, SQUARE))
        frame, spoken = Yuv420.empty(SQUARE), list(voice.speak(self._scene.narration))
        twice = [*spoken[:1], *spoken]  # the first one again: it was the warm-up
        costs = [perform(Actor(fps=self._order.fps), speech, stage, frame) for speech in twice]
        return median(costs[1:])

    def _company(self, scene: Scene) -> Company:
        company = Company(self._parts, [scene], EMPTY, self._order.size, self._order.fps, self._order.seed)
        company.gather()
        return company

    def _batches(self) -> Iterator[list[Yuv420]]:
        """The kept frames, some at a time, in buffers that are used again."""
        buffers = [film_frame(self._order.size) for _ in range(BATCH)]
        with self._raw.open("rb") as file:
            while True:
                full = [frame for frame in buffers if _read(file.readinto, frame)]
                if not full:
                    return
                yield full


class _Raw:
    """A film that goes to disk as it is."""

    def __init__(self, path: Path, size: Size) -> None:
        self._file = path.open("wb")
        self._free = [Yuv420.empty(size), Yuv420.empty(size)]

    def frame(self) -> Yuv420:
        return self._free.pop()

    def write(self, frame: Yuv420) -> None:
        for plane in (frame.y, frame.u, frame.v):
            self._file.write(np.ascontiguousarray(plane).data)
        self._free.append(frame)

    def sound(self, pcm: Pcm) -> None:
        """Not kept."""

    def __enter__(self) -> _Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _read(into: Callable[[memoryview], int], frame: Yuv420) -> bool:
    """Fill a frame from the file; False at its end."""
    for plane in (frame.y, frame.u, frame.v):
        whole = np.empty(plane.shape, np.uint8)
        if into(whole.data) < whole.size:
            return False
        plane[:] = whole
    return True


def perform(actor: Actor, speech: Speech, stage: Stage, frame: Yuv420) -> float:
    """ms per frame of acting a piece and drawing it."""
    start = time.thread_time()
    rows = actor.perform(speech).curves
    for row in rows:
        stage.draw(row, frame)
    return (time.thread_time() - start) / len(rows) * 1e3


def _first_sound(voice: Voice, sentence: str) -> float:
    """ms from a text to its first piece of sound."""
    start = time.perf_counter()
    next(iter(voice.speak(sentence)))
    return (time.perf_counter() - start) * 1e3
