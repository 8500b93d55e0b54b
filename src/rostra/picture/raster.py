"""The rasteriser: textured triangles into a packed picture, front to back.

Layers are given in painter's order and drawn in the opposite one, each triangle under what is there (see
`fill`), so that what is hidden need not be drawn. At last the backdrop comes under everything (`settle`).

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
from rostra.picture.fill import KEYS, PLANE, WORD, fill, fill_whole, hidden, packed

SUBPIXELS = 256  # steps of the vertex grid in a pixel
EDGE = 1  # texels added around a texture, so that neighbours always exist
LEAST = np.float32(1 / 16)  # a key that weighs less at all corners is left out
WHOLE = np.uint8(128)  # flag of a vertex with opacity 1
ALL_KEYS = np.uint8((1 << KEYS) - 1)

Texels = NDArray[np.uint32]
Canvas = NDArray[np.uint32]

_WHOLE = np.int64(256 << 16)
_COVERED = np.uint64(0xFFFFFFFFFFFFFFFF)  # a word of the mask
_EVEN, _HALF = np.uint32(0x00FF00FF), np.uint32(0x00800080)
_U7, _U8, _U24, _U256 = np.uint32(7), np.uint32(8), np.uint32(24), np.uint32(256)


@inlined
def _plane(q0: Any, q1: Any, q2: Any, x1: Any, y1: Any, x2: Any, y2: Any, x: Any, y: Any, over: Any) -> Any:
    """The plane through three values, the first at the origin: at (x, y), and its steps per pixel."""
    q0 = np.float64(q0)
    q1 -= q0
    q2 -= q0
    across = (q1 * y2 - q2 * y1) * over
    down = (q2 * x1 - q1 * x2) * over
    value = q0 + across * x + down * y
    return np.int64(value * 65536.0), np.int64(across * 16777216.0), np.int64(down * 16777216.0)


@inlined
def _lowest(bits: Any) -> Any:
    """The lowest bit that is set."""
    bit = np.uint64(0)
    while bits >> bit & np.uint64(1) == 0:
        bit += np.uint64(1)
    return bit


@inlined
def _higher(i: Any, xi: Any, yi: Any, j: Any, xj: Any, yj: Any) -> Any:
    """Two vertices, the higher one first."""
    swap = yj < yi
    return (
        j if swap else i, xj if swap else xi, yj if swap else yi,
        i if swap else j, xi if swap else xj, yi if swap else yj,
    )  # fmt: skip


@compiled
def paint(  # noqa: PLR0915 - one long loop, for speed
    out: Any, width: Any, box: Any, xs: Any, ys: Any, uv: Any, weight: Any, flags: Any,
    triangles: Any, layer: Any, solid: Any, first: Any, last: Any,
    texels: Any, base: Any, stride: Any, keys: Any, sums: Any, plan: Any, mask: Any,
) -> None:  # fmt: skip
    """Draw triangles `first` to `last` under the part `box` of a canvas, the last one first.

    Args:
        out: (height * width,) uint32 packed pixels, changed in place; `width` of a row.
        box: (4,) int64 left, top, right, bottom.
        xs, ys: (n,) int32 vertices, 1/256 pixel; pixel 0 is from 0 to 256.
        uv: (n, KEYS, 2) float32 positions in the textures, 0 = centre of the first texel with its border.
        weight: (n, KEYS) float32 weights of the keys, their sum is the opacity.
        flags: (n,) uint8, bit k: key k weighs something; `WHOLE`: opacity 1.
        triangles: (t, 3) int32; layer: (t,) int32; solid: (t,) uint8, bit k: texture k has no hole there.
        texels: textures one after another; base, stride: (layers, KEYS) uint64, where each starts, texels of
            a row; keys: (layers,) int32, how many.
        sums: (width,) uint64 scratch; plan: (PLAN,) int64 scratch.
        mask: (height, words) uint64, which pixels are covered; see `fill`.
    """
    for back in range(last - first):
        t = np.uint64(last - 1 - back)  # an unsigned index is not asked whether it counts from the end
        i, j, k = np.uint64(triangles[t, 0]), np.uint64(triangles[t, 1]), np.uint64(triangles[t, 2])
        xi, xj, xk = np.int64(xs[i]), np.int64(xs[j]), np.int64(xs[k])
        yi, yj, yk = np.int64(ys[i]), np.int64(ys[j]), np.int64(ys[k])
        leftmost, rightmost = min(xi, xj, xk), max(xi, xj, xk)
        top, bottom = (min(yi, yj, yk) + 127) >> 8, (max(yi, yj, yk) + 127) >> 8
        upper, lower = max(top, box[1]), min(bottom, box[3])
        begin, end = max((leftmost + 127) >> 8, box[0]), min((rightmost + 127) >> 8, box[2])
        if upper >= lower or begin >= end or hidden(mask, begin, upper, end, lower):
            continue
        i, xi, yi, j, xj, yj = _higher(i, xi, yi, j, xj, yj)
        j, xj, yj, k, xk, yk = _higher(j, xj, yj, k, xk, yk)
        i, x0, y0, j, xj, yj = _higher(i, xi, yi, j, xj, yj)
        middle = (yj + 127) >> 8
        x1, y1, x2, y2 = xj - x0, yj - y0, xk - x0, yk - y0
        area = x1 * y2 - x2 * y1
        if area == 0:
            continue

        one = np.uint64(layer[t])
        takes = (flags[i] | flags[j] | flags[k]) & ALL_KEYS
        if takes == 0:
            continue
        complete = (flags[i] & flags[j] & flags[k] & WHOLE) != 0
        opaque = complete and (solid[t] & takes) == takes
        left = leftmost >> 8
        shape = (x0, y0, x1, y1, x2, y2, top, middle, bottom, left)
        f1, g1, f2, g2 = np.float64(x1), np.float64(y1), np.float64(x2), np.float64(y2)
        ax, ay = np.float64(left * 256 + 128 - x0), np.float64(top * 256 + 128 - y0)
        over = 1.0 / area
        if complete and (takes & (takes - 1)) == 0:
            sole = _lowest(takes)
            u, u_step, u_fall = _plane(
                uv[i, sole, 0], uv[j, sole, 0], uv[k, sole, 0], f1, g1, f2, g2, ax, ay, over
            )
            v, v_step, v_fall = _plane(
                uv[i, sole, 1], uv[j, sole, 1], uv[k, sole, 1], f1, g1, f2, g2, ax, ay, over
            )
            start, step, fall = packed(u, v), packed(u_step, v_step), packed(u_fall, v_fall)
            fill_whole(
                out, width, box, shape, area > 0, start, step, fall,
                texels, base[one, sole], stride[one, sole], opaque, mask,
            )  # fmt: skip
            continue
        count = 0
        run0, run1, run2 = 0.0, 0.0, 0.0
        for key in range(keys[one]):
            if takes >> key & 1 == 0:
                continue
            at = PLANE * count
            for axis in range(2):
                a, b, c = _plane(
                    uv[i, key, axis], uv[j, key, axis], uv[k, key, axis], f1, g1, f2, g2, ax, ay, over
                )
                plan[at + 3 * axis], plan[at + 3 * axis + 1], plan[at + 3 * axis + 2] = a, b, c
            run0 += weight[i, key] * 256.0
            run1 += weight[j, key] * 256.0
            run2 += weight[k, key] * 256.0
            a, b, c = _plane(run0, run1, run2, f1, g1, f2, g2, ax, ay, over)
            plan[at + 6], plan[at + 7], plan[at + 8], plan[at + 9] = a, b, c, key
            count += 1
        if complete:
            at = PLANE * (count - 1)
            plan[at + 6], plan[at + 7], plan[at + 8] = _WHOLE, 0, 0
        fill(out, width, box, shape, area > 0, plan, count, texels, base, stride, one, opaque, sums, mask)


@compiled
def settle(canvas: Any, box: Any, behind: Any, mask: Any) -> None:
    """Lay a part of a canvas over a packed picture without holes; it takes the place of the canvas."""
    for y in range(box[1], box[3]):
        for word in range(box[0] // WORD, (box[2] + WORD - 1) // WORD):
            if mask[y, word] == _COVERED:
                continue
            left, right = max(box[0], word * WORD), min(box[2], (word + 1) * WORD)
            above, below = canvas[y, left:right], behind[y, left:right]
            for x in range(len(above)):
                top, under = above[x], below[x]
                alpha = top >> _U24
                rest = _U256 - alpha - (alpha >> _U7)
                even = ((under & _EVEN) * rest + _HALF) >> _U8 & _EVEN
                odd = ((under >> _U8 & _EVEN) * rest + _HALF) & ~_EVEN
                above[x] = top + even + odd


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
