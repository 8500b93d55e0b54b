"""Partners: the accounts of an installation, each with its secrets.

Secrets come in lists: the first one signs, all of them are accepted, so that a new one can be brought
in while clients still use the old.
"""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, mapped_column

from rostra.errors import InputError, TakenError, UnknownNameError
from rostra.storage.database import Database
from rostra.storage.shortly import Shortly
from rostra.storage.tables import Table, now

FIRST = 102  # id of the first partner, if nobody chooses another
RESERVED = (99,)  # ids that clients give a meaning of their own, like all below 1
OPTIONS = {  # name -> what it does, and what holds without it
    "library.sharedWithUsers": ("users list and play every entry of the partner that is ready", True),
    "session.widgets": ("anybody gets a session that sees what is public", True),
    "studio.enabled": ("the VOD Avatar Studio may be used", True),
    "library.private": ("nothing can be played without a session", False),
}
KEPT = 3  # secrets of each kind: the new one and two that still work
LARGEST = 2**31 - 1


class Partner(Table):
    """One account."""

    __tablename__ = "partners"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    active: Mapped[bool]
    admin_secrets: Mapped[list[str]]  # newest first
    user_secrets: Mapped[list[str]]
    options: Mapped[dict[str, Any]]
    created: Mapped[int]  # ms

    def allows(self, option: str) -> bool:
        """Whether an option is on."""
        return bool(self.options.get(option, OPTIONS[option][1]))


class Partners:
    """All accounts.

    Args:
        database: where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: Shortly[None, dict[int, Partner]] = Shortly(lambda _: self._by_id())

    async def add(
        self, name: str, id_: int | None = None, admin_secret: str = "", user_secret: str = ""
    ) -> Partner:
        """Make an account.

        Args:
            name: for people.
            id_: the next free one if None.
            admin_secret, user_secret: random ones if empty.

        Raises:
            InputError: the id is reserved.
            TakenError: somebody has it.
        """
        async with self._database.writing() as session:
            last = await session.scalar(select(func.max(Partner.id)))
            chosen = id_ if id_ is not None else max(FIRST - 1, last or 0) + 1
            if not 0 < chosen <= LARGEST or chosen in RESERVED:
                raise InputError(f"{chosen} is no id of a partner.", "Choose a positive number but 99.", "id")
            if await session.get(Partner, chosen):
                raise TakenError(f"There is already a partner {chosen}.", "Choose another id.", "id")
            partner = Partner(
                id=chosen,
                name=name,
                active=True,
                admin_secrets=[admin_secret or _secret()],
                user_secrets=[user_secret or _secret()],
                options={},
                created=now(),
            )
            session.add(partner)
        self._known.forget()
        return partner

    async def find(self, id_: int) -> Partner | None:
        """An account that may be used; None when there is none of this id."""
        partner = (await self._known.get(None)).get(id_)
        return partner if partner and partner.active else None

    async def get(self, id_: int) -> Partner:
        """An account.

        Raises:
            UnknownNameError: there is none of this id.
        """
        known = await self._known.get(None)
        if id_ not in known:
            raise UnknownNameError("partner", str(id_), map(str, known), "id")
        return known[id_]

    async def list(self) -> list[Partner]:
        """All accounts, by id."""
        return await self._database.rows(Partner, order=(Partner.id,))

    async def _by_id(self) -> dict[int, Partner]:
        return {partner.id: partner for partner in await self.list()}

    async def rotate(self, id_: int) -> Partner:
        """Give an account new secrets; the last ones still work.

        Raises:
            UnknownNameError: there is none of this id.
        """
        await self.get(id_)
        async with self._database.writing() as session:
            partner = await session.get_one(Partner, id_)
            partner.admin_secrets = [_secret(), *partner.admin_secrets][:KEPT]
            partner.user_secrets = [_secret(), *partner.user_secrets][:KEPT]
        self._known.forget()
        return partner

    async def set(self, id_: int, option: str, value: bool) -> Partner:
        """Switch an option of an account on or off.

        Raises:
            UnknownNameError: there is none of this id, or no such option.
        """
        if option not in OPTIONS:
            raise UnknownNameError("option", option, OPTIONS)
        await self.get(id_)
        async with self._database.writing() as session:
            partner = await session.get_one(Partner, id_)
            partner.options = {**partner.options, option: value}
        self._known.forget()
        return partner

    async def settle(self, id_: int | None = None, admin_secret: str = "", user_secret: str = "") -> Partner:
        """The first account, made if there is none.

        Args:
            id_: its id, if the owner has fixed it.
            admin_secret, user_secret: the same; they come before those that it has.
        """
        known = {partner.id for partner in await self.list()}
        first = id_ if id_ is not None else min(known, default=FIRST)
        if first not in known:
            return await self.add("First", first, admin_secret, user_secret)
        async with self._database.writing() as session:
            partner = await session.get_one(Partner, first)
            partner.admin_secrets = _first(admin_secret, partner.admin_secrets)
            partner.user_secrets = _first(user_secret, partner.user_secrets)
        self._known.forget()
        return partner


def _secret() -> str:
    return secrets.token_hex(16)


def _first(secret: str, known: list[str]) -> list[str]:
    """The secrets with this one, if there is one, before the others."""
    if not secret:
        return known
    return [secret, *(other for other in known if other != secret)][:KEPT]
