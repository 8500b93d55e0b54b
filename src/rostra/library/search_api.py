"""What of search is called over API v3: `elasticsearch_eSearch`."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from rostra.apiv3.answer import Thing
from rostra.apiv3.errors import ApiError
from rostra.apiv3.service import Call, Service, action
from rostra.identity.api import FIRST, Pager
from rostra.library import captions as subtitles
from rostra.library.api import shown_entry
from rostra.library.captions import Captions
from rostra.library.entries import Entries
from rostra.library.search import found_in, query
from rostra.library.tables import READY, Caption, Entry

MOST_LINES = 20  # of one caption that are shown


class ESearch(Service):
    """Search."""

    name = "elasticsearch_eSearch"
    aliases = ("eSearch",)

    def __init__(self, entries: Entries, captions: Captions) -> None:
        self._entries, self._captions = entries, captions

    @action(reads=True)
    async def searchEntry(self, call: Call, searchParams: dict[str, Any], pager: Pager = FIRST) -> Thing:
        """A page of the entries that are meant, and where the words are in them."""
        asked = query(searchParams)
        try:
            found, total = await self._entries.page(
                call.who, asked.where, asked.order, pager.size, pager.pageIndex
            )
        except SQLAlchemyError as error:
            raise ApiError("ESEARCH_SERVICE_DOWN", "The search does not answer; try again") from error
        results = [await self._result(one, call, asked.words, asked.said) for one in found]
        return Thing("KalturaESearchEntryResponse", {"totalCount": total, "objects": results})

    async def _result(self, entry: Entry, call: Call, words: list[str], said: list[str]) -> Thing:
        texts = {"name": entry.name, "description": entry.description, "tags": entry.tags}
        marked = {name: found_in(text, words) for name, text in texts.items()}
        highlight = [
            Thing("KalturaESearchHighlight", {
                "fieldName": name, "hits": [Thing("KalturaString", {"value": text})],
            })
            for name, text in marked.items() if text
        ]  # fmt: skip
        lines = await self._lines(entry, said) if said else []
        items = [Thing("KalturaESearchItemDataResult", {
            "totalCount": len(lines), "itemsType": "caption", "items": lines,
        })]  # fmt: skip
        return Thing(
            "KalturaESearchEntryResult",
            {
                "object": shown_entry(entry, call),
                "highlight": highlight,
                "itemsData": items if lines else [],
            },
        )

    async def _lines(self, entry: Entry, said: list[str]) -> list[Thing]:
        """The lines of captions in which the words are said."""
        found: list[Thing] = []
        for caption in await self._captions.of(entry.id):
            if caption.status == READY:
                found += [_line(one, caption) for one in subtitles.lines(caption.content, caption.format)
                          if any(word.lower() in one.text.lower() for word in said)]  # fmt: skip
        return found[:MOST_LINES]


def _line(line: subtitles.Line, caption: Caption) -> Thing:
    return Thing(
        "KalturaESearchCaptionItemData",
        {
            "line": line.text,
            "startsAt": line.start,
            "endsAt": line.end,
            "captionAssetId": caption.id,
            "label": caption.label,
            "language": caption.language,
        },
    )
