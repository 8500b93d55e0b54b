"""Several calls in one request, where later ones may use what earlier ones gave.

Calls have numbers; `{2:result:id}` in any text stands for the field `id` of the second call's result.
References count from 1 in the order of the calls, whatever number the first one has: the vendor's
Python client numbers its calls from 0 and its references from 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rostra.apiv3.answer import Thing
from rostra.apiv3.errors import ApiError
from rostra.apiv3.tree import Tree

MOST = 50  # calls
REFERENCE = re.compile(r"\{(\d{1,4}):result((?::[\w.-]+)*)\}")


def calls(tree: Tree) -> list[tuple[str, Tree]]:
    """(number, parameters) of each call, in order; what all share is in each of them.

    Raises:
        ApiError: there are too many.
    """
    numbered = {key: value for key, value in tree.items() if key.isdecimal() and isinstance(value, dict)}
    if len(numbered) > MOST:
        raise ApiError("MAX_CALLS_EXCEEDED", f"More than {MOST} calls in one request", LIMIT=MOST)
    shared = {key: value for key, value in tree.items() if key not in numbered}
    return [(key, {**shared, **numbered[key]}) for key in sorted(numbered, key=int)]


def resolved(value: Any, results: Sequence[Any]) -> Any:
    """A parameter with results in the place of references.

    Raises:
        ApiError: it refers to a call that is not there, has failed, or gave no such field.
    """
    if isinstance(value, Mapping):
        return type(value)({key: resolved(one, results) for key, one in value.items()})  # type: ignore[call-arg]
    if isinstance(value, list):
        return [resolved(one, results) for one in value]
    if not isinstance(value, str) or "{" not in value:
        return value
    whole = REFERENCE.fullmatch(value)
    if whole:
        return _found(whole, results)
    return REFERENCE.sub(lambda match: str(_found(match, results)), value)


def _found(match: re.Match[str], results: Sequence[Any]) -> Any:
    number = int(match.group(1))
    if not 0 < number <= len(results) or isinstance(results[number - 1], ApiError):
        raise _broken(match)
    value = results[number - 1]
    for part in match.group(2).split(":")[1:]:
        value = _step(value, part)
        if value is None:
            raise _broken(match)
    return value


def _step(value: Any, part: str) -> Any:
    if isinstance(value, Thing | Mapping):
        return value.get(part)
    if isinstance(value, list | tuple) and part.isdecimal() and int(part) < len(value):
        return value[int(part)]
    return None


def _broken(match: re.Match[str]) -> ApiError:
    return ApiError(
        "INVALID_MULTIREQUEST_TOKEN", f"Invalid multirequest token [{match.group()}]", TOKEN=match.group()
    )
