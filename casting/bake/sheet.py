"""Sheets: the geometry of one layer while it is being made, and how sheets become a pack.

A sheet lives on the canvas (see `rostra.presenters.pack`). It is laid out from where its points are
*seen*; their depth lets them move truly when the head turns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from casting.camera import HEIGHT, WIDTH
from rostra.presenters.pack import KeyInfo, Layer, LayerInfo, Manifest, Pack, Texture

Points = NDArray[np.float64]
Indices = NDArray[np.int64]

LEAST = 0.15  # canvas pixels: smaller shifts of a shape are dropped
MIDDLE = np.array([WIDTH / 2, HEIGHT / 2])


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
        shapes: name -> (n, 3) shift at weight 1.
        gaze: 0, or 1 or 2 for the left or right eyeball.
        alpha: (n,) opacity.
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
    shapes: dict[str, Points] = field(default_factory=dict)
    gaze: int = 0
    alpha: Points | None = None
    fine: bool = False


def placed(seen: Points, depth: Points, distance: float) -> Points:
    """(n, 3) canvas units of points seen at (n, 2) pixels with (n,) depths: perspective undone."""
    spread = ((distance - depth) / distance)[:, None]
    return np.concatenate([MIDDLE + (seen - MIDDLE) * spread, depth[:, None]], axis=1)


def grid(
    alpha: NDArray[np.uint8], corner: tuple[float, float], scale: float, step: float
) -> tuple[Points, Indices]:
    """A net of points over what a picture shows, with a margin of one step.

    Args:
        alpha: (h, w) opacity of the picture.
        corner: canvas place of the picture's upper left corner.
        scale: texels per canvas pixel.
        step: canvas pixels between points.

    Returns:
        (n, 2) canvas points and (t, 3) triangles.
    """
    rows, columns = np.nonzero(alpha > 4)
    low = np.array([columns.min(), rows.min()]) / scale + corner - step
    high = np.array([columns.max(), rows.max()]) / scale + corner + step
    counts = np.maximum(2, np.ceil((high - low) / step).astype(int) + 1)
    axes = [np.linspace(low[k], high[k], counts[k]) for k in range(2)]
    points = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    index = np.arange(len(points)).reshape(counts[1], counts[0])
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    triangles = np.concatenate(
        [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)]
    )
    return _drop_empty(points, in_bands(triangles, points), alpha, corner, scale, step)


def _drop_empty(
    points: Points,
    triangles: Indices,
    alpha: NDArray[np.uint8],
    corner: tuple[float, float],
    scale: float,
    step: float,
) -> tuple[Points, Indices]:
    """Without the triangles that show nothing, in rows from the top."""
    reach = int(np.ceil(step * scale))
    padded = np.pad(alpha > 4, reach)
    table = np.pad(padded.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    places = (points[triangles] - corner) * scale + reach
    low = np.clip(np.floor(places.min(axis=1)).astype(int) - 1, 0, None)
    limit = np.array(padded.shape[::-1])
    high = np.clip(np.ceil(places.max(axis=1)).astype(int) + 2, 0, limit)
    low = np.minimum(low, limit)
    inside = (
        table[high[:, 1], high[:, 0]]
        - table[low[:, 1], high[:, 0]]
        - table[high[:, 1], low[:, 0]]
        + table[low[:, 1], low[:, 0]]
    )
    kept = triangles[inside > 0]
    used, renamed = np.unique(kept, return_inverse=True)
    return points[used], renamed.reshape(-1, 3)


def around(outline: Points, extent: tuple[Points, Points], step: float) -> tuple[Points, Indices]:
    """A net around a polygon, joined to its corners.

    Args:
        outline: (n, 2) corners in order.
        extent: the box to fill: low and high corner.
        step: canvas pixels between points.

    Returns:
        (m, 2) new points, and (t, 3) triangles over outline (first) and new points.
    """
    low, high = extent
    axes = [np.arange(low[k], high[k] + step, step) for k in range(2)]
    points = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    points = points[~inside(points, outline) & (_gap(points, outline) > 0.45 * step)]
    every = np.concatenate([outline, points])
    triangles = Delaunay(every).simplices
    of_outline = (triangles < len(outline)).all(axis=1)
    corners = every[triangles]
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    # Small ones inside stay: the face is drawn over them, and without them dents of the outline gape.
    swallowed = of_outline & inside(corners.mean(axis=1), outline) & (longest > 2.2 * step)
    return points, triangles[~swallowed]


def even(values: Points, links: Indices) -> Points:
    """(n, ...) values moved half way to the mean of their neighbours'.

    Args:
        values: at the points.
        links: (e, 2) neighbours, both ways.
    """
    count = np.maximum(1, np.bincount(links[:, 0], minlength=len(values)))[:, None]
    total = np.zeros_like(values)
    np.add.at(total, links[:, 0], values[links[:, 1]])
    moved: Points = 0.5 * values + 0.5 * total / count
    return moved


def links(triangles: Indices) -> Indices:
    """(e, 2) neighbours in a net, both ways."""
    one_way = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    return np.concatenate([one_way, one_way[:, ::-1]])


def in_bands(triangles: Indices, vertices: Points, height: float = 16.0) -> Indices:
    """Triangles row by row, so that those drawn one after the other lie near each other in memory."""
    middle = vertices[triangles][..., :2].mean(axis=1)
    ordered: Indices = triangles[np.lexsort((middle[:, 0], middle[:, 1] // height))]
    return ordered


def inside(points: Points, outline: Points) -> NDArray[np.bool_]:
    """Which points lie in a polygon (even-odd rule)."""
    result = np.zeros(len(points), dtype=bool)
    x, y = points.T
    for (ax, ay), (bx, by) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        crosses = (ay > y) != (by > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            result ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return result


def _gap(points: Points, outline: Points) -> Points:
    """(n,) distance to the nearest corner of the outline."""
    gap: Points = np.linalg.norm(points[:, None] - outline[None], axis=2).min(axis=1)
    return gap


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
    starts = np.concatenate([[0], np.cumsum([len(sheet.vertices) for sheet in sheets])])
    layers = [_layer(sheet, int(start)) for sheet, start in zip(sheets, starts, strict=False)]
    delta_start, delta_vertex, delta = _deltas(sheets, starts, names)
    info = Manifest.model_validate(
        {
            **manifest,
            "shapes": names,
            "layers": [layer.info for layer in layers],
            "textures": {name: texture.info for name, texture in textures.items()},
        }
    )

    def joined(parts: list[Points]) -> NDArray[np.float32]:
        return np.concatenate(parts).astype(np.float32)

    return Pack(
        manifest=info,
        vertices=joined([sheet.vertices for sheet in sheets]),
        head=joined([sheet.head for sheet in sheets]),
        alpha=joined([np.ones(len(s.vertices)) if s.alpha is None else s.alpha for s in sheets]),
        gaze=np.concatenate([np.full(len(sheet.vertices), sheet.gaze, dtype=np.int8) for sheet in sheets]),
        breath=joined([sheet.breath for sheet in sheets]),
        delta_start=delta_start.astype(np.int32),
        delta_vertex=delta_vertex.astype(np.int32),
        delta=delta.astype(np.float32),
        layers=tuple(layers),
        textures=dict(textures),
    )


def _layer(sheet: Sheet, start: int) -> Layer:
    info = LayerInfo(
        name=sheet.name, start=start, stop=start + len(sheet.vertices), keys=sheet.keys, fine=sheet.fine
    )
    return Layer(
        info,
        (sheet.triangles + start).astype(np.int32),
        sheet.uv.astype(np.float32),
        sheet.mask.astype(np.float32),
    )


def _deltas(sheets: Sequence[Sheet], starts: Points, names: Sequence[str]) -> tuple[Points, Indices, Points]:
    runs, vertices, shifts = [0], [np.zeros(0, dtype=np.int64)], [np.zeros((0, 3))]
    for name in names:
        for sheet, start in zip(sheets, starts, strict=False):
            if name in sheet.shapes:
                moved = np.nonzero(np.abs(sheet.shapes[name]).max(axis=1) > LEAST)[0]
                vertices.append(moved + int(start))
                shifts.append(sheet.shapes[name][moved])
        runs.append(sum(len(part) for part in vertices))
    return np.array(runs), np.concatenate(vertices), np.concatenate(shifts)
