"""Lip-sync: a presenter says sound that somebody else makes, while it comes.

Nobody knows the text, and the end has not come yet. So the sound is cut where it is quiet, in parts short
enough that the next is ready before the last is heard, and each part is listened to together with what comes
before it. The more sound waits, the longer the parts: longer ones are heard better. Where sound
comes no faster than it is spoken, lips and sound are `FIRST` and the listening late, and stay so.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import av
import numpy as np
import structlog

from rostra.acting.actor import Actor
from rostra.acting.manner import Mood
from rostra.errors import InputError, RostraError
from rostra.live.performance import RATE, Moment, Performance, Said
from rostra.speech.speech import SILENCE, Pcm, Phone, Speech

FIRST = 0.8  # s of a segment that come before its first part is taken
SHORT, LONG = 0.4, 3.0  # s of a later part, about
SPREAD = (0.7, 1.3)  # of that, within which the quietest place is looked for
SLACK = 0.4  # s of what waits to be heard that are left for listening
BEFORE = 1.0  # s before a part that are listened to with it
QUIET = 0.02  # s over which loudness is taken
STALLED = 0.3  # s without sound after which what there is has to do
MOST = 60.0  # s of sound that may wait for that
MOST_AHEAD = 6.0  # s of sound that may wait to be heard
RATES = (8_000, 192_000)  # samples per second

log = structlog.get_logger()


class Part(NamedTuple):
    """A part of a segment of sound, with what comes before it; int16 at RATE."""

    segment: str
    before: Pcm
    sound: Pcm  # whole frames


class Ear(Protocol):
    """What tells phones; see `Speaker`."""

    async def follow_part(self, before: Pcm, sound: Pcm) -> tuple[Phone, ...]:
        """The phones of a sound at RATE that comes after another."""
        ...


@dataclass
class _Segment:
    """Sound that belongs together and was not yet taken."""

    name: str
    pieces: list[Pcm] = field(default_factory=list)
    count: int = 0  # samples of them
    before: Pcm = field(default_factory=lambda: np.zeros(0, np.int16))
    begun: bool = False  # a part of it was taken
    closed: bool = False  # no more will come

    @property
    def waiting(self) -> Pcm:
        """The pieces as one."""
        if len(self.pieces) != 1:
            self.pieces = [np.concatenate([np.zeros(0, np.int16), *self.pieces])]
        return self.pieces[0]


class Incoming:
    """Sound that has come and was not yet taken, segment after segment.

    Args:
        fps: parts are whole frames long.
    """

    def __init__(self, fps: int) -> None:
        self._frame = RATE // fps
        self._segments: deque[_Segment] = deque()
        self._resampler: av.AudioResampler | None = None
        self._rate = 0
        self._count = 0

    @property
    def waiting(self) -> float:
        """Seconds of sound that were not yet taken."""
        return sum(segment.count for segment in self._segments) / RATE

    @property
    def open(self) -> bool:
        """Whether the last segment goes on."""
        return bool(self._segments) and not self._segments[-1].closed

    def add(self, pcm: Pcm, rate: int) -> str:
        """More sound, mono, of the open segment or of a new one; gives its name.

        Raises:
            InputError: a rate that no sound has.
        """
        if not RATES[0] <= rate <= RATES[1]:
            raise InputError(
                f"A sound of {rate} samples per second cannot be used.",
                f"Send {RATES[0]} to {RATES[1]}.",
                "sample_rate",
            )
        if not self.open:
            self._count += 1
            self._segments.append(_Segment(f"segment-{self._count}"))
        if rate != self._rate:
            self._drain()
            self._rate, self._resampler = rate, av.AudioResampler("s16", "mono", RATE)
        if len(pcm):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm).reshape(1, -1), "s16", "mono")
            frame.sample_rate = rate
            self._convert(frame)
        return self._segments[-1].name

    def close(self) -> None:
        """The open segment, if there is one, has ended; it is padded to whole frames."""
        if not self.open:
            return
        self._drain()
        segment = self._segments[-1]
        self._append(np.zeros(-segment.count % self._frame, np.int16))
        segment.closed = True

    def clear(self) -> None:
        """Forget all."""
        self._segments.clear()
        self._resampler, self._rate = None, 0

    def take(self, ahead: float, stalled: bool = False) -> Part | str | None:
        """The next part; the name of a segment when all of it was taken; None: more has to come.

        Args:
            ahead: seconds of sound that were taken and not yet heard.
            stalled: whether to take what there is.
        """
        if not self._segments:
            return None
        segment = self._segments[0]
        count = self._cut(segment, ahead, stalled)
        if count:
            return self._taken(segment, count)
        if segment.closed and not segment.count:
            return self._segments.popleft().name
        return None

    def _cut(self, segment: _Segment, ahead: float, stalled: bool) -> int:
        """Samples of the next part."""
        there = segment.count / RATE
        fresh = not segment.begun and ahead <= 0
        wanted = FIRST if fresh else min(max(ahead - SLACK, SHORT), LONG)
        if stalled or (segment.closed and there <= wanted + SHORT):
            return segment.count // self._frame * self._frame
        if there < wanted:
            return 0
        least = round(wanted * (1.0 if fresh else SPREAD[0]) * RATE) // self._frame
        most = int(min(there, wanted * SPREAD[1]) * RATE) // self._frame
        places = [count * self._frame for count in range(max(least, 1), max(most, least, 1) + 1)]
        return min(places, key=lambda place: _loudness(segment.waiting, place))

    def _taken(self, segment: _Segment, count: int) -> Part:
        waiting = segment.waiting
        part = Part(segment.name, segment.before, waiting[:count])
        segment.before = np.concatenate([segment.before, part.sound])[-round(BEFORE * RATE) :]
        segment.pieces, segment.count = [waiting[count:]], segment.count - count
        segment.begun = True
        return part

    def _append(self, sound: Pcm) -> None:
        segment = self._segments[-1]
        segment.pieces.append(sound)
        segment.count += len(sound)

    def _convert(self, frame: av.AudioFrame | None) -> None:
        if self._resampler is not None:
            for out in self._resampler.resample(frame):
                self._append(out.to_ndarray()[0])

    def _drain(self) -> None:
        """Take what the resampler still holds."""
        self._convert(None)
        self._resampler, self._rate = None, 0


class Lipsync:
    """Sound in, moments out. All but `next` happens in the event loop; `next` may run in a thread.

    Args:
        actor: who performs; from its beginning.
        ear: tells phones.
        fps: moments per second.
    """

    def __init__(self, actor: Actor, ear: Ear, fps: int) -> None:
        self._performance = Performance(actor, fps)
        self._incoming = Incoming(fps)
        self._ear, self._fps = ear, fps
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._generation = 0
        self._ahead: OrderedDict[str, int] = OrderedDict()  # frames of each segment that are not yet heard
        self._whole: set[str] = set()  # segments of which nothing more comes

    @property
    def speaking(self) -> bool:
        """Whether some sound was not yet heard."""
        return bool(self._ahead)

    async def hear(self, pcm: Pcm, rate: int) -> str | None:
        """More sound, int16 mono; waits while too much waits to be heard.

        Returns:
            The segment that it belongs to; None: it was cleared away meanwhile.

        Raises:
            InputError: a rate that no sound has.
        """
        generation = self._generation
        while self._incoming.waiting > MOST:
            self._room.clear()
            await self._room.wait()
        if generation != self._generation:
            return None
        segment = self._incoming.add(pcm, rate)
        self._ahead.setdefault(segment, 0)
        self._news.set()
        return segment

    def close(self) -> None:
        """The segment of sound has ended: what comes next is another one."""
        self._incoming.close()
        self._news.set()

    def clear(self) -> None:
        """Silence from the next moment on; nothing waits any more."""
        self._generation += 1
        self._incoming.clear()
        self._ahead.clear()
        self._whole.clear()
        self._performance.interrupt()
        self._room.set()
        self._news.set()

    def settle(self, mood: Mood) -> None:
        """How the presenter looks while nothing is said."""
        self._performance.settle(mood)

    def next(self) -> Moment:
        """The next moment."""
        return self._performance.next()

    def heard(self, moment: Moment) -> bool:
        """Count a moment as heard; whether it holds sound of what was not cleared away."""
        if moment.turn is None or moment.turn not in self._ahead:
            return False
        self._ahead[moment.turn] -= 1
        return True

    def ended(self) -> list[str]:
        """The segments all of which was heard, each once."""
        ended = []
        while self._ahead and (first := next(iter(self._ahead))) in self._whole and not self._ahead[first]:
            del self._ahead[first]
            self._whole.discard(first)
            ended.append(first)
        return ended

    async def listen(self) -> None:
        """Have the lips follow what comes; runs until it is cancelled."""
        while True:
            if self._performance.ahead > MOST_AHEAD:
                await asyncio.sleep(STALLED)
                continue
            self._news.clear()
            part = self._incoming.take(self._performance.ahead)
            if part is None and await self._stalled():
                part = self._incoming.take(self._performance.ahead, stalled=True)
            if part is not None:
                await self._say(part)

    async def _stalled(self) -> bool:
        """Wait for sound; whether none came for long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), STALLED)
            return False
        return True

    async def _say(self, part: Part | str) -> None:
        self._room.set()
        if isinstance(part, str):
            self._performance.end(part)
            self._whole.add(part)
            return
        generation = self._generation
        speech = Speech(*_thinned(part.sound), await self._phones(part), ())
        if generation == self._generation:
            self._ahead[part.segment] += len(part.sound) * self._fps // RATE
            self._performance.say(part.segment, Said(speech, part.sound))

    async def _phones(self, part: Part) -> tuple[Phone, ...]:
        """The phones of a part; a shut mouth where they cannot be told."""
        try:
            return await self._ear.follow_part(part.before, part.sound)
        except RostraError as error:
            log.warning("lips cannot follow", error=str(error))
            return (Phone(SILENCE, 0.0, len(part.sound) / RATE),)


def _thinned(sound: Pcm) -> tuple[Pcm, int]:
    """The sound at half its rate, which is enough to act to."""
    pairs = sound.astype(np.int32).reshape(-1, 2).sum(1)
    return (pairs // 2).astype(np.int16), RATE // 2


def _loudness(sound: Pcm, place: int) -> float:
    half = round(QUIET * RATE / 2)
    return float(np.square(sound[max(place - half, 0) : place + half].astype(np.float32)).mean())
