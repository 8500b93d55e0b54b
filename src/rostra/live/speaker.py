"""The speaker: a process of its own that makes speech for all sessions.

Speaking holds the interpreter for tens of milliseconds at a time, which pictures cannot wait for. The
process is niced, ends with its parent, and is replaced when it dies or does not answer.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import structlog

from rostra.children import end_with_parent
from rostra.errors import EngineError
from rostra.live.performance import RATE, Said
from rostra.live.rota import Rota
from rostra.speech.resample import resample
from rostra.speech.speech import SILENCE, Pcm, Phone, Speech
from rostra.speech.voice import NATURAL, Pace

Result = TypeVar("Result")

log = structlog.get_logger()

NICENESS = 10
PAUSES = {"start": 0.05, "clause": 0.12, "sentence": 0.30, "end": 0.12}  # s of silence at most
PATIENCE = 60.0  # s that one answer may take; of a slow voice and a long sentence it takes twenty
WARM_UP = "Good morning. How are you?"


@dataclass(frozen=True)
class Wanted:
    """How somebody speaks."""

    voice: str
    pace: Pace = NATURAL


class Speaker:
    """Makes speech, what is needed soonest first.

    Args:
        models: folder of the voices' models, or None for where they usually are.
        fps: pieces are made whole frames long.
        patience: s that one answer may take.
    """

    def __init__(self, models: Path | None, fps: int = 25, patience: float = PATIENCE) -> None:
        self._models, self._fps, self._patience = models, fps, patience
        self._process: _Process | None = None
        self._rota = Rota(self._done)

    async def warm(self, voice: str) -> None:
        """Load a voice before somebody waits for it."""
        await self.say(Wanted(voice), WARM_UP)

    async def say(self, wanted: Wanted, text: str, pause: str = "end", ahead: float = 0.0) -> list[Said]:
        """Speak a text.

        Args:
            wanted: how.
            text: a sentence or a part of one.
            pause: after it, a name of PAUSES.
            ahead: s until it is needed.

        Raises:
            EngineError: it cannot be spoken now.
            RostraError: the voice cannot be had, or cannot say this.
        """
        return await self._ask(partial(_say, wanted, text, PAUSES[pause], self._fps), ahead)

    async def read(self, recording: bytes) -> list[Pcm]:
        """A recording in parts, to be given to `follow` one by one.

        Raises:
            MediaError: it is no sound, or too long.
        """
        return await self._ask(partial(_read, recording))

    async def follow(self, part: Pcm, ahead: float = 0.0) -> list[Said]:
        """Move the lips to a part of a recording, which is needed in so many seconds.

        Raises:
            MissingError: what listens is not installed.
        """
        return await self._ask(partial(_follow, part, self._fps), ahead)

    async def follow_part(self, before: Pcm, sound: Pcm) -> tuple[Phone, ...]:
        """The phones of a sound at RATE that comes after another.

        Raises:
            MissingError: what listens is not installed.
        """
        return await self._ask(partial(_follow_part, before, sound))

    def stop(self) -> None:
        """End the process."""
        self._rota.stop()
        process, self._process = self._process, None
        if process:
            process.stop()

    async def _ask(self, work: Callable[[], Result], ahead: float = 0.0) -> Result:
        answer: Result = await self._rota.done(work, ahead)
        return answer

    async def _done(self, work: Callable[[], Result]) -> Result:
        for last in (False, True):
            process = self._process = self._process or _Process(self._models)
            try:
                return await process.ask(work, self._patience)
            except BrokenExecutor as error:
                if last:
                    raise EngineError("The process that speaks has ended.", "Try again.") from error
            except TimeoutError as error:
                log.warning("the voice does not answer, its process is replaced", seconds=self._patience)
                message = f"The voice took longer than {self._patience:g} s."
                raise EngineError(message, "Say it in shorter sentences.") from error
            finally:
                if process.ended and self._process is process:
                    self._process = None
        raise AssertionError


class _Process:
    """One process, which does one thing at a time.

    Args:
        models: see `Speaker`.
    """

    def __init__(self, models: Path | None) -> None:
        self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _begin, (models,))
        self.ended = False

    @property
    def ids(self) -> list[int]:
        """Of the processes that run: one, once something was asked."""
        return list(self._pool._processes or {})

    async def ask(self, work: Callable[[], Result], patience: float) -> Result:
        """Have it do some work.

        Raises:
            BrokenExecutor: it has ended.
            TimeoutError: it took longer than `patience`, and was ended.
        """
        try:
            return await asyncio.wait_for(asyncio.wrap_future(self._pool.submit(work)), patience)
        except BrokenExecutor:
            self.ended = True
            raise
        except TimeoutError:
            self.stop()
            raise

    def stop(self) -> None:
        """End it."""
        self.ended = True
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()


_models: Path | None = None


def _begin(models: Path | None) -> None:
    global _models  # noqa: PLW0603 - the process has one
    parent = multiprocessing.parent_process()
    if parent and parent.pid:
        end_with_parent(parent.pid)
    os.nice(NICENESS)
    _models = models


def _say(wanted: Wanted, text: str, pause: float, fps: int) -> list[Said]:
    from rostra.speech.catalogue import voice  # noqa: PLC0415 - heavy, and only here

    pieces = [*voice(wanted.voice, _models).speak(text, wanted.pace)]
    last = len(pieces) - 1
    return [
        ready(trimmed(piece, PAUSES["start"], pause if number == last else PAUSES["sentence"]), fps)
        for number, piece in enumerate(pieces)
    ]


def _read(recording: bytes) -> list[Pcm]:
    from rostra.live.recording import decode  # noqa: PLC0415 - only here

    return decode(recording)


def _follow(part: Pcm, fps: int) -> list[Said]:
    from rostra.live.recording import follow  # noqa: PLC0415 - only here

    return follow(part, fps)


def _follow_part(before: Pcm, sound: Pcm) -> tuple[Phone, ...]:
    from rostra.speech.follow import excerpt, follow  # noqa: PLC0415 - only here

    start, end = len(before) / RATE, (len(before) + len(sound)) / RATE
    return excerpt(follow(np.concatenate([before, sound]), RATE), start, end)


def trimmed(speech: Speech, lead: float, pause: float) -> Speech:
    """The same with at most so many seconds of silence before its first sound and after its last."""
    sounds = [phone for phone in speech.phones if phone.symbol != SILENCE]
    if not sounds:
        return speech
    start, end = max(sounds[0].start - lead, 0.0), min(sounds[-1].end + pause, speech.duration)
    pcm = speech.pcm[round(start * speech.rate) : round(end * speech.rate)]
    length = len(pcm) / speech.rate

    def moved(time: float) -> float:
        return min(max(time - start, 0.0), length)

    phones = [one._replace(start=moved(one.start), end=moved(one.end)) for one in speech.phones]
    words = [one._replace(start=moved(one.start), end=moved(one.end)) for one in speech.words]
    marks = [one._replace(time=moved(one.time)) for one in speech.marks]
    heard = tuple(one for one in phones if one.end > one.start)
    return replace(speech, pcm=pcm, phones=heard, words=tuple(words), marks=tuple(marks))


def ready(speech: Speech, fps: int) -> Said:
    """Whole frames long, with its sound at RATE."""
    unit = speech.rate // fps
    missing = -len(speech.pcm) % unit
    if missing:
        pcm = np.concatenate([speech.pcm, np.zeros(missing, np.int16)])
        rest = Phone(SILENCE, speech.duration, len(pcm) / speech.rate)
        speech = replace(speech, pcm=pcm, phones=(*speech.phones, rest))
    sound = resample(speech.pcm.astype(np.float32), speech.rate, RATE)
    return Said(speech, np.clip(np.rint(sound), -32768, 32767).astype(np.int16))
