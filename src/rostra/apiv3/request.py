"""Requests: from what came over HTTP to the tree of parameters, the files, and what is called.

Service and action stand in the path, `/api_v3/service/media/action/get`, which may go on with
`/key/value` pairs; or among the parameters.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message

from rostra.apiv3.errors import ApiError, RequestError
from rostra.apiv3.tree import Tree, from_json, from_pairs, merged

PREFIX = "/api_v3"
LARGEST_BODY = 8 << 20  # bytes of a request without files
PARTS = 1000  # fields of a form


@dataclass(frozen=True)
class Asked:
    """A request.

    Args:
        service, action: in small letters; the action is empty for several calls at once.
        tree: parameters by wire name.
        files: by the name of their part.
        format: of the answer.
    """

    service: str
    action: str
    tree: Tree
    files: Mapping[str, UploadFile]
    format: str


async def read(request: Request, largest_file: int) -> Asked:
    """Read a request whole; files lie in temporary files.

    Args:
        request: of HTTP.
        largest_file: bytes of a body with files.

    Raises:
        RequestError: it cannot be read.
        ApiError: it is too large.
    """
    path = from_path(request.url.path.removeprefix(PREFIX))
    query = from_pairs(parse_qsl(request.url.query, keep_blank_values=True))
    body, files = await _body(request, largest_file)
    tree = merged(path, query, body)
    service, action = (str(tree.pop(name, "")).lower() for name in ("service", "action"))
    return Asked(service, action, tree, files, str(tree.get("format", "2")))


def from_path(path: str) -> Tree:
    """The parameters that stand in a path."""
    parts = [unquote(part) for part in path.split("/") if part]
    if parts and parts[0].endswith(".php"):
        parts = parts[1:]
    return dict(zip(parts[::2], parts[1::2], strict=False))


async def _body(request: Request, largest_file: int) -> tuple[Tree, Mapping[str, UploadFile]]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method not in ("POST", "PUT"):
        return {}, {}
    if kind == "multipart/form-data":
        return await _parts(request, largest_file)
    data = await _whole(request)
    if kind == "application/json" or (not kind and data[:1] == b"{"):
        return from_json(data), {}
    return from_pairs(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True)), {}


async def _parts(request: Request, largest: int) -> tuple[Tree, Mapping[str, UploadFile]]:
    """A form with files; its fields, or all of them as JSON in one field called `json`."""
    limited = Request(request.scope, _limited(request, largest))
    try:
        form = await limited.form(max_files=50, max_fields=PARTS, max_part_size=LARGEST_BODY)
    except (MultiPartException, HTTPException) as error:
        raise RequestError(f"The form cannot be read ({getattr(error, 'message', error)}).") from error
    files = {name: one for name, one in form.multi_items() if isinstance(one, UploadFile)}
    fields = [(name, one) for name, one in form.multi_items() if isinstance(one, str)]
    written = [one for name, one in fields if name == "json"]
    whole = from_json(written[0].encode()) if written else {}
    return merged(from_pairs((name, one) for name, one in fields if name != "json"), whole), files


async def _whole(request: Request) -> bytes:
    data = bytearray()
    async for chunk in _chunks(request, LARGEST_BODY):
        data += chunk
    return bytes(data)


async def _chunks(request: Request, largest: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > largest:
            raise too_large(largest)
        yield chunk


def _limited(request: Request, largest: int) -> Any:
    """The request's messages, which end with an error when they hold too much."""
    size = 0

    async def receive() -> Message:
        nonlocal size
        message = await request.receive()
        size += len(message.get("body", b""))
        if size > largest:
            raise too_large(largest)
        return message

    return receive


def too_large(largest: int) -> ApiError:
    """The error for too much."""
    return ApiError("MAX_FILE_SIZE_EXCEEDED", f"The request is larger than {largest >> 20} MiB", SIZE=largest)
