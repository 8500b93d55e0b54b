"""The database: SQLite in one file, or PostgreSQL; opened, brought up to date, and closed.

SQLite runs with a write-ahead log, so that readers never wait for a writer. A transaction that will
write says so at its start (`writing`): one that began as a reader could not become a writer after
another has written, and would fail instead of waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Select, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from rostra.errors import InputError, OutputError

MIGRATIONS = Path(__file__).parent / "migrations"
WAIT = 10_000  # ms that a writer waits for another
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={WAIT}")
FIELD, CHECK = "database_url", "Check ROSTRA_DATABASE_URL and ROSTRA_HOME."
EXAMPLE = "Write sqlite:///folder/rostra.db or postgresql://user@host/name."
CONNECTIONS = 16  # to SQLite that are kept: each is a thread, and opening one takes milliseconds
WRITES = "rostra_writes"  # execution option of a transaction that will write

Row = TypeVar("Row")
Page = tuple[Sequence[Row], int]


class Database:
    """A database; `async with` brings it up to date, and closes it at the end.

    Args:
        url: as SQLAlchemy writes it, `sqlite:///folder/rostra.db` or `postgresql://user@host/name`.

    Raises:
        InputError: the URL is none, or of another kind of database.
    """

    def __init__(self, url: str) -> None:
        self._plain = _parsed(url)
        self.engine = _engine(self._plain)
        # SQLite lets writers wait by sleeping longer and longer; our own queue hands on at once
        self._turn = asyncio.Lock() if self._plain.drivername == "sqlite" else None

    async def __aenter__(self) -> Database:
        await self.migrate()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.engine.dispose()

    async def migrate(self) -> None:
        """Bring the tables up to date.

        Raises:
            OutputError: the database cannot be reached or written.
        """
        try:
            await asyncio.to_thread(_upgrade, self._plain)
        except (SQLAlchemyError, OSError) as error:
            told = str(getattr(error, "orig", None) or error)
            raise OutputError(
                f"The database cannot be used ({told}).",
                "Check ROSTRA_DATABASE_URL and ROSTRA_HOME.",
                "database_url",
            ) from error

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only reads."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session

    async def page(self, wanted: Select[Row], order: Sequence[Any], size: int, skipped: int) -> Page[Row]:
        """Some of the rows that are wanted, and how many there are.

        Args:
            wanted: all of them.
            order: columns.
            size: rows at most.
            skipped: rows that are left out before.
        """
        async with self.reading() as session:
            total = await session.scalar(select(func.count()).select_from(wanted.subquery()))
            rows = await session.scalars(wanted.order_by(*order).limit(size).offset(skipped))
            return rows.all(), total or 0

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction that writes; it is kept when the block ends well, and undone otherwise."""
        async with (
            self._turn or nullcontext(),
            AsyncSession(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            await session.connection(execution_options={WRITES: True})
            yield session


def _parsed(url: str) -> URL:
    """The address with the driver that we use."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InputError("ROSTRA_DATABASE_URL is no address of a database.", EXAMPLE, FIELD) from error
    kind = parsed.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise InputError(f"Rostra does not keep its data in {kind}.", EXAMPLE, FIELD)
    return parsed.set(drivername="postgresql+psycopg" if kind == "postgresql" else kind)


def _engine(url: URL) -> AsyncEngine:
    if url.drivername != "sqlite":
        return create_async_engine(url)
    kept = {} if url.database in (None, "", ":memory:") else {"pool_size": CONNECTIONS}
    engine = create_async_engine(url.set(drivername="sqlite+aiosqlite"), **kept)
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: object) -> None:
    """Set up a new connection to SQLite; transactions are begun by us, not by the driver."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _upgrade(url: URL) -> None:
    """Run the migrations, one process at a time."""
    engine = create_engine(url)
    if url.drivername == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
