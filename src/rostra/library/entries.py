"""Entries: made, found, changed, deleted; and the files that they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rostra.apiv3.errors import ApiError
from rostra.errors import AwayError
from rostra.identity.ks import Ks
from rostra.identity.partners import Partners
from rostra.library.rights import SHARED, may_change, may_see, visible
from rostra.library.tables import (
    CONVERTING,
    DELETED,
    EMPTY,
    FAILED,
    MEDIA,
    READY,
    Asset,
    Entry,
    Orphan,
    fresh_asset_id,
)
from rostra.storage.database import Database
from rostra.storage.media import MediaStore
from rostra.storage.rows import Listing
from rostra.storage.tables import now

NOT_FOUND = "ENTRY_ID_NOT_FOUND"
BEYOND = 10_000  # results that no page shows
SOURCE, WEB, POSTER, TEXT = "source", "web", "poster", "text"  # roles of files
PICTURE, CHOSEN, ATTACHED = "picture", "chosen", "attached"  # of those that people added
OLDEST = (Asset.created, Asset.id)  # comes first
MADE = (SOURCE, WEB, POSTER, TEXT)


class Entries:
    """All entries.

    Args:
        database: where they are noted.
        store: where their files are.
        partners: whose they are.
        most: bytes that the files of one partner may take; 0 for as many as there is room for.
    """

    def __init__(self, database: Database, store: MediaStore, partners: Partners, most: int = 0) -> None:
        self._database, self.store, self._partners, self._most = database, store, partners, most

    async def add(self, ks: Ks, values: Mapping[str, Any]) -> Entry:
        """A new entry without content.

        Args:
            ks: whose.
            values: columns that are given.
        """
        at = now()
        fresh = {
            "kind": MEDIA, "media": 0, "name": "", "description": "", "tags": "", "admin_tags": "",
            "reference": "", "extra": {}, "user": ks.user, "id": fresh_asset_id(), **values,
        }  # fmt: skip
        made = Entry(
            partner=ks.partner, status=EMPTY, version=0, duration=0, width=0, height=0,
            plays=0, views=0, played=0, created=at, updated=at, **fresh,
        )  # fmt: skip
        await self._database.add(made)
        return made

    async def get(self, ks: Ks, id_: str, change: bool = False) -> Entry:
        """An entry.

        Args:
            ks: who asks.
            id_: of the entry.
            change: whether they will change it.

        Raises:
            ApiError: there is none that they may see, or change.
        """
        found = await self.find(id_)
        if found is None or not may_see(ks, found, await self.shared(ks.partner)):
            raise not_found(id_)
        if change and not may_change(ks, found):
            raise ApiError("INVALID_ENTRY_ID", f'Entry id "{id_}" cannot be changed', ENTRY_ID=id_)
        return found

    async def of(self, ks: Ks, id_: str, change: bool, unknown: ApiError) -> Entry:
        """The entry that a file belongs to; who may not see it does not learn that the file is there.

        Raises:
            ApiError: `unknown` in place of the entry's own.
        """
        try:
            return await self.get(ks, id_, change)
        except ApiError as error:
            raise (unknown if error.wire_code == NOT_FOUND else error) from error

    async def find(self, id_: str) -> Entry | None:
        """An entry of anybody, unless it is deleted."""
        found = await self._database.find(Entry, id_)
        return found if found and found.status != DELETED else None

    async def page(
        self, ks: Ks, where: Sequence[ColumnElement[bool]], order: Sequence[Any], size: int, page: int
    ) -> tuple[Sequence[Entry], int]:
        """A page of the entries that somebody may list, and how many there are.

        Args:
            ks: who asks.
            where: further conditions.
            order: columns; the newest first if there are none.
            size: of a page.
            page: from 1.
        """
        wanted = await self._wanted(ks, where)
        if size * page > BEYOND:
            raise ApiError("QUERY_EXCEEDED_MAX_MATCHES_ALLOWED", f"No results beyond {BEYOND}", LIMIT=BEYOND)
        ordered = (*(order or (Entry.created.desc(),)), Entry.id)
        return await self._database.page(Listing(Entry, wanted, ordered), size, size * (page - 1))

    async def count(self, ks: Ks, where: Sequence[ColumnElement[bool]]) -> int:
        """How many entries somebody may list."""
        wanted = await self._wanted(ks, where)
        return await self._database.value(select(func.count(Entry.id)).where(*wanted)) or 0

    async def change(self, id_: str, **values: Any) -> Entry:
        """Set columns of an entry."""
        found = await self._database.revise(Entry, id_, lambda _: {**values, "updated": now()})
        if found is None:
            raise not_found(id_)
        return found

    async def delete(self, entry: Entry) -> None:
        """Delete an entry and its files."""
        await self.change(entry.id, status=DELETED)
        await self.forget(await self.assets(entry.id))

    async def assets(self, entry: str) -> Sequence[Asset]:
        """The files of an entry."""
        return await self._database.rows(Asset, (Asset.entry == entry,), OLDEST)

    async def source(self, entry: str) -> Asset | None:
        """What an entry was made of."""
        return next((one for one in await self.assets(entry) if one.role == SOURCE), None)

    async def text(self, entry: str) -> str:
        """The text of a document; empty if there is none."""
        asset = next((one for one in await self.assets(entry) if one.role == TEXT), None)
        return (await self.store.local(asset.key)).read_text("utf-8") if asset else ""

    async def asset(self, id_: str) -> Asset | None:
        """A file by its id."""
        return await self._database.find(Asset, id_)

    async def fill(self, entry: Entry, path: Path, extension: str, size: int | None = None) -> Entry:
        """Give an entry its content; it is converted later.

        Args:
            entry: without content, or with older content.
            path: a staged file, which moves into the store.
            extension: of the client's name for it, without a dot.
            size: bytes, if they are known.

        Raises:
            ApiError: the partner has too much.
            OutputError: there is no room.
        """
        version = entry.version + 1
        key = f"{entry.partner}/{entry.id}/{version}/source"
        size = await self.keep(entry.partner, key, path)
        old = [one for one in await self.assets(entry.id) if one.role in MADE]
        async with self._database.writing() as session:
            session.add(asset_of(entry, SOURCE, key, size, extension, version))
            found = await session.get_one(Entry, entry.id)
            found.status, found.version, found.updated = CONVERTING, version, now()
        await self.forget(old)
        return found

    async def keep(self, partner: int, key: str, path: Path) -> int:
        """Move a staged file into the store; returns its bytes.

        Raises:
            ApiError: the partner has too much.
            OutputError: there is no room.
        """
        if not path.exists():  # a server that was killed has moved it, and noted nothing
            return await self.store.size(key)
        await self.check_room(partner, path.stat().st_size)
        return await self.store.keep(key, path)

    async def check_room(self, partner: int, size: int) -> None:
        """Make sure that a partner may have so many bytes more.

        Raises:
            ApiError: they may not.
        """
        if not self._most:
            return
        files = select(Asset.key, func.max(Asset.size).label("size")).where(Asset.partner == partner)
        each = files.group_by(Asset.key).subquery()
        used = await self._database.value(select(func.sum(each.c.size))) or 0
        if used + size > self._most:
            message = f"The library would hold more than {self._most} bytes; delete something first"
            raise ApiError("STORAGE_QUOTA_EXCEEDED", message, LIMIT=self._most, USED=used)

    async def finish(self, entry: str, facts: Mapping[str, Any], made: Sequence[Asset], version: int) -> bool:
        """Note what a conversion found and made; whether it is still wanted.

        Args:
            entry: its id.
            facts: columns of the entry.
            made: files beside the source.
            version: of the content that was converted.
        """
        async with self._database.writing() as session:
            found = await session.get(Entry, entry)
            if found is None or found.status == DELETED or found.version != version:
                return False
            found.change(**facts, status=READY)
            for asset in await _assets(session, entry):
                if asset.role == SOURCE:
                    asset.status = READY
                    asset.width, asset.height = found.width, found.height
            session.add_all(made)
        return True

    async def fail(self, entry: str, why: str, version: int, status: int = FAILED) -> None:
        """Note that an entry's content is no good."""
        async with self._database.writing() as session:
            found = await session.get(Entry, entry)
            if found and found.status != DELETED and found.version == version:
                found.status, found.updated = status, now()
                found.extra = {**found.extra, "error": why[:500]}

    async def forget(self, assets: Sequence[Asset]) -> None:
        """Delete assets, and their files as soon as the store does so."""
        async with self._database.writing() as session:
            for asset in assets:
                await session.delete(await session.merge(asset))
        await self.abandon([asset.key for asset in assets if asset.key])

    async def abandon(self, keys: Sequence[str]) -> None:
        """Delete files that nothing refers to any more, as soon as the store does so."""
        async with self._database.writing() as session:
            for key in set(keys):
                await session.merge(Orphan(key=key))
        await self._delete(keys)

    async def sweep(self) -> None:
        """Delete what the store did not delete when it should have."""
        await self._delete([orphan.key for orphan in await self._database.rows(Orphan)])

    async def _delete(self, keys: Sequence[str]) -> None:
        """Delete orphans; if the store is away, they wait for the next sweep."""
        gone: list[str] = []
        with suppress(AwayError):
            for key in set(keys):
                await self.store.forget(key)
                gone.append(key)
        async with self._database.writing() as session:
            await session.execute(delete(Orphan).where(Orphan.key.in_(gone)))

    async def waiting(self, status: int) -> Sequence[Entry]:
        """Entries in a state, the oldest first."""
        return await self._database.rows(Entry, (Entry.status == status,), (Entry.updated,))

    async def shared(self, partner: int) -> bool:
        """Whether a partner's users share what is ready."""
        found = await self._partners.find(partner)
        return bool(found and found.options.get(SHARED, True))

    async def _wanted(self, ks: Ks, where: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
        seen = visible(ks, await self.shared(ks.partner))
        return [Entry.partner == ks.partner, Entry.status != DELETED, seen, *where]


def asset_of(
    entry: Entry, role: str, key: str, size: int, extension: str, version: int, **facts: Any
) -> Asset:
    """A file of an entry."""
    at = now()
    known = {
        "width": 0, "height": 0, "bitrate": 0, "rate": 0.0, "codec": "", "container": "", "extra": {}, **facts
    }  # fmt: skip
    return Asset(
        id=fresh_asset_id(), entry=entry.id, partner=entry.partner, role=role, status=CONVERTING, key=key,
        size=size, extension=extension[:10], version=version, created=at, updated=at, **known,
    )  # fmt: skip


def not_found(id_: str) -> ApiError:
    """The error for an entry that is not there."""
    return ApiError(NOT_FOUND, f'Entry id "{id_}" not found', ENTRY_ID=id_)


def no_flavor(id_: str) -> ApiError:
    """The error for a file that is not there."""
    return ApiError("FLAVOR_ASSET_ID_NOT_FOUND", f"Flavor asset id [{id_}] not found", FLAVOR_ASSET_ID=id_)


async def _assets(session: AsyncSession, entry: str) -> Sequence[Asset]:
    wanted = select(Asset).where(Asset.entry == entry).order_by(*OLDEST)
    return (await session.scalars(wanted)).all()
