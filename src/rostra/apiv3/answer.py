"""Answers: results and errors as JSON (`format=1`) or as XML, which is what clients get that do not ask."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from rostra.apiv3.errors import ApiError

JSON, XML = "1", "2"
FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0
NAME = re.compile(r"[A-Za-z_][\w.-]*")
SMALL = 1400  # bytes that are not worth packing


@dataclass(frozen=True)
class Thing:
    """An object of a class that clients know.

    Args:
        kind: its class, `KalturaMediaEntry`.
        fields: by wire name.
    """

    kind: str
    fields: Mapping[str, Any]

    def get(self, name: str) -> Any:
        """A field by name; `objectType` is one."""
        return self.kind if name == "objectType" else self.fields.get(name)


def listing(kind: str, objects: list[Thing], total: int | None = None) -> Thing:
    """A page of a list.

    Args:
        kind: of the list, `KalturaMediaListResponse`.
        objects: on this page.
        total: how many there are on all pages; those on this page if not given.
    """
    count = len(objects) if total is None else total
    return Thing(kind, {"totalCount": count, "objects": objects})


def as_json(result: Any) -> bytes:
    """A result as JSON."""
    text = json.dumps(result, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return text.encode("utf-8", "replace")


def as_xml(result: Any, seconds: float) -> bytes:
    """A result as XML.

    Args:
        result: of the call.
        seconds: that it took.
    """
    inner = _error_xml(result) if isinstance(result, ApiError) else _xml(result)
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f"<xml><result>{inner}</result><executionTime>{seconds:.6f}</executionTime></xml>"
    )
    return text.encode()


def packed(body: bytes, accepted: str) -> tuple[bytes, dict[str, str]]:
    """A body as the client takes it, and the headers that say so."""
    headers = {"Vary": "Accept-Encoding"}
    if len(body) < SMALL or "gzip" not in accepted:
        return body, headers
    return gzip.compress(body, 5, mtime=0), {**headers, "Content-Encoding": "gzip"}


def _plain(value: object) -> dict[str, Any]:
    """An object as JSON has it."""
    if isinstance(value, Thing):
        return {"objectType": value.kind, **value.fields}
    if isinstance(value, ApiError):
        return {
            "objectType": "KalturaAPIException",
            "code": value.wire_code,
            "message": value.message,
            "args": value.about,
        }
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _xml(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "", True: "1", False: "0"}[value]
    if isinstance(value, Thing):
        fields = {"objectType": value.kind, **value.fields}
        return "".join(_element(name, one) for name, one in fields.items() if one is not None)
    if isinstance(value, ApiError):
        return _error_xml(value)
    if isinstance(value, Mapping):
        return "".join(
            f"<item><itemKey>{_text(name)}</itemKey>{_xml(one)}</item>" for name, one in value.items()
        )
    if isinstance(value, list | tuple):
        return "".join(f"<item>{_xml(one)}</item>" for one in value)
    return _text(value)


def _element(name: str, value: Any) -> str:
    return f"<{name}>{_xml(value)}</{name}>" if NAME.fullmatch(name) else ""


def _error_xml(error: ApiError) -> str:
    about = "".join(
        f"<item><objectType>KalturaApiExceptionArg</objectType><name>{_text(name)}</name>"
        f"<value>{_text(value)}</value></item>"
        for name, value in error.about.items()
    )
    return (
        f"<error><code>{_text(error.wire_code)}</code><message>{_text(error.message)}</message>"
        f"<objectType>KalturaAPIException</objectType><args>{about}</args></error>"
    )


def _text(value: object) -> str:
    """A text without what XML cannot hold."""
    return escape(FORBIDDEN.sub("", str(value)))
