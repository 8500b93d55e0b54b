"""Resources: what clients name as the content of something: an upload, a text, a file, another entry."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO

from rostra.apiv3.errors import ApiError, missing
from rostra.apiv3.service import Call
from rostra.errors import AwayError, OutputError
from rostra.library.entries import SOURCE, Entries, no_flavor, not_found
from rostra.library.tables import Asset
from rostra.library.uploads import Uploads

TOKEN, URL, TEXT = "KalturaUploadedFileTokenResource", "KalturaUrlResource", "KalturaStringResource"
FILE, ENTRY, ASSET = "KalturaUploadedFileResource", "KalturaEntryResource", "KalturaAssetResource"
FIELDS = {TOKEN: "token", URL: "url", TEXT: "content", ENTRY: "entryId", ASSET: "assetId"}  # what each needs


class Resources:
    """Turns resources into staged files.

    Args:
        entries: that may be copied.
        uploads: that may be used.
    """

    def __init__(self, entries: Entries, uploads: Uploads) -> None:
        self._entries, self._uploads = entries, uploads

    @asynccontextmanager
    async def staged(
        self, call: Call, given: Mapping[str, Any], entry: str
    ) -> AsyncIterator[tuple[Path, str]]:
        """A staged file of what a resource stands for, and what the client calls it.

        It is gone when the block ends; only an upload that could not be kept can be used again.

        Args:
            call: by whom; its files are those that came with it.
            given: the resource.
            entry: what it will belong to.

        Raises:
            ApiError: it says too little, stands for nothing, or is of a kind that we do not take.
        """
        path, name = await self._staged(call, given, entry)
        try:
            yield path, name
        except (AwayError, OutputError):
            if kind_of(given) == TOKEN:
                await self._uploads.reopen(str(given[FIELDS[TOKEN]]))
            else:
                path.unlink(missing_ok=True)
            raise
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        path.unlink(missing_ok=True)

    async def _staged(self, call: Call, given: Mapping[str, Any], entry: str) -> tuple[Path, str]:
        kind = kind_of(given)
        value = str(given.get(FIELDS.get(kind, ""), ""))
        if kind == TOKEN:
            ks = call.who
            upload = await self._uploads.get(ks.partner, None if ks.admin else ks.user, value)
            return await self._uploads.use(upload, entry), upload.name
        place = self._entries.store.staged(f"content-{uuid.uuid4().hex}")
        if kind == TEXT:
            place.write_text(value, "utf-8", "replace")
            return place, "text.txt"
        if kind == FILE:
            file = next(iter(call.files.values()), None)
            if file is None:
                raise ApiError("NO_FILES_RECEIVED", "No file has come with the request")
            await asyncio.to_thread(_copied, file.file, place)
            return place, file.filename or ""
        if kind in (ENTRY, ASSET):
            asset = await self._meant(call, kind, value)
            await asyncio.to_thread(shutil.copyfile, await self._entries.store.local(asset.key), place)
            return place, f"copy.{asset.extension}"
        raise ApiError("FEATURE_FORBIDDEN", f"Rostra takes no {kind}", FEATURE=kind)

    async def _meant(self, call: Call, kind: str, id_: str) -> Asset:
        """The file that another entry, or an asset, stands for."""
        asset = await self._entries.asset(id_) if kind == ASSET else None
        if kind == ASSET and (asset is None or asset.partner != call.who.partner or not asset.key):
            raise no_flavor(id_)
        unknown = no_flavor(id_) if asset else not_found(id_)
        entry = await self._entries.of(call.who, asset.entry if asset else id_, False, unknown)
        own = [one for one in await self._entries.assets(entry.id) if one.role == SOURCE]
        if not asset and not own:
            raise not_found(entry.id)
        return asset or own[0]


def kind_of(given: Mapping[str, Any]) -> str:
    """The class of a resource; where it is not named, its field tells.

    Raises:
        ApiError: nothing tells, or what it needs is empty.
    """
    kind = str(given.get("objectType") or next((k for k, name in FIELDS.items() if name in given), ""))
    if not kind:
        raise missing("resource:objectType")
    name = FIELDS.get(kind)
    value = given.get(name) if name else FILE
    if value is None or (value == "" and kind != TEXT):  # a text may be empty
        message = f'The property "{kind}::{name}" cannot be null'
        raise ApiError("PROPERTY_VALIDATION_CANNOT_BE_NULL", message, PROPERTY_NAME=name)
    return kind


def extension_of(name: str) -> str:
    """The ending of a file's name, if it is one that can be used."""
    extension = Path(name).suffix.lstrip(".").lower()
    return extension if extension.isalnum() and extension.isascii() else ""


def _copied(file: BinaryIO, place: Path) -> None:
    with place.open("wb") as out:
        shutil.copyfileobj(file, out)
