"""The rasteriser: textured triangles into a packed picture, in painter's order.

**Pixels.** A canvas pixel is a uint32 with Y in bits 0-7, V in 8-15, U in 16-23 and alpha in 24-31. A
texel is a uint64 with the same four bytes spread over four lanes of 16 bits (Y, U, V, alpha from
the low end), multiplied by its alpha. So one integer multiplication weighs all four channels: a
bilinear sample is four loads and four products whose weights sum to 256, and blending one more.

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

KEYS = 6  # most keys of a layer
SUBPIXELS = 256  # steps of the vertex grid in a pixel
EDGE = 1  # texels added around a texture, so that neighbours always exist
LEAST = np.float32(1 / 256)  # a key that weighs less at all corners is left out

Texels = NDArray[np.uint64]
Canvas = NDArray[np.uint32]

_LANES = np.uint64(0x00FF00FF00FF00FF)
_HALVES = np.uint64(0x0080008000800080)
_U8 = np.uint64(8)
_U16 = np.uint64(16)
_U24 = np.uint64(24)
_U48 = np.uint64(48)
_U1 = np.uint64(1)
_U7 = np.uint64(7)
_BYTE = np.uint64(255)
_ONE = np.uint64(256)
_WORD = np.uint64(0xFFFFFFFF)
_WHOLE = np.int64(256 << 16)


@inlined
def _sample(texels: Any, at: Any, stride: Any, u: Any, v: Any) -> Any:
    """Bilinear sample at fixed-point u, v of a texture that starts at `at`: lanes of 8.8 bits."""
    fu = (u >> _U8) & _BYTE
    fv = (v >> _U8) & _BYTE
    both = (fu * fv) >> _U8
    at = at + (v >> _U16) * stride + (u >> _U16)
    total = texels[at] * (_ONE - fu - fv + both) + texels[at + _U1] * (fu - both)
    at = at + stride
    return total + texels[at] * (fv - both) + texels[at + _U1] * both


@inlined
def _over(under: Any, lanes: Any) -> Any:
    """A packed pixel with premultiplied lanes over it."""
    alpha = lanes >> _U48
    rest = _ONE - alpha - (alpha >> _U7)
    below = np.uint64(under)
    below = (below | (below << _U24)) & _LANES
    return _pack(lanes + (((below * rest + _HALVES) >> _U8) & _LANES))


@inlined
def _pack(lanes: Any) -> Any:
    """Four lanes to a packed pixel."""
    return np.uint32((lanes | (lanes >> _U24)) & _WORD)


@inlined
def _copy_span(
    out: Any, at: Any, count: Any, texels: Any, base: Any, stride: Any, u: Any, v: Any, du: Any, dv: Any
) -> None:
    """One key, everything opaque."""
    for i in range(count):
        lanes = ((_sample(texels, base, stride, u, v) + _HALVES) >> _U8) & _LANES
        out[at + np.uint64(i)] = _pack(lanes)
        u += du
        v += dv


@inlined
def _blend_span(
    out: Any, at: Any, count: Any, texels: Any, base: Any, stride: Any, u: Any, v: Any, du: Any, dv: Any
) -> None:
    """One key at full weight, alpha from the texture."""
    for i in range(count):
        lanes = ((_sample(texels, base, stride, u, v) + _HALVES) >> _U8) & _LANES
        place = at + np.uint64(i)
        out[place] = _over(out[place], lanes)
        u += du
        v += dv


@inlined
def _gather_span(
    sums: Any, count: Any, texels: Any, base: Any, stride: Any, u: Any, v: Any, du: Any, dv: Any,
    low: Any, dlow: Any, high: Any, dhigh: Any, first: Any,
) -> None:  # fmt: skip
    """Add one key to a row of sums. Its weight is the step between two running totals, so that all add up."""
    for i in range(count):
        lanes = ((_sample(texels, base, stride, u, v) + _HALVES) >> _U8) & _LANES
        lanes *= np.uint64(max(0, (high >> 16) - (low >> 16)))
        place = np.uint64(i)
        sums[place] = lanes if first else sums[place] + lanes
        u += du
        v += dv
        low += dlow
        high += dhigh


@inlined
def _put_span(out: Any, at: Any, count: Any, sums: Any, opaque: Any) -> None:
    """Write a row of sums of weighted keys."""
    for i in range(count):
        lanes = ((sums[np.uint64(i)] + _HALVES) >> _U8) & _LANES
        place = at + np.uint64(i)
        out[place] = _pack(lanes) if opaque else _over(out[place], lanes)


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
    active = np.empty(KEYS, np.int64)
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

        long = fx2 / fy2
        upper = fx1 / fy1 if y1 > 0 else 0.0
        lower = (fx2 - fx1) / (fy2 - fy1) if y2 > y1 else 0.0
        origin = np.float64(x0) - 128.0
        for y in range(max(top, box[1]), bottom):
            centre = np.float64(y * 256 + 128 - y0)
            xa = origin + centre * long
            xb = origin + (centre * upper if centre < fy1 else fx1 + (centre - fy1) * lower)
            if xa > xb:
                xa, xb = xb, xa
            begin = max(np.int64(np.ceil(xa * (1.0 / 256.0))), box[0])
            end = min(np.int64(np.ceil(xb * (1.0 / 256.0))), box[2])
            if begin >= end:
                continue
            right, down = begin - left0, y - top
            at = np.uint64(y * width + begin)
            for n in range(count):
                key = active[n]
                u = np.uint64(planes[3 * n, 0] + planes[3 * n, 1] * right + planes[3 * n, 2] * down)
                v = np.uint64(
                    planes[3 * n + 1, 0] + planes[3 * n + 1, 1] * right + planes[3 * n + 1, 2] * down
                )
                du, dv = np.uint64(planes[3 * n, 1]), np.uint64(planes[3 * n + 1, 1])
                if single:
                    if opaque:
                        _copy_span(
                            out, at, end - begin, texels, base[one, key], stride[one, key], u, v, du, dv
                        )
                    else:
                        _blend_span(
                            out, at, end - begin, texels, base[one, key], stride[one, key], u, v, du, dv
                        )
                    continue
                low, dlow = np.int64(0), np.int64(0)
                if n > 0:
                    dlow = planes[3 * n - 1, 1]
                    low = planes[3 * n - 1, 0] + dlow * right + planes[3 * n - 1, 2] * down
                dhigh = planes[3 * n + 2, 1]
                high = planes[3 * n + 2, 0] + dhigh * right + planes[3 * n + 2, 2] * down
                _gather_span(
                    sums, end - begin, texels, base[one, key], stride[one, key], u, v, du, dv,
                    low, dlow, high, dhigh, n == 0,
                )  # fmt: skip
            if not single:
                _put_span(out, at, end - begin, sums, opaque)


@compiled
def to_planes(canvas: Any, box: Any, y_plane: Any, u_plane: Any, v_plane: Any) -> None:
    """Write a part of a packed picture, even on all sides, into the three planes of a frame."""
    left, top, right, bottom = box[0], box[1], box[2], box[3]
    for y in range(top, bottom):
        row, into = canvas[y], y_plane[y]
        for x in range(left, right):
            into[x] = np.uint8(row[x] & np.uint32(255))
    for y in range(top // 2, bottom // 2):
        one, two = canvas[2 * y], canvas[2 * y + 1]
        into_u, into_v = u_plane[y], v_plane[y]
        for x in range(left // 2, right // 2):
            a, b, c, d = one[2 * x], one[2 * x + 1], two[2 * x], two[2 * x + 1]
            mask = np.uint32(0xFF)
            e, g = np.uint32(16), np.uint32(8)
            into_u[x] = np.uint8(
                (((a >> e) & mask) + ((b >> e) & mask) + ((c >> e) & mask) + ((d >> e) & mask) + np.uint32(2))
                >> np.uint32(2)
            )
            into_v[x] = np.uint8(
                (((a >> g) & mask) + ((b >> g) & mask) + ((c >> g) & mask) + ((d >> g) & mask) + np.uint32(2))
                >> np.uint32(2)
            )


@compiled
def from_planes(canvas: Any, box: Any, y_plane: Any, u_plane: Any, v_plane: Any) -> None:
    """Read a part of a frame into a packed picture; it comes back exactly by `to_planes`."""
    for y in range(box[1], box[3]):
        row, luma, cb, cr = canvas[y], y_plane[y], u_plane[y >> 1], v_plane[y >> 1]
        for x in range(box[0], box[2]):
            row[x] = (
                np.uint32(0xFF000000)
                | (np.uint32(cb[x >> 1]) << np.uint32(16))
                | (np.uint32(cr[x >> 1]) << np.uint32(8))
                | np.uint32(luma[x])
            )
