"""Trees: the nested parameters of a request, whichever way they were written.

    JSON        {"filter": {"statusEqual": "2"}, "items": [{"id": 1}], "none": {"-": ""}}
    form        filter[statusEqual]=2&items[0][id]=1&none[-]=
    form, old   filter:statusEqual=2

All become dictionaries, lists and scalars. `name__null` stands for a name without a value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from rostra.apiv3.errors import RequestError

DEPTH = 24  # levels of nesting; real requests have five
MOST = 5000  # values of one request
EMPTY = "-"  # the key that marks an empty list
NULL = "__null"
PART = re.compile(r"[\[\]:]+")

Tree = dict[str, Any]


def from_json(data: bytes) -> Tree:
    """The tree of a JSON object; nothing at all is an empty one.

    Raises:
        RequestError: it is no object, or too deep or large.
    """
    if not data.strip():
        return {}
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RequestError("The body is not valid JSON.", "", "body") from error
    if not isinstance(raw, dict):
        raise RequestError("The body is not an object.", "", "body")
    tidied = _tidied(raw, DEPTH, [0])
    return tidied if isinstance(tidied, dict) else {}


def from_pairs(pairs: Iterable[tuple[str, str]]) -> Tree:
    """The tree of form fields, or of a query.

    Raises:
        RequestError: it is too deep or large.
    """
    root: Tree = {}
    for count, (key, value) in enumerate(pairs):
        path = [part for part in PART.split(key) if part]
        if count >= MOST or len(path) > DEPTH:
            raise RequestError("The request has too many fields.", "", key[:80])
        _put(root, path, value)
    tidied = _tidied(root, DEPTH + 1, [0])
    return tidied if isinstance(tidied, dict) else {}


def merged(*trees: Tree) -> Tree:
    """One tree of several; a later one's names win."""
    result: Tree = {}
    for tree in trees:
        result.update(tree)
    return result


def _put(node: Tree, path: list[str], value: str) -> None:
    if not path:
        return
    for part in path[:-1]:
        below = node.get(part)
        if not isinstance(below, dict):
            below = node[part] = {}
        node = below
    node[path[-1]] = value


def _tidied(value: Any, depth: int, count: list[int]) -> Any:
    """The same with lists for dictionaries of numbers, and None for `__null`."""
    count[0] += 1
    if depth < 0 or count[0] > MOST:
        raise RequestError("The request is too deep or too large.", "", "body")
    if isinstance(value, list):
        return [_tidied(one, depth - 1, count) for one in value]
    if isinstance(value, str):  # half a character, as JSON can hold it, is none
        return value.encode("utf-8", "replace").decode() if not value.isascii() else value
    if not isinstance(value, dict):
        return value
    if set(value) == {EMPTY}:
        return []
    result: Tree = {}
    for key, one in value.items():
        if key.endswith(NULL):
            result[key.removesuffix(NULL)] = None
        else:
            result[str(_tidied(key, depth, count))] = _tidied(one, depth - 1, count)
    numbered = bool(result) and all(key.isdecimal() and len(key) < 6 for key in result)
    return _Numbered(result) if numbered else result


class _Numbered(dict[str, Any]):
    """A dictionary whose keys are numbers: a list, or the calls of a multirequest."""


def listed(value: Any) -> Any:
    """A dictionary of numbers as the list that it stands for, in order."""
    if isinstance(value, _Numbered):
        return [value[key] for key in sorted(value, key=int)]
    return value
