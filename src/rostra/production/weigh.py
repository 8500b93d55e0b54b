"""The benchmark of the presenters: what each weighs, on disk and loaded, and what drawing them costs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from numpy.typing import NDArray

from rostra.acting.actor import Actor
from rostra.acting.manner import Manner
from rostra.errors import UnknownNameError
from rostra.picture.backdrop import backdrop
from rostra.picture.frame import Size, Yuv420
from rostra.picture.layout import Layout
from rostra.picture.stage import Stage
from rostra.presenters.pack import Pack, load
from rostra.production.bench import SQUARE, perform
from rostra.production.company import Parts
from rostra.production.machine import Machine, describe

TEXT = "Good afternoon, and thank you for joining. Who drives the second van? We pack before noon."
FULL = Size(1920, 1080)
BACKGROUND = "office-1"
FPS = 25
LOADS = 5  # of one pack; the median counts
ROUNDS = 3  # of drawing; the quickest counts, when nothing else had the processor

# What to reach on two cores without a GPU
REACH = {"disk": 1.5, "load": 150.0, "memory": 25.0, "square": 3.0}


@dataclass(frozen=True)
class Weight:
    """What one presenter costs.

    Args:
        presenter: id.
        disk: MB of the pack.
        load: ms to read, check and unpack it.
        memory: MB of its arrays and pictures.
        square: ms of motion, raster and conversion for a frame of 512x512, one thread.
        full: the same at 1920x1080.
    """

    presenter: str
    disk: float
    load: float
    memory: float
    square: float
    full: float


@dataclass(frozen=True)
class Scales:
    """What all of them cost."""

    machine: Machine
    weights: tuple[Weight, ...]

    def rows(self) -> list[tuple[str, ...]]:
        """A table row for each."""
        return [
            (
                one.presenter, f"{one.disk:.2f} MB", f"{one.load:.0f} ms", f"{one.memory:.1f} MB",
                f"{one.square:.2f} ms", f"{one.full:.2f} ms",
            )
            for one in self.weights
        ]  # fmt: skip

    def summary(self) -> list[tuple[str, str, str]]:
        """What, the worst of all, to reach."""
        worst = {name: max(getattr(one, name) for one in self.weights) for name in REACH}
        total = sum(one.disk for one in self.weights)
        return [
            ("pack", f"{worst['disk']:.2f} MB (all {total:.1f})", f"<= {REACH['disk']} MB"),
            ("load", f"{worst['load']:.0f} ms", f"<= {REACH['load']:.0f} ms"),
            ("memory, loaded", f"{worst['memory']:.1f} MB", f"<= {REACH['memory']:.0f} MB"),
            ("512x512, per frame", f"{worst['square']:.2f} ms", f"<= {REACH['square']:.0f} ms"),
            ("1920x1080, per frame", f"{max(one.full for one in self.weights):.2f} ms", ""),
        ]

    def json(self) -> str:
        """Everything."""
        return json.dumps(asdict(self), indent=1) + "\n"


def weigh(names: Sequence[str], parts: Parts, report: Callable[[float], None]) -> Scales:
    """Weigh presenters.

    Args:
        names: which; all if empty.
        parts: where they and their voices come from.
        report: told how far it is, 0..1.

    Raises:
        UnknownNameError: nobody has such a name.
        MissingError: a voice cannot be had.
    """
    files = parts.presenters.files()
    for name in names:
        if name not in files:
            raise UnknownNameError("presenter", name, files)
    chosen = list(names or files)
    weights = []
    for number, name in enumerate([chosen[0], *chosen]):  # the first one twice: it warms up
        weights.append(_weight(name, files[name], parts))
        report((number + 1) / (len(chosen) + 1))
    return Scales(describe(), tuple(weights[1:]))


def _weight(name: str, path: Path, parts: Parts) -> Weight:
    seconds = []
    for _ in range(LOADS):
        start = time.perf_counter()
        pack = load(path)
        seconds.append(time.perf_counter() - start)
    square, full = (_drawing(pack, size, parts) for size in (SQUARE, FULL))
    return Weight(name, path.stat().st_size / 1e6, median(seconds) * 1e3, _memory(pack), square, full)


def _memory(pack: Pack) -> float:
    """MB of everything that a loaded pack holds."""
    arrays: list[NDArray[Any]] = [
        pack.vertices, pack.head, pack.alpha, pack.gaze, pack.breath,
        pack.delta_start, pack.delta_vertex, pack.delta,
    ]  # fmt: skip
    for layer in pack.layers:
        arrays += [layer.triangles, layer.uv, layer.mask]
    pictures = sum(texture.image.nbytes for texture in pack.textures.values())
    return (sum(array.nbytes for array in arrays) + pictures) / 1e6


def _drawing(pack: Pack, size: Size, parts: Parts) -> float:
    """ms of a frame."""
    speeches = list(parts.voice(f"{pack.manifest.voice.name.partition(':')[0]}:fast").speak(TEXT))
    stage = Stage(pack, Layout.FULL, size, backdrop(BACKGROUND, size))
    actor, frame = Actor(Manner.of(pack.manifest.manner), 0, FPS), Yuv420.empty(size)
    return min(median(perform(actor, speech, stage, frame) for speech in speeches) for _ in range(ROUNDS))
