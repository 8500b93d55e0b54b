"""Partners, the gate and the ledger, on a real database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select

import rostra.app  # noqa: F401 - so that all tables are known
from rostra.errors import AccessError, InputError, KsError, OutputError, TakenError, UnknownNameError
from rostra.identity.checks import Call
from rostra.identity.gate import Gate
from rostra.identity.ks import ADMIN, USER, decode
from rostra.identity.ledger import EndedSession, Ledger
from rostra.identity.partners import FIRST, Partners
from rostra.storage.database import Database
from rostra.storage.shortly import SECONDS
from rostra.storage.tables import Table

Story = Callable[[Gate], Coroutine[Any, Any, None]]


def kept(path: Path) -> Database:
    return Database(f"sqlite:///{path / 'rostra.db'}")


def told(path: Path, story: Story) -> None:
    """Run a story with an open gate."""

    async def whole() -> None:
        async with kept(path) as database:
            await story(Gate(Partners(database), Ledger(database)))

    asyncio.run(whole())


def call(uri: str = "/api/v1/video/get") -> Call:
    return Call(uri, "10.0.0.7", time.time())


async def refusal(gate: Gate, text: str) -> str:
    try:
        await gate.admit(text, call())
    except KsError as error:
        return error.reason
    return ""


def test_the_tables_are_what_the_migrations_make(tmp_path: Path):
    async def whole() -> list[Any]:
        async with kept(tmp_path) as database:
            await database.migrate()  # once more: nothing happens
            async with database.engine.connect() as connection:
                return await connection.run_sync(
                    lambda own: compare_metadata(MigrationContext.configure(own), Table.metadata)
                )

    assert asyncio.run(whole()) == []


@pytest.mark.parametrize("url", ["mysql://a/b", "no address", ""])
def test_another_kind_of_database_is_refused(url: str):
    with pytest.raises(InputError, match="sqlite"):
        Database(url)


def test_a_database_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "rostra.db").mkdir()
    with pytest.raises(OutputError, match="ROSTRA_HOME"):
        asyncio.run(kept(tmp_path).migrate())


def test_the_first_partner_is_made_once_and_keeps_its_secrets(tmp_path: Path):
    async def story(gate: Gate) -> None:
        first = await gate.partners.settle()
        assert first.id == FIRST
        assert len(first.admin_secrets[0]) == 32 and first.admin_secrets != first.user_secrets
        again = await gate.partners.settle()
        assert (again.id, again.admin_secrets) == (first.id, first.admin_secrets)

    told(tmp_path, story)


def test_the_owner_may_fix_id_and_secrets_and_change_them_later(tmp_path: Path):
    async def story(gate: Gate) -> None:
        await gate.partners.settle(7, "old", "u")
        before = await gate.start(7, "old")
        partner = await gate.partners.settle(7, "new", "u")
        assert (partner.admin_secrets, partner.user_secrets) == (["new", "old"], ["u"])
        assert await refusal(gate, before.text) == ""
        assert [one.id for one in await gate.partners.list()] == [7]

    told(tmp_path, story)


def test_partners_get_ids_of_their_own(tmp_path: Path):
    async def story(gate: Gate) -> None:
        assert [(await gate.partners.add("x")).id for _ in range(3)] == [102, 103, 104]
        assert (await gate.partners.add("y", 500)).id == 500
        assert (await gate.partners.add("z")).id == 501
        with pytest.raises(TakenError):
            await gate.partners.add("again", 103)
        for reserved in (0, -1, 99, 2**40):
            with pytest.raises(InputError):
                await gate.partners.add("no", reserved)
        with pytest.raises(UnknownNameError, match="502"):
            await gate.partners.rotate(502)

    told(tmp_path, story)


def test_partners_made_at_once_get_different_ids(tmp_path: Path):
    async def story(gate: Gate) -> None:
        made = await asyncio.gather(*(gate.partners.add(str(number)) for number in range(12)))
        assert sorted(one.id for one in made) == list(range(102, 114))

    told(tmp_path, story)


def test_after_a_rotation_old_sessions_work_until_the_third(tmp_path: Path):
    async def story(gate: Gate) -> None:
        partner = await gate.partners.add("x")
        old = await gate.start(partner.id, partner.admin_secrets[0])
        for expected in ("", "", "INVALID_STR"):
            rotated = await gate.partners.rotate(partner.id)
            assert await refusal(gate, old.text) == expected
        new = await gate.start(partner.id, rotated.admin_secrets[0])
        assert decode(new.text, lambda _: rotated.admin_secrets[:1]).partner == partner.id

    told(tmp_path, story)


def test_which_secret_opens_what(tmp_path: Path):
    async def story(gate: Gate) -> None:
        partner = await gate.partners.add("x")
        admin, user = partner.admin_secrets[0], partner.user_secrets[0]
        assert (await gate.start(partner.id, admin, type_=ADMIN)).admin
        assert not (await gate.start(partner.id, user, "ana", USER)).admin
        assert (await gate.start(partner.id, admin, "ana", USER)).user == "ana"
        for id_, secret, type_ in ((partner.id, user, ADMIN), (partner.id, "x", USER), (999, admin, USER)):
            with pytest.raises(AccessError, match="partner or the secret"):
                await gate.start(id_, secret, type_=type_)

    told(tmp_path, story)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"type_": 1}, "type"),
        ({"life": 0}, "expiry"),
        ({"life": 10**12}, "expiry"),
        ({"privileges": "actionslimit:0"}, "privileges"),
        ({"privileges": "actionslimit:x"}, "privileges"),
        ({"privileges": "a:" + "x" * 9000}, "privileges"),
    ],
)
def test_a_session_that_cannot_be_is_not_started(tmp_path: Path, options: dict[str, Any], field: str):
    async def story(gate: Gate) -> None:
        partner = await gate.partners.add("x")
        with pytest.raises(InputError) as refused:
            await gate.start(partner.id, partner.admin_secrets[0], **options)
        assert refused.value.field == field

    told(tmp_path, story)


def test_an_ended_session_and_its_group_are_over_but_widgets_go_on(tmp_path: Path):
    async def story(gate: Gate) -> None:
        partner = await gate.partners.add("x")

        async def start(privileges: str = "") -> str:
            made = await gate.start(partner.id, partner.admin_secrets[0], "ana", privileges=privileges)
            return made.text

        alone, other = await start(), await start()
        first, second, elsewhere = [await start(f"sessionid:{group}") for group in ("g", "g", "h")]
        widget = await start("view:*,widget:1")
        for ended in (alone, first, widget):
            await gate.ledger.end(await gate.read(ended))
        seen = [await refusal(gate, text) for text in (alone, other, first, second, elsewhere, widget)]
        assert seen == ["LOGOUT", "", "LOGOUT", "LOGOUT", "", ""]

    told(tmp_path, story)


def test_an_end_lasts_over_a_restart_and_is_forgotten_when_it_is_over_anyway(tmp_path: Path):
    texts: list[str] = []

    async def before(gate: Gate) -> None:
        partner = await gate.partners.add("x")
        for life in (1, 3600):
            ks = await gate.start(partner.id, partner.admin_secrets[0], life=life)
            await gate.ledger.end(ks)
            texts.append(ks.text)

    async def after(gate: Gate) -> None:
        assert await refusal(gate, texts[1]) == "LOGOUT"
        await asyncio.sleep(2.1)
        await gate.ledger.end(await gate.read(texts[1]))
        count = select(func.count()).select_from(EndedSession)
        assert await gate.partners._database.value(count) == 1

    told(tmp_path, before)
    told(tmp_path, after)


def test_a_budget_of_calls_holds_for_many_at_once(tmp_path: Path):
    async def story(gate: Gate) -> None:
        partner = await gate.partners.add("x")
        ks = await gate.start(partner.id, partner.admin_secrets[0], privileges="actionslimit:5")
        seen = await asyncio.gather(*(refusal(gate, ks.text) for _ in range(20)))
        assert sorted(seen) == [""] * 5 + ["EXCEEDED_ACTIONS_LIMIT"] * 15

    told(tmp_path, story)


def test_a_partner_that_was_switched_off_cannot_come_in(tmp_path: Path):
    async def story(gate: Gate) -> None:
        partner = await gate.partners.add("x")
        ks = await gate.start(partner.id, partner.admin_secrets[0])
        async with gate.partners._database.writing() as session:
            partner.active = False
            await session.merge(partner)
        await asyncio.sleep(SECONDS)  # as if another process had done it
        assert await refusal(gate, ks.text) == "INVALID_STR"

    told(tmp_path, story)
