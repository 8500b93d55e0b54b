"""Relays: hand work from one thread to the next.

A short queue between them keeps both busy and the memory flat. An error of a thread surfaces in the
one that relies on it.
"""

from __future__ import annotations

import contextvars
import queue
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")

PATIENCE = 0.1  # s between two looks at whether the work was called off
FAREWELL = 20.0  # s that a thread gets to finish what it is at when the work is called off


class Ahead(Generic[T]):
    """An iterator whose items are made ahead, in a thread of its own.

    Args:
        source: makes the items.
        depth: how many may wait.
        name: of the thread.
    """

    def __init__(self, source: Iterator[T], depth: int, name: str = "ahead") -> None:
        self._off = threading.Event()
        self._source = source
        run = contextvars.copy_context().run  # log lines keep the job of the one who started it
        self._thread = threading.Thread(target=run, args=(self._work,), name=name, daemon=True)
        self._queue: queue.Queue[tuple[bool, T | BaseException | None]] = queue.Queue(depth)
        self._thread.start()

    def __iter__(self) -> Iterator[T]:
        while True:
            going, item = self._queue.get()
            if going:
                yield item  # type: ignore[misc]  # only items travel with going
            elif isinstance(item, BaseException):
                raise item
            else:
                return

    def call_off(self) -> None:
        """Stop as soon as possible and wait for it."""
        self._off.set()
        self._thread.join(FAREWELL)

    def _work(self) -> None:
        try:
            for item in self._source:
                if not self._put((True, item)):
                    return
            self._put((False, None))
        except BaseException as error:
            self._put((False, error))

    def _put(self, entry: tuple[bool, T | BaseException | None]) -> bool:
        while not self._off.is_set():
            try:
                self._queue.put(entry, timeout=PATIENCE)
                return True
            except queue.Full:
                continue
        return False

    def __enter__(self) -> Ahead[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.call_off()


class Behind(Generic[T]):
    """A consumer that works behind, in a thread of its own, on what it is given.

    Leaving the block waits until all is done; leaving it by an error drops what is left.

    Args:
        consume: takes one item.
        depth: how many may wait.
        name: of the thread.
    """

    def __init__(self, consume: Callable[[T], None], depth: int, name: str = "behind") -> None:
        self._consume = consume
        self._queue: queue.Queue[T | _End] = queue.Queue(depth)
        self._error: BaseException | None = None
        self._off = threading.Event()
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=run, args=(self._work,), name=name, daemon=True)
        self._thread.start()

    def put(self, item: T) -> None:
        """Give it one more item; waits while the queue is full. Raises what the consumer raised."""
        self._queue.put(item)
        self.check()

    def check(self) -> None:
        """Raise what the consumer raised, if it did."""
        if self._error:
            raise self._error

    def _work(self) -> None:
        while not isinstance(item := self._queue.get(), _End):
            if self._error is None and not self._off.is_set():
                try:
                    self._consume(item)
                except BaseException as error:
                    self._error = error

    def __enter__(self) -> Behind[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._off.set()
        self._queue.put(_END)
        self._thread.join(None if error is None else FAREWELL)
        if error is None:
            self.check()


class _End:
    """Marks the end of a queue."""


_END = _End()
