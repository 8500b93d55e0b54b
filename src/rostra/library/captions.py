"""Captions: kept as they came, and served in the format that is asked for."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pysubs2
from sqlalchemy import select

from rostra.apiv3.errors import ApiError
from rostra.library.tables import DELETED, READY, Caption, Entry, fresh_asset_id
from rostra.storage.database import Database
from rostra.storage.tables import now

SRT, DFXP, WEBVTT, CAP, SCC = 1, 2, 3, 4, 5
FORMATS = {SRT: "srt", DFXP: "ttml", WEBVTT: "vtt"}  # that we read and write, by their names in pysubs2
EXTENSIONS = {SRT: "srt", DFXP: "xml", WEBVTT: "vtt", CAP: "cap", SCC: "scc"}
TYPES = {SRT: "application/x-subrip", DFXP: "application/ttml+xml", WEBVTT: "text/vtt"}
LARGEST = 4 << 20  # characters
WAITING, IMPORTING = 0, 7  # states of captions without content, and of those that are fetched
CODES = {
    "English": "en", "Spanish": "es", "French": "fr", "German": "de", "Italian": "it", "Portuguese": "pt",
    "Dutch": "nl", "Hebrew": "he", "Arabic": "ar", "Chinese": "zh", "Japanese": "ja", "Korean": "ko",
    "Russian": "ru", "Turkish": "tr", "Polish": "pl", "Swedish": "sv", "Hindi": "hi",
}  # fmt: skip
OPEN = re.compile(
    r"<(?![^<>]{0,1000}>)|\{(?![^{}]{0,1000}\})"
)  # never closed: parsers would look for its end
MARKUP = re.compile(r"<[^<>]{0,200}>")
NOISE = re.compile(r"\[[^\[\]]{0,200}\]|\([^()]{0,200}\)|[♪♫#*]+")  # what nobody says: sounds, marks of music
VOICE = re.compile(r"<v(?:\.[^\s<>]{0,40})?\s+([^<>]{1,60})>")  # who speaks, in WebVTT
TURN = re.compile(r"^\s*(?:>>+|[-–—](?=\s*\w))\s*")
LABEL = re.compile(r"^\s*([A-Z][\w.'’-]{0,30}(?: (?:[A-Z0-9][\w.'’-]{0,30}|member|of|the)){0,3}):(?:\s|$)")
TITLED = re.compile(r"^(?:Dr|Mr|Mrs|Ms|Prof|Sir)\b")
ENDED = (".", "?", "!", "…", '"', "'", ")", "]")


@dataclass(frozen=True)
class Line:
    """What is said from one moment to another, ms.

    Args:
        start, end: when.
        text: what.
        who: speaks, as far as the captions tell; `>> 2` is who took the second turn.
    """

    start: int
    end: int
    text: str
    who: str = ""


class Captions:
    """All captions.

    Args:
        database: where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entry: Entry, values: Mapping[str, Any], content: str = "") -> Caption:
        """New captions.

        Args:
            entry: of what.
            values: columns that are given.
            content: the file; it may come later.

        Raises:
            ApiError: the content is not of its format.
        """
        at = now()
        usual = {"label": "English", "language": "English", "format": SRT, "chosen": False, "accuracy": 0}
        given = {**usual, **values}
        if content:
            await asyncio.to_thread(lines, content, given["format"])
        made = Caption(
            id=fresh_asset_id(), entry=entry.id, partner=entry.partner, status=READY if content else WAITING,
            content=content, version=1, created=at, updated=at, **given,
        )  # fmt: skip
        await self._database.add(made)
        return await self.choose(made) if made.chosen else made

    async def find(self, id_: str) -> Caption:
        """Captions by their id.

        Raises:
            ApiError: there are none.
        """
        found = await self._database.find(Caption, id_)
        if found is None or found.status == DELETED:
            raise not_found(id_)
        return found

    async def waiting(self, status: int) -> Sequence[Caption]:
        """Captions in a state, the oldest first."""
        return await self._database.rows(Caption, (Caption.status == status,), (Caption.updated,))

    async def of(self, entry: str) -> Sequence[Caption]:
        """Captions of an entry, the best first: the chosen one, the most accurate, the newest."""
        wanted = (Caption.entry == entry, Caption.status != DELETED)
        best = (Caption.chosen.desc(), Caption.accuracy.desc(), Caption.created.desc())
        return await self._database.rows(Caption, wanted, best)

    async def change(self, id_: str, **values: Any) -> Caption:
        """Set columns."""
        async with self._database.writing() as session:
            found = await session.get_one(Caption, id_)
            found.change(**values)
        return found

    async def fill(self, caption: Caption, content: str) -> Caption:
        """Give captions their content.

        Raises:
            ApiError: it is not of their format, or too large.
        """
        if len(content) > LARGEST:
            raise ApiError("MAX_FILE_SIZE_EXCEEDED", "The captions are too large", SIZE=LARGEST)
        await asyncio.to_thread(lines, content, caption.format)
        version = caption.version + (caption.status == READY)
        return await self.change(caption.id, content=content, status=READY, version=version)

    async def choose(self, caption: Caption) -> Caption:
        """Make these the ones that are shown."""
        async with self._database.writing() as session:
            for other in await session.scalars(select(Caption).where(Caption.entry == caption.entry)):
                other.chosen = other.id == caption.id
            return await session.get_one(Caption, caption.id)

    async def said(self, entry: str) -> list[Line]:
        """What is said in an entry, by its best captions; empty if it has none."""
        ready = [one for one in await self.of(entry) if one.status == READY and one.format in FORMATS]
        return await asyncio.to_thread(heard, ready[0].content, ready[0].format) if ready else []


def not_found(id_: str) -> ApiError:
    """The error for captions that are not there."""
    told = f"Caption asset id [{id_}] not found"
    return ApiError("CAPTION_ASSET_ID_NOT_FOUND", told, CAPTION_ASSET_ID=id_)


def read(path: Path) -> str:
    """The content of a file of captions.

    Raises:
        ApiError: it is too large.
    """
    if path.stat().st_size > LARGEST:
        raise ApiError("MAX_FILE_SIZE_EXCEEDED", "The captions are too large", SIZE=LARGEST)
    return path.read_bytes().decode("utf-8-sig", "replace")


def lines(content: str, format_: int) -> list[Line]:
    """The lines of a file of captions; formats that we do not read have none.

    Raises:
        ApiError: it is not of its format.
    """
    if format_ not in FORMATS:
        return []
    try:
        found = pysubs2.SSAFile.from_string(OPEN.sub("(", content), format_=FORMATS[format_])
    except Exception as error:  # whatever its parsers stumble over
        raise ApiError("CAPTION_ASSET_PARSING_FAILED", "The captions cannot be read") from error
    if not len(found):
        raise ApiError("CAPTION_ASSET_INVALID_FORMAT", "The captions have no line of their format")
    return [Line(one.start, one.end, one.plaintext.strip()) for one in found if one.plaintext.strip()]


def written(content: str, format_: int, as_: int) -> str:
    """A file of captions in another format."""
    if format_ == as_ or format_ not in FORMATS:
        return content
    made = pysubs2.SSAFile()
    made.events = [
        pysubs2.SSAEvent(one.start, one.end, one.text.replace("\n", "\\N")) for one in lines(content, format_)
    ]
    return str(made.to_string(FORMATS[as_]))


def heard(content: str, format_: int) -> list[Line]:
    """What is said according to a file of captions, and by whom."""
    voiced = VOICE.sub(r"⟪\1⟫", content) if format_ == WEBVTT else content
    return spoken(lines(voiced, format_))


def spoken(read: Sequence[Line]) -> list[Line]:
    """The lines without what nobody says: sounds in brackets, names before a colon, marks of music.

    Captions made by a machine often roll: each shows again what the one before it showed. Such rows are
    left out too.
    """
    names, found, who, turns, last = _names(read), list[Line](), "", 0, ""
    voiced = any(one.text.startswith("⟪") for one in read)
    for one in read:
        rows: list[str] = []
        who = "" if voiced else who
        for row in one.text.splitlines():
            turn, label, said = _parted(row, names)
            said = " ".join(NOISE.sub(" ", MARKUP.sub("", said)).split())
            if turn or label:
                turns += 1
                if rows and label != who:
                    found.append(Line(one.start, one.end, " ".join(rows), who))
                    rows = []
                who = label or f">> {turns}"
            if said != last and any(character.isalnum() for character in said):
                rows.append(said)
                last = said
        if rows:
            found.append(Line(one.start, one.end, " ".join(rows), who))
    return found


def _names(read: Sequence[Line]) -> set[str]:
    """What stands before a colon and is a name: it comes again, is all capitals, or has a title."""
    counts: Counter[str] = Counter()
    sure, ended = set(), True
    for one in read:
        for row in one.text.splitlines():
            told = TURN.sub("", row)
            if found := LABEL.match(told):
                name = found[1]
                counts[name] += 1
                begins = " " in name or told[found.end() :][:1].isupper()
                if name.isupper() or TITLED.match(name) or told != row or (ended and begins):
                    sure.add(name)
            ended = row.rstrip().endswith(ENDED)
    return sure | {name for name, count in counts.items() if count > 1}


def _parted(row: str, names: set[str]) -> tuple[bool, str, str]:
    """Whether a turn is marked, who is named, and the rest of a row."""
    if row.startswith("⟪"):
        name, _, rest = row[1:].partition("⟫")
        return False, name.strip(), rest
    told = TURN.sub("", row)
    found = LABEL.match(told)
    if found and found[1] in names:
        return told != row, found[1], told[found.end() :]
    return told != row, "", told


def code(language: str) -> str:
    """The two letters of a language's English name."""
    return CODES.get(language, language[:2].lower())
