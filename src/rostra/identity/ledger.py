"""The ledger: what a KS does not know of itself: whether it was ended, and how many calls it has made."""

from __future__ import annotations

import time

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, mapped_column

from rostra.errors import KsError
from rostra.identity.ks import Ks
from rostra.storage.database import Database
from rostra.storage.shortly import Shortly
from rostra.storage.tables import Table

WIDGET = "widget"  # privilege of sessions that anybody gets without a secret; these are never ended
BUDGET = "actionslimit"


class EndedSession(Table):
    """A session, or a group of them, that was ended before its time."""

    __tablename__ = "ended_sessions"

    partner: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)  # of the KS, or `group:` and its sessionid
    until: Mapped[int] = mapped_column(index=True)  # s; after this it is over by itself


class SpentCalls(Table):
    """How many calls a session with a budget has made."""

    __tablename__ = "spent_calls"

    partner: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    until: Mapped[int] = mapped_column(index=True)  # s


class Ledger:
    """The book of ended sessions and spent calls.

    Args:
        database: where it is kept, shared by all processes.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._over: Shortly[tuple[int, tuple[str, ...]], bool] = Shortly(self._ended)

    async def admit(self, ks: Ks) -> None:
        """Let a session make one more call.

        Raises:
            KsError: it was ended, or its budget is used up.
        """
        await self.standing(ks)
        if BUDGET in ks.privileges and not await self._spend(ks):
            raise KsError("EXCEEDED_ACTIONS_LIMIT", ks.short)

    async def standing(self, ks: Ks) -> None:
        """Make sure that a session was not ended.

        Raises:
            KsError: it was.
        """
        if WIDGET not in ks.privileges and await self._over.get((ks.partner, tuple(_keys(ks)))):
            raise KsError("LOGOUT", ks.short)

    async def end(self, ks: Ks) -> None:
        """End a session and its group; forget what is over anyway."""
        now = int(time.time())
        async with self._database.writing() as session:
            for book in (EndedSession, SpentCalls):
                await session.execute(delete(book).where(book.until < now))
            for key in _keys(ks):
                known = await session.get(EndedSession, (ks.partner, key))
                if known:
                    known.until = max(known.until, ks.expiry)
                else:
                    session.add(EndedSession(partner=ks.partner, key=key, until=ks.expiry))
        self._over.forget()

    async def _ended(self, whose: tuple[int, tuple[str, ...]]) -> bool:
        partner, keys = whose
        wanted = select(EndedSession.key).where(EndedSession.partner == partner, EndedSession.key.in_(keys))
        return await self._database.value(wanted.limit(1)) is not None

    async def _spend(self, ks: Ks) -> bool:
        """Count a call; whether the budget still allows it."""
        text = ks.privileges.items[BUDGET]
        budget = int(text) if text.isdecimal() else 0
        async with self._database.writing() as session:
            spent = await session.get(SpentCalls, (ks.partner, ks.key))
            if spent is None:
                spent = SpentCalls(partner=ks.partner, key=ks.key, count=0, until=ks.expiry)
                session.add(spent)
            if spent.count >= budget:
                return False
            spent.count += 1
        return True


def _keys(ks: Ks) -> list[str]:
    """Under which names a session may have been ended."""
    group = ks.privileges.group
    return [ks.key, f"group:{group}"] if group else [ks.key]
