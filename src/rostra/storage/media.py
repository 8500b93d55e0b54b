"""The media store: finished files by key, in a local folder or in an object store (S3, Google, Azure).

Files that are still being made lie in a local staging folder and move here when they are whole. Some
tools need a path on this machine: `local` gives one, fetched into a cache where the store is remote.

A remote store is found and opened with the environment variables that its vendor's own tools read
(`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL` ...).
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from rostra.drafts import draft, refusal
from rostra.errors import AwayError, InputError, MissingFileError, OutputError

CHUNK = 1 << 20  # bytes that are read at once
CHUNK_AFAR = 4 << 20  # the same of a remote store, where each time takes tens of milliseconds
KINDS = ("s3", "s3a", "gs", "az", "adl", "azure", "abfs", "abfss")  # of remote stores, as URLs begin
TRIES, PATIENCE = 3, timedelta(seconds=15)  # until a remote store that does not answer counts as away
MARK = ".rostra"  # written when the store is opened: shows that it can be

log = structlog.get_logger()


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
        self._fetching: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def open(self) -> None:
        """Make the folders; make sure that a remote store can be written.

        Raises:
            OutputError: they cannot be made, or it cannot.
        """
        for folder in (self._folder, self._staging, self._cache):
            try:
                if folder:
                    folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise refusal(error, folder or self._staging, "home") from error
        if self._folder:
            self._store = LocalStore(prefix=self._folder)
            return
        try:
            obstore.put(self._opened, MARK, b"Rostra keeps media here.\n")
        except (BaseError, OSError) as error:
            raise OutputError(
                f"The media store cannot be written ({_why(error)}).",
                "Check ROSTRA_MEDIA_URL, and the variables that name its address and keys.",
                "media_url",
            ) from error

    def staged(self, name: str) -> Path:
        """Where a file is made that will move into the store."""
        return self._staging / name

    def cached(self, name: str) -> Path:
        """Where something lies that can be made again."""
        return self._cache / name

    async def keep(self, key: str, path: Path) -> int:
        """Move a staged file into the store; returns its bytes.

        Raises:
            OutputError: there is no room.
            AwayError: the store cannot be reached; the file is where it was.
        """
        size = path.stat().st_size
        if self._folder is None:
            try:
                await obstore.put_async(self._opened, key, path)
            except (BaseError, OSError) as error:  # also where there is no such bucket
                raise _away(key, error) from error
            path.unlink()
            return size
        try:
            place = self._folder / key
            place.parent.mkdir(parents=True, exist_ok=True)
            await asyncio.to_thread(os.replace, path, place)
        except OSError as error:
            raise refusal(error, Path(key), "media") from error
        return size

    async def size(self, key: str) -> int:
        """Bytes of a file.

        Raises:
            MissingFileError: there is none.
            AwayError: the store cannot be reached.
        """
        with _asking(key):
            return int((await obstore.head_async(self._opened, key))["size"])

    async def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end`.

        Raises:
            MissingFileError: there is no such file.
            AwayError: the store cannot be reached.
        """
        chunk = CHUNK if self._folder else CHUNK_AFAR
        while start < end:
            stop = min(end, start + chunk)
            with _asking(key):
                data = await obstore.get_range_async(self._opened, key, start=start, end=stop)
            yield bytes(data)
            start = stop

    async def local(self, key: str) -> Path:
        """The file on this machine.

        Raises:
            MissingFileError: there is none.
            OutputError: there is no room for it.
            AwayError: the store cannot be reached.
        """
        size = await self.size(key)
        if self._folder:
            return self._folder / key
        place = self._cache / key.replace("/", "_")
        async with self._fetching.setdefault(key, asyncio.Lock()):  # who comes second finds it there
            if not place.exists() or place.stat().st_size != size:
                await self._fetch(key, size, place)
        return place

    async def _fetch(self, key: str, size: int, place: Path) -> None:
        """Copy a file to this machine, whole or not at all."""
        with draft(place, "media") as path, path.open("wb") as file:
            async for data in self.read(key, 0, size):
                await asyncio.to_thread(file.write, data)

    async def forget(self, key: str) -> None:
        """Delete a file, if it is there.

        Raises:
            AwayError: the store cannot be reached.
        """
        try:
            await obstore.delete_async(self._opened, key)
        except FileNotFoundError:
            return
        except BaseError as error:
            raise _away(key, error) from error

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


@contextmanager
def _asking(key: str) -> Iterator[None]:
    """Tell the store's errors as ours."""
    try:
        yield
    except FileNotFoundError as error:
        raise MissingFileError(key) from error
    except BaseError as error:
        raise _away(key, error) from error


def _away(key: str, error: Exception) -> AwayError:
    """The error for whoever asked; what the store has said is for the log."""
    log.warning("the media store does not answer", key=key, why=_why(error))
    return AwayError("The media store does not answer.", "Try again in a moment.", "media")


def _why(error: Exception) -> str:
    """What a store says, without what is for its makers."""
    return " ".join(str(error).partition("Debug source")[0].split())


def _store(url: str) -> ObjectStore:
    if urlsplit(url).scheme.lower() not in KINDS:
        raise InputError(f"ROSTRA_MEDIA_URL is {url}.", "Write s3://bucket/folder.", "media_url")
    try:
        return from_url(url, retry_config={"max_retries": TRIES, "retry_timeout": PATIENCE})
    except (BaseError, ValueError) as error:
        raise InputError(
            f"ROSTRA_MEDIA_URL is no store that Rostra knows ({_why(error)}).",
            "Write s3://bucket/folder.",
            "media_url",
        ) from error
