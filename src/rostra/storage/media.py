"""The media store: finished files by key, in a local folder or in an object store (S3, Google, Azure).

Files that are still being made lie in a local staging folder and move here when they are whole. Some
tools need a path on this machine: `local` gives one, fetched into a cache where the store is remote.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from rostra.drafts import refusal
from rostra.errors import InputError, MissingFileError, OutputError

CHUNK = 1 << 20  # bytes that are read at once


class MediaStore:
    """Files by key.

    Args:
        home: folder of what the server keeps: `media`, unless there is a URL, and `staging`.
        url: of an object store, `s3://bucket/folder` say; empty for the local folder.

    Raises:
        InputError: the URL is of no store that we know.
    """

    def __init__(self, home: Path, url: str = "") -> None:
        self._folder = None if url else (home / "media").resolve()
        self._staging, self._cache = (home / "staging").resolve(), (home / "cache").resolve()
        self._store = _store(url) if url else None

    def open(self) -> None:
        """Make the folders.

        Raises:
            OutputError: they cannot be made.
        """
        for folder in (self._folder, self._staging, self._cache):
            try:
                if folder:
                    folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise refusal(error, folder or self._staging, "home") from error
        if self._folder:
            self._store = LocalStore(prefix=self._folder)

    def staged(self, name: str) -> Path:
        """Where a file is made that will move into the store."""
        return self._staging / name

    def cached(self, name: str) -> Path:
        """Where something lies that can be made again."""
        return self._cache / name

    async def keep(self, key: str, path: Path) -> int:
        """Move a staged file into the store; returns its bytes.

        Raises:
            OutputError: there is no room, or the store cannot be reached.
        """
        size = path.stat().st_size
        try:
            if self._folder:
                place = self._folder / key
                place.parent.mkdir(parents=True, exist_ok=True)
                await asyncio.to_thread(os.replace, path, place)
            else:
                await obstore.put_async(self._opened, key, path)
                path.unlink()
        except OSError as error:
            raise refusal(error, Path(key), "media") from error
        except BaseError as error:
            raise OutputError(
                f"The media store cannot be written ({error}).", "Try again.", "media"
            ) from error
        return size

    async def size(self, key: str) -> int:
        """Bytes of a file.

        Raises:
            MissingFileError: there is none.
        """
        try:
            return int((await obstore.head_async(self._opened, key))["size"])
        except (NotFoundError, FileNotFoundError) as error:
            raise MissingFileError(key) from error

    async def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end`.

        Raises:
            MissingFileError: there is no such file.
        """
        while start < end:
            stop = min(end, start + CHUNK)
            try:
                data = await obstore.get_range_async(self._opened, key, start=start, end=stop)
            except (NotFoundError, FileNotFoundError) as error:
                raise MissingFileError(key) from error
            yield bytes(data)
            start = stop

    async def local(self, key: str) -> Path:
        """The file on this machine.

        Raises:
            MissingFileError: there is none.
        """
        size = await self.size(key)
        if self._folder:
            return self._folder / key
        place = self._cache / key.replace("/", "_")
        if not place.exists() or place.stat().st_size != size:
            part = place.with_suffix(f".{os.getpid()}.part")
            with part.open("wb") as file:
                async for data in self.read(key, 0, size):
                    file.write(data)
            part.replace(place)
        return place

    async def forget(self, key: str) -> None:
        """Delete a file, if it is there."""
        try:
            await obstore.delete_async(self._opened, key)
        except (NotFoundError, FileNotFoundError):
            return

    def tidy(self, most: int) -> None:
        """Delete what was cached longest ago, until the cache holds no more than so many bytes."""
        files = [(path, path.stat()) for path in self._cache.rglob("*") if path.is_file()]
        size = sum(facts.st_size for _, facts in files)
        for path, facts in sorted(files, key=lambda one: max(one[1].st_mtime, one[1].st_atime)):
            if size <= most:
                return
            path.unlink(missing_ok=True)
            size -= facts.st_size

    def room(self) -> int:
        """Bytes that are free where files are made."""
        return shutil.disk_usage(self._staging).free

    @property
    def _opened(self) -> ObjectStore:
        if self._store is None:
            raise RuntimeError("the store was not opened")
        return self._store


def _store(url: str) -> ObjectStore:
    try:
        return from_url(url)
    except (BaseError, ValueError) as error:
        raise InputError(
            f"ROSTRA_MEDIA_URL is no store that Rostra knows ({error}).",
            "Write s3://bucket/folder.",
            "media_url",
        ) from error
