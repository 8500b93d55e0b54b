"""The rasteriser: textured triangles into a packed picture, in painter's order.

**Pixels.** A pixel or texel is a uint32 with the bytes Y, U, V and alpha, Y the lowest. Texels are
multiplied by their alpha. All four bytes are weighed at once (see `lanes`), with weights that sum to 256.

**Which pixels.** Vertices lie on a grid of 1/256 pixel. A row of pixels belongs to an edge when
`top <= centre < bottom`, a pixel to a span when `left <= centre < right`, and where an edge meets a row is
always computed from the edge's upper end. So triangles that share an edge share its exact crossing:
no pixel is drawn twice and none is left out.

**What value.** Texture positions and weights are planes over the picture in fixed point of 16 bits,
anchored at the triangle, so that a pixel's value does not depend on the part of the picture that is
drawn.

Source: Porter & Duff 1984 (premultiplied `over`); Heckbert 1989 (affine texture mapping).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rostra.picture.compiled import compiled, inlined
from rostra.picture.lanes import pack, ramp, sample, unpack

KEYS = 6  # most keys of a layer
SUBPIXELS = 256  # steps of the vertex grid in a pixel
EDGE = 1  # texels added around a texture, so that neighbours always exist
LEAST = np.float32(1 / 256)  # a key that weighs less at all corners is left out

Texels = NDArray[np.uint32]
Canvas = NDArray[np.uint32]

_LANES = np.uint64(0x00FF00FF00FF00FF)
_HALVES = np.uint64(0x0080008000800080)
_SHORT = np.uint64(0xFFFF)
_BYTE = np.uint64(255)
_7, _8, _16, _32, _40, _48 = (np.uint64(bits) for bits in (7, 8, 16, 32, 40, 48))
_ONE = np.uint64(256)
_WHOLE = np.int64(256 << 16)
_RAMP = ramp()


@inlined
def _texel(texels: Any, base: Any, stride: Any, place: Any, ramp: Any) -> Any:
    """The sample at a place: v and u, 16 + 16 bits each, in one word."""
    at = base + (place >> _48) * stride + ((place >> _16) & _SHORT)
    return sample(texels, at, stride, (place >> _8) & _BYTE, (place >> _40) & _BYTE, ramp)


@inlined
def _over(under: Any, lanes: Any) -> Any:
    """A packed pixel with premultiplied lanes over it."""
    alpha = lanes >> _48
    rest = _ONE - alpha - (alpha >> _7)
    return pack(lanes + (((unpack(under) * rest + _HALVES) >> _8) & _LANES))


@inlined
def _span(edges: Any, y: Any, low: Any, high: Any) -> Any:
    """The pixels of row y between the long edge and the two short ones, cut to `low` and `high`."""
    centre = np.float64(y * 256 + 128) - edges[0]
    xa = edges[1] + centre * edges[2]
    xb = edges[1] + (centre * edges[3] if centre < edges[4] else edges[5] + (centre - edges[4]) * edges[6])
    begin = np.int64(np.ceil(min(xa, xb) * (1.0 / 256.0)))
    end = np.int64(np.ceil(max(xa, xb) * (1.0 / 256.0)))
    return max(begin, low), min(end, high)


@inlined
def _at(planes: Any, n: Any, right: Any, down: Any) -> Any:
    """Value of plane n at so many pixels from its anchor."""
    return planes[n, 0] + planes[n, 1] * right + planes[n, 2] * down


@inlined
def _place(planes: Any, n: Any, right: Any, down: Any) -> Any:
    """Texture position of key n at a pixel, packed as in `_texel`, and its step to the next pixel."""
    u, v = _at(planes, 3 * n, right, down), _at(planes, 3 * n + 1, right, down)
    step = (np.uint64(planes[3 * n + 1, 1]) << _32) + np.uint64(planes[3 * n, 1])
    return (np.uint64(v) << _32) + np.uint64(u), step


@compiled
def _fill_opaque(
    out: Any, width: Any, window: Any, edges: Any, planes: Any, texels: Any, base: Any, stride: Any, ramp: Any
) -> None:
    """A triangle of one key without holes; window: top, bottom, left, right and the anchor's x, y."""
    for y in range(window[0], window[1]):
        begin, end = _span(edges, y, window[2], window[3])
        place, step = _place(planes, 0, begin - window[4], y - window[5])
        at = np.uint64(y * width + begin)
        for i in range(end - begin):
            out[at + np.uint64(i)] = pack(_texel(texels, base, stride, place, ramp))
            place += step


@compiled
def _fill_clear(
    out: Any, width: Any, window: Any, edges: Any, planes: Any, texels: Any, base: Any, stride: Any, ramp: Any
) -> None:
    """A triangle of one key at full weight, alpha from the texture."""
    for y in range(window[0], window[1]):
        begin, end = _span(edges, y, window[2], window[3])
        place, step = _place(planes, 0, begin - window[4], y - window[5])
        at = np.uint64(y * width + begin)
        for i in range(end - begin):
            to = at + np.uint64(i)
            out[to] = _over(out[to], _texel(texels, base, stride, place, ramp))
            place += step


@compiled
def _fill_mixed(
    out: Any, width: Any, window: Any, edges: Any, planes: Any, texels: Any, base: Any, stride: Any,
    ramp: Any, active: Any, count: Any, opaque: Any, sums: Any,
) -> None:  # fmt: skip
    """A triangle of several keys, or of a weight below 1. A key's weight is the step between two running
    totals, so that the weights of a pixel add up exactly."""
    for y in range(window[0], window[1]):
        begin, end = _span(edges, y, window[2], window[3])
        right, down = begin - window[4], y - window[5]
        low, dlow = np.int64(0), np.int64(0)
        for n in range(count):
            key = active[n]
            start, pitch = base[key], stride[key]
            place, step = _place(planes, n, right, down)
            high, dhigh = _at(planes, 3 * n + 2, right, down), planes[3 * n + 2, 1]
            below, above = low, high
            for i in range(end - begin):
                weight = np.uint64(max(0, (above >> 16) - (below >> 16)))
                lanes = _texel(texels, start, pitch, place, ramp) * weight
                to = np.uint64(i)
                sums[to] = lanes if n == 0 else sums[to] + lanes
                place += step
                below += dlow
                above += dhigh
            low, dlow = high, dhigh
        at = np.uint64(y * width + begin)
        for i in range(end - begin):
            lanes = ((sums[np.uint64(i)] + _HALVES) >> _8) & _LANES
            to = at + np.uint64(i)
            out[to] = pack(lanes) if opaque else _over(out[to], lanes)


@inlined
def _plane(q0: Any, q1: Any, q2: Any, x1: Any, y1: Any, x2: Any, y2: Any, x: Any, y: Any, over: Any) -> Any:
    """The plane through three values, the first at the origin: at (x, y), and its steps per pixel."""
    q1 -= q0
    q2 -= q0
    across = (q1 * y2 - q2 * y1) * over
    down = (q2 * x1 - q1 * x2) * over
    value = q0 + across * x + down * y
    return np.int64(value * 65536.0), np.int64(across * 16777216.0), np.int64(down * 16777216.0)


@compiled
def paint(  # noqa: PLR0912, PLR0915 - one long loop, for speed
    out: Any, width: Any, box: Any, xs: Any, ys: Any, uv: Any, weight: Any, whole: Any,
    triangles: Any, layer: Any, solid: Any, first: Any, last: Any,
    texels: Any, base: Any, stride: Any, keys: Any, sums: Any, planes: Any,
) -> None:  # fmt: skip
    """Draw triangles `first` to `last` into the part `box` of a canvas.

    Args:
        out: (height * width,) uint32 packed pixels, changed in place; `width` of a row.
        box: (4,) int64 left, top, right, bottom.
        xs, ys: (n,) int32 vertices, 1/256 pixel; pixel 0 is from 0 to 256.
        uv: (n, KEYS, 2) float32 positions in the textures, 0 = centre of the first texel with its border.
        weight: (n, KEYS) float32 weights of the keys, their sum is the opacity.
        whole: (n,) bool, opacity 1.
        triangles: (t, 3) int32; layer: (t,) int32; solid: (t,) uint8, bit k: texture k has no hole there.
        texels: textures one after another; base, stride: (layers, KEYS) uint64, where each starts, texels of
            a row; keys: (layers,) int32, how many.
        sums: (width,) uint64 scratch; planes: (3 * KEYS, 3) int64 scratch.
    """
    active, edges, window = np.empty(KEYS, np.int64), np.empty(7), np.empty(6, np.int64)
    for t in range(first, last):
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        if ys[j] < ys[i]:
            i, j = j, i
        if ys[k] < ys[j]:
            j, k = k, j
            if ys[j] < ys[i]:
                i, j = j, i
        x0, y0 = np.int64(xs[i]), np.int64(ys[i])
        top = (y0 + 127) >> 8
        bottom = min((np.int64(ys[k]) + 127) >> 8, box[3])
        if max(top, box[1]) >= bottom:
            continue
        x1, y1 = np.int64(xs[j]) - x0, np.int64(ys[j]) - y0
        x2, y2 = np.int64(xs[k]) - x0, np.int64(ys[k]) - y0
        leftmost = min(x0, np.int64(xs[j]), np.int64(xs[k]))
        rightmost = max(x0, np.int64(xs[j]), np.int64(xs[k]))
        if (leftmost + 127) >> 8 >= box[2] or (rightmost + 127) >> 8 <= box[0]:
            continue
        area = x1 * y2 - x2 * y1
        if area == 0:
            continue

        one = layer[t]
        count = 0
        cover = 0
        for key in range(keys[one]):
            if max(weight[i, key], weight[j, key], weight[k, key]) >= LEAST:
                active[count] = key
                cover |= 1 << key
                count += 1
        if count == 0:
            continue
        complete = whole[i] and whole[j] and whole[k]
        opaque = complete and (solid[t] & cover) == cover
        single = complete and count == 1

        over = 1.0 / area
        left0 = leftmost >> 8
        ax, ay = np.float64(left0 * 256 + 128 - x0), np.float64(top * 256 + 128 - y0)
        fx1, fy1, fx2, fy2 = np.float64(x1), np.float64(y1), np.float64(x2), np.float64(y2)
        run0, run1, run2 = 0.0, 0.0, 0.0
        for n in range(count):
            key = active[n]
            for axis in range(2):
                a, b, c = _plane(
                    np.float64(uv[i, key, axis]), np.float64(uv[j, key, axis]), np.float64(uv[k, key, axis]),
                    fx1, fy1, fx2, fy2, ax, ay, over,
                )  # fmt: skip
                planes[3 * n + axis, 0], planes[3 * n + axis, 1], planes[3 * n + axis, 2] = a, b, c
            if not single:
                run0 += weight[i, key] * 256.0
                run1 += weight[j, key] * 256.0
                run2 += weight[k, key] * 256.0
                if complete and n == count - 1:
                    planes[3 * n + 2, 0], planes[3 * n + 2, 1], planes[3 * n + 2, 2] = _WHOLE, 0, 0
                else:
                    a, b, c = _plane(run0, run1, run2, fx1, fy1, fx2, fy2, ax, ay, over)
                    planes[3 * n + 2, 0], planes[3 * n + 2, 1], planes[3 * n + 2, 2] = a, b, c

        edges[0], edges[1], edges[2] = np.float64(y0), np.float64(x0) - 128.0, fx2 / fy2
        edges[3] = fx1 / fy1 if y1 > 0 else 0.0
        edges[4], edges[5] = fy1, fx1
        edges[6] = (fx2 - fx1) / (fy2 - fy1) if y2 > y1 else 0.0
        window[0], window[1], window[2], window[3] = max(top, box[1]), bottom, box[0], box[2]
        window[4], window[5] = left0, top
        start, pitch = base[one, active[0]], stride[one, active[0]]
        if single and opaque:
            _fill_opaque(out, width, window, edges, planes, texels, start, pitch, _RAMP)
        elif single:
            _fill_clear(out, width, window, edges, planes, texels, start, pitch, _RAMP)
        else:
            _fill_mixed(
                out, width, window, edges, planes, texels, base[one], stride[one], _RAMP,
                active, count, opaque, sums,
            )  # fmt: skip


@compiled
def to_planes(canvas: Any, box: Any, y_plane: Any, u_plane: Any, v_plane: Any) -> None:
    """Write a part of a packed picture, even on all sides, into the three planes of a frame."""
    left, top, right, bottom = box[0], box[1], box[2], box[3]
    byte, two = np.uint32(255), np.uint32(2)
    for y in range(top, bottom):
        row, into = canvas[y, left:right], y_plane[y, left:right]
        for x in range(len(into)):
            into[x] = np.uint8(row[x])
    for y in range(top >> 1, bottom >> 1):
        upper, lower = canvas[2 * y, left:right], canvas[2 * y + 1, left:right]
        for shift, plane in ((np.uint32(8), u_plane), (np.uint32(16), v_plane)):
            into = plane[y, left >> 1 : right >> 1]
            for x in range(len(into)):
                total = (upper[2 * x] >> shift & byte) + (upper[2 * x + 1] >> shift & byte)
                total += (lower[2 * x] >> shift & byte) + (lower[2 * x + 1] >> shift & byte)
                into[x] = np.uint8((total + two) >> two)


@compiled
def from_planes(canvas: Any, box: Any, y_plane: Any, u_plane: Any, v_plane: Any) -> None:
    """Read a part of a frame into a packed picture; it comes back exactly by `to_planes`."""
    left, right = box[0], box[2]
    for y in range(box[1], box[3]):
        row, luma = canvas[y, left:right], y_plane[y, left:right]
        cb, cr = u_plane[y >> 1, left >> 1 : right >> 1], v_plane[y >> 1, left >> 1 : right >> 1]
        for x in range(len(cb)):
            colour = (
                np.uint32(0xFF000000) | np.uint32(cb[x]) << np.uint32(8) | np.uint32(cr[x]) << np.uint32(16)
            )
            row[2 * x] = colour | np.uint32(luma[2 * x])
            row[2 * x + 1] = colour | np.uint32(luma[2 * x + 1])
