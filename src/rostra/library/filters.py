"""Filters: what clients write to choose entries, as conditions of the database.

A filter is a name of a property with what is asked of it: `statusEqual`, `nameLike`, `idIn`,
`createdAtGreaterThanOrEqual`. Those that we do not know are ignored, as clients expect.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from rostra.apiv3.errors import invalid
from rostra.library.tables import READY, Entry

LONGEST = 1000  # values of one list, characters that are looked for

Read = Callable[[str], Any]


def _whole(text: str) -> int:
    return int(text)


def _seconds(text: str) -> int:
    """Seconds as the milliseconds that we keep."""
    return round(float(text) * 1000)


COLUMNS: dict[str, tuple[Any, Read]] = {
    "id": (Entry.id, str),
    "name": (Entry.name, str),
    "tags": (Entry.tags, str),
    "userId": (Entry.user, str),
    "creatorId": (Entry.user, str),
    "status": (Entry.status, _whole),
    "type": (Entry.kind, _whole),
    "mediaType": (Entry.media, _whole),
    "createdAt": (Entry.created, _seconds),
    "updatedAt": (Entry.updated, _seconds),
    "duration": (Entry.duration, _seconds),
    "msDuration": (Entry.duration, _whole),
    "referenceId": (Entry.reference, str),
    "plays": (Entry.plays, _whole),
    "views": (Entry.views, _whole),
}
ASKED = re.compile(
    r"(\w+?)(Equal|NotIn|In|MultiLikeOr|MultiLikeAnd|Like|"
    r"GreaterThanOrEqual|LessThanOrEqual|GreaterThan|LessThan)"
)
SOUGHT = re.compile("Like|freeText|searchText")  # in the names of those that look for words
TEXTS = (Entry.name, Entry.description, Entry.tags)


def conditions(given: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """What a filter asks; only what is ready, if it says nothing of states.

    Raises:
        ApiError: a value is not of its kind; names it.
    """
    found: list[ColumnElement[bool]] = []
    for name, value in given.items():
        match = ASKED.fullmatch(name)
        if value in (None, ""):
            continue
        if len(str(value)) > LONGEST and SOUGHT.search(name):
            raise invalid(name, f"longer than {LONGEST} characters")
        if match and match.group(1) in COLUMNS:
            found.append(_condition(name, *COLUMNS[match.group(1)], match.group(2), str(value)))
        elif name in ("freeText", "searchTextMatchAnd"):
            found.append(and_(*(_anywhere(word) for word in str(value).split()[:LONGEST])))
        elif name == "searchTextMatchOr":
            found.append(or_(*(_anywhere(word) for word in str(value).split()[:LONGEST])))
    if not any(name.startswith("status") for name in given):
        found.append(Entry.status == READY)
    return found


def order(given: Mapping[str, Any]) -> list[Any]:
    """The columns of `orderBy`, such as `-createdAt`.

    Raises:
        ApiError: there is no such property.
    """
    wanted = str(given.get("orderBy") or "")
    if not wanted:
        return []
    name = wanted.lstrip("+-")
    if name not in COLUMNS:
        raise invalid("orderBy", f"there is no property {name!r}")
    column = COLUMNS[name][0]
    return [column.desc() if wanted.startswith("-") else column.asc()]


def _condition(name: str, column: Any, read: Read, asked: str, value: str) -> ColumnElement[bool]:
    try:
        if asked in ("In", "NotIn"):
            values = [read(one.strip()) for one in value.split(",")[:LONGEST] if one.strip()]
            chosen: ColumnElement[bool] = column.in_(values)
            return ~chosen if asked == "NotIn" else chosen
        if "Like" in asked:
            words = [column.icontains(word, autoescape=True) for word in re.split(r"[,\s]+", value) if word]
            whole: ColumnElement[bool] = column.icontains(value, autoescape=True)
            return {"Like": whole, "MultiLikeOr": or_(*words), "MultiLikeAnd": and_(*words)}[asked]
        limit = read(value)
    except (ValueError, OverflowError) as error:
        raise invalid(name, f"{value[:40]!r} is not of its kind") from error
    compared: dict[str, ColumnElement[bool]] = {
        "Equal": column == limit,
        "GreaterThanOrEqual": column >= limit,
        "LessThanOrEqual": column <= limit,
        "GreaterThan": column > limit,
        "LessThan": column < limit,
    }
    return compared[asked]


def _anywhere(word: str) -> ColumnElement[bool]:
    return or_(*(column.icontains(word, autoescape=True) for column in TEXTS))
