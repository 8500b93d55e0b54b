"""Extras: files that people add to an entry: pictures that stand for it, and attachments.

They are announced first and get their content later, as uploads do. They stay when the entry gets other
content, and go with it when it is deleted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import select

from rostra.errors import MediaError
from rostra.films import check_size
from rostra.library.convert import STILLS
from rostra.library.entries import CHOSEN, PICTURE, POSTER, Entries, asset_of
from rostra.library.tables import READY, Asset, Entry
from rostra.storage.database import Database

WAITING = 0  # state of a file without content
MOST = 100  # files of one kind that an entry takes
PICTURES = (CHOSEN, PICTURE, POSTER)  # roles that stand for an entry, the shown one first
FIELD = "contentResource"


class Extras:
    """All files that people added.

    Args:
        database: where they are noted.
        entries: what they are added to.
    """

    def __init__(self, database: Database, entries: Entries) -> None:
        self._database, self._entries = database, entries

    async def add(self, entry: Entry, role: str, about: Mapping[str, Any]) -> Asset:
        """A new one, without content.

        Args:
            entry: to what.
            role: PICTURE or ATTACHED.
            about: what its owner says of it.

        Raises:
            MediaError: the entry has too many.
        """
        if len(await self.of(entry.id, (role,))) >= MOST:
            raise MediaError(f"The entry has {MOST} of them.", "Delete one first.", "entryId")
        made = asset_of(entry, role, "", 0, "", 0, extra=dict(about))
        made.status = WAITING
        async with self._database.writing() as session:
            session.add(made)
        return made

    async def of(self, entry: str, roles: Sequence[str]) -> list[Asset]:
        """Those of an entry that have one of some roles."""
        return [one for one in await self._entries.assets(entry) if one.role in roles]

    async def find(self, id_: str, roles: Sequence[str]) -> Asset | None:
        """One by its id; None if there is none that has one of some roles."""
        found = await self._entries.asset(id_)
        return found if found and found.role in roles else None

    async def fill(self, asset: Asset, path: Path, extension: str) -> Asset:
        """Give one its content.

        Args:
            asset: without content, or with older content.
            path: a staged file, which moves into the store.
            extension: of its name, without a dot.

        Raises:
            MediaError: it should be a picture and is none.
            OutputError: there is no room.
        """
        shape: dict[str, Any] = {}
        if asset.role in PICTURES:
            width, height, extension = await asyncio.to_thread(_looked_at, path)
            shape = {"width": width, "height": height}
        version = asset.version + 1
        key = f"{asset.partner}/{asset.entry}/extra/{asset.id}-{version}"
        size = await self._entries.keep(asset.partner, key, path)
        old = asset.key
        filled = await self.change(
            asset.id, key=key, size=size, extension=extension[:10], version=version, status=READY, **shape
        )
        await self._entries.abandon([old] if old else [])
        return filled

    async def change(self, id_: str, **values: Any) -> Asset:
        """Set columns of one."""
        async with self._database.writing() as session:
            found = await session.get_one(Asset, id_)
            found.change(**values)
        return found

    async def choose(self, asset: Asset) -> None:
        """Show a picture for its entry, in place of the one that was shown."""
        own = select(Asset).where(Asset.entry == asset.entry, Asset.role == CHOSEN)
        async with self._database.writing() as session:
            for other in (await session.scalars(own)).all():
                other.role = PICTURE
            if asset.role != POSTER:
                (await session.get_one(Asset, asset.id)).change(role=CHOSEN)
            entry = await session.get_one(Entry, asset.entry)
            entry.change(extra={**entry.extra, "shown": entry.extra.get("shown", 0) + 1})

    async def drop(self, asset: Asset) -> None:
        """Delete one."""
        await self._entries.forget([asset])


def _looked_at(path: Path) -> tuple[int, int, str]:
    """Width, height and kind of a picture.

    Raises:
        MediaError: it is none.
    """
    try:
        with Image.open(path, formats=STILLS) as image:
            check_size(Path("The file"), *image.size, FIELD)
            image.load()
            return image.width, image.height, (image.format or "").lower()
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise MediaError("The file is no picture.", "Send JPEG, PNG, WebP, GIF or BMP.", FIELD) from error
