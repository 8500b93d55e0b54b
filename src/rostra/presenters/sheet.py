"""Sheets: the geometry of one layer while it is being made, and how sheets become a pack.

A sheet lives on the canvas (see `pack`). It is laid out from where its points are *seen*; their depth
lets them move truly when the head turns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rostra.presenters.pack import KeyInfo, Layer, LayerInfo, Manifest, Pack, Texture

Points = NDArray[np.float64]
Indices = NDArray[np.int64]

LEAST = 0.15  # canvas pixels: smaller shifts of a shape are dropped


@dataclass
class Sheet:
    """One layer.

    Args:
        name: of the layer.
        vertices: (n, 3) canvas units before perspective.
        triangles: (t, 3) in draw order.
        keys: what the layer looks like in each key.
        uv: (keys, n, 2) where each vertex is seen in each key.
        mask: (keys, n) how much a vertex may take of each key.
        head: (n,) how much it follows the head.
        breath: (n, 2) shift at full breath.
        shapes: name -> (n, 3) shift at weight 1; or some vertices and their shifts.
        gaze: 0, or 1 or 2 for the left or right eyeball.
        fine: has thin edges that move.
    """

    name: str
    vertices: Points
    triangles: Indices
    keys: list[KeyInfo]
    uv: Points
    mask: Points
    head: Points
    breath: Points
    shapes: Mapping[str, Points | tuple[Indices, Points]] = field(default_factory=dict)
    gaze: int = 0
    fine: bool = False


def plain(
    name: str, texture: str, vertices: Points, triangles: Indices, uv: Points, head: float | Points = 1.0,
    breath: Points | None = None, gaze: int = 0,
) -> Sheet:  # fmt: skip
    """A sheet with one look and no shapes."""
    count = len(vertices)
    return Sheet(
        name, vertices, triangles, [KeyInfo(texture=texture)], uv[None], np.ones((1, count)),
        np.broadcast_to(head, count).astype(np.float64),
        np.zeros((count, 2)) if breath is None else breath, gaze=gaze,
    )  # fmt: skip


def placed(seen: Points, depth: Points, canvas: tuple[int, int], distance: float) -> Points:
    """(n, 3) canvas units of points seen at (n, 2) pixels with (n,) depths: perspective undone."""
    middle = np.array(canvas) / 2
    spread = ((distance - depth) / distance)[:, None]
    return np.concatenate([middle + (seen - middle) * spread, depth[:, None]], axis=1)


def net(low: Points, high: Points, step: float) -> tuple[Points, Indices]:
    """A regular net over a box.

    Args:
        low, high: (2,) corners of the box.
        step: about the distance between points.

    Returns:
        (n, 2) points and (t, 3) triangles, in rows from the top.
    """
    counts = np.maximum(2, np.ceil((high - low) / step).astype(int) + 1)
    axes = [np.linspace(low[k], high[k], counts[k]) for k in range(2)]
    points = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    index = np.arange(len(points)).reshape(counts[1], counts[0])
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    return points, np.stack([a, b, c, a, c, d], axis=-1).reshape(-1, 3)


def assemble(
    sheets: Sequence[Sheet], manifest: Mapping[str, object], textures: Mapping[str, Texture]
) -> Pack:
    """Join sheets, in draw order, into a pack.

    Args:
        sheets: the layers.
        manifest: fields of `Manifest` except shapes, layers and textures.
        textures: the pictures by name.
    """
    names = sorted({name for sheet in sheets for name in sheet.shapes})
    starts = np.concatenate([[0], np.cumsum([len(sheet.vertices) for sheet in sheets])]).astype(int)
    layers = [_layer(sheet, int(start)) for sheet, start in zip(sheets, starts, strict=False)]
    info = Manifest.model_validate(
        {
            **manifest,
            "shapes": names,
            "layers": [layer.info for layer in layers],
            "textures": {name: texture.info for name, texture in textures.items()},
        }
    )
    run, vertex, delta = _deltas(sheets, starts, names)

    def joined(parts: list[Points]) -> NDArray[np.float32]:
        return np.concatenate(parts).astype(np.float32)

    return Pack(
        manifest=info,
        vertices=joined([sheet.vertices for sheet in sheets]),
        head=joined([sheet.head for sheet in sheets]),
        alpha=np.ones(int(starts[-1]), np.float32),
        gaze=np.concatenate([np.full(len(sheet.vertices), sheet.gaze, np.int8) for sheet in sheets]),
        breath=joined([sheet.breath for sheet in sheets]),
        delta_start=run.astype(np.int32),
        delta_vertex=vertex.astype(np.int32),
        delta=delta.astype(np.float32),
        layers=tuple(layers),
        textures=dict(textures),
    )


def _layer(sheet: Sheet, start: int) -> Layer:
    stop = start + len(sheet.vertices)
    info = LayerInfo(name=sheet.name, start=start, stop=stop, keys=sheet.keys, fine=sheet.fine)
    return Layer(
        info,
        (sheet.triangles + start).astype(np.int32),
        sheet.uv.astype(np.float32),
        sheet.mask.astype(np.float32),
    )


def _deltas(
    sheets: Sequence[Sheet], starts: NDArray[np.int_], names: Sequence[str]
) -> tuple[Indices, Indices, Points]:
    runs, vertices, shifts = [0], [np.zeros(0, np.int64)], [np.zeros((0, 3))]
    for name in names:
        for sheet, start in zip(sheets, starts, strict=False):
            if name in sheet.shapes:
                shape = sheet.shapes[name]
                where, shift = shape if isinstance(shape, tuple) else (np.arange(len(shape)), shape)
                kept = np.abs(shift).max(axis=1, initial=0) > LEAST
                vertices.append(where[kept] + int(start))
                shifts.append(shift[kept])
        runs.append(sum(len(part) for part in vertices))
    return np.array(runs), np.concatenate(vertices), np.concatenate(shifts)
