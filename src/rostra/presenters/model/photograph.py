"""Photographs: parts of a figure drawn in studio light, as textures of a pack.

A plain depth-buffered rasteriser with several samples per texel. Every sample is shaded on its own; what is
see-through is drawn last, from back to front.

Source: Heckbert & Moreton 1991 (perspective-correct interpolation); Porter & Duff 1984 (`over`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rostra.picture.compiled import allocating, inlined
from rostra.presenters.model.cover import nearness
from rostra.presenters.model.figure import Figure
from rostra.presenters.model.light import COLOUR, CUTOFF, DOUBLE, MODE, TEXTURE, TRANSFORM, shade
from rostra.presenters.model.materials import BLEND, MASK, Material
from rostra.presenters.model.pictures import CLAMP, LEVELS, MIRROR, Pictures
from rostra.presenters.model.portrait import seen
from rostra.presenters.pack import Texture, TextureInfo

SAMPLES = 2  # in each direction of a texel
STRIP = 192  # rows of texels drawn at once: bounds the memory
SPREAD = 10  # texels that colours run out over their edge

Points = NDArray[np.float64]
Indices = NDArray[np.int64]
Box = tuple[float, float, float, float]

_LINEAR = np.array(
    [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in np.arange(256) / 255], np.float32
)


class Studio:
    """Takes photographs of one figure.

    Args:
        figure: the model.
        materials: of it.
        pictures: its textures; `numbers` says which of a material's is which of these.
        numbers: texture in the document -> in `pictures`.
    """

    def __init__(
        self, figure: Figure, materials: list[Material], pictures: Pictures, numbers: dict[int, int]
    ) -> None:
        self._figure, self._pictures = figure, pictures
        rows = [m.numbers(-1 if m.texture is None else numbers[m.texture]) for m in materials]
        self._table = np.array(rows, np.float32)
        self._modes = np.array([m.mode for m in materials])[figure.material]

    def take(
        self, triangles: Indices, points: Points, light: NDArray[np.float32], box: Box, scale: float
    ) -> tuple[Texture, NDArray[np.bool_]]:
        """Photograph some triangles without anything else.

        Args:
            triangles: (t,) their numbers.
            points: (n, 3) canvas units of the figure's pose.
            light: (n, 2) what reaches the vertices, as from `light.reaching`.
            box: part of the canvas: x, y, width, height.
            scale: texels per canvas pixel.

        Returns:
            the picture, its colours run out over their edges; and (h, w) where it shows anything.
        """
        figure, (width, height) = self._figure, (max(1, round(box[k] * scale)) for k in (2, 3))
        place = (seen(points) - box[:2]) * scale * SAMPLES
        near = nearness(points)
        order = self._order(triangles, near)
        surface = figure.turned(points).astype(np.float32)
        image = np.zeros((height, width, 4), np.uint8)
        for top in range(0, height, STRIP):
            rows = min(STRIP, height - top)
            colour = np.zeros((rows * SAMPLES, width * SAMPLES, 4), np.float32)
            depth = np.zeros(colour.shape[:2], np.float32)
            _draw(
                figure.triangles[order], figure.material[order],
                place[:, 0], place[:, 1] - top * SAMPLES, near,
                surface, figure.uv.astype(np.float32), figure.colours.astype(np.float32), light, self._table,
                self._pictures.texels, self._pictures.levels, self._pictures.wraps, _LINEAR, colour, depth,
            )  # fmt: skip
            image[top : top + rows] = _developed(colour)
        shown = image[..., 3] > 0
        _spread(image, SPREAD)
        return Texture(image, TextureInfo(x=box[0], y=box[1], scale=scale)), shown

    def _order(self, triangles: Indices, near: Points) -> Indices:
        """What is whole first, then what is see-through from back to front."""
        clear = self._modes[triangles] == BLEND
        middle = near[self._figure.triangles[triangles]].mean(axis=1)
        order: Indices = triangles[np.lexsort((np.where(clear, middle, 0), clear))]
        return order


def _developed(colour: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Samples of premultiplied linear light to texels of sRGB with straight alpha."""
    height, width = colour.shape[0] // SAMPLES, colour.shape[1] // SAMPLES
    mean = colour.reshape(height, SAMPLES, width, SAMPLES, 4).mean(axis=(1, 3))
    alpha = mean[..., 3:]
    light = np.clip(mean[..., :3] / np.maximum(alpha, 1e-6), 0, 1)
    code = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** np.float32(1 / 2.4) - 0.055)
    straight = np.concatenate([code, np.clip(alpha, 0, 1)], axis=-1)
    texels: NDArray[np.uint8] = np.rint(straight * 255).astype(np.uint8)
    return texels


@inlined
def _wrapped(value: Any, size: Any, mode: Any) -> Any:
    if mode == CLAMP:
        return min(max(value, 0), size - 1)
    if mode == MIRROR:
        value = value % (2 * size)
        return value if value < size else 2 * size - 1 - value
    return value % size


@inlined
def _sample(u: Any, v: Any, texels: Any, level: Any, wrap: Any, linear: Any, out: Any) -> None:
    """Bilinear sample of linear light into `out[0:4]`."""
    start, width, height = level[0], level[1], level[2]
    x, y = u * width - 0.5, v * height - 0.5
    column, row = int(np.floor(x)), int(np.floor(y))
    fx, fy = x - column, y - row
    left, right = _wrapped(column, width, wrap[0]), _wrapped(column + 1, width, wrap[0])
    top, bottom = _wrapped(row, height, wrap[1]), _wrapped(row + 1, height, wrap[1])
    a, b = start + top * width + left, start + top * width + right
    c, d = start + bottom * width + left, start + bottom * width + right
    wa, wb, wc, wd = (1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy
    for k in range(3):
        out[k] = (
            wa * linear[texels[a, k]] + wb * linear[texels[b, k]]
            + wc * linear[texels[c, k]] + wd * linear[texels[d, k]]
        )  # fmt: skip
    out[3] = (wa * texels[a, 3] + wb * texels[b, 3] + wc * texels[c, 3] + wd * texels[d, 3]) / 255.0


@inlined
def _level(levels: Any, texture: Any, texel_area: Any, pixel_area: Any) -> Any:
    """The mip level whose texels are about as large as samples."""
    if texel_area <= pixel_area:
        return 0
    level = int(0.5 * np.log2(texel_area / max(pixel_area, 1e-9)) + 0.5)
    level = min(level, LEVELS - 1)
    while level > 0 and levels[texture, level, 1] == 0:
        level -= 1
    return level


@allocating
def _draw(  # noqa: PLR0912, PLR0915 - one long loop, for speed
    triangles: Any, materials: Any, xs: Any, ys: Any, near: Any, surface: Any, uv: Any, colours: Any,
    light: Any, table: Any, texels: Any, levels: Any, wraps: Any, linear: Any, out: Any, depth: Any,
) -> None:  # fmt: skip
    """Draw triangles in their order into samples of premultiplied linear light.

    Args:
        triangles: (t, 3); materials: (t,).
        xs, ys: (n,) samples; near: (n,) inverse distance; surface: (n, 3) normals; uv: (n, 2);
            colours: (n, 4); light: (n, 2).
        table: (m, k) materials; texels, levels, wraps: see `pictures`; linear: (256,) sRGB to light.
        out: (h, w, 4) float32; depth: (h, w) float32; both updated.
    """
    height, width = depth.shape
    texel, lit = np.empty(4, np.float64), np.empty(3, np.float64)
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        row = table[materials[t]]
        ax, ay, bx, by, cx, cy = xs[a], ys[a], xs[b], ys[b], xs[c], ys[c]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        # y points down, so that a triangle's front has a negative area
        if abs(area) < 1e-9 or (area > 0 and row[DOUBLE] < 0.5):
            continue
        left, right = (
            int(max(np.ceil(min(ax, bx, cx) - 0.5), 0)),
            int(min(np.ceil(max(ax, bx, cx) - 0.5), width)),
        )
        top, bottom = (
            int(max(np.ceil(min(ay, by, cy) - 0.5), 0)),
            int(min(np.ceil(max(ay, by, cy) - 0.5), height)),
        )
        if left >= right or top >= bottom:
            continue
        texture = int(row[TEXTURE])
        tu, tv = np.empty(3), np.empty(3)
        for k in range(3):
            u0, v0 = uv[triangles[t, k], 0], uv[triangles[t, k], 1]
            tu[k] = row[TRANSFORM] * u0 + row[TRANSFORM + 1] * v0 + row[TRANSFORM + 2]
            tv[k] = row[TRANSFORM + 3] * u0 + row[TRANSFORM + 4] * v0 + row[TRANSFORM + 5]
        level = 0
        if texture >= 0:
            across = (tu[1] - tu[0]) * (tv[2] - tv[0]) - (tv[1] - tv[0]) * (tu[2] - tu[0])
            size = levels[texture, 0, 1] * levels[texture, 0, 2]
            level = _level(levels, texture, abs(across) * size, abs(area))
        over = 1.0 / area
        for y in range(top, bottom):
            py = y + 0.5
            for x in range(left, right):
                px = x + 0.5
                wa = ((bx - px) * (cy - py) - (by - py) * (cx - px)) * over
                wb = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) * over
                wc = 1.0 - wa - wb
                if wa < -1e-9 or wb < -1e-9 or wc < -1e-9:
                    continue
                inverse = wa * near[a] + wb * near[b] + wc * near[c]
                if inverse <= depth[y, x]:
                    continue
                wa, wb, wc = wa * near[a] / inverse, wb * near[b] / inverse, wc * near[c] / inverse
                if texture >= 0:
                    u, v = wa * tu[0] + wb * tu[1] + wc * tu[2], wa * tv[0] + wb * tv[1] + wc * tv[2]
                    _sample(u, v, texels, levels[texture, level], wraps[texture], linear, texel)
                else:
                    texel[:] = 1.0
                for k in range(4):
                    texel[k] *= row[COLOUR + k] * (
                        wa * colours[a, k] + wb * colours[b, k] + wc * colours[c, k]
                    )
                alpha = 1.0
                if row[MODE] == MASK:
                    if texel[3] < row[CUTOFF]:
                        continue
                elif row[MODE] == BLEND:
                    alpha = min(texel[3], 1.0)
                    if alpha <= 0.0:
                        continue
                nx = wa * surface[a, 0] + wb * surface[b, 0] + wc * surface[c, 0]
                ny = wa * surface[a, 1] + wb * surface[b, 1] + wc * surface[c, 1]
                nz = wa * surface[a, 2] + wb * surface[b, 2] + wc * surface[c, 2]
                length = max(np.sqrt(nx * nx + ny * ny + nz * nz), 1e-9)
                side = -1.0 if area > 0 else 1.0
                soft = wa * light[a, 0] + wb * light[b, 0] + wc * light[c, 0]
                key = wa * light[a, 1] + wb * light[b, 1] + wc * light[c, 1]
                shade(
                    row, texel[0], texel[1], texel[2], side * nx / length, side * ny / length,
                    side * nz / length, soft, key, lit,
                )  # fmt: skip
                for k in range(3):
                    out[y, x, k] = lit[k] * alpha + out[y, x, k] * (1.0 - alpha)
                out[y, x, 3] = alpha + out[y, x, 3] * (1.0 - alpha)
                if row[MODE] != BLEND:
                    depth[y, x] = inverse


@allocating
def _spread(image: Any, rounds: Any) -> None:
    """Let colours run out over the edges of what shows, opacity staying 0."""
    height, width = image.shape[0], image.shape[1]
    known = np.zeros((height, width), np.uint8)
    for y in range(height):
        for x in range(width):
            known[y, x] = 1 if image[y, x, 3] > 0 else 0
    for turn in range(rounds):
        for y in range(height):
            for x in range(width):
                if known[y, x] != 0:
                    continue
                red, green, blue, count = 0, 0, 0, 0
                for dy in range(-1, 2):
                    for dx in range(-1, 2):
                        if 0 <= y + dy < height and 0 <= x + dx < width:
                            age = known[y + dy, x + dx]
                            if age != 0 and age <= turn + 1:
                                red += image[y + dy, x + dx, 0]
                                green += image[y + dy, x + dx, 1]
                                blue += image[y + dy, x + dx, 2]
                                count += 1
                if count > 0:
                    image[y, x, 0], image[y, x, 1], image[y, x, 2] = (
                        red // count,
                        green // count,
                        blue // count,
                    )
                    known[y, x] = turn + 2
