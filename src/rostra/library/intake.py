"""The intake: new content is converted, a few files at a time, each in a process of its own.

What waits is known by its state in the database, so that a server that was killed goes on where it was.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from rostra.children import command
from rostra.errors import AwayError, RostraError
from rostra.library.convert import SOURCE as ITSELF
from rostra.library.entries import SOURCE, WEB, Entries, asset_of
from rostra.library.fetch import fetch
from rostra.library.tables import (
    CONVERTING,
    DOCUMENT,
    FAILED_IMPORT,
    IMPORTING,
    MEDIA,
    READY,
    Asset,
    Entry,
)

log = structlog.get_logger()

PATIENCE = 6 * 3600  # s that one conversion may take
PAUSES = (5.0, 30.0, 120.0)  # s between tries while the store is away
MOST_TOLD = 1 << 20  # bytes that a conversion may say


class Intake:
    """Converts what comes in.

    Args:
        entries: where it is noted.
        largest: bytes of a file that is fetched.
        private: whether files are fetched from this machine and its neighbours, too.
        at_once: files that are converted at the same time.
    """

    def __init__(self, entries: Entries, largest: int, private: bool = False, at_once: int = 1) -> None:
        self._entries, self._slots = entries, asyncio.Semaphore(at_once)
        self._largest, self._private = largest, private
        self._running: set[asyncio.Task[None]] = set()

    async def resume(self) -> None:
        """Take up what an earlier server left."""
        for entry in await self._entries.waiting(CONVERTING):
            self.take(entry)
        for entry in await self._entries.waiting(IMPORTING):
            self.fetch(entry, entry.extra.get("url", ""))

    def take(self, entry: Entry) -> None:
        """Convert an entry's content, soon."""
        task = asyncio.create_task(self._convert(entry))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def fetch(self, entry: Entry, url: str) -> None:
        """Fetch an entry's content from an address, soon, and convert it."""
        task = asyncio.create_task(self._fetch(entry, url))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _fetch(self, entry: Entry, url: str) -> None:
        path = self._entries.store.staged(f"fetch-{entry.id}")
        try:
            name = await fetch(url, path, self._largest, self._private)
            extension = name.rpartition(".")[2].lower()
            filled = await self._entries.fill(entry, path, extension if extension.isalnum() else "")
        except RostraError as error:
            path.unlink(missing_ok=True)
            await self._entries.fail(entry.id, str(error), entry.version, FAILED_IMPORT)
            log.warning("fetching failed", entry=entry.id, why=str(error))
        else:
            self.take(filled)

    async def stop(self) -> None:
        """Stop; what is not finished is taken up by the next server."""
        for task in self._running:
            task.cancel()
        for task in list(self._running):
            with suppress(asyncio.CancelledError):
                await task

    async def _convert(self, entry: Entry) -> None:
        async with self._slots:
            try:
                await self._patiently(entry)
            except RostraError as error:
                await self._entries.fail(entry.id, str(error), entry.version)
                log.warning("conversion failed", entry=entry.id, why=str(error))
            except Exception:
                await self._entries.fail(entry.id, "The conversion failed.", entry.version)
                log.exception("conversion failed", entry=entry.id)

    async def _patiently(self, entry: Entry) -> None:
        """Convert an entry's content; a store that is away is given time to come back."""
        for pause in PAUSES:
            try:
                return await self._make(entry)
            except AwayError:
                await asyncio.sleep(pause)
        return await self._make(entry)

    async def _make(self, entry: Entry) -> None:
        source = next(one for one in await self._entries.assets(entry.id) if one.role == SOURCE)
        store = self._entries.store
        folder = store.staged(f"convert-{entry.id}-{entry.version}")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            facts = await self._facts(entry, source, folder)
            files = facts["made"].items()
            made = [await self._kept(entry, source, role, name, facts) for role, name in files]
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        known = ("media", "duration", "width", "height")
        columns: dict[str, Any] = {name: facts[name] for name in known if name in facts}
        if not await self._entries.finish(entry.id, columns, made, entry.version):
            await self._entries.abandon([asset.key for asset in made if asset.key != source.key])

    async def _facts(self, entry: Entry, source: Asset, folder: Path) -> dict[str, Any]:
        """What a process of its own finds out of a file, and makes of it."""
        path = str(await self._entries.store.local(source.key))
        if entry.kind == MEDIA:
            return await _told("rostra.library.convert", path, str(folder))
        if entry.kind == DOCUMENT:
            name = f"document.{source.extension}"
            return await _told("rostra.library.extract", path, str(folder / "text.txt"), name)
        return {"made": {}}

    async def _kept(self, entry: Entry, source: Asset, role: str, name: str, facts: dict[str, Any]) -> Asset:
        """A file that a conversion made, moved into the store."""
        store = self._entries.store
        shape: dict[str, Any] = {"width": facts.get("width", 0), "height": facts.get("height", 0)}
        if role == WEB:
            shape |= {"rate": facts["rate"], "bitrate": facts["bitrate"], "codec": facts["codec"]}
            if name != ITSELF:
                shape |= {"codec": "h264" if name.endswith("mp4") else "aac"}
            shape["container"] = "mp4"
        if name == ITSELF:
            asset = asset_of(entry, role, source.key, source.size, source.extension, entry.version, **shape)
        else:
            path = store.staged(f"convert-{entry.id}-{entry.version}") / name
            key = f"{entry.partner}/{entry.id}/{entry.version}/{name}"
            size = await store.keep(key, path)
            asset = asset_of(entry, role, key, size, name.rpartition(".")[2], entry.version, **shape)
        asset.status = READY
        return asset


async def _told(module: str, *arguments: str) -> dict[str, Any]:
    """What a conversion says.

    Raises:
        RostraError: it failed; says why.
    """
    process = await asyncio.create_subprocess_exec(
        *command(module, *arguments),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, limit=MOST_TOLD,
    )  # fmt: skip
    try:
        out, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError as error:
        raise RostraError(f"The conversion took more than {PATIENCE // 3600} hours.") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        told: dict[str, Any] = json.loads(out.splitlines()[-1])
    except (ValueError, IndexError) as error:
        raise RostraError("The file broke the conversion.", "Send another one.") from error
    if "error" in told:
        raise RostraError(told["error"])
    return told
