"""Composing: scenes written from what is said in entries of the library.

A composer is asked for scenes; the one that is built in chooses sentences (see `digest`) and needs no
model. Composing takes seconds; what was begun is begun again by a server that was restarted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import structlog

from rostra.errors import InputError, RostraError
from rostra.identity.ks import Ks
from rostra.library.captions import Captions, Line
from rostra.library.entries import Entries
from rostra.library.tables import DOCUMENT, VIDEO, Entry
from rostra.studio import digest
from rostra.studio.avatars import Owner
from rostra.studio.digest import Sentence
from rostra.studio.errors import StudioError
from rostra.studio.tables import COMPOSE_ERROR, COMPOSED, COMPOSING, Video
from rostra.studio.videos import MOST_SOURCES, Videos

log = structlog.get_logger()

MOST_SCENES = 20
RATE = 2.4  # words a second
TOGETHER = 12.0  # s between sentences that still belong to one scene
LONGEST = 48  # words of a scene
ROOM = 1.0  # s that a clip goes on at least after its narration
THANKS = "[smile] Thank you for watching."
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


class Extract:
    """The composer without a model: it lets the sources speak."""

    def write(self, wish: Wish, sources: Sequence[Source]) -> Written:
        """See `Composer.write`."""
        found = [
            one for number, source in enumerate(sources) for one in digest.sentences(source.lines, number)
        ]
        if not found:
            raise InputError(
                "The sources hold no whole sentence.", "Choose sources with more to say.", "entryIds"
            )
        opening, closing = _frame(wish, sources)
        budget = wish.seconds * RATE
        framed = budget > 3 * _count(opening + closing)
        chosen = digest.choose(found, budget - (_count(opening + closing) if framed else 0), wish.brief)
        groups = _grouped(chosen, MOST_SCENES - 2)
        middle = [_scene(group, sources[group[0].source].entry) for group in groups]
        scenes = [_spoken(opening), *middle, _spoken(closing)] if framed else middle
        return Written(scenes, _title(sources, chosen))


def _frame(wish: Wish, sources: Sequence[Source]) -> tuple[str, str]:
    """What is said at the beginning and at the end."""
    names = [source.entry.name.strip() for source in sources if source.entry.name.strip()]
    about = f" of {names[0]}" if len(names) == 1 else ""
    if wish.format == HIGHLIGHTS:
        return f"[smile] Here are the highlights{about}.", f"Those were the main points. {THANKS}"
    return f"[smile] Here is the short version{about}.", f"That is the gist of it. {THANKS}"


def _grouped(chosen: Sequence[Sentence], most: int) -> list[list[Sentence]]:
    """Sentences that follow each other in one source, together."""
    groups: list[list[Sentence]] = []
    for one in chosen:
        last = groups[-1][-1] if groups else None
        near = last and last.source == one.source and one.start - last.end < TOGETHER
        if near and sum(other.words for other in groups[-1]) + one.words <= LONGEST:
            groups[-1].append(one)
        else:
            groups.append([one])
    while len(groups) > most:  # join the two neighbours that are shortest together
        sizes = [sum(one.words for one in a + b) for a, b in pairwise(groups)]
        place = sizes.index(min(sizes))
        groups[place : place + 2] = [groups[place] + groups[place + 1]]
    return groups


def _scene(group: Sequence[Sentence], entry: Entry) -> dict[str, Any]:
    """A scene over the very moment of the source, where that is a film."""
    text = " ".join(one.text for one in group)
    if entry.media != VIDEO or not entry.duration:
        return _spoken(text)
    room = entry.duration / 1000 - _count(text) / RATE - ROOM
    start = round(max(0.0, min(group[0].start, room)), 2)
    return {**_spoken(text), "layoutType": "broll", "broll": {"entryId": entry.id, "startTime": start}}


def _spoken(text: str) -> dict[str, Any]:
    return {"layoutType": "full-screen", "narration": {"text": text}}


def _title(sources: Sequence[Source], chosen: Sequence[Sentence]) -> str:
    words = digest.keywords(chosen, 3)
    name = sources[0].entry.name.strip()
    if len(sources) == 1 and name:
        return f"{name}: highlights"[:255]
    return ", ".join(words).capitalize()[:255] or "Highlights"


def _count(text: str) -> int:
    return len([word for word in text.split() if not word.startswith("[")])
