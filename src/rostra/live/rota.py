"""The rota: what one worker does next when many wait for it.

First comes what is needed soonest: who has nothing left to hear is served before those whose speech lies
ready for seconds. While nobody needs anything soon the worker rests between two pieces, because sessions
that began together ask together, and a burst of work would take the processor from their pictures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Any

from rostra.errors import EngineError

SOON = 2.0  # s that everything should be done before it is needed
REST = 2.0  # of the time that a piece took, the rest after it
MEMORY = 0.2  # weight of the last piece in how long one usually takes


@dataclass(order=True)
class _Piece:
    due: float  # when it is needed
    number: int
    work: Any = field(compare=False)
    answer: asyncio.Future[Any] = field(compare=False)


class Rota:
    """Pieces of work, done one at a time.

    Args:
        do: does one.
    """

    def __init__(self, do: Callable[[Any], Awaitable[Any]]) -> None:
        self._do = do
        self._waiting: list[_Piece] = []
        self._news = asyncio.Event()
        self._numbers = count()
        self._rested = 0.0  # when the rest is over
        self._usual = 0.0  # s that a piece takes
        self._worker: asyncio.Task[None] | None = None

    async def done(self, work: Any, ahead: float = 0.0) -> Any:
        """What comes of a piece of work.

        Args:
            work: for `do`. It goes on if nobody waits for it any more.
            ahead: s until it is needed.

        Raises:
            EngineError: the rota was stopped.
            Exception: whatever `do` raises.
        """
        loop = asyncio.get_running_loop()
        piece = _Piece(loop.time() + ahead, next(self._numbers), work, loop.create_future())
        heappush(self._waiting, piece)
        self._news.set()
        if self._worker is None:
            self._worker = asyncio.create_task(self._serve())
        return await piece.answer

    def stop(self) -> None:
        """Do no more."""
        if self._worker:
            self._worker.cancel()
            self._worker = None
        for piece in self._waiting:
            _fail(piece, EngineError("It was stopped.", "Try again."))
        self._waiting.clear()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            piece, begun = await self._next(), loop.time()
            try:
                answer = await self._do(piece.work)
            except asyncio.CancelledError:
                _fail(piece, EngineError("It was stopped.", "Try again."))
                raise
            except Exception as error:
                _fail(piece, error)
            else:
                if not piece.answer.done():
                    piece.answer.set_result(answer)
            took = loop.time() - begun
            self._rested = loop.time() + REST * took
            self._usual += MEMORY * (took - self._usual)

    async def _next(self) -> _Piece:
        """The most urgent piece, when its time has come."""
        loop = asyncio.get_running_loop()
        while True:
            while self._waiting and self._waiting[0].answer.done():
                heappop(self._waiting)
            wait = None
            if self._waiting:
                latest = self._waiting[0].due - SOON - self._usual * len(self._waiting)
                wait = min(self._rested, latest) - loop.time()
                if wait <= 0:
                    return heappop(self._waiting)
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._news.wait()


def _fail(piece: _Piece, error: Exception) -> None:
    if not piece.answer.done():
        piece.answer.set_exception(error)
