"""Sheets: the layers of a pack while they are made, and how they become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rostra.errors import ModelError
from rostra.presenters.model.scene import Target
from rostra.presenters.pack import (
    MAX_VERTICES,
    KeyInfo,
    Layer,
    LayerInfo,
    Manifest,
    Pack,
    Texture,
)

LEAST = 0.15  # canvas pixels: smaller shifts of a shape are dropped

Points = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Look:
    """What a layer looks like in one key.

    Args:
        texture: name of the picture.
        uv: (n, 2) canvas pixels where each vertex is seen in it.
        mask: (n,) how much each vertex may take of it.
        drive: what brings it up.
    """

    texture: str
    uv: Points
    mask: Points
    drive: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """One layer.

    Args:
        name: of the layer.
        vertices: (n, 3) canvas units.
        triangles: (t, 3) in draw order.
        looks: its keys, the rest first.
        head: (n,) how much vertices follow the head.
        breath: (n, 2) shift at full breath.
        shapes: channel -> vertices and canvas units of shift.
        gaze: 1 or 2 for what turns with the left or right eyeball, else 0.
        fine: has thin edges that move.
    """

    name: str
    vertices: Points
    triangles: Indices
    looks: Sequence[Look]
    head: Points
    breath: Points
    shapes: Mapping[str, Target] = field(default_factory=dict)
    gaze: int = 0
    fine: bool = False


def assembled(
    sheets: Sequence[Sheet], manifest: Mapping[str, object], textures: Mapping[str, Texture]
) -> Pack:
    """A pack of layers.

    Args:
        sheets: in draw order.
        manifest: the fields of `Manifest` except shapes, layers and textures.
        textures: the pictures by name.

    Raises:
        ModelError: more vertices than a pack holds.
    """
    counts = [len(sheet.vertices) for sheet in sheets]
    if sum(counts) > MAX_VERTICES:
        raise ModelError(
            f"{sum(counts)} vertices of the model are in sight; a pack holds {MAX_VERTICES}.",
            "Simplify its meshes.", "meshes",
        )  # fmt: skip
    starts = np.cumsum([0, *counts])
    layers = [_layer(sheet, int(start)) for sheet, start in zip(sheets, starts, strict=False)]
    names = sorted({name for sheet in sheets for name in sheet.shapes})
    runs, vertices, moves = _deltas(sheets, starts, names)
    info = Manifest.model_validate(
        {
            **manifest,
            "shapes": names,
            "layers": [layer.info for layer in layers],
            "textures": {name: texture.info for name, texture in textures.items()},
        }
    )
    return Pack(
        manifest=info,
        vertices=_joined([sheet.vertices for sheet in sheets]),
        head=_joined([sheet.head for sheet in sheets]),
        alpha=np.ones(sum(counts), np.float32),
        gaze=np.repeat([sheet.gaze for sheet in sheets], counts).astype(np.int8),
        breath=_joined([sheet.breath for sheet in sheets]),
        delta_start=runs.astype(np.int32),
        delta_vertex=vertices.astype(np.int32),
        delta=moves.astype(np.float32),
        layers=tuple(layers),
        textures=dict(textures),
    )


def _joined(parts: Sequence[Points]) -> NDArray[np.float32]:
    return np.concatenate(parts).astype(np.float32)


def _layer(sheet: Sheet, start: int) -> Layer:
    keys = [KeyInfo(texture=look.texture, drive=dict(look.drive)) for look in sheet.looks]
    stop = start + len(sheet.vertices)
    info = LayerInfo(name=sheet.name, start=start, stop=stop, keys=keys, fine=sheet.fine)
    return Layer(
        info,
        (sheet.triangles + start).astype(np.int32),
        np.stack([look.uv for look in sheet.looks]).astype(np.float32),
        np.stack([look.mask for look in sheet.looks]).astype(np.float32),
    )


def _deltas(
    sheets: Sequence[Sheet], starts: Indices, names: Sequence[str]
) -> tuple[Indices, Indices, Points]:
    """Starts of each shape's run, vertices, shifts."""
    counts, vertices, moves = [0], [np.zeros(0, np.int64)], [np.zeros((0, 3))]
    for name in names:
        for sheet, start in zip(sheets, starts, strict=False):
            if name in sheet.shapes:
                where, shift = sheet.shapes[name]
                kept = np.abs(shift).max(axis=1, initial=0) > LEAST
                vertices.append(where[kept] + start)
                moves.append(shift[kept])
        counts.append(sum(map(len, vertices)))
    return np.array(counts), np.concatenate(vertices), np.concatenate(moves)
