"""The database in the event loop's own thread: nothing that takes long holds the loop, nothing is lost."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from rostra.identity.ledger import EndedSession
from rostra.storage import sqlite
from rostra.storage.database import Database
from rostra.storage.rows import Listing, statements
from rostra.storage.turns import Turns
from rostra.studio.tables import Avatar

MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 400000) SELECT i FROM n"
LONG = text(f"SELECT count(*) FROM ({MANY})")  # noqa: S608 - ours

Story = Callable[[Database], Awaitable[None]]


def told(folder: Path, story: Story) -> None:
    async def whole() -> None:
        async with Database(f"sqlite:///{folder / 'rostra.db'}") as database:
            await story(database)

    asyncio.run(whole())


def avatar(id_: str, **given: object) -> Avatar:
    known = {"partner": 1, "user": "ana", "template": "jane", "background": {}, "canonical": id_}
    return Avatar(id=id_, **{**known, "created": 1, "updated": 1, **given})


async def rounds_during(work: Awaitable[object]) -> int:
    """How often the loop came round while something was done."""
    task, count = asyncio.ensure_future(work), 0
    while not task.done():
        await asyncio.sleep(0)
        count += 1
    await task
    return count


def test_a_long_query_does_not_hold_the_loop(tmp_path: Path):
    async def story(database: Database) -> None:
        await database.add(avatar("a"))
        assert await rounds_during(database.find(Avatar, "a")) <= 2
        assert await rounds_during(database.value(LONG)) > 10
        assert await database.value(LONG) == 400000

    told(tmp_path, story)


def test_a_writer_waits_for_another_process_and_the_loop_does_not(tmp_path: Path):
    async def story(database: Database) -> None:
        other = sqlite3.connect(tmp_path / "rostra.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        adding = asyncio.create_task(database.add(avatar("a")))
        for _ in range(100):
            await asyncio.sleep(0.001)
        assert not adding.done()
        assert await database.find(Avatar, "a") is None
        other.execute("COMMIT")
        other.close()
        await adding
        assert await database.find(Avatar, "a")

    told(tmp_path, story)


def test_a_transaction_outlives_a_long_query_in_it(tmp_path: Path):
    async def story(database: Database) -> None:
        async with database.writing() as session:
            session.add(avatar("a"))
            await session.flush()
            assert (await session.execute(LONG)).scalar() == 400000
        assert await database.find(Avatar, "a")

    told(tmp_path, story)


def test_whoever_is_cancelled_leaves_the_connection_in_order(tmp_path: Path):
    async def story(database: Database) -> None:
        for _ in range(sqlite.THREADS + 1):
            asking = asyncio.create_task(database.value(LONG))
            await asyncio.sleep(0.001)
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking
        assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        await database.add(avatar("a"))
        assert await database.find(Avatar, "a")

    told(tmp_path, story)


def test_the_log_of_changes_is_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite, "EACH", 20)
    log = tmp_path / "rostra.db-wal"

    async def story(database: Database) -> None:
        sizes = []
        for number in range(100):
            await database.add(avatar(f"{number}", background={"text": "x" * 5000}))
            sizes.append(log.stat().st_size)
        assert sizes[99] < 2 * sizes[21]
        assert len(await database.rows(Avatar)) == 100

    told(tmp_path, story)


def test_what_is_looked_at_and_changed_in_one_step_is_counted_right(tmp_path: Path):
    async def story(database: Database) -> None:
        await database.add(avatar("a", created=0))

        async def more() -> None:
            await database.revise(Avatar, "a", lambda row: row and {"created": row.created + 1})

        await asyncio.gather(*(more() for _ in range(50)))
        found = await database.find(Avatar, "a")
        assert found
        assert found.created == 50

    told(tmp_path, story)


def test_a_refusal_changes_nothing(tmp_path: Path):
    def refuse(_: Avatar | None) -> None:
        raise KeyError

    async def story(database: Database) -> None:
        await database.add(avatar("a"))
        for refused in (database.revise(Avatar, "a", refuse), database.remove(Avatar, "a", refuse)):
            with pytest.raises(KeyError):
                await refused
        assert await database.find(Avatar, "a")
        await database.remove(Avatar, "a", lambda row: row)
        assert await database.find(Avatar, "a") is None

    told(tmp_path, story)


def test_pages_tell_how_many_there_are(tmp_path: Path):
    wanted = Listing(Avatar, (Avatar.user == "ana",), (Avatar.created.desc(), Avatar.id))

    async def story(database: Database) -> None:
        assert await database.page(wanted, 3, 0) == ([], 0)
        for number in range(7):
            await database.add(avatar(f"{number}", created=number))
        await database.add(avatar("x", user="ben"))
        for skipped, ids in ((0, "654"), (3, "321"), (6, "0"), (7, ""), (90, "")):
            rows, total = await database.page(wanted, 3, skipped)
            assert ("".join(row.id for row in rows), total) == (ids, 7)
        rows, total = await database.page(wanted.narrowed([Avatar.created > 4]), 3, 0)
        assert ("".join(row.id for row in rows), total) == ("65", 2)

    told(tmp_path, story)


def test_rows_are_the_same_by_either_way(tmp_path: Path):
    background = {"name": "Büro", "half": "\ud800", "size": [1, 2.5, None, True]}

    async def story(database: Database) -> None:
        await database.add(avatar("a", background=background))
        found = await database.find(Avatar, "a")
        async with database.writing() as session:
            kept = await session.get_one(Avatar, "a")
            columns = [column.key for column in Avatar.__table__.columns]
            assert [getattr(found, one) for one in columns] == [getattr(kept, one) for one in columns]
        assert found
        assert found.background == background

    told(tmp_path, story)


def test_a_table_without_an_id_of_its_own_is_read_with_a_session():
    with pytest.raises(ValueError, match="unpack"):
        statements(EndedSession)


def test_turns_come_in_order_whoever_gives_up():
    async def story() -> None:
        turns, seen = Turns(), []

        async def one(number: int, pause: bool) -> None:
            async with turns:
                seen.append(number)
                if pause:
                    await asyncio.sleep(0)
                assert seen[-1] == number

        tasks = [asyncio.create_task(one(number, number % 3 == 0)) for number in range(20)]
        await asyncio.sleep(0)
        tasks[2].cancel()
        tasks[19].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert seen == [number for number in range(20) if number not in (2, 19)]

    asyncio.run(story())


def test_turns_without_a_pause_are_had_in_one_round():
    async def story() -> None:
        turns, had = Turns(), 0

        async def one() -> None:
            nonlocal had
            async with turns:
                had += 1

        async with turns:
            tasks = [asyncio.create_task(one()) for _ in range(50)]
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert had == 50
        await asyncio.gather(*tasks)

    asyncio.run(story())


def test_a_row_is_read_in_a_process_that_made_none():
    """As by a server that starts on what another one kept."""
    read = (
        "from rostra.storage.rows import statements; from rostra.studio.tables import Avatar; "
        "known = statements(Avatar); print(known.row(['x'] * len(known.table.columns)).id)"
    )
    done = subprocess.run([sys.executable, "-c", read], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("x\n", 0), done.stderr
