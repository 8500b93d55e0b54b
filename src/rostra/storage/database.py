"""The database: SQLite in one file, or PostgreSQL; opened, brought up to date, and closed.

Readers never wait for a writer (SQLite runs with a write-ahead log). A transaction that will write says so
at its start (`writing`), and there is one of these at a time, over all processes: what it has read is still
so when it writes. SQLite takes its turn with BEGIN IMMEDIATE, PostgreSQL with an advisory lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, Select, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from rostra.errors import InputError, MissingError, OutputError

MIGRATIONS = Path(__file__).parent / "migrations"
WAIT = 10_000  # ms that a writer waits for another
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={WAIT}")
FIELD, CHECK = "database_url", "Check ROSTRA_DATABASE_URL and ROSTRA_HOME."
EXAMPLE = "Write sqlite:///folder/rostra.db or postgresql://user@host/name."
CONNECTIONS = 16  # that are kept: opening one takes milliseconds; to SQLite, each is a thread
PATIENCE = "10"  # s until a PostgreSQL that does not answer counts as away
# Of PostgreSQL: the number of our lock (any that nobody else uses), waited for as long as for SQLite's
TURN = f"SELECT set_config('lock_timeout', '{WAIT}', true), pg_advisory_xact_lock(7263874201)"
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
        # SQLite lets writers wait by sleeping longer and longer, PostgreSQL each with a connection;
        # our own queue hands on at once
        self._turn = asyncio.Lock()

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
            told = " ".join(str(getattr(error, "orig", None) or error).split())
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
            self._turn,
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
    if kind == "sqlite":
        return parsed.set(drivername=kind)
    query = {"connect_timeout": PATIENCE, **parsed.query}
    return parsed.set(drivername="postgresql+psycopg", query=query)


def _engine(url: URL) -> AsyncEngine:
    if url.drivername == "sqlite":
        kept = {} if url.database in (None, "", ":memory:") else {"pool_size": CONNECTIONS}
        engine = create_async_engine(url.set(drivername="sqlite+aiosqlite"), **kept)
    else:
        try:  # the connections of a database that was restarted are noticed
            engine = create_async_engine(url, pool_size=CONNECTIONS, pool_pre_ping=True)
        except ModuleNotFoundError as error:
            raise MissingError(
                f"{error.name} is not installed.", "Run: pip install 'rostra[postgres]'", FIELD
            ) from error
    _listen(engine.sync_engine)
    return engine


def _listen(engine: Engine) -> None:
    """Set up its connections, and let those who write take turns."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)


def _prepare(connection: Any, _: object) -> None:
    """Set up a new connection to SQLite; transactions are begun by us, not by the driver."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif writes:
        connection.exec_driver_sql(TURN)


def _upgrade(url: URL) -> None:
    """Run the migrations, one process at a time."""
    engine = create_engine(url)
    _listen(engine)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
