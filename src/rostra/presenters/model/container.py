"""The container: from a file on disk to a glTF document and its buffers.

A `.glb` or `.vrm` holds everything in one file. A `.gltf` is JSON whose buffers and pictures are written
into it (data URIs) or lie beside it; what lies elsewhere, and every web address, is refused.

Source: Khronos glTF 2.0 specification, sections 2.8 (URIs) and 4 (GLB).
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeGuard
from urllib.parse import unquote

from rostra.errors import ModelError

MAX_FILE = 256 << 20  # bytes of the model, or of one file beside it
MAX_JSON = 32 << 20  # bytes of the document
MAX_BUFFERS = 64
MAX_BYTES = 512 << 20  # bytes of all buffers together
MAX_LIST = 20_000  # entries of any list of the document
MAX_DEPTH = 64  # of brackets in the document

MAGIC, GLB_VERSION = b"glTF", 2
JSON_CHUNK, BINARY_CHUNK = 0x4E4F534A, 0x004E4942

REPAIR = "Export the model again as .glb."
Json = dict[str, Any]

UNREADABLE = {
    "KHR_draco_mesh_compression": "Draco compression",
    "EXT_meshopt_compression": "meshopt compression",
    "KHR_meshopt_compression": "meshopt compression",
    "KHR_texture_basisu": "Basis Universal textures",
    "EXT_texture_avif": "AVIF textures",
    "KHR_mesh_quantization": "",  # plain numbers of other sizes: readable
}


@dataclass(frozen=True)
class Document:
    """A glTF document.

    Args:
        json: the parsed document.
        text: its bytes.
        buffers: the bytes of each buffer.
        home: folder in which pictures of a `.gltf` lie; None for one file.
    """

    json: Json
    text: bytes
    buffers: tuple[bytes, ...]
    home: Path | None

    def every(self, place: str) -> list[Json]:
        """One of the document's lists of objects, such as `nodes`; empty if there is none.

        Raises:
            ModelError: it is no list of objects.
        """
        things: list[Json] = self.json.get(place, [])
        if not isinstance(things, list) or not all(isinstance(thing, dict) for thing in things):
            raise ModelError(f"{place} is not a list of objects.", REPAIR, place)
        if len(things) > MAX_LIST:
            raise ModelError(f"{place} holds more than {MAX_LIST} entries.", "Simplify the model.", place)
        return things

    def one(self, place: str, index: Any) -> Json:
        """One entry of a list.

        Raises:
            ModelError: the document names an entry that is not there.
        """
        things: list[Json] = self.every(place)
        if not whole(index) or not 0 <= index < len(things):
            raise ModelError(f"The model names {place}[{index}], which is not there.", REPAIR, place)
        return things[index]


def whole(value: Any) -> TypeGuard[int]:
    """Whether a value of JSON is a whole number (true and false are not)."""
    return isinstance(value, int) and not isinstance(value, bool)


def read(path: Path) -> Document:
    """Read a model's file.

    Raises:
        ModelError: it is no glTF 2.0, is damaged, needs what cannot be read, or is too large.
    """
    data = _file(path, path.name)
    if data[:4] == MAGIC:
        text, binary = _glb(data)
        home = None
    elif path.suffix.lower() == ".gltf":
        text, binary, home = data, None, path.parent
    else:
        raise ModelError(f"{path.name} is no glTF or VRM file.", "Give a .glb, .gltf or .vrm.", "model")
    document = _parse(text)
    _supported(document)
    return Document(document, text, _buffers(document, binary, home), home)


def _file(path: Path, name: str) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_FILE:
            raise ModelError(f"{name} is larger than {MAX_FILE >> 20} MiB.", "Simplify the model.", "model")
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise ModelError(f"{name} cannot be read ({reason}).", "Check the path.", "model") from error


def _glb(data: bytes) -> tuple[bytes, bytes | None]:
    """The JSON and the binary chunk."""
    if len(data) < 20:
        raise ModelError("The file ends within its header.", REPAIR, "header")
    version, length = struct.unpack_from("<II", data, 4)
    if version != GLB_VERSION:
        raise ModelError(f"The file is glTF {version}, not 2.", "Export it as glTF 2.0.", "header")
    if length > len(data):
        raise ModelError(f"The file is cut off: {len(data)} of {length} bytes are there.", REPAIR, "header")
    chunks: dict[int, bytes] = {}
    place = 12
    while place + 8 <= length:
        size, kind = struct.unpack_from("<II", data, place)
        if place + 8 + size > length:
            raise ModelError("A chunk reaches past the end of the file.", REPAIR, "chunk")
        chunks.setdefault(kind, data[place + 8 : place + 8 + size])
        place += 8 + size + (-size % 4)
    if JSON_CHUNK not in chunks:
        raise ModelError("The file has no JSON chunk.", REPAIR, "chunk")
    return chunks[JSON_CHUNK], chunks.get(BINARY_CHUNK)


def _parse(text: bytes) -> Json:
    if len(text) > MAX_JSON:
        raise ModelError(f"The document is larger than {MAX_JSON >> 20} MiB.", "Simplify the model.", "json")
    try:
        document = json.loads(text.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ModelError("The document is not valid JSON.", REPAIR, "json") from error
    if not isinstance(document, dict) or _depth(document) > MAX_DEPTH:
        raise ModelError("The document is not that of a model.", REPAIR, "json")
    asset = document.get("asset")
    version = str(asset.get("version", "")) if isinstance(asset, dict) else ""
    if not version.startswith("2."):
        raise ModelError("The document is not glTF 2.0.", "Export it as glTF 2.0.", "asset")
    return document


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _depth(thing: Any) -> int:
    deepest, waiting = 0, [(thing, 1)]
    while waiting and deepest <= MAX_DEPTH:
        part, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        waiting.extend((value, depth + 1) for value in inner if isinstance(value, dict | list))
    return deepest


def _supported(document: Json) -> None:
    required = document.get("extensionsRequired", [])
    for name in required if isinstance(required, list) else []:
        if what := UNREADABLE.get(str(name)):
            raise ModelError(f"The model uses {what} ({name}).", "Export it without.", "extensionsRequired")


def _buffers(document: Json, binary: bytes | None, home: Path | None) -> tuple[bytes, ...]:
    infos = document.get("buffers", [])
    if not isinstance(infos, list) or len(infos) > MAX_BUFFERS:
        raise ModelError(f"The model has more than {MAX_BUFFERS} buffers.", REPAIR, "buffers")
    buffers: list[bytes] = []
    for number, info in enumerate(infos):
        name = f"buffers[{number}]"
        wanted = info.get("byteLength") if isinstance(info, dict) else None
        if not whole(wanted) or not 0 <= wanted <= MAX_BYTES - sum(map(len, buffers)):
            raise ModelError(f"{name} has no sensible length.", REPAIR, name)
        if "uri" in info:
            data = fetch(info["uri"], home, name)
        elif number == 0 and binary is not None:
            data = binary
        else:
            raise ModelError(f"{name} has no data.", REPAIR, name)
        if len(data) < wanted:
            raise ModelError(f"{name} is cut off: {len(data)} of {wanted} bytes.", REPAIR, name)
        buffers.append(data[:wanted])
    return tuple(buffers)


def fetch(uri: Any, home: Path | None, name: str) -> bytes:
    """The bytes behind a URI: a data URI, or a file beside a `.gltf`.

    Args:
        uri: as the document gives it.
        home: folder of the `.gltf`; None if nothing may lie outside the file.
        name: of the part, for errors.

    Raises:
        ModelError: it is a web address, lies elsewhere, or cannot be read.
    """
    if not isinstance(uri, str):
        raise ModelError(f"{name} has an address that is no text.", REPAIR, name)
    if uri.startswith("data:"):
        return _inline(uri, name)
    inside = PurePosixPath(unquote(uri))
    strange = ":" in uri or "\\" in str(inside) or "\0" in str(inside)
    if home is None or strange or inside.is_absolute() or ".." in inside.parts:
        raise ModelError(f"{name} lies outside the model: {uri[:60]!r}.", "Export it as one .glb.", name)
    path = home / inside
    if not path.resolve().is_relative_to(home.resolve()):
        raise ModelError(f"{name} lies outside the model: {uri[:60]!r}.", "Export it as one .glb.", name)
    return _file(path, str(inside))


def _inline(uri: str, name: str) -> bytes:
    head, _, body = uri.partition(",")
    try:
        if not head.endswith(";base64"):
            raise ValueError("not base64")
        return base64.b64decode(body, validate=True)
    except (ValueError, binascii.Error) as error:
        raise ModelError(f"{name} holds a broken data URI.", REPAIR, name) from error
