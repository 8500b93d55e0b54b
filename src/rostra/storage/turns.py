"""Turns: one at a time, in the order in which they came.

`asyncio.Lock` wakes the next one in the next round of the event loop. Once some wait, there is one turn a
round, while all who wait for nothing have theirs. Here all are woken together, so that those whose turns
have no pause have them in the same round.
"""

from __future__ import annotations

import asyncio
from collections import deque


class Turns:
    """`async with` waits for a turn and has it."""

    def __init__(self) -> None:
        self._taken = False
        self._line: deque[object] = deque()
        self._asleep: list[asyncio.Future[None]] = []

    async def __aenter__(self) -> None:
        own = object()
        self._line.append(own)
        try:
            while self._taken or self._line[0] is not own:
                call: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._asleep.append(call)
                await call
        except asyncio.CancelledError:
            self._line.remove(own)
            self._wake()
            raise
        self._line.popleft()
        self._taken = True

    async def __aexit__(self, *_: object) -> None:
        self._taken = False
        self._wake()

    def _wake(self) -> None:
        asleep, self._asleep = self._asleep, []
        for call in asleep:
            if not call.done():
                call.set_result(None)
