"""Packs: a presenter in one file.

A pack is a zip archive with the name `<id>.pack`:

    pack.json           what it is: see `Manifest`
    arrays/<name>.npy   the arrays of `Pack` (numpy files, never pickles)
    textures/<name>.webp  the pictures, RGBA with straight alpha

**Space.** Everything lives on the *canvas*, the picture that the presenter was baked from: x to the
right, y down, one unit = one canvas pixel. z points to the viewer, 0 at the middle of the head. The
camera stands `distance` units before z = 0, so a vertex is seen at

    x' = w/2 + (x - w/2) * distance / (distance - z)        (y likewise, about h/2)

**Layers** are drawn in the order of the manifest, each over the one before, triangle after triangle
in the order of its `triangles`: no depth buffer is needed. A layer owns a run of vertices.

**Keys.** A layer's look is blended from one or more *keys*: renders of the same person in different
expressions. Key 0 is the rest. Because a key says for each vertex where that point of the skin is
*seen* in its picture (`uv`), what is blended is only light and folds, never position. How much a
vertex takes of key j >= 1 is `mask[j, v] * drive_j`, where the drive follows from the motion:
`clip(sum(gain * channel), 0, 1)`. The rest takes what is left to 1, times `mask[0, v]`; weights are
then scaled to sum to `alpha[v]`. A vertex that the rest does not show (inside of the lip, the fold of
a lid) has `mask[0, v] = 0`; as far as that is so, a drive counts as at least `MIN_DRIVE`, so that the
vertex always has a colour.

**Shapes** move vertices: `vertices += weight * delta`, where a shape's name is a motion channel or a
product of channels (`jawOpen*mouthPucker`). Then eyeballs turn about their centres (`gaze`), the
chest rises (`breath`, pixels at full breath), the head turns about `pivot` by `head` (0..1), and the
whole person sways about the bottom of the canvas.

The format is versioned; a reader refuses what it does not know. Everything is checked on load.
"""

from __future__ import annotations

import io
import json
import math
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rostra.errors import PackError

FORMAT = "rostra-pack"
VERSION = 1
MIN_DRIVE = 0.02  # see Keys above
MAX_FILE = 64 << 20  # bytes of one member, unpacked
MAX_SIDE = 4096  # pixels of a texture
MAX_PIXELS = 40_000_000  # of all textures together
MAX_PARTS = 64  # layers, and textures
MAX_SHAPES = 1024
MAX_VERTICES = 60_000

# What zip, numpy and Pillow raise at a damaged file; the last are for what claims to be huge, packed in a
# way that nobody reads, or encrypted.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError, ValueError, struct.error, SyntaxError,
    MemoryError, RuntimeError,
)  # fmt: skip

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Picture = NDArray[np.uint8]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TextureInfo(_Strict):
    """Where a picture lies on the canvas: canvas x = x + column / scale."""

    x: float
    y: float
    scale: float = Field(gt=0, le=8)  # texels per canvas pixel


class KeyInfo(_Strict):
    """One look of a layer: its picture and what brings it up."""

    texture: str
    drive: dict[str, float] = {}  # channel or product of channels -> gain; empty for the rest


class LayerInfo(_Strict):
    """One layer: vertices `start` to `stop`, drawn from `keys`."""

    name: str
    start: int = Field(ge=0)
    stop: int = Field(ge=0)
    keys: list[KeyInfo] = Field(min_length=1, max_length=6)
    fine: bool = False  # has thin edges that move (lips, lids): draw at twice the size


class Framing(_Strict):
    """Landmarks of the person on the canvas, for layouts."""

    top: float  # y of the crown with hair
    chin: float
    eyes: float  # y of the pupils
    centre: float  # x of the face
    bottom: float  # lowest y that may be shown
    left: float  # x range that the body fills at the bottom
    right: float


class VoiceChoice(_Strict):
    """The presenter's own voice: a name of the voice catalogue and how it is used."""

    name: str
    rate: float = Field(1.0, ge=0.5, le=2.0)
    pitch: float = Field(0.0, ge=-12, le=12)  # semitones


class Manifest(_Strict):
    """What `pack.json` holds."""

    format: str = FORMAT
    version: int = VERSION
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")
    name: str
    kind: str = "woman"  # woman, man, person: for the catalogue
    bio: str = ""
    greeting: str = ""  # how they introduce themselves
    canvas: tuple[int, int]  # width, height
    distance: float = Field(gt=0)
    pivot: tuple[float, float, float]
    eyes: dict[str, tuple[float, float, float]] = {}  # left, right: centres of the eyeballs
    framing: Framing
    voice: VoiceChoice
    manner: dict[str, float | str] = {}  # `style`, and habits of the acting that differ from it
    shapes: list[str] = Field(max_length=MAX_SHAPES)
    layers: list[LayerInfo] = Field(max_length=MAX_PARTS)
    textures: dict[str, TextureInfo] = Field(max_length=MAX_PARTS)
    origin: dict[str, str] = {}  # how it was made: tool, source hash, consent


@dataclass(frozen=True)
class Texture:
    """A picture of part of the canvas: (height, width, 4) uint8 RGBA, straight alpha."""

    image: Picture
    info: TextureInfo


@dataclass(frozen=True)
class Layer:
    """One layer's own arrays.

    Args:
        info: name, vertex run, keys.
        triangles: (t, 3) int32, indices into the pack's vertices, in draw order.
        uv: (keys, vertices of the layer, 2) canvas pixels.
        mask: (keys, vertices of the layer) 0..1.
    """

    info: LayerInfo
    triangles: Ints
    uv: Floats
    mask: Floats


@dataclass(frozen=True)
class Pack:
    """A presenter, loaded and checked.

    Args:
        manifest: everything that is not an array.
        vertices: (n, 3) canvas units.
        head: (n,) how much a vertex follows the head, 0..1.
        alpha: (n,) opacity at a vertex, 0..1.
        gaze: (n,) int8: 1 turns with the left eyeball, 2 with the right, 0 with none.
        breath: (n, 2) canvas pixels of shift at full breath.
        delta_start: (shapes + 1,) int32; shape s is delta_start[s]:delta_start[s + 1] of the next two.
        delta_vertex: (m,) int32.
        delta: (m, 3) float32 canvas units at weight 1.
    """

    manifest: Manifest
    vertices: Floats
    head: Floats
    alpha: Floats
    gaze: NDArray[np.int8]
    breath: Floats
    delta_start: Ints
    delta_vertex: Ints
    delta: Floats
    layers: tuple[Layer, ...]
    textures: Mapping[str, Texture]


def load(source: Path | bytes) -> Pack:
    """Read and check a pack.

    Raises:
        PackError: it is not a pack, is damaged, or has another version; says which part.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            manifest = _manifest(archive)
            pack = _assemble(manifest, archive)
    except UNREADABLE as error:
        raise PackError(f"This is not a readable pack ({error}).", "Bake or fetch it again.") from error
    check(pack)
    return pack


def save(pack: Pack, path: Path, quality: int = 90) -> None:
    """Write a pack; textures become WebP of this quality (100 = lossless)."""
    check(pack)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "pack.json", pack.manifest.model_dump_json(indent=1).encode())
        for name, array in _arrays(pack).items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            _put(archive, f"arrays/{name}.npy", buffer.getvalue())
        for name, texture in pack.textures.items():
            _put(archive, f"textures/{name}.webp", _webp(texture.image, quality))


def check(pack: Pack) -> None:
    """Raise PackError at the first thing in a pack that would break the drawing."""
    info, count = pack.manifest, len(pack.vertices)
    _require(count <= MAX_VERTICES, "vertices", f"more than {MAX_VERTICES}")
    shapes: dict[str, tuple[NDArray[Any], tuple[int, ...]]] = {
        "vertices": (pack.vertices, (count, 3)),
        "head": (pack.head, (count,)),
        "alpha": (pack.alpha, (count,)),
        "gaze": (pack.gaze, (count,)),
        "breath": (pack.breath, (count, 2)),
        "delta_start": (pack.delta_start, (len(info.shapes) + 1,)),
        "delta": (pack.delta, (len(pack.delta_vertex), 3)),
    }
    for name, (array, shape) in shapes.items():
        _require(array.shape == shape, name, f"shape {array.shape}, not {shape}")
        _require(bool(np.isfinite(array).all()), name, "numbers that are not finite")
    starts = pack.delta_start
    _require(
        bool(starts[0] == 0 and starts[-1] == len(pack.delta_vertex) and (np.diff(starts) >= 0).all()),
        "delta_start",
        "runs that do not add up",
    )
    _require(_within(pack.delta_vertex, 0, count), "delta_vertex", "an index out of range")
    for layer in pack.layers:
        _check_layer(layer, count, pack.textures)


def _check_layer(layer: Layer, count: int, textures: Mapping[str, Texture]) -> None:
    info = layer.info
    name, size, keys = f"layer {info.name}", info.stop - info.start, len(info.keys)
    _require(size >= 0 and info.stop <= count, name, "vertices out of range")
    _require(layer.triangles.ndim == 2 and layer.triangles.shape[1:] == (3,), name, "odd triangles")
    _require(_within(layer.triangles, info.start, info.stop), name, "a triangle of another layer")
    _require(layer.uv.shape == (keys, size, 2), name, f"uv of shape {layer.uv.shape}")
    _require(layer.mask.shape == (keys, size), name, f"mask of shape {layer.mask.shape}")
    _require(bool(np.isfinite(layer.uv).all() and np.isfinite(layer.mask).all()), name, "not finite")
    for key in info.keys:
        _require(key.texture in textures, name, f"no texture {key.texture!r}")


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    raw: dict[str, Any] = json.loads(_get(archive, "pack.json"))
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise PackError("This is not a presenter's pack.", "Give a file that Rostra has baked.")
    if raw.get("version") != VERSION:
        raise PackError(
            f"The pack has version {raw.get('version')}, this Rostra reads {VERSION}.",
            "Bake it again with this version.",
        )
    try:
        return Manifest.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PackError(f"pack.json, {where}: {first['msg']}.", "Bake the pack again.", where) from error


def _assemble(manifest: Manifest, archive: zipfile.ZipFile) -> Pack:
    def floats(name: str) -> Floats:
        return np.ascontiguousarray(_array(archive, name), dtype=np.float32)

    def ints(name: str) -> Ints:
        return np.ascontiguousarray(_array(archive, name), dtype=np.int32)

    layers = tuple(
        Layer(info, ints(f"{info.name}.triangles"), floats(f"{info.name}.uv"), floats(f"{info.name}.mask"))
        for info in manifest.layers
    )
    textures, room = {}, MAX_PIXELS
    for name, info in manifest.textures.items():
        picture = _picture(_get(archive, f"textures/{name}.webp"), name, room)
        textures[name] = Texture(picture, info)
        room -= picture.shape[0] * picture.shape[1]
    return Pack(
        manifest=manifest,
        vertices=floats("vertices"),
        head=floats("head"),
        alpha=floats("alpha"),
        gaze=np.ascontiguousarray(_array(archive, "gaze"), dtype=np.int8),
        breath=floats("breath"),
        delta_start=ints("delta_start"),
        delta_vertex=ints("delta_vertex"),
        delta=floats("delta"),
        layers=layers,
        textures=textures,
    )


def _arrays(pack: Pack) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {
        "vertices": pack.vertices,
        "head": pack.head.astype(np.float16),
        "alpha": pack.alpha.astype(np.float16),
        "gaze": pack.gaze,
        "breath": pack.breath.astype(np.float16),
        "delta_start": pack.delta_start,
        "delta_vertex": pack.delta_vertex.astype(np.uint16),
        "delta": pack.delta.astype(np.float16),
    }
    for layer in pack.layers:
        arrays[f"{layer.info.name}.triangles"] = layer.triangles.astype(np.uint16)
        arrays[f"{layer.info.name}.uv"] = layer.uv
        arrays[f"{layer.info.name}.mask"] = layer.mask.astype(np.float16)
    return arrays


def _get(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > MAX_FILE:
        raise PackError(
            f"{name} in the pack is larger than {MAX_FILE >> 20} MiB.", "It is damaged: bake it again."
        )
    return archive.read(name)


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the same pack has the same bytes
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(".webp") else zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    data = _get(archive, f"arrays/{name}.npy")
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(stream)
    _require(math.prod(shape) * dtype.itemsize <= len(data), name, f"a shape that it cannot hold: {shape}")
    array: NDArray[Any] = np.load(io.BytesIO(data), allow_pickle=False)
    return array


def _picture(data: bytes, name: str, room: int) -> Picture:
    with Image.open(io.BytesIO(data), formats=("WEBP",)) as image:
        _require(max(image.size) <= MAX_SIDE, f"texture {name}", f"more than {MAX_SIDE} pixels wide or high")
        fits = image.width * image.height <= room
        _require(fits, f"texture {name}", f"more than is left of {MAX_PIXELS} pixels for all")
        return np.asarray(image.convert("RGBA"))


def _webp(picture: Picture, quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(
        buffer, "WEBP", quality=quality, lossless=quality >= 100, method=4, alpha_quality=95, exact=True
    )
    return buffer.getvalue()


def _within(indices: NDArray[Any], low: int, high: int) -> bool:
    return indices.size == 0 or bool(indices.min() >= low and indices.max() < high)


def _require(fine: bool, field: str, wrong: str) -> None:
    if not fine:
        raise PackError(f"The pack is damaged: {field} has {wrong}.", "Bake or fetch it again.", field)
