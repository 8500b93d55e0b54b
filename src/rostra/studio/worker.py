"""The worker: a process that speaks, draws and joins for the server, one task at a time.

    python -m rostra.studio.worker

Its first line of input is how it is set up, each further one a task; it answers with lines of JSON:
`{"progress": 0.4}`, `{"data": "<base64>"}`, and at the end `{"done": {...}}` or `{"error": {...}}`. It ends
with its parent, or when its input does.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rostra.production.company import Parts

STEP = 0.01  # share of a task between two reports
BIT_RATE = 64_000  # of a preview's MP3

Task = dict[str, Any]
Tell = Callable[[dict[str, Any]], None]


class Worker:
    """What the worker can do.

    Args:
        setup: `presenters`: folders; `models`: folder or empty; `threads`: of a voice; `form`, `previews`: of
            the voices that are named without one, in videos and in previews; `memory`: folder of what was
            said; `encoding`: preset, crf, threads.
    """

    def __init__(self, setup: Task) -> None:
        from rostra.presenters.catalogue import Catalogue
        from rostra.production.company import Parts
        from rostra.production.order import Encoding, Order
        from rostra.speech.catalogue import voice
        from rostra.speech.remembered import Remembered

        models = Path(setup["models"]) if setup["models"] else None
        memory = Path(setup["memory"])

        def speaking(form: str, name: str) -> Remembered:
            return Remembered(voice(_formed(name, form), models, setup["threads"]), memory)

        self._everybodys = Parts(Catalogue(map(Path, setup["presenters"])), partial(speaking, setup["form"]))
        self._previews = partial(speaking, setup["previews"])
        self._order = Order(encoding=Encoding(*setup["encoding"]))

    def _parts(self, task: Task) -> Parts:
        """What the task's partner can choose from."""
        known = self._everybodys
        return replace(known, presenters=known.presenters.of(task["partner"]))

    def scene(self, task: Task, tell: Tell) -> Task:
        """Render one scene into its piece."""
        from rostra.production.pieces import record

        last = 0.0

        def report(share: float) -> None:
            nonlocal last
            if share - last >= STEP:
                last = share
                tell({"progress": share})

        scene, parts = _scene(task["scene"]), self._parts(task)
        record(scene, task["number"], Path(task["folder"]), self._order, parts, report)
        return {}

    def join(self, task: Task, tell: Tell) -> Task:
        """Join the pieces of a video; draw its poster."""
        from rostra.production.pieces import joined, poster

        seconds = joined(task["count"], Path(task["folder"]), Path(task["target"]))
        poster(_scene(task["scene"]), self._order, self._parts(task), Path(task["poster"]))
        return {"seconds": seconds}

    def speak(self, task: Task, tell: Tell) -> Task:
        """Speak a text as MP3, sent while it is made."""
        from rostra.speech.voice import Pace

        own = self._parts(task).presenters.find(task["presenter"]).manifest.voice
        voice = self._previews(own.name)
        mp3 = _Mp3(voice.rate)
        for piece in voice.speak(task["text"], Pace(rate=own.rate, pitch=own.pitch)):
            _send(mp3.encode(piece.pcm), tell)
        _send(mp3.end(), tell)
        return {}

    def still(self, task: Task, tell: Tell) -> Task:
        """Draw a presenter before a background."""
        from rostra.picture.frame import Size
        from rostra.production.pose import row
        from rostra.production.stills import still

        size, target = Size(*task["size"]), Path(task["target"])
        still(task["presenter"], task["background"], row("smile"), size, target, self._parts(task))
        return {}


class _Mp3:
    """Sound as MP3, piece by piece."""

    def __init__(self, rate: int) -> None:
        import av

        self._codec: Any = av.CodecContext.create("libmp3lame", "w")
        self._codec.sample_rate, self._codec.layout, self._codec.format = rate, "mono", "s16p"
        self._codec.bit_rate = BIT_RATE
        self._fifo: Any = av.AudioFifo()
        self._codec.open()

    def encode(self, pcm: Any) -> bytes:
        import av
        import numpy as np

        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm).reshape(1, -1), "s16p", "mono")
        frame.sample_rate = self._codec.sample_rate
        self._fifo.write(frame)
        frames = self._fifo.read_many(self._codec.frame_size)
        return b"".join(bytes(packet) for one in frames for packet in self._codec.encode(one))

    def end(self) -> bytes:
        rest = self._fifo.read(0, partial=True)
        packets = self._codec.encode(rest) if rest else []
        return b"".join(bytes(packet) for packet in [*packets, *self._codec.encode(None)])


def _send(data: bytes, tell: Tell) -> None:
    if data:
        tell({"data": base64.b64encode(data).decode()})


def _formed(name: str, form: str) -> str:
    """The name of a voice in a form; fine is what a name without one means."""
    return name if form == "fine" or ":" in name else f"{name}:{form}"


def _scene(given: Task) -> Any:
    from rostra.production.script import Broll, Scene

    clip = given.get("broll")
    broll = Broll(Path(clip["file"]), clip["start"]) if clip else None
    return Scene(**{**given, "broll": broll})


def main() -> None:
    """Serve until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to deal with
    out = os.fdopen(os.dup(1), "w", buffering=1)  # nobody else writes there
    os.dup2(2, 1)

    def tell(message: Task) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    from rostra.errors import RostraError

    worker = Worker(json.loads(sys.stdin.readline()))
    tell({"ready": True})
    for line in sys.stdin:
        task = json.loads(line)
        try:
            tell({"done": getattr(worker, task["do"])(task, tell)})
        except RostraError as error:
            tell({"error": {"code": error.code, "message": str(error)}})
        except Exception as error:
            tell({"error": {"code": "INTERNAL_ERROR", "message": f"{type(error).__name__}: {error}"}})


if __name__ == "__main__":
    main()
