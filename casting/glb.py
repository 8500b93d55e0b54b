"""GLB: writing glTF 2.0 as one binary file.

Enough for exports and tests: meshes with morph targets, skins, materials with a picture, extensions as
given. Source: Khronos glTF 2.0 specification, sections 3 and 4.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAGIC, VERSION = b"glTF", 2
JSON_CHUNK, BINARY_CHUNK = 0x4E4F534A, 0x004E4942
TYPES = {np.dtype("u1"): 5121, np.dtype("u2"): 5123, np.dtype("u4"): 5125, np.dtype("f4"): 5126}
KINDS = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}

Json = dict[str, Any]


class Document:
    """A glTF document that grows; every `add…` returns the index of what it added."""

    def __init__(self) -> None:
        self.json: Json = {"asset": {"version": "2.0", "generator": "rostra casting"}, "scene": 0}
        self._binary = bytearray()

    def add(self, place: str, thing: Json) -> int:
        """Put a thing into one of the document's lists (`nodes`, `meshes` …)."""
        things = self.json.setdefault(place, [])
        things.append(thing)
        return len(things) - 1

    def add_view(self, data: bytes) -> int:
        """Bytes as a buffer view."""
        self._binary.extend(b"\0" * (-len(self._binary) % 4))
        start = len(self._binary)
        self._binary.extend(data)
        return self.add("bufferViews", {"buffer": 0, "byteOffset": start, "byteLength": len(data)})

    def add_array(self, values: ArrayLike, dtype: str, bounds: bool = False) -> int:
        """Numbers as an accessor: (n,), (n, k) or (n, 4, 4) column by column.

        Args:
            values: the numbers.
            dtype: `u1`, `u2`, `u4` or `f4`.
            bounds: with least and greatest values, as positions need.
        """
        array = np.ascontiguousarray(values, dtype=f"<{dtype}")
        flat = array.reshape(len(array), -1)
        info: Json = {
            "bufferView": self.add_view(array.tobytes()),
            "componentType": TYPES[np.dtype(dtype)],
            "count": len(array),
            "type": KINDS[flat.shape[1]],
        }
        if bounds:
            info |= {"min": flat.min(0).tolist(), "max": flat.max(0).tolist()}
        return self.add("accessors", info)

    def add_picture(self, png: bytes) -> int:
        """A PNG as a texture."""
        image = self.add("images", {"bufferView": self.add_view(png), "mimeType": "image/png"})
        return self.add("textures", {"source": image})

    def add_primitive(
        self,
        points: ArrayLike,
        triangles: ArrayLike,
        material: int,
        attributes: Mapping[str, tuple[ArrayLike, str]] | None = None,
        targets: Sequence[ArrayLike] = (),
    ) -> Json:
        """A primitive, for `meshes`.

        Args:
            points: (n, 3) positions.
            triangles: (t, 3).
            material: its index.
            attributes: more of them: name -> values and dtype.
            targets: (n, 3) shifts of each morph target.
        """
        named = {name: self.add_array(*pair) for name, pair in (attributes or {}).items()}
        return {
            "attributes": {"POSITION": self.add_array(points, "f4", bounds=True), **named},
            "indices": self.add_array(np.asarray(triangles).ravel(), "u4"),
            "material": material,
            **(
                {"targets": [{"POSITION": self.add_array(t, "f4", bounds=True)} for t in targets]}
                if targets
                else {}
            ),
        }

    def bytes(self) -> bytes:
        """The file."""
        binary = bytes(self._binary) + b"\0" * (-len(self._binary) % 4)
        document = {**self.json, "buffers": [{"byteLength": len(binary)}]}
        text = json.dumps(document, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        body = struct.pack("<II", len(text), JSON_CHUNK) + text
        body += struct.pack("<II", len(binary), BINARY_CHUNK) + binary
        return MAGIC + struct.pack("<II", VERSION, 12 + len(body)) + body


def split(quads: NDArray[np.int64]) -> NDArray[np.int64]:
    """(2 f, 3) triangles of (f, 4) quads."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
