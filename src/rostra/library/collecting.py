"""Collecting: captions that lie at an address are fetched while their owner does something else.

Until they are there their content is the address, so that a server that was killed goes on.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from rostra.errors import RostraError
from rostra.library.captions import IMPORTING, LARGEST, Captions, read
from rostra.library.fetch import fetch
from rostra.library.tables import FAILED, Caption
from rostra.storage.media import MediaStore

AT_ONCE = 4

log = structlog.get_logger()


class Collecting:
    """Fetches captions.

    Args:
        captions: where they go.
        store: where they lie on their way.
        private: whether they are fetched from this machine and its neighbours, too.
    """

    def __init__(self, captions: Captions, store: MediaStore, private: bool = False) -> None:
        self._captions, self._store, self._private = captions, store, private
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()

    async def begin(self, caption: Caption, url: str) -> Caption:
        """Fetch captions, soon."""
        coming = await self._captions.change(caption.id, status=IMPORTING, content=url)
        self._take(coming)
        return coming

    async def resume(self) -> None:
        """Take up what an earlier server left."""
        for caption in await self._captions.waiting(IMPORTING):
            self._take(caption)

    async def stop(self) -> None:
        """Stop; the next server goes on."""
        for task in list(self._running):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _take(self, caption: Caption) -> None:
        task = asyncio.create_task(self._fetch(caption))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _fetch(self, caption: Caption) -> None:
        place = self._store.staged(f"caption-{caption.id}")
        try:
            async with self._slots:
                await fetch(caption.content, place, LARGEST, self._private)
            if await self._wanted(caption):
                await self._captions.fill(caption, read(place))
        except RostraError as error:
            await self._fail(caption)
            log.warning("fetching captions failed", caption=caption.id, why=str(error))
        except Exception:
            await self._fail(caption)
            log.exception("fetching captions failed", caption=caption.id)
        finally:
            place.unlink(missing_ok=True)

    async def _fail(self, caption: Caption) -> None:
        if await self._wanted(caption):
            await self._captions.change(caption.id, status=FAILED, content="")

    async def _wanted(self, caption: Caption) -> bool:
        """Whether captions still wait for what lies at this address; they may be deleted by now."""
        return any(
            (one.id, one.content) == (caption.id, caption.content)
            for one in await self._captions.waiting(IMPORTING)
        )
