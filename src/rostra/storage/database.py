"""The database: SQLite in one file, or PostgreSQL; opened, brought up to date, and closed.

Readers never wait for a writer (SQLite runs with a write-ahead log). A transaction that will write says so
at its start (`writing`), and there is one of these at a time, over all processes: what it has read is still
so when it writes. SQLite takes its turn with BEGIN IMMEDIATE, PostgreSQL with an advisory lock.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from pydantic_core import from_json
from sqlalchemy import URL, Connection, Engine, Select, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.util import greenlet_spawn

from rostra.errors import InputError, MissingError, OutputError
from rostra.storage.rows import ID, SIZE, SKIPPED, Listing, Row, statements, values
from rostra.storage.sqlite import DRIVER, WAIT, Link, Log
from rostra.storage.tables import Table
from rostra.storage.turns import Turns

MIGRATIONS = Path(__file__).parent / "migrations"
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON")
FIELD, CHECK = "database_url", "Check ROSTRA_DATABASE_URL and ROSTRA_HOME."
EXAMPLE = "Write sqlite:///folder/rostra.db or postgresql://user@host/name."
CONNECTIONS = 16  # that are kept: opening one takes milliseconds
PATIENCE = "10"  # s until a PostgreSQL that does not answer counts as away
# Of PostgreSQL: the number of our lock (any that nobody else uses), waited for as long as for SQLite's
TURN = f"SELECT set_config('lock_timeout', '{WAIT}', true), pg_advisory_xact_lock(7263874201)"
WRITES = "rostra_writes"  # execution option of a transaction that will write

Result = TypeVar("Result")
Page = tuple[Sequence[Row], int]
Change = Callable[[Row | None], Mapping[str, Any] | None]
"""Looks at a row, or at its absence, and gives the columns to be set; None to leave it as it is."""


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
        self._turn = Turns()

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
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction that writes; it is kept when the block ends well, and undone otherwise."""
        async with (
            self._turn,
            AsyncSession(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            await session.connection(execution_options={WRITES: True})
            yield session

    async def find(self, kind: type[Row], id_: object) -> Row | None:
        """A row by its id."""
        known = statements(kind)
        found = await self._read(lambda link: link.execute(known.by_id, {ID: id_}).first())
        return known.row(found) if found else None

    async def rows(self, kind: type[Row], where: Sequence[Any] = (), order: Sequence[Any] = ()) -> list[Row]:
        """All rows that are wanted.

        Args:
            kind: of rows.
            where: conditions.
            order: columns.
        """
        known = statements(kind)
        wanted = known.all.where(*where).order_by(*order)
        return [known.row(one) for one in await self._read(lambda link: link.execute(wanted).all())]

    async def value(self, wanted: Select[Any]) -> Any:
        """The first value that a query finds; None if it finds nothing."""
        return await self._read(lambda link: link.scalar(wanted))

    async def page(self, wanted: Listing[Row], size: int, skipped: int, **given: object) -> Page[Row]:
        """Some of the rows that are wanted, and how many there are.

        Args:
            wanted: all of them.
            size: rows at most.
            skipped: rows that are left out before.
            given: parameters of the listing.
        """
        row = statements(wanted.kind).row

        def read(link: Connection) -> Page[Row]:
            found = link.execute(wanted.page, {**given, SIZE: size, SKIPPED: skipped})
            rows = [row(one) for one in found]
            if len(rows) < size and (rows or not skipped):
                return rows, skipped + len(rows)
            return rows, link.scalar(wanted.count, given) or 0

        return await self._read(read)

    async def add(self, row: Table) -> None:
        """Keep a new row."""
        known, given = statements(type(row)), values(row)
        await self._write(lambda link: link.execute(known.insert, given))

    async def revise(self, kind: type[Row], id_: object, change: Change[Row]) -> Row | None:
        """Look at a row and change it, in one step; gives the row as it is then.

        Args:
            kind: of row.
            id_: its id.
            change: what is done with it; what it raises leaves everything as it was.
        """
        known = statements(kind)

        def write(link: Connection) -> Row | None:
            found = link.execute(known.locked, {ID: id_}).first()
            row = known.row(found) if found else None
            changed = change(row)
            if row is not None and changed:
                link.execute(known.update, {ID: id_, **changed})
                vars(row).update(changed)
            return row

        return await self._write(write)

    async def remove(self, kind: type[Row], id_: object, check: Callable[[Row | None], object]) -> None:
        """Look at a row and delete it, in one step.

        Args:
            kind: of row.
            id_: its id.
            check: raises if the row is to stay.
        """
        known = statements(kind)

        def write(link: Connection) -> None:
            found = link.execute(known.locked, {ID: id_}).first()
            check(known.row(found) if found else None)
            link.execute(known.delete, {ID: id_})

        await self._write(write)

    async def _read(self, task: Callable[[Connection], Result]) -> Result:
        def whole() -> Result:
            with self.engine.sync_engine.connect() as link:
                return task(link)

        return await greenlet_spawn(whole)

    async def _write(self, task: Callable[[Connection], Result]) -> Result:
        def whole() -> Result:
            with self.engine.sync_engine.connect().execution_options(**{WRITES: True}) as link, link.begin():
                return task(link)

        async with self._turn:
            return await greenlet_spawn(whole)


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
        here = {"connect_args": {"factory": partial(Link, log=Log())}, "json_deserializer": _of_json}
        engine = create_async_engine(url.set(drivername=DRIVER), **here, **kept)
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


def _of_json(text: str) -> Any:
    """What JSON says, four times as fast as Python's own reader, which takes half a character too."""
    try:
        return from_json(text)
    except ValueError:
        return json.loads(text)


def _prepare(connection: Any, _: object) -> None:
    """Set up a new connection to SQLite; transactions are begun by us, not by the driver."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Whoever only reads needs no transaction: each query sees one moment."""
    if connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.dialect.name == "sqlite" else TURN)


def _upgrade(url: URL) -> None:
    """Run the migrations, one process at a time."""
    waits = {"timeout": WAIT / 1000} if url.drivername == "sqlite" else {}
    engine = create_engine(url, connect_args=waits)
    _listen(engine)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
