"""Search: the entries that a tree of conditions describes, over the database.

The tree is that of the vendor's eSearch: operators (and, or, not) over items, each of which asks
something of one field, of everything that is text, or of what is said in captions. Items about what
we do not keep (metadata, cue points, categories) match nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select

from rostra.apiv3.errors import ApiError
from rostra.apiv3.tree import listed
from rostra.library.tables import READY, Caption, Entry

AND, OR, NOT = 1, 2, 3
EXACT, PARTIAL, STARTS, THERE, RANGE = 1, 2, 3, 4, 5
OPERATOR = "KalturaESearchEntryOperator"
DEPTH, MOST = 8, 200  # of the tree: levels, and items
COLUMNS: dict[str, Any] = {
    "id": Entry.id,
    "name": Entry.name,
    "description": Entry.description,
    "tags": Entry.tags,
    "reference_id": Entry.reference,
    "media_type": Entry.media,
    "entry_type": Entry.kind,
    "kuser_id": Entry.user,
    "user_id": Entry.user,
    "creator_kuser_id": Entry.user,
    "created_at": Entry.created,
    "updated_at": Entry.updated,
    "length_in_msecs": Entry.duration,
    "plays": Entry.plays,
    "views": Entry.views,
}
NUMBERS = ("media_type", "entry_type", "length_in_msecs", "plays", "views")
DATES = ("created_at", "updated_at")  # Unix seconds outside, ms inside
TEXTS = (Entry.name, Entry.description, Entry.tags)
CAPTIONED: dict[str, Any] = {
    "language": Caption.language, "label": Caption.label, "caption_asset_id": Caption.id,
}  # fmt: skip
LIMITS = ("greaterThanOrEqual", "lessThanOrEqual", "greaterThan", "lessThan")


@dataclass(frozen=True)
class Query:
    """What is searched for.

    Args:
        where: conditions.
        order: columns.
        words: that are marked in what is found.
        said: words that are looked for in captions, and shown where they are said.
    """

    where: list[ColumnElement[bool]]
    order: list[Any]
    words: list[str]
    said: list[str]


def query(given: Mapping[str, Any]) -> Query:
    """Read the parameters of a search.

    Raises:
        ApiError: they make no sense.
    """
    reader = _Reader()
    where = []
    operator = given.get("searchOperator")
    try:
        if isinstance(operator, Mapping):
            where.append(reader.read(operator, 0))
    except (ValueError, TypeError) as error:
        raise _wrong("A number of the search is none") from error
    states = [int(one) for one in str(given.get("objectStatuses") or "").split(",") if _is_number(one)]
    where.append(Entry.status.in_(states) if states else Entry.status == READY)
    ids = [
        one.strip() for one in str(given.get("objectIds") or given.get("objectId") or "").split(",") if one
    ]
    if ids:
        where.append(Entry.id.in_(ids[:500]))
    return Query(where, _order(given.get("orderBy")), reader.words, reader.said)


class _Reader:
    """Makes conditions of a tree, and remembers what was looked for."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.said: list[str] = []
        self._count = 0

    def read(self, item: Mapping[str, Any], depth: int) -> ColumnElement[bool]:
        """The condition that an item, or an operator with its items, stands for."""
        self._count += 1
        if depth > DEPTH or self._count > MOST:
            raise _wrong("The search is too deep or too large")
        kind = str(item.get("objectType") or (OPERATOR if "searchItems" in item else ""))
        if kind.endswith("Operator"):
            return self._operator(item, depth)
        readers: dict[str, Callable[[Mapping[str, Any]], ColumnElement[bool]]] = {
            "KalturaESearchUnifiedItem": self._unified,
            "KalturaESearchEntryItem": self._entry,
            "KalturaESearchCaptionItem": self._caption,
        }
        if kind in readers:
            return readers[kind](item)
        if kind.startswith("KalturaESearchAbstract") or not kind:
            raise ApiError("OBJECT_TYPE_ABSTRACT", f'The object type "{kind}" is abstract', OBJECT_TYPE=kind)
        return false()

    def _operator(self, item: Mapping[str, Any], depth: int) -> ColumnElement[bool]:
        items = listed(item.get("searchItems") or [])
        if not isinstance(items, list):
            raise _wrong("searchItems is no list")
        parts = [self.read(one, depth + 1) for one in items if isinstance(one, Mapping)]
        if not parts:
            return and_(True)
        how = int(item.get("operator") or AND)
        if how == NOT:
            return not_(or_(*parts))
        return or_(*parts) if how == OR else and_(*parts)

    def _unified(self, item: Mapping[str, Any]) -> ColumnElement[bool]:
        term, how = _term(item)
        self.words.append(term)
        self.said.append(term)
        parts = [_text(column, term, how) for column in TEXTS]
        return or_(*parts, Entry.id == term, _captioned(term, how))

    def _entry(self, item: Mapping[str, Any]) -> ColumnElement[bool]:
        name = str(item.get("fieldName") or "").lower()
        if name in ("captions_content", "captioncontent"):
            return self._caption(item)
        if name not in COLUMNS:
            return false()
        if int(item.get("itemType") or EXACT) == RANGE:
            return _range(name, item.get("range"))
        term, how = _term(item)
        column = COLUMNS[name]
        if name in NUMBERS or name in DATES:
            if not _is_number(term):
                return false() if how != THERE else column > 0
            value = int(float(term)) * (1000 if name in DATES else 1)
            return and_(column == value)
        self.words.append(term)
        return _text(column, term, how)

    def _caption(self, item: Mapping[str, Any]) -> ColumnElement[bool]:
        field = str(item.get("fieldName") or "content")
        term, how = _term(item)
        if field in ("content", "captions_content", "captioncontent"):
            self.said.append(term)
            return _captioned(term, how)
        columns: dict[str, Any] = {
            "language": Caption.language,
            "label": Caption.label,
            "caption_asset_id": Caption.id,
        }
        if field not in columns:
            return false()
        return exists(select(Caption.id).where(Caption.entry == Entry.id, _text(columns[field], term, how)))


def found_in(text: str, words: Sequence[str]) -> str:
    """A text with the words that were looked for marked; empty if none is in it."""
    marked, lower = text, text.lower()
    hit = False
    for word in sorted({word for word in words if word}, key=len, reverse=True):
        place = lower.find(word.lower())
        if place >= 0 and "<em>" not in marked:
            marked = f"{text[:place]}<em>{text[place : place + len(word)]}</em>{text[place + len(word) :]}"
            hit = True
    return marked if hit else ""


def _term(item: Mapping[str, Any]) -> tuple[str, int]:
    term, how = str(item.get("searchTerm") or "").strip()[:500], int(item.get("itemType") or EXACT)
    if how not in (EXACT, PARTIAL, STARTS, THERE):
        raise _wrong(f"There is no item type {how} here")
    if not term and how != THERE:
        raise _wrong("searchTerm is empty")
    return term, how


def _text(column: Any, term: str, how: int) -> ColumnElement[bool]:
    conditions: dict[int, Callable[[], ColumnElement[bool]]] = {
        EXACT: lambda: column.icontains(term, autoescape=True) if column in TEXTS else column.ilike(term),
        PARTIAL: lambda: column.icontains(term, autoescape=True),
        STARTS: lambda: column.istartswith(term, autoescape=True),
        THERE: lambda: column != "",
    }
    return conditions[how]()


def _captioned(term: str, how: int) -> ColumnElement[bool]:
    content = Caption.content != "" if how == THERE else Caption.content.icontains(term, autoescape=True)
    return exists(select(Caption.id).where(Caption.entry == Entry.id, Caption.status == READY, content))


def _range(name: str, given: object) -> ColumnElement[bool]:
    if not isinstance(given, Mapping) or (name not in NUMBERS and name not in DATES):
        raise _wrong(f"{name} has no range")
    column, scale = COLUMNS[name], 1000 if name in DATES else 1
    parts = []
    for limit in LIMITS:
        if given.get(limit) in (None, ""):
            continue
        if not _is_number(str(given[limit])):
            raise _wrong(f"range.{limit} is no number")
        value = float(given[limit]) * scale
        parts.append({
            "greaterThanOrEqual": column >= value, "lessThanOrEqual": column <= value,
            "greaterThan": column > value, "lessThan": column < value,
        }[limit])  # fmt: skip
    return and_(True, *parts)


def _order(given: object) -> list[Any]:
    items = listed(given.get("orderItems") or []) if isinstance(given, Mapping) else []
    result = []
    for item in items if isinstance(items, list) else []:
        name = str(item.get("sortField") or "") if isinstance(item, Mapping) else ""
        if "objectType" in item and item["objectType"] == "KalturaESearchOrderByItem":
            raise ApiError("OBJECT_TYPE_ABSTRACT", "The order's object type is abstract", OBJECT_TYPE="")
        if name in COLUMNS:
            column = COLUMNS[name]
            result.append(
                column.desc() if str(item.get("sortOrder", "desc")).lower() == "desc" else column.asc()
            )
    return result


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < 1e15
    except ValueError:
        return False


def _wrong(why: str) -> ApiError:
    return ApiError("ELASTIC_SEARCH_QUERY_NOT_VALID", why)
