"""Hands: worker processes that do for the server what takes long or holds the interpreter.

Some render, one speaks previews and draws stills, so that nobody who wants to hear a sentence waits for
a video. Hands are started when they are first needed, or ahead, and replaced when they die.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from rostra.children import command
from rostra.errors import EngineError, InputError, RostraError

log = structlog.get_logger()

LONGEST_LINE = 1 << 24  # bytes that a worker says at once
FAREWELL = 3.0  # s that a worker has to end

Task = dict[str, Any]


class Hand:
    """One worker process, which does one task at a time.

    Args:
        setup: see `worker.Worker`.

    Attributes:
        trouble: why the process did not start when that was last tried; empty if it did.
    """

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self._setup = json.dumps(setup).encode() + b"\n"
        self._process: asyncio.subprocess.Process | None = None
        self.trouble = ""
        self._starting = asyncio.Lock()

    async def start(self) -> None:
        """Start the process, if it does not run.

        Raises:
            EngineError: it does not start.
        """
        async with self._starting:
            if self._process and self._process.returncode is None:
                return
            self.trouble = "A worker process does not start; the log says why."
            self._process = await asyncio.create_subprocess_exec(
                *command("rostra.studio.worker"),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LONGEST_LINE,
            )  # fmt: skip
            await self._say(self._setup)
            await self._hear()
            self.trouble = ""

    async def ask(self, task: Task) -> AsyncGenerator[Task, None]:
        """Do a task; gives what the worker tells on the way, and at the end what it has done.

        Raises:
            RostraError: it failed; says why.
        """
        await self.start()
        ended = False
        try:
            await self._say(json.dumps(task).encode() + b"\n")
            while True:
                told = await self._hear()
                ended = "done" in told or "error" in told
                if "error" in told:
                    raise _error(told["error"])
                yield told
                if ended:
                    return
        finally:
            if not ended:  # it would go on with a task that nobody waits for
                await self.stop()

    async def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), FAREWELL)
        process._transport.close()  # type: ignore[attr-defined]  # else it is closed when the loop is gone

    async def _say(self, line: bytes) -> None:
        assert self._process and self._process.stdin  # noqa: S101
        try:
            self._process.stdin.write(line)
            await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EngineError("A worker process has died.", "Try again.") from error

    async def _hear(self) -> Task:
        assert self._process and self._process.stdout  # noqa: S101
        line = await self._process.stdout.readline()
        if not line:
            raise EngineError("A worker process has died.", "Try again; the log says more.")
        told: Task = json.loads(line)
        return told


class Hands:
    """All workers.

    Args:
        setup: see `worker.Worker`.
        renderers: how many render at the same time.
    """

    def __init__(self, setup: Mapping[str, Any], renderers: int) -> None:
        self.renderers = renderers
        self._free: asyncio.Queue[Hand] = asyncio.Queue()
        self._all = [Hand(setup) for _ in range(renderers + 1)]
        for hand in self._all[1:]:
            self._free.put_nowait(hand)
        self._talker, self._turn = self._all[0], asyncio.Lock()

    async def warm(self) -> None:
        """Start them all, so that the first who asks does not wait; what fails is tried again then."""
        for hand in self._all:
            try:
                await hand.start()
            except (RostraError, OSError):
                log.exception("a worker does not start")

    def trouble(self) -> str:
        """Why workers do not start; empty if they do, or were not needed yet."""
        return next((hand.trouble for hand in self._all if hand.trouble), "")

    @asynccontextmanager
    async def renderer(self) -> AsyncIterator[Hand]:
        """A worker that renders, as soon as one is free."""
        hand = await self._free.get()
        try:
            yield hand
        finally:
            self._free.put_nowait(hand)

    @asynccontextmanager
    async def talker(self) -> AsyncIterator[Hand]:
        """The worker for previews."""
        async with self._turn:
            yield self._talker

    async def stop(self) -> None:
        """End them all."""
        for hand in self._all:
            await hand.stop()


def _error(told: Mapping[str, str]) -> RostraError:
    """A worker's error as one of ours."""
    made = InputError(told["message"]) if told["code"].startswith(("INVALID", "UNKNOWN")) else None
    return made or EngineError(told["message"])
