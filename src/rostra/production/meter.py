"""Meters: processor time by stage of the line.

Every stage works in one thread, so that thread's own clock tells what the stage costs, whatever else
runs meanwhile.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class Meter:
    """Seconds of processor time by stage; each stage belongs to one thread."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Count what happens inside."""
        start = time.thread_time()
        try:
            yield
        finally:
            self.seconds[stage] += time.thread_time() - start

    def each(self, stage: str, items: Iterable[T]) -> Iterator[T]:
        """Count what it takes to make each item."""
        source = iter(items)
        while True:
            with self(stage):
                try:
                    item = next(source)
                except StopIteration:
                    return
            yield item
