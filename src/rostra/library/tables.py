"""Tables of the library: entries, the files that they have, and uploads on their way."""

from __future__ import annotations

import secrets
import string
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from rostra.storage.tables import Dated, Table

LETTERS = string.ascii_lowercase + string.digits

# Kinds of entries and of their media
MEDIA, DATA, DOCUMENT = 1, 6, 10
VIDEO, IMAGE, AUDIO = 1, 2, 5

# States of entries
FAILED_IMPORT, FAILED, IMPORTING, CONVERTING, READY, DELETED, PENDING, EMPTY = -2, -1, 0, 1, 2, 3, 4, 7

# States of uploads
NEW, PARTIAL, FULL, CLOSED, TIMED_OUT, DROPPED = 0, 1, 2, 3, 4, 5


def fresh_asset_id() -> str:
    """A new id of an entry or of a file of one, as clients know them: `1_` and eight letters or digits."""
    return "1_" + "".join(secrets.choice(LETTERS) for _ in range(8))


class Entry(Dated, Table):
    """A video, picture, sound or document."""

    __tablename__ = "entries"
    __table_args__ = (
        Index("ix_entries_owner", "partner", "user", "created"),
        Index("ix_entries_partner", "partner", "status", "created"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    partner: Mapped[int]
    user: Mapped[str]
    kind: Mapped[int]  # MEDIA, DATA, DOCUMENT
    media: Mapped[int]  # VIDEO, IMAGE, AUDIO; 0 while unknown
    status: Mapped[int]
    name: Mapped[str]
    description: Mapped[str]
    tags: Mapped[str]  # comma list
    admin_tags: Mapped[str]
    reference: Mapped[str]
    version: Mapped[int]  # of the content
    duration: Mapped[int]  # ms
    width: Mapped[int]
    height: Mapped[int]
    plays: Mapped[int]
    views: Mapped[int]
    played: Mapped[int]  # s
    extra: Mapped[dict[str, Any]]  # what clients set and we only keep; why a conversion failed


class Asset(Dated, Table):
    """A file of an entry: its source, its web rendition, its poster, a picture or a file that was added."""

    __tablename__ = "assets"

    id: Mapped[str] = mapped_column(primary_key=True)
    entry: Mapped[str] = mapped_column(index=True)
    partner: Mapped[int]
    role: Mapped[str]  # see `entries`
    status: Mapped[int]  # as of entries; 0 while it has no content
    key: Mapped[str]  # in the media store
    size: Mapped[int]  # bytes
    extension: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    bitrate: Mapped[int]  # kbit/s
    rate: Mapped[float]  # pictures per second
    codec: Mapped[str]
    container: Mapped[str]
    version: Mapped[int]
    extra: Mapped[dict[str, Any]]  # what people say of it


class Upload(Dated, Table):
    """A file on its way, in one piece or in chunks."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(primary_key=True)
    partner: Mapped[int] = mapped_column(index=True)
    user: Mapped[str]
    status: Mapped[int]
    name: Mapped[str]  # as the client calls the file; never used as a path
    size: Mapped[int | None]  # bytes that are expected
    ranges: Mapped[list[list[int]]]  # of bytes that have come, in order, from and up to
    chunks: Mapped[int]
    closes: Mapped[bool]  # by itself, when all has come
    entry: Mapped[str]  # what it became


class Caption(Dated, Table):
    """Captions of an entry, in one language."""

    __tablename__ = "captions"

    id: Mapped[str] = mapped_column(primary_key=True)
    entry: Mapped[str] = mapped_column(index=True)
    partner: Mapped[int]
    label: Mapped[str]
    language: Mapped[str]  # its English name
    format: Mapped[int]  # as API v3 counts them
    chosen: Mapped[bool]  # shown unless another one is chosen
    accuracy: Mapped[int]  # per cent, 0 for unknown
    status: Mapped[int]  # 0 while it has no content, then as of entries
    content: Mapped[str]
    version: Mapped[int]


class Orphan(Table):
    """A file that nothing refers to any more, until the store has deleted it."""

    __tablename__ = "orphans"

    key: Mapped[str] = mapped_column(primary_key=True)
