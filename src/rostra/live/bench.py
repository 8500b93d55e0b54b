"""The benchmark of live sessions: a server of its own, and an audience in a process beside it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np

from rostra.acting.actor import Actor
from rostra.acting.manner import Manner
from rostra.errors import EngineError
from rostra.live.dimensions import SQUARE
from rostra.live.encoders import PictureEncoder, SoundEncoder
from rostra.live.performance import RATE
from rostra.live.session import FPS
from rostra.picture.backdrop import backdrop
from rostra.picture.encoder import FilmFrame
from rostra.picture.layout import Layout
from rostra.picture.stage import Stage
from rostra.presenters.pack import Pack
from rostra.trial import Trial

ROUNDS = 12  # of latency
STEPS = (2, 6, 8, 10)  # sessions at a time
SPAN = 10.0  # s of load
SETTLE = 4.0  # s until all speak
BARE = 200  # frames of the bare encoder
MOST_LATE = 0.005  # share of frames

# What to reach on two cores without a GPU
REACH = {"frame": 600.0, "sound": 200.0, "interrupt": 60.0, "ratio": 1.8, "sessions": 10, "memory": 40.0}


@dataclass(frozen=True)
class Step:
    """So many sessions at a time, all of which speak without pause.

    Args:
        sessions: how many.
        rate: frames that the slowest viewer got in a second.
        late, frames: handed on more than 40 ms late, and all.
        cores: that the server and its speaker used.
        cost: ms of processor time for a frame, everything included.
        loop: ms of it in the thread that sends.
        memory: MiB of the server.
    """

    sessions: int
    rate: float
    late: int
    frames: int
    cores: float
    cost: float
    loop: float
    memory: float

    @property
    def smooth(self) -> bool:
        """Whether nobody would notice."""
        return self.rate > FPS - 0.5 and self.late <= MOST_LATE * self.frames


@dataclass(frozen=True)
class Figures:
    """What was measured.

    Args:
        frame, sound, interrupt: ms of each try; see `audience.latency`.
        bare: ms of processor time to encode a frame and its sound, nothing else.
        steps: under load.
    """

    frame: list[float]
    sound: list[float]
    interrupt: list[float]
    bare: float
    steps: list[Step]

    def rows(self) -> list[tuple[str, str, str]]:
        """What, measured, to reach."""
        latency = [
            ("create to first decoded frame, 95th percentile", self.frame, REACH["frame"]),
            ("text to first sound, 95th percentile", self.sound, REACH["sound"]),
            ("interrupt to last sound, 95th percentile", self.interrupt, REACH["interrupt"]),
        ]
        first, last = self.steps[0], self.steps[-1]
        alone = self.bare + first.loop
        further = (last.memory - first.memory) / max(last.sessions - first.sessions, 1)
        smooth = max((step.sessions for step in self.steps if step.smooth), default=0)
        return [
            *(
                (what, f"{_p95(taken):.0f} ms (median {median(taken):.0f})", f"<= {reach:.0f} ms")
                for what, taken, reach in latency
            ),
            (
                "a session's CPU / encoding and sending the same alone",
                f"{first.cost / alone:.2f} ({first.cost:.1f} / {alone:.1f} ms a frame)",
                f"<= {REACH['ratio']}",
            ),
            *(
                (
                    f"  {step.sessions} sessions: late of all frames; slowest",
                    f"{step.late} of {step.frames}; {step.rate:.1f} fps; {step.cores:.2f} cores",
                    "",
                )
                for step in self.steps
            ),
            (f"sessions at {FPS} fps, 512x512, all speaking", f"{smooth}", f">= {REACH['sessions']}"),
            ("memory of a further session", f"{further:.0f} MiB", f"<= {REACH['memory']:.0f} MiB"),
        ]

    def json(self) -> str:
        """Everything."""
        return json.dumps(asdict(self), indent=1) + "\n"


def measure(pack: Pack, report: Callable[[float], None]) -> Figures:
    """Measure a server on this machine.

    Raises:
        EngineError: the server or the audience failed.
    """
    bare = _bare(pack)
    with (
        tempfile.TemporaryDirectory(prefix="rostra-bench-") as folder,
        Trial(Path(folder), ROSTRA_LIVE_SESSIONS=str(max(STEPS))) as server,
    ):
        server.warm()
        report(0.1)
        with _audience(server, "latency", ROUNDS) as audience:
            told = _told(audience)
        report(0.3)
        steps = []
        for count in STEPS:
            steps.append(_load(server, count))
            report(0.3 + 0.7 * len(steps) / len(STEPS))
            if steps[-1].late > steps[-1].frames / 4:
                break
        report(1.0)
    return Figures(told["frame"], told["sound"], told["interrupt"], bare, steps)


def _load(server: Trial, count: int) -> Step:
    with _audience(server, "load", count, SPAN) as audience:
        _told(audience)
        time.sleep(SETTLE)
        before, cpu, loop = server.facts(), server.cpu(), server.loop_cpu()
        start = time.perf_counter()
        rates = _told(audience, "go")["rates"]
        span, after = time.perf_counter() - start, server.facts()
        cpu, loop = server.cpu() - cpu, server.loop_cpu() - loop
        memory, frames = server.memory(), after["frames"] - before["frames"]
        _say(audience, "end")
        audience.wait(30)
    return Step(
        count, min(rates), int(after["late"] - before["late"]), int(frames), cpu / span,
        cpu / frames * 1e3, loop / frames * 1e3, memory,
    )  # fmt: skip


def _bare(pack: Pack) -> float:
    """ms of processor time to encode frames that are there already, with their sound."""
    stage = Stage(pack, Layout.FULL, SQUARE, backdrop("office-1", SQUARE))
    frames = []
    for row in Actor(Manner.of(pack.manifest.manner), 0, FPS).rest(BARE / FPS).curves:
        frames.append(FilmFrame.black(SQUARE))
        stage.draw(row, frames[-1])
    picture, sound = PictureEncoder("H264", SQUARE, FPS), SoundEncoder()
    pcm = np.random.default_rng(1).normal(0, 2000, RATE // FPS).astype(np.int16)
    start = time.thread_time()
    for number, frame in enumerate(frames):
        picture.encode(frame, number)
        sound.encode(pcm, number * RATE // FPS)
    return (time.thread_time() - start) / len(frames) * 1e3


def _audience(server: Trial, *what: object) -> subprocess.Popen[str]:
    words = [server.origin, server.ks, *map(str, what)]
    return subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "rostra.live.audience", *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _told(audience: subprocess.Popen[str], first: str = "") -> Any:
    if first:
        _say(audience, first)
    assert audience.stdout  # noqa: S101
    line = audience.stdout.readline()
    if not line:
        raise EngineError("The audience has ended.", "Try again.")
    return json.loads(line)


def _say(audience: subprocess.Popen[str], word: str) -> None:
    assert audience.stdin  # noqa: S101
    audience.stdin.write(word + "\n")
    audience.stdin.flush()


def _p95(taken: list[float]) -> float:
    return quantiles(taken, n=20, method="inclusive")[-1]
