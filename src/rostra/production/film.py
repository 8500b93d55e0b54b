"""Films: where finished pictures and sound go, and what is done with them on the way."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from types import TracebackType

from rostra.picture.captions import Cue
from rostra.picture.encoder import Mp4Writer, film_frame
from rostra.picture.frame import Size, Yuv420
from rostra.picture.subtitles import Burner
from rostra.production.line import Film
from rostra.production.relay import PATIENCE, Behind
from rostra.speech.speech import Pcm

FRAMES = 5  # that exist at once: held back, being drawn, waiting, being encoded
PIECES = 4  # of sound that may wait


class Recorder:
    """A film that goes into a file, encoded in a thread of its own while the next pictures are drawn.

    Leaving the block waits until all is encoded.
    """

    def __init__(self, file: Mp4Writer, size: Size) -> None:
        self._file = file
        self._free: queue.SimpleQueue[Yuv420] = queue.SimpleQueue()
        for _ in range(FRAMES):
            self._free.put(film_frame(size))
        self._work: Behind[Yuv420 | Pcm] = Behind(self._encode, FRAMES + PIECES, "encoding")

    def frame(self) -> Yuv420:
        """A free frame; fails with the encoder, which would never free one."""
        while True:
            try:
                return self._free.get(timeout=PATIENCE)
            except queue.Empty:
                self._work.check()

    def write(self, frame: Yuv420) -> None:
        """The next picture."""
        self._work.put(frame)

    def sound(self, pcm: Pcm) -> None:
        """The next sound."""
        self._work.put(pcm)

    def _encode(self, item: Yuv420 | Pcm) -> None:
        if isinstance(item, Yuv420):
            self._file.write(item)
            self._free.put(item)
        else:
            self._file.sound(item)

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._work.__exit__(kind, error, trace)


class Captioned:
    """A film whose captions are drawn into its pictures, on their way to another film."""

    def __init__(self, inner: Film, size: Size, fps: int) -> None:
        self._inner = inner
        self._burner, self._fps, self._number = Burner(size), fps, 0

    def add(self, made: Sequence[Cue]) -> None:
        """More captions, later than those before, earlier than the pictures that show them."""
        self._burner.add(made)

    def frame(self) -> Yuv420:
        """See `Film.frame`."""
        return self._inner.frame()

    def write(self, frame: Yuv420) -> None:
        """Draw the caption of this moment and hand the picture on."""
        self._burner.burn(frame, (self._number + 0.5) / self._fps)
        self._number += 1
        self._inner.write(frame)

    def sound(self, pcm: Pcm) -> None:
        """See `Film.sound`."""
        self._inner.sound(pcm)
