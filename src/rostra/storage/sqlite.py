"""SQLite in the event loop's own thread.

Most statements take microseconds, and handing one to a thread and back takes ten times as long. So each is
tried here first. What does not end at once is done in a thread, while the loop goes on: a query that looks
at many rows, a wait for the lock of another process, and what waits for the disk. A commit does not: it
appends to the log, which the system writes when it likes. Only moving the log's pages into the database does
(a checkpoint), and the first commit after that, which begins the log anew.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import URL, Pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import AsyncAdaptedQueuePool, StaticPool
from sqlalchemy.util import await_only

DRIVER = "sqlite+here"
QUICK = 0.002  # s that a query may hold the loop
STEPS = 4000  # of SQLite's machine between two looks at the clock, a fraction of a millisecond
WAIT = 10_000  # ms that a statement waits for another process
THREADS = 4
TAKES_LONG = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT)
EACH = 200  # commits between two checkpoints

Result = TypeVar("Result")

_threads = ThreadPoolExecutor(THREADS, "sqlite")


class Here(SQLiteDialect_pysqlite):
    """Python's own driver for SQLite, as SQLAlchemy's asyncio side knows it."""

    driver = "here"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        """One connection for what is in memory, several for a file."""
        return AsyncAdaptedQueuePool if url.database not in (None, "", ":memory:") else StaticPool


@dataclass
class Log:
    """The write-ahead log, as all connections of a database know it."""

    commits: int = 0


class Link(sqlite3.Connection):
    """A connection; nothing waits for locks or for the disk but in a thread.

    Args:
        args, kwargs: as Python's.
        log: that it writes to.
    """

    def __init__(self, *args: Any, log: Log, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "check_same_thread": False, "timeout": 0})
        self._log, self._end = log, float("inf")
        self.set_progress_handler(self._late, STEPS)
        super().cursor(sqlite3.Cursor).execute("PRAGMA wal_autocheckpoint=0")

    def _late(self) -> bool:
        """Whether the statement at work has had its time."""
        return time.perf_counter() > self._end

    def cursor(self, factory: Any = None) -> Any:
        """A cursor."""
        return super().cursor(factory or Cursor)

    def commit(self) -> None:
        """Keep what was changed."""
        self._log.commits += 1
        if self._log.commits % EACH > 1:
            super().commit()
        else:
            await_only(_aside(self._commit_to_disk))

    def _commit_to_disk(self) -> None:
        super().commit()
        if self._log.commits % EACH == 0:
            super().cursor(sqlite3.Cursor).execute("PRAGMA wal_checkpoint(PASSIVE)")

    def act(self, task: Callable[[], Result], seconds: float) -> Result:
        """Do something here, or in a thread if it would take longer than some seconds, or wait."""
        self._end = time.perf_counter() + seconds
        try:
            return task()
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in TAKES_LONG:
                raise
        finally:
            self._end = float("inf")
        return await_only(_aside(partial(self._patiently, task)))

    def _patiently(self, task: Callable[[], Result]) -> Result:
        """Do something for as long as it takes."""
        plain = super().cursor(sqlite3.Cursor)
        plain.execute(f"PRAGMA busy_timeout={WAIT}")
        try:
            return task()
        finally:
            plain.execute("PRAGMA busy_timeout=0")


class Cursor(sqlite3.Cursor):
    """A cursor that has all rows when its statement is done."""

    connection: Link
    server_side = False  # this and `_async_soft_close` are what SQLAlchemy's own asynchronous cursors have

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._rows: deque[Any] = deque()

    async def _async_soft_close(self) -> None:
        """Let go of the database; all rows are here."""

    def execute(self, sql: str, parameters: Any = ()) -> Cursor:
        """Do a statement. Only queries are stopped half way: any other would undo its transaction."""
        seconds = QUICK if sql.startswith("SELECT") else float("inf")
        self._rows = deque(self.connection.act(partial(self._whole, sql, parameters), seconds))
        return self

    def _whole(self, sql: str, parameters: Any) -> list[Any]:
        super().execute(sql, parameters)
        return super().fetchall()

    def fetchall(self) -> list[Any]:
        """The rows that were not yet fetched."""
        rows = list(self._rows)
        self._rows.clear()
        return rows

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """Some of them."""
        count = min(self.arraysize if size is None else size, len(self._rows))
        return [self._rows.popleft() for _ in range(count)]

    def fetchone(self) -> Any:
        """The next one, or None."""
        return self._rows.popleft() if self._rows else None


async def _aside(task: Callable[[], Result]) -> Result:
    """Do something in a thread; whoever is cancelled meanwhile leaves when it is done."""
    work = asyncio.get_running_loop().run_in_executor(_threads, task)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise


registry.register("sqlite.here", __name__, "Here")
