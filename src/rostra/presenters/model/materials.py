"""Materials: what a model's surfaces are made of, as far as a portrait in studio light shows it.

Base colour, roughness, metalness, opacity and plain glow are read; VRM's toon material (MToon) and unlit
ones keep their flat look.

Source: Khronos glTF 2.0 specification, section 3.9, KHR_materials_unlit, KHR_texture_transform;
VRM Consortium, VRMC_materials_mtoon and VRM 0.x materialProperties.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cos, sin
from typing import Any

import numpy as np

from rostra.errors import ModelError
from rostra.presenters.model.container import REPAIR, Document, Json, whole

OPAQUE, MASK, BLEND = 0, 1, 2
MODES = {"OPAQUE": OPAQUE, "MASK": MASK, "BLEND": BLEND}
LIT, TOON, UNLIT = 0, 1, 2
PLAIN = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))  # texture positions as they are
TOON_SHADER = "VRM/MToon"


@dataclass(frozen=True)
class Material:
    """One material.

    Args:
        name: as in the file.
        colour: base colour, linear light, with opacity.
        texture: index of the base colour's texture in the document, or None.
        channel: which set of texture coordinates it uses.
        transform: 2x3, texture coordinates to those of the picture.
        glow: light of its own, linear.
        metal: 0..1.
        rough: 0..1.
        mode: `OPAQUE`, `MASK` or `BLEND`.
        cutoff: opacity from which `MASK` shows.
        double: both sides are seen.
        look: `LIT`, `TOON` or `UNLIT`.
    """

    name: str = ""
    colour: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    texture: int | None = None
    channel: int = 0
    transform: tuple[tuple[float, float, float], tuple[float, float, float]] = PLAIN
    glow: tuple[float, ...] = field(default=(0.0, 0.0, 0.0))
    metal: float = 0.0
    rough: float = 0.8
    mode: int = OPAQUE
    cutoff: float = 0.5
    double: bool = False
    look: int = LIT

    def numbers(self, texture: int) -> list[float]:
        """The material as a row for the renderer (see `light`); `texture`: its number there or -1."""
        return [
            *self.colour, *self.glow, self.metal, self.rough, float(self.mode), self.cutoff,
            float(self.double), float(self.look), float(texture), *self.transform[0], *self.transform[1],
        ]  # fmt: skip


def materials(document: Document) -> list[Material]:
    """The materials of a document, and the default one last."""
    shaders = _old_shaders(document)
    found = [
        _material(info, f"materials[{number}]", shaders.get(number, ""))
        for number, info in enumerate(document.every("materials"))
    ]
    return [*found, Material()]


def _material(info: Json, name: str, shader: str) -> Material:
    surface = _object(info.get("pbrMetallicRoughness"))
    extensions = _object(info.get("extensions"))
    texture = _object(surface.get("baseColorTexture"))
    toon = "VRMC_materials_mtoon" in extensions or shader == TOON_SHADER
    unlit = "KHR_materials_unlit" in extensions and not toon
    mode = MODES.get(str(info.get("alphaMode", "OPAQUE")))
    if mode is None:
        raise ModelError(f"{name} has an unknown alphaMode.", REPAIR, name)
    glow = _numbers(info.get("emissiveFactor"), (0.0, 0.0, 0.0), f"{name}.emissiveFactor")
    channel, transform = _placing(texture, name)
    return Material(
        name=str(info.get("name", "")),
        colour=_numbers(surface.get("baseColorFactor"), (1.0,) * 4, f"{name}.baseColorFactor"),
        texture=_index(texture, name),
        channel=channel,
        transform=transform,
        glow=(0.0,) * 3 if "emissiveTexture" in info or toon else glow,
        metal=_number(surface.get("metallicFactor"), 1.0, name) * (0 if _textured(surface) else 1),
        rough=max(0.05, _number(surface.get("roughnessFactor"), 1.0, name)),
        mode=mode,
        cutoff=_number(info.get("alphaCutoff"), 0.5, name),
        double=info.get("doubleSided") is True,
        look=TOON if toon else UNLIT if unlit else LIT,
    )


def _textured(surface: Json) -> bool:
    """Whether metalness lies in a picture, which is not read: most such surfaces are no metal."""
    return "metallicRoughnessTexture" in surface


def _old_shaders(document: Document) -> dict[int, str]:
    """Material number -> shader of VRM 0.x."""
    old = _object(_object(document.json.get("extensions")).get("VRM"))
    rows = old.get("materialProperties")
    if not isinstance(rows, list):
        return {}
    return {number: str(_object(row).get("shader", "")) for number, row in enumerate(rows)}


def _index(texture: Json, name: str) -> int | None:
    index = texture.get("index")
    if index is None:
        return None
    if not whole(index):
        raise ModelError(f"{name} names a texture that is no number.", REPAIR, name)
    return int(index)


def _placing(texture: Json, name: str) -> tuple[int, Any]:
    """The set of texture coordinates and their transform."""
    moved = _object(_object(texture.get("extensions")).get("KHR_texture_transform"))
    channel = moved.get("texCoord", texture.get("texCoord", 0))
    if channel not in (0, 1):
        raise ModelError(f"{name} uses more than two sets of texture coordinates.", "Use one.", name)
    x, y = _numbers(moved.get("offset"), (0.0, 0.0), name)
    wide, high = _numbers(moved.get("scale"), (1.0, 1.0), name)
    turn = _number(moved.get("rotation"), 0.0, name, limit=100.0)
    return int(channel), (
        (wide * cos(turn), high * sin(turn), x),
        (-wide * sin(turn), high * cos(turn), y),
    )


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _number(value: Any, default: float, name: str, limit: float = 1.0) -> float:
    return _numbers(None if value is None else [value], (default,), name, limit)[0]


def _numbers(value: Any, default: tuple[float, ...], name: str, limit: float = 1e4) -> tuple[float, ...]:
    if value is None:
        return default
    fine = isinstance(value, list) and len(value) == len(default)
    if not fine or not all(isinstance(n, int | float) and not isinstance(n, bool) for n in value):
        raise ModelError(f"{name} holds something else than {len(default)} numbers.", REPAIR, name)
    return tuple(float(np.clip(n, -limit, limit)) for n in value)
