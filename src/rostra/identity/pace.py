"""Pace: how many calls somebody may make, so that one who asks without end leaves room for others.

Everybody has a bucket that fills at the pace and holds some seconds of it; each call takes one out. A
bucket that is full again is forgotten.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from rostra.errors import BusyError

HELD = 10.0  # s of the pace that may be used at once
REMEMBERED = 10_000  # of those who asked last


class Pace:
    """The buckets.

    Args:
        rate: calls per second; 0 for any number.
        clock: gives seconds.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = rate, clock
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()  # calls left, and when

    def take(self, who: Hashable) -> None:
        """Count a call.

        Raises:
            BusyError: it is one too many; says how long to wait.
        """
        if not self._rate:
            return
        now, most = self._clock(), max(1.0, HELD * self._rate)
        left, at = self._buckets.pop(who, (most, now))
        left = min(most, left + (now - at) * self._rate)
        self._buckets[who] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        if left < 1:
            raise BusyError("Too many calls.", math.ceil((1 - left) / self._rate))
