"""Composing: scenes written from what is said in entries of the library.

A composer is asked for scenes; the one that is built in chooses passages (see `excerpts`) and needs no
model. Composing takes seconds; what was begun is begun again by a server that was restarted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from rostra.errors import RostraError
from rostra.identity.ks import Ks
from rostra.library.captions import Captions, Line
from rostra.library.entries import Entries
from rostra.library.tables import DOCUMENT, VIDEO, Entry
from rostra.studio.avatars import Owner
from rostra.studio.errors import StudioError
from rostra.studio.tables import COMPOSE_ERROR, COMPOSED, COMPOSING, Video
from rostra.studio.videos import MOST_SOURCES, Videos

log = structlog.get_logger()

MOST_SCENES = 20
AT_ONCE = 2  # projects that are composed; the others wait
RATE = 3.1  # words a second: presenters speak from 2.9 to 3.3
ROOM = 1.0  # s that a clip goes on at least after its narration
HIGHLIGHTS, EXPLAINER = "session-highlights", "video-explainer"


@dataclass(frozen=True)
class Source:
    """An entry and what is said in it."""

    entry: Entry
    lines: Sequence[Line]


@dataclass(frozen=True)
class Wish:
    """What is to be written.

    Args:
        format: HIGHLIGHTS or EXPLAINER.
        seconds: that it should last.
        brief: goals and focus, for people or models; may be empty.
    """

    format: str
    seconds: float
    brief: str = ""

    def told(self) -> list[Line]:
        """The brief as a source, for where it is the only one."""
        return [Line(0, 0, paragraph) for paragraph in self.brief.splitlines()]


@dataclass(frozen=True)
class Written:
    """Scenes as the API has them, and a name for the project."""

    scenes: list[dict[str, Any]]
    name: str


class Composer(Protocol):
    """Writes scenes; blocks."""

    def write(self, wish: Wish, sources: Sequence[Source]) -> Written:
        """The scenes.

        Raises:
            RostraError: there is nothing to write from, or the model failed.
        """
        ...


class Composing:
    """Composes projects.

    Args:
        videos: all projects.
        entries, captions: the library.
        composer: who writes.
    """

    def __init__(self, videos: Videos, entries: Entries, captions: Captions, composer: Composer) -> None:
        self._videos, self._entries, self._captions, self._composer = videos, entries, captions, composer
        self._running: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def start(self, ks: Ks, id_: str, wish: Wish, entries: Sequence[str], name: bool) -> Video:
        """Begin to compose.

        Raises:
            StudioError: the project's state does not allow it, or the entries hold nothing that is said.
        """
        owner = Owner.of(ks)
        await self._videos.get(owner, id_)
        if len(set(entries)) > MOST_SOURCES:
            raise StudioError("TOO_MANY_SOURCES", f"More than {MOST_SOURCES} sources", limit=MOST_SOURCES)
        for entry in entries:
            try:
                await self._entries.get(ks, entry)
            except RostraError as error:
                message = f"There is no entry {entry!r}"
                raise StudioError("CAPTIONS_NOT_FOUND", message, entryId=entry) from error
        if not await self._sources(list(entries)) and not (wish.format == EXPLAINER and wish.brief.strip()):
            raise StudioError("CAPTIONS_NOT_FOUND", "The sources have no captions", id=id_)
        given = {
            "formatType": wish.format, "duration": wish.seconds, "entryIds": list(entries),
            **({"userBrief": wish.brief} if wish.brief else {}), "generateName": name,
        }  # fmt: skip
        video = await self._videos.compose(owner, id_, given)
        self.take(video)
        return video

    async def resume(self) -> None:
        """Take up what an earlier server left."""
        for video in await self._videos.running(COMPOSING):
            self.take(video)

    def take(self, video: Video) -> None:
        """Compose a project that is in the state `composing`."""
        task = asyncio.create_task(self._whole(video))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        """Stop; the next server begins again."""
        for task in list(self._running):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _whole(self, video: Video) -> None:
        given = video.composition or {}
        wish = Wish(given["formatType"], given["duration"], given.get("userBrief", ""))
        try:
            async with self._turns:
                sources = await self._sources(given["entryIds"])
                written = await asyncio.to_thread(self._composer.write, wish, sources)
        except RostraError as error:
            await self._fail(video, error.code, str(error))
        except Exception:
            await self._fail(video, "INTERNAL_SERVER_ERROR", "The composing failed.")
            log.exception("composing failed", video=video.id)
        else:
            ended = {"status": COMPOSED, "scenes": written.scenes, "composed": True, "error": None}
            named = {"name": written.name} if given.get("generateName") else {}
            await self._videos.move(video.id, COMPOSING, **ended, **named)

    async def _sources(self, ids: Sequence[str]) -> list[Source]:
        found = []
        for id_ in dict.fromkeys(ids):
            entry, lines = await self._entries.find(id_), await self._captions.said(id_)
            if entry and entry.kind == DOCUMENT:
                text = await self._entries.text(id_)
                lines = [Line(0, 0, paragraph) for paragraph in text.splitlines()]
            if entry and lines:
                found.append(Source(entry, lines))
        return found

    async def _fail(self, video: Video, code: str, why: str) -> None:
        await self._videos.move(
            video.id, COMPOSING, status=COMPOSE_ERROR, error={"code": code, "message": why}
        )
        log.warning("composing failed", video=video.id, why=why)


def scene(text: str, entry: Entry | None = None, start: float = 0.0) -> dict[str, Any]:
    """A scene, over the very moment of the source where that is a film."""
    made: dict[str, Any] = {"layoutType": "full-screen", "narration": {"text": text}}
    if entry is None or entry.media != VIDEO or not entry.duration:
        return made
    room = entry.duration / 1000 - len(text.split()) / RATE - ROOM
    broll = {"entryId": entry.id, "startTime": round(max(0.0, min(start, room)), 2)}
    return {**made, "layoutType": "broll", "broll": broll}
