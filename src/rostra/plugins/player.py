"""The player: one presenter on camera who says what is heard, for frameworks that carry sound and pictures.

What all plug-ins share: the presenter's picture and lips, a process that listens, and the clock. A shot is
one frame's worth. Pictures and sound are handed out when they are due, not ahead, because no framework keeps
both of them equally long in its queues.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rostra.acting.actor import Actor
from rostra.acting.manner import Manner
from rostra.errors import InputError
from rostra.live.lipsync import Lipsync
from rostra.live.performance import RATE
from rostra.live.speaker import Speaker
from rostra.picture.backdrop import backdrop
from rostra.picture.encoder import FilmFrame
from rostra.picture.frame import Size
from rostra.picture.layout import Layout
from rostra.picture.stage import Stage
from rostra.presenters.catalogue import Catalogue
from rostra.speech.speech import Pcm

FPS = 25
SLIP = 0.2  # s of lateness after which the clock is set anew
SIDES = (64, 1920)  # pixels of a picture's sides
PIXELS = {"i420": "yuv420p", "rgb": "rgb24"}
RESERVE = np.zeros(RATE // FPS, np.int16)  # silence before a sound, so that one late shot is no gap


@dataclass(frozen=True)
class Look:
    """Who is seen, and how.

    Args:
        presenter: id, as `rostra presenters` lists them.
        background: id or file, as for `rostra render`.
        width, height: pixels, even.
        folders: of own presenters.
        seed: of the motion.

    Raises:
        InputError: a size that cannot be.
    """

    presenter: str = "jane"
    background: str = "office-1"
    width: int = 512
    height: int = 512
    folders: Iterable[Path] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        for name, side in (("width", self.width), ("height", self.height)):
            if not SIDES[0] <= side <= SIDES[1] or side % 2:
                raise InputError(
                    f"{name} is {side}.", f"Give an even number from {SIDES[0]} to {SIDES[1]}.", name
                )


@dataclass(frozen=True)
class Shot:
    """One frame's worth.

    Args:
        picture: its bytes.
        sound: int16 at RATE; None: nothing is said.
        starts: whether nothing was said before.
        segment: whose sound it is.
        ended: segments of sound that end with it.
        generation: of the player when it was made.
    """

    picture: bytes
    sound: Pcm | None
    starts: bool
    segment: str | None
    ended: list[str] = field(default_factory=list)
    generation: int = 0


class Player:
    """Plays one presenter.

    Args:
        look: who is seen.
        pixels: how pictures are laid out; `i420` is in the colours of BT.601, which WebRTC expects.
    """

    def __init__(self, look: Look, pixels: Literal["i420", "rgb"]) -> None:
        self.look = look
        self.generation = 0  # how often all was cleared
        self._pixels = PIXELS[pixels]
        self._opening = asyncio.Lock()
        self._threads: ThreadPoolExecutor | None = None
        self._speaker = Speaker(None, FPS)
        self._listening: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def lips(self) -> Lipsync:
        """What moves the lips; there once the player is open."""
        return self._lips

    async def open(self) -> None:
        """Get ready, once.

        Raises:
            InputError: the player was closed.
            RostraError: the presenter, the background or what listens cannot be had.
        """
        async with self._opening:
            if self._closed:
                raise InputError("This presenter has left.", "Make a new one.", "presenter")
            if self._listening:
                return
            threads = ThreadPoolExecutor(1, "presenter")
            try:
                await asyncio.get_running_loop().run_in_executor(threads, self._prepare)
                await self._speaker.follow_part(RESERVE[:0], RESERVE)
            except BaseException:
                self._speaker.stop()
                threads.shutdown(wait=False)
                raise
            self._threads = threads
            self._listening = asyncio.create_task(self._lips.listen())

    def clear(self) -> None:
        """Say nothing more of what was heard so far."""
        self.generation += 1
        if self._listening:
            self._lips.clear()

    async def shots(self) -> AsyncIterator[Shot]:
        """Shot after shot, each when it is due; ends when the player is closed."""
        await self.open()
        loop = asyncio.get_running_loop()
        due, before = loop.time(), False
        while self._threads and not self._closed:
            generation = self.generation
            moment, picture = await loop.run_in_executor(self._threads, self._shoot)
            said = self._lips.heard(moment) and generation == self.generation
            await asyncio.sleep(max(0.0, due - loop.time()))
            said = said and generation == self.generation
            yield Shot(
                picture, moment.sound if said else None, said and not before, moment.turn if said else None,
                self._lips.ended(), generation,
            )  # fmt: skip
            before = said
            due += 1 / FPS
            if loop.time() - due > SLIP:
                due = loop.time()

    async def close(self) -> None:
        """Let everything go."""
        async with self._opening:
            self._closed = True
            listening, self._listening = self._listening, None
            if listening:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
            self._speaker.stop()
            threads, self._threads = self._threads, None
            if threads:
                threads.shutdown(wait=False)

    def _prepare(self) -> None:
        look, size = self.look, Size(self.look.width, self.look.height)
        pack = Catalogue(look.folders).find(look.presenter)
        self._stage = Stage(pack, Layout.FULL, size, backdrop(look.background, size))
        self._frame = FilmFrame.black(size)
        self._lips = Lipsync(Actor(Manner.of(pack.manifest.manner), look.seed, FPS), self._speaker, FPS)
        self._shoot()  # the first picture is the costliest

    def _shoot(self) -> tuple[Any, bytes]:
        moment = self._lips.next()
        self._stage.draw(moment.row, self._frame)
        picture: Any = self._frame.picture
        shown = picture.reformat(format=self._pixels, src_colorspace="ITU709", dst_colorspace="ITU601")
        return moment, shown.to_ndarray().tobytes()


def mono(data: Any, channels: int) -> Pcm:
    """Interleaved int16 samples as one channel, the mean of all; half a sample at the end is dropped."""
    samples = np.frombuffer(data, np.int16, len(bytes(data)) // (2 * channels) * channels)
    if channels == 1:
        return samples
    mixed: Pcm = samples.reshape(-1, channels).mean(1).astype(np.int16)
    return mixed
