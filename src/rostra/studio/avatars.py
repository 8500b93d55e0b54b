"""Avatars: a presenter before a background; the same two always give the same avatar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from rostra.identity.ks import Ks
from rostra.library.entries import Entries
from rostra.library.rights import may_see
from rostra.library.tables import IMAGE
from rostra.library.tables import READY as ENTRY_READY
from rostra.presenters.catalogue import BUILT_IN, Card, Catalogue, packs
from rostra.storage.database import Database
from rostra.storage.tables import fresh_id, now
from rostra.studio.errors import StudioError
from rostra.studio.tables import Avatar

FIRST = "jane"  # the template that is listed first


@dataclass(frozen=True)
class Owner:
    """Whose records are meant: everybody sees only their own, administrators too."""

    partner: int
    user: str

    @classmethod
    def of(cls, ks: Ks) -> Owner:
        """Of a session."""
        return cls(ks.partner, ks.user)


class Avatars:
    """All avatars.

    Args:
        database: where they are noted.
        presenters: everybody's; a partner sees its own, too.
        backgrounds: ids of the library of backgrounds.
        entries: pictures that may be backgrounds.
    """

    def __init__(
        self, database: Database, presenters: Catalogue, backgrounds: Mapping[str, str], entries: Entries
    ) -> None:
        self._database, self._presenters, self._entries = database, presenters, entries
        self.backgrounds = backgrounds

    def templates(self, partner: int) -> list[Card]:
        """Whom a partner can choose: the first one, the others that come with Rostra, then own ones."""
        built_in = packs(BUILT_IN)
        cards = self._presenters.of(partner).cards()
        return sorted(cards, key=lambda card: (card.id not in built_in, card.id != FIRST, card.id))

    def template(self, partner: int, id_: str) -> Path:
        """The pack of a presenter whom a partner can choose; its stem is the id as we write it.

        Raises:
            StudioError: there is none.
        """
        path = self._presenters.of(partner).files().get(id_.lower())
        if path is None:
            raise StudioError("AVATAR_TEMPLATE_NOT_FOUND", f"There is no template {id_!r}", templateId=id_)
        return path

    async def upsert(self, ks: Ks, template: str, background: Mapping[str, Any]) -> Avatar:
        """The avatar of a presenter and a background, made if it is new.

        Raises:
            StudioError: there is no such presenter or background.
        """
        owner, id_ = Owner.of(ks), self.template(ks.partner, template).stem
        canonical = await self._canonical(ks, background)
        same = select(Avatar).where(
            Avatar.partner == owner.partner, Avatar.user == owner.user,
            Avatar.template == id_, Avatar.canonical == canonical,
        )  # fmt: skip
        async with self._database.writing() as session:
            known = (await session.scalars(same)).first()
            if known:
                return known
            at = now()
            made = Avatar(
                id=fresh_id(), partner=owner.partner, user=owner.user, template=id_,
                background=dict(background), canonical=canonical, created=at, updated=at,
            )  # fmt: skip
            session.add(made)
        return made

    async def get(self, owner: Owner, id_: str) -> Avatar:
        """An avatar.

        Raises:
            StudioError: the owner has none of this id.
        """
        found = await self._database.find(Avatar, id_)
        if found is None or (found.partner, found.user) != (owner.partner, owner.user):
            raise StudioError("AVATAR_NOT_FOUND", f"There is no avatar {id_!r}", avatarId=id_)
        return found

    async def scenery(self, avatar: Avatar) -> str:
        """What is behind the presenter, as scripts name it: an id of the library, a colour or a path.

        Raises:
            StudioError: it is a picture that is not there any more.
        """
        background = avatar.background
        if background["type"] != "entry":
            return str(background.get("color") or background.get("id"))
        entry = await self._entries.find(str(background["entryId"]))
        source = await self._entries.source(entry.id) if entry else None
        if source is None:
            message = "The picture of the background is gone"
            raise StudioError("BACKGROUND_NOT_FOUND", message, avatarId=avatar.id)
        return str(await self._entries.store.local(source.key))

    async def _canonical(self, ks: Ks, background: Mapping[str, Any]) -> str:
        """A text that is the same for backgrounds that look the same."""
        kind = background["type"]
        if kind == "color":
            digits = str(background["color"]).lstrip("#").lower()
            return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))
        named = str(background.get("id") or background.get("entryId"))
        if kind == "library":
            if named not in self.backgrounds:
                raise StudioError("BACKGROUND_NOT_FOUND", f"There is no background {named!r}", id=named)
            return f"library:{named}"
        entry = await self._entries.find(named)
        shared = await self._entries.shared(ks.partner)
        usable = entry and may_see(ks, entry, shared) and (entry.media, entry.status) == (IMAGE, ENTRY_READY)
        if not usable:
            message = f"There is no picture {named!r} that is ready"
            raise StudioError("BACKGROUND_NOT_FOUND", message, entryId=named)
        return f"entry:{named}"
