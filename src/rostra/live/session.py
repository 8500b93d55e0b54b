"""A live session: one presenter on line, what is to be said, and who watches.

Three things run for a session: the *clock* makes each moment a little ahead and hands it on when it is due,
so that sound and picture keep their times; the *speech* takes what is to be said, piece by piece, and has it
spoken ahead; and each viewer's peer sends what it gets. Nothing is drawn while nobody watches.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog

from rostra.acting.actor import Actor
from rostra.acting.manner import Manner
from rostra.errors import InputError, RostraError
from rostra.live.budget import Budget
from rostra.live.camera import Camera
from rostra.live.dimensions import SQUARE, level
from rostra.live.encoders import PACKET, AnyPacket, Codec, SoundEncoder, bit_rate
from rostra.live.errors import LiveError
from rostra.live.performance import RATE, Event, Performance, Said
from rostra.live.sacrifice import Sacrifice
from rostra.live.speaker import Speaker, Wanted
from rostra.live.turns import Piece, Turns
from rostra.live.viewer import Viewer, read
from rostra.picture.backdrop import backdrop
from rostra.picture.frame import Size
from rostra.picture.layout import Layout
from rostra.picture.stage import Stage
from rostra.presenters.pack import Pack

FPS = 25
LEAD = (0.012, 0.030)  # s before it is due that a moment is made, at least and at most
HURRY = 0.02  # s after it is due from which a moment that is begun so late has no picture
SLIP = 0.08  # s of lateness after which the clock is set anew
SPOKEN_AHEAD = 6.0  # s of speech that may wait ready
PATIENCE = 30.0  # s that speech waits for somebody to watch
MOST_VIEWERS = 20
CONNECTING = 20.0  # s that a viewer has to connect
LISTENERS = 1000  # events that a listener may be behind

log = structlog.get_logger()


@dataclass(frozen=True)
class Look:
    """Who is seen, before what."""

    pack: Pack
    background: str
    size: Size = SQUARE


@dataclass(frozen=True)
class Kit:
    """What all sessions share.

    Args:
        speaker: makes speech.
        threads: draw and encode.
        addresses: under which the world reaches us, if others than our own.
    """

    speaker: Speaker
    threads: Executor
    addresses: Sequence[str] = ()


@dataclass
class Health:
    """How a session fares."""

    frames: int = 0
    late: int = 0  # frames that were handed on more than a frame late, or given up to catch up
    slips: int = 0
    making: float = 0.0  # ms of a frame, the last ones on average


class Session:
    """One live session. Everything but the drawing happens in the event loop.

    Args:
        look: who is seen.
        wanted: how they speak.
        kit: what all sessions share.
        seed: of their motion.
    """

    def __init__(self, look: Look, wanted: Wanted, kit: Kit, seed: int = 0) -> None:
        self.id = f"s_{secrets.token_urlsafe(12)}"
        self.look, self.wanted = look, wanted
        self.health = Health()
        self._sacrifice = Sacrifice()
        self.viewers: dict[str, Viewer] = {}
        self._kit, self._seed = kit, seed
        self._turns = Turns()
        self._news = asyncio.Event()
        self._generation = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._listeners: set[asyncio.Queue[dict[str, Any] | None]] = set()
        self._ended = False
        self._speaking: asyncio.Task[list[Said]] | None = None
        self._timers: set[asyncio.TimerHandle] = set()
        self._leaving: set[asyncio.Task[bool]] = set()
        self._alone: float | None = None  # since when speech waits for a viewer

    async def open(self) -> None:
        """Get ready.

        Raises:
            RostraError: the presenter or the background cannot be had.
        """
        await asyncio.to_thread(self._prepare)  # not where pictures wait
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._speak())]
        for task in self._tasks:
            task.add_done_callback(self._broke)

    @property
    def failed(self) -> bool:
        """Whether it broke and cannot go on."""
        return not self._ended and any(task.done() for task in self._tasks)

    @property
    def watched(self) -> bool:
        """Whether somebody watches."""
        return any(viewer.connected for viewer in self.viewers.values())

    def say(self, turn: str, text: str, final: bool) -> None:
        """A chunk of a turn.

        Raises:
            InputError: too much is waiting, or there is no text where some is needed.
        """
        if not text and not (final and self._turns.knows(turn)):
            raise InputError("Text is required", "", "text")
        self._turns.add(turn, text, final)
        self._news.set()

    async def say_recording(self, turn: str, recording: bytes, final: bool = True) -> None:
        """A sound that the presenter speaks, as a chunk of a turn.

        Raises:
            MediaError: it cannot be used.
            InputError: too much is waiting.
        """
        generation = self._generation
        parts = await self._kit.speaker.read(recording)
        if generation == self._generation:
            self._turns.add_recording(turn, parts, final)
            self._news.set()

    def interrupt(self) -> None:
        """Stop speaking, forget what waits."""
        self._generation += 1
        if self._speaking:
            self._speaking.cancel()
        self._turns.break_off()
        self._performance.interrupt()
        self._news.set()

    async def watch(self, offer: str) -> tuple[str, str]:
        """A new viewer: its id, and the answer to its offer.

        Raises:
            InputError: the offer cannot be answered.
        """
        for old in [name for name, viewer in self.viewers.items() if not viewer.connected]:
            if len(self.viewers) >= MOST_VIEWERS:
                await self.leave(old)
        if len(self.viewers) >= MOST_VIEWERS:
            raise InputError(f"{MOST_VIEWERS} viewers watch already.", "Close one of them.", "viewers")
        name, size = secrets.token_urlsafe(9), self.look.size
        codec = read(offer, level(size, FPS))
        viewer = Viewer(
            offer, (codec, level(size, FPS)), Budget(bit_rate(codec, size, FPS) if codec else 0),
            self._kit.addresses, lambda: self._key(viewer), lambda: self._aim(viewer),
            lambda _: self._left(name),
        )  # fmt: skip
        if self._sacrifice.step.every != 1:
            viewer.tell({"type": "degraded", "level": self._sacrifice.step.name})
        self.viewers[name] = viewer
        try:
            answer = await viewer.answer()
        except BaseException:
            await self.leave(name)
            raise
        if self._ended:
            await viewer.close()
            raise LiveError("SESSION_NOT_FOUND")
        self._timers.add(asyncio.get_running_loop().call_later(CONNECTING, self._expire, name))
        return name, answer

    async def leave(self, name: str) -> bool:
        """A viewer goes; False if it was not there."""
        viewer = self.viewers.pop(name, None)
        if viewer:
            await viewer.close()
        return viewer is not None

    def listen(self) -> asyncio.Queue[dict[str, Any] | None]:
        """A queue of all that happens from now on; None at the end."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(LISTENERS)
        self._listeners.add(queue)
        return queue

    def heard(self, turn: str) -> str:
        """The words of a turn that were heard."""
        return self._performance.heard.get(turn, "")

    async def end(self, reason: str = "ended") -> None:
        """Over: everything is let go, and those who watch or listen are told why."""
        if self._ended:
            return
        self._ended = True
        self._tell({"type": "ended", "reason": reason})
        for timer in self._timers:
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(self.leave(name) for name in list(self.viewers)), return_exceptions=True)
        for queue in self._listeners:
            _put(queue, None)
        self._listeners.clear()
        del self._camera  # now, not when the collector comes: it is large

    def _prepare(self) -> None:
        look = self.look
        manner = Manner.of(look.pack.manifest.manner)
        self._performance = Performance(Actor(manner, self._seed, FPS), FPS)
        self._camera = Camera(
            Stage(look.pack, Layout.FULL, look.size, backdrop(look.background, look.size)), FPS
        )
        self._ear = SoundEncoder()

    async def _run(self) -> None:
        """The clock."""
        loop = asyncio.get_running_loop()
        due = loop.time() + LEAD[1]
        while True:
            if self.watched:
                self._alone = None
            elif not self._impatient():
                await asyncio.sleep(1 / FPS)
                due = loop.time() + LEAD[1]
                continue
            # No earlier than it must: what is made cannot be interrupted any more
            lead = min(max(1.5 * self.health.making / 1e3, LEAD[0]), LEAD[1])
            await asyncio.sleep(max(0.0, due - lead - loop.time()))
            watching = [one for one in self.viewers.values() if one.connected]
            codecs = {one.codec for one in watching if one.codec}
            careful = any(one.budget.lossy for one in watching)
            begun = loop.time()
            hurried = begun - due > HURRY
            if hurried:
                codecs = set()
            shots, sounds, events = await loop.run_in_executor(self._kit.threads, self._make, codecs, careful)
            self._note(loop.time() - begun, hurried or loop.time() - due > 1 / FPS)
            await asyncio.sleep(max(0.0, due - loop.time()))
            self._hand_on(shots, sounds, due)
            for event in events:
                self._tell({"type": event.kind, "turnId": event.turn, **event.facts})
            due += 1 / FPS
            if loop.time() - due > SLIP:
                self.health.slips += 1
                due = loop.time()

    def _impatient(self) -> bool:
        """Whether to go on although nobody watches: speech has waited long enough."""
        if not self._performance.speaking:
            self._alone = None
            return False
        self._alone = self._alone or time.monotonic()
        return time.monotonic() - self._alone > PATIENCE

    def _make(
        self, codecs: set[Codec], careful: bool
    ) -> tuple[dict[Codec, AnyPacket], list[AnyPacket], list[Event]]:
        moment = self._performance.next()
        drawn = codecs and self._sacrifice.draws(moment.number)
        shots = self._camera.shoot(moment.row, moment.number, codecs) if drawn else {}
        sounds = self._ear.encode(moment.sound, moment.number * RATE // FPS, careful)
        return shots, sounds, moment.events

    def _hand_on(self, shots: dict[Codec, AnyPacket], sounds: list[AnyPacket], due: float) -> None:
        # Each sound when it is due: a receiver takes the time when it comes for that when it was made
        loop = asyncio.get_running_loop()
        for number, sound in enumerate(sounds):
            loop.call_at(due + number * PACKET / RATE, self._sound, sound)
        for name, viewer in self.viewers.items():
            if not viewer.connected:
                continue
            shot = shots.get(viewer.codec) if viewer.codec else None
            if shot and not viewer.picture.put(shot):
                self._key(viewer)
            if shot and shot.is_keyframe and not viewer.begun:
                viewer.begun = True
                viewer.tell({"type": "first-frame"})
                self._note_down({"type": "first-frame", "viewer": name})

    def _sound(self, sound: AnyPacket) -> None:
        for viewer in self.viewers.values():
            if viewer.connected:
                viewer.sound.put(sound)

    def _note(self, making: float, late: bool) -> None:
        health = self.health
        health.frames += 1
        health.late += late
        step = self._sacrifice.note(late)
        if step:
            log.warning("a live session changed what it shows", session=self.id, step=step.name)
            self._tell({"type": "restored" if step.every == 1 else "degraded", "level": step.name})
        health.making += 0.05 * (making * 1e3 - health.making)

    async def _speak(self) -> None:
        """Have spoken what is to be said."""
        while True:
            piece = self._turns.take()
            if piece is None:
                self._news.clear()
                with suppress(TimeoutError):  # `wait_for` would lose a cancellation that comes with news
                    async with asyncio.timeout(0.5):
                        await self._news.wait()
                continue
            generation = self._generation
            while self._performance.ahead > SPOKEN_AHEAD and generation == self._generation:
                await asyncio.sleep(0.05)
            for said in await self._unless_interrupted(piece):
                if generation == self._generation:
                    self._performance.say(piece.turn, said)
            if piece.last and generation == self._generation:
                self._performance.end(piece.turn)

    async def _unless_interrupted(self, piece: Piece) -> list[Said]:
        """A piece of speech; nothing if it is not wanted any more before it is there."""
        self._speaking = speaking = asyncio.create_task(self._spoken(piece))
        try:
            await asyncio.wait({speaking})
        finally:
            speaking.cancel()
        return [] if speaking.cancelled() else speaking.result()

    async def _spoken(self, piece: Piece) -> list[Said]:
        speaker, ahead = self._kit.speaker, self._performance.ahead
        try:
            if isinstance(piece.what, str):
                pause = "sentence" if piece.whole else "clause"
                return await speaker.say(self.wanted, piece.what, pause, ahead)
            return [] if piece.what is None else await speaker.follow(piece.what, ahead)
        except RostraError as error:
            log.warning("a piece could not be spoken", session=self.id, error=str(error))
            message = str(error)
        except Exception:
            log.exception("a piece could not be spoken", session=self.id)
            message = "A sentence could not be spoken."
        self._tell({"type": "error", "turnId": piece.turn, "message": message})
        return []

    def _tell(self, event: dict[str, Any]) -> None:
        for viewer in self.viewers.values():
            viewer.tell(event)
        self._note_down(event)

    def _note_down(self, event: dict[str, Any]) -> None:
        """For those who listen here."""
        for queue in self._listeners:
            _put(queue, event)

    def _key(self, viewer: Viewer) -> None:
        if viewer.codec and not self._ended:
            self._camera.key(viewer.codec)

    def _aim(self, viewer: Viewer) -> None:
        """The slowest viewer of a codec counts."""
        if viewer.codec and not self._ended:
            alike = [one for one in self.viewers.values() if one.connected and one.codec == viewer.codec]
            self._camera.aim(viewer.codec, min(one.budget.rate for one in (viewer, *alike)))

    def _left(self, name: str) -> None:
        if name in self.viewers and not self._ended:
            leaving = asyncio.ensure_future(self.leave(name))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    def _broke(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception():
            log.error("a live session broke", session=self.id, exc_info=task.exception())

    def _expire(self, name: str) -> None:
        now = asyncio.get_running_loop().time()
        self._timers = {timer for timer in self._timers if timer.when() > now}
        viewer = self.viewers.get(name)
        if viewer and not viewer.connected:
            self._left(name)


def _put(queue: asyncio.Queue[dict[str, Any] | None], event: dict[str, Any] | None) -> None:
    """Into a listener's queue; one who does not listen loses the oldest."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(event)
