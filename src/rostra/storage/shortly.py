"""Shortly: what the database said a moment ago, so that the same question is not asked for every call.

Who changes something in this process forgets it at once; what another process changes is seen within SECONDS.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

SECONDS = 1.0
MOST = 10_000  # answers


class Shortly(Generic[Key, Value]):
    """Answers by question.

    Args:
        ask: gives the answer to a question.
        clock: seconds that never go back.
    """

    def __init__(
        self, ask: Callable[[Key], Awaitable[Value]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask, self._clock = ask, clock
        self._known: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._changes = 0

    async def get(self, key: Key) -> Value:
        """The answer to a question, at most SECONDS old."""
        known = self._known.get(key)
        if known and self._clock() - known[0] < SECONDS:
            return known[1]
        asked, changes = self._clock(), self._changes
        answer = await self._ask(key)
        if changes == self._changes:  # else it may be older than what changed
            self._known.pop(key, None)
            self._known[key] = (asked, answer)
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return answer

    def forget(self) -> None:
        """Something has changed."""
        self._known.clear()
        self._changes += 1
