"""Uploads: files that come in one piece, or in chunks, in any order, and again after a break.

A file lies in the staging folder under the upload's own id; the client's name for it is only kept to
be shown. Which bytes have come is in the database, so that a client can go on after a restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import delete, select

from rostra.apiv3.errors import ApiError
from rostra.drafts import refusal
from rostra.library.tables import CLOSED, DROPPED, FULL, NEW, PARTIAL, Upload
from rostra.storage.database import Database
from rostra.storage.media import MediaStore
from rostra.storage.rows import Listing
from rostra.storage.tables import fresh_id, now

KEPT = 7 * 86_400_000  # ms that an upload waits
CLOSED_FOR = 3_600_000  # ms that one is still shown after it was used
MOST_CHUNKS = 10_000
PIECE = 1 << 20  # bytes copied at once
EXPECTED = "UPLOAD_TOKEN_CANNOT_MATCH_EXPECTED_SIZE"


class Uploads:
    """All uploads.

    Args:
        database: where they are noted.
        store: where their bytes go.
        largest: bytes of one file.
    """

    def __init__(self, database: Database, store: MediaStore, largest: int) -> None:
        self._database, self._store, self._largest = database, store, largest

    async def add(
        self, partner: int, user: str, name: str = "", size: int | None = None, closes: bool = False
    ) -> Upload:
        """A new one, empty."""
        at = now()
        made = Upload(
            id=fresh_id(), partner=partner, user=user, status=NEW, name=shortened(name), size=size,
            ranges=[], chunks=0, closes=closes, entry="", created=at, updated=at,
        )  # fmt: skip
        await self._database.add(made)
        return made

    async def get(self, partner: int, user: str | None, id_: str) -> Upload:
        """One.

        Args:
            partner: whose.
            user: whose; None for anybody of the partner.
            id_: of the upload.

        Raises:
            ApiError: there is none.
        """
        found = await self._database.find(Upload, id_)
        theirs = found and found.partner == partner and user in (None, found.user)
        if found is None or not theirs or found.status == DROPPED:
            raise refused("UPLOAD_TOKEN_NOT_FOUND", "not found", id_)
        return found

    async def page(
        self, partner: int, user: str | None, where: dict[str, Any], size: int, page: int
    ) -> tuple[Sequence[Upload], int]:
        """A page of them, the newest first, and how many there are.

        Args:
            partner, user: whose, as for `get`.
            where: columns and what they must be, or be one of.
            size: of a page.
            page: from 1.
        """
        wanted = [Upload.partner == partner, Upload.status != DROPPED]
        if user is not None:
            wanted.append(Upload.user == user)
        for name, value in where.items():
            column = getattr(Upload, name)
            wanted.append(column.in_(value) if isinstance(value, list) else column == value)
        listing = Listing(Upload, wanted, (Upload.created.desc(), Upload.id))
        return await self._database.page(listing, size, size * (page - 1))

    async def receive(
        self,
        upload: Upload,
        file: BinaryIO,
        resume: bool = False,
        final: bool = True,
        at: int = -1,
        name: str = "",
    ) -> Upload:
        """Take a chunk in.

        Args:
            upload: where it belongs.
            file: the bytes.
            resume: whether earlier chunks are kept.
            final: whether all has come with this one.
            at: byte where the chunk begins; -1 for after those that have come.
            name: what the client calls the file, if it did not say so before.

        Raises:
            ApiError: it is too large or one too many; or it should be the last one and bytes are missing.
            OutputError: there is no room.
        """
        if upload.chunks >= MOST_CHUNKS:
            raise refused(
                "MAX_ALLOWED_CHUNK_COUNT_EXCEEDED", f"takes no more than {MOST_CHUNKS} chunks", upload.id
            )
        if upload.created < now() - KEPT:
            raise refused("UPLOAD_PASSED_MAX_RESUME_TIME_ALLOWED", "has waited for too long", upload.id)
        if upload.status not in (NEW, PARTIAL):
            raise refused("UPLOAD_TOKEN_INVALID_STATUS_FOR_UPLOAD", "takes no more", upload.id)
        start = 0 if not resume else at if at >= 0 else received(upload.ranges)
        size = await asyncio.to_thread(self._write, upload.id, file, start)
        return await self._note(upload.id, [start, start + size], resume, final, name)

    def path(self, upload: Upload) -> Path:
        """Where its bytes lie."""
        return self._store.staged(f"upload-{upload.id}")

    async def use(self, upload: Upload, entry: str) -> Path:
        """Close a finished upload; its file is the caller's now.

        Raises:
            ApiError: it is not finished, or was used before.
        """
        async with self._database.writing() as session:
            found = await session.get_one(Upload, upload.id)
            if found.status != FULL or not self.path(found).exists():
                raise ApiError(
                    "UPLOADED_FILE_NOT_FOUND_BY_TOKEN",
                    f"No uploaded file for token [{upload.id}]",
                    TOKEN_ID=upload.id,
                )
            found.status, found.entry, found.updated = CLOSED, entry, now()
        return self.path(found)

    async def reopen(self, id_: str) -> None:
        """Let an upload be used again: what it was used for did not succeed."""
        async with self._database.writing() as session:
            (await session.get_one(Upload, id_)).change(status=FULL, entry="")

    async def drop(self, upload: Upload) -> None:
        """Forget one and its bytes."""
        self.path(upload).unlink(missing_ok=True)
        async with self._database.writing() as session:
            (await session.get_one(Upload, upload.id)).status = DROPPED

    async def sweep(self) -> None:
        """Forget those that waited too long, or were used a while ago."""
        at = now()
        old = (Upload.updated < at - KEPT) | (
            Upload.status.in_((CLOSED, DROPPED)) & (Upload.updated < at - CLOSED_FOR)
        )
        async with self._database.writing() as session:
            for found in (await session.scalars(select(Upload).where(old))).all():
                if found.status != CLOSED:
                    self.path(found).unlink(missing_ok=True)
            await session.execute(delete(Upload).where(old))

    def _write(self, id_: str, file: BinaryIO, start: int) -> int:
        """Write bytes at their place; returns how many."""
        place, size = self._store.staged(f"upload-{id_}"), 0
        try:
            place.touch()
            with place.open("r+b") as out:
                out.seek(start)
                while piece := file.read(PIECE):
                    size += len(piece)
                    if start + size > self._largest:
                        told = f"The file is larger than {self._largest >> 20} MiB"
                        raise ApiError("MAX_FILE_SIZE_EXCEEDED", told, SIZE=self._largest)
                    out.write(piece)
        except OSError as error:
            raise refusal(error, place, "fileData") from error
        return size

    async def _note(self, id_: str, piece: list[int], resume: bool, final: bool, name: str) -> Upload:
        """Remember which bytes have come, and whether that is all."""
        async with self._database.writing() as session:
            found = await session.get_one(Upload, id_)
            found.ranges = joined([*(found.ranges if resume else []), piece])
            found.chunks += 1
            found.name = found.name or shortened(name)
            found.status, found.updated = PARTIAL, now()
            whole = found.ranges in ([], [[0, received(found.ranges)]])
            expected = found.size is None or received(found.ranges) == found.size
            if whole and expected and (final or (found.closes and found.size is not None)):
                found.status = FULL
        if final and found.status != FULL:
            raise refused(EXPECTED, "has not got all its bytes yet", id_)
        return found


def refused(code: str, why: str, id_: str) -> ApiError:
    """The error for what an upload cannot do."""
    return ApiError(code, f"Upload token [{id_}] {why}", TOKEN_ID=id_)


def shortened(name: str) -> str:
    """A client's name of a file without its folders: some send the whole path."""
    return name.replace("\\", "/").rpartition("/")[2][:255]


def joined(ranges: list[list[int]]) -> list[list[int]]:
    """Ranges of bytes in order, those that touch made one, empty ones left out."""
    result: list[list[int]] = []
    for start, stop in sorted(ranges):
        if result and start <= result[-1][1]:
            result[-1] = [result[-1][0], max(stop, result[-1][1])]
        elif stop > start:
            result.append([start, stop])
    return result


def received(ranges: list[list[int]]) -> int:
    """How many bytes have come."""
    return sum(stop - start for start, stop in ranges)
