"""Accessors: typed arrays out of a document's buffers, every bound checked.

Source: Khronos glTF 2.0 specification, section 3.6 (accessors, sparse and normalised values).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rostra.errors import ModelError
from rostra.presenters.model.container import REPAIR, Document, Json, whole

MAX_COUNT = 2_000_000  # elements of one accessor

WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}

Array = NDArray[Any]


def view(document: Document, index: Any, name: str) -> bytes:
    """The bytes of a buffer view.

    Raises:
        ModelError: it reaches out of its buffer; names the part.
    """
    info = document.one("bufferViews", index)
    number, start, size = info.get("buffer"), info.get("byteOffset", 0), info.get("byteLength")
    if not whole(number) or not 0 <= number < len(document.buffers):
        raise ModelError(f"{name} names buffer {number}, which is not there.", REPAIR, name)
    data = document.buffers[number]
    if not (whole(start) and whole(size)) or start < 0 or size < 0 or start + size > len(data):
        raise ModelError(f"{name} reaches out of its buffer.", REPAIR, name)
    return data[start : start + size]


def array(document: Document, index: Any, name: str, width: int) -> NDArray[np.float32]:
    """(count, width) float32 of an accessor, normalised values scaled.

    Args:
        document: the model.
        index: of the accessor.
        name: of the part, for errors.
        width: numbers per element.
    """
    info = document.one("accessors", index)
    raw = _values(document, info, f"{name} (accessors[{index}])", (width,))
    if info.get("normalized") and raw.dtype.kind in "iu":
        most = np.iinfo(raw.dtype).max
        scaled: NDArray[np.float32] = np.maximum(raw.astype(np.float32) / np.float32(most), np.float32(-1))
        return scaled
    values = raw.astype(np.float32)
    if not np.isfinite(values).all():
        raise ModelError(f"{name} holds numbers that are not finite.", REPAIR, name)
    return values


def colours(document: Document, index: Any, name: str) -> NDArray[np.float32]:
    """(count, 4) float32 0..1 of an accessor of three or four numbers."""
    width = 3 if document.one("accessors", index).get("type") == "VEC3" else 4
    values = array(document, index, name, width)
    if width == 3:
        values = np.concatenate([values, np.ones((len(values), 1), np.float32)], axis=1)
    return np.clip(values, 0, 1)


def indices(document: Document, index: Any, name: str, width: int, limit: int) -> NDArray[np.int64]:
    """(count, width) whole numbers below `limit`.

    Raises:
        ModelError: one is not.
    """
    info = document.one("accessors", index)
    raw = _values(document, info, f"{name} (accessors[{index}])", (width,))
    if raw.dtype.kind != "u":
        raise ModelError(f"{name} are no whole numbers.", REPAIR, name)
    if raw.size and int(raw.max()) >= limit:
        raise ModelError(f"{name} names {int(raw.max())}, but there are only {limit}.", REPAIR, name)
    return raw.astype(np.int64)


def _values(document: Document, info: Json, name: str, widths: tuple[int, ...]) -> Array:
    """(count, width) as stored, with sparse values put in."""
    count, width = info.get("count"), WIDTHS.get(str(info.get("type")), 0)
    kind = TYPES.get(info.get("componentType", 0))
    if not whole(count) or not 0 <= count <= MAX_COUNT:
        raise ModelError(
            f"{name} has {count} elements; {MAX_COUNT} is the most.", "Simplify the model.", name
        )
    if kind is None or width not in widths:
        raise ModelError(f"{name} has an unfitting type ({info.get('type')}).", REPAIR, name)
    if "bufferView" in info:
        values = _strided(document, info, name, count, width, np.dtype(kind))
    else:
        values = np.zeros((count, width), kind)
    if "sparse" in info:
        values = _sparse(document, info["sparse"], name, values)
    return values


def _strided(document: Document, info: Json, name: str, count: int, width: int, kind: np.dtype[Any]) -> Array:
    data = view(document, info["bufferView"], name)
    start = info.get("byteOffset", 0)
    size = width * kind.itemsize
    stride = document.one("bufferViews", info["bufferView"]).get("byteStride", size)
    if not (whole(start) and whole(stride)) or start < 0 or not size <= stride <= 1024:
        raise ModelError(f"{name} has a senseless offset or stride.", REPAIR, name)
    if count and start + stride * (count - 1) + size > len(data):
        raise ModelError(f"{name} reaches out of its buffer.", REPAIR, name)
    if count == 0:
        return np.zeros((0, width), kind)
    flat: Array = np.ndarray((count, width), kind, data, start, (stride, kind.itemsize))
    return flat.copy()


def _sparse(document: Document, info: Any, name: str, values: Array) -> Array:
    if not isinstance(info, dict) or not isinstance(info.get("indices"), dict):
        raise ModelError(f"{name} has broken sparse values.", REPAIR, name)
    count = info.get("count")
    if not whole(count) or not 0 <= count <= len(values):
        raise ModelError(f"{name} has broken sparse values.", REPAIR, name)
    kind = np.dtype(TYPES.get(info["indices"].get("componentType", 0), "<f4"))
    if kind.kind != "u" or not isinstance(info.get("values"), dict):
        raise ModelError(f"{name} has broken sparse values.", REPAIR, name)
    where = _strided(document, info["indices"], name, count, 1, kind)[:, 0]
    if where.size and int(where.max()) >= len(values):
        raise ModelError(f"{name} has sparse values out of range.", REPAIR, name)
    values[where] = _strided(document, info["values"], name, count, values.shape[1], values.dtype)
    return values
