"""Filling: the rows of one triangle, under what is drawn already.

Triangles come front to back. A pixel holds what has gathered so far, multiplied by its alpha; the next
texel goes under it, as far as it still lets through. So what is hidden costs little: a full pixel is
passed over, and a triangle whose rows are all covered is not begun. A *mask* holds that: a bit per
pixel, in words of 64, set where something opaque was drawn.

A triangle arrives as a plan (see `plan` in `raster`): its two halves above and below the middle corner,
and for each key the planes of texture position and weight.

Source: Porter & Duff 1984 (premultiplied `over`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rostra.picture.compiled import compiled, inlined
from rostra.picture.lanes import ahead, pack, sample, unpack

KEYS = 6  # most keys of a layer
HALF = 10  # numbers that a half of a triangle needs, see `raster._outline`
PLANES = 2 * HALF  # where the planes start: three of three numbers (u, v, weight) per key
PLAN = PLANES + 9 * KEYS
FINE = 24  # further bits of an edge's crossing
CROSS = FINE + 8
AHEAD = np.uint64(3)  # rows below, whose texels are asked for before they are needed
FEW = 8  # texels of a row that lie in one line of the processor's cache
WORD = 64  # pixels in a word of the mask

_LANES = np.uint64(0x00FF00FF00FF00FF)
_HALVES = np.uint64(0x0080008000800080)
_SHORT = np.uint64(0xFFFF)
_BYTE = np.uint64(255)
_FULL = np.uint32(255 << 24)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)  # a word that is set
_7, _8, _16, _32, _40, _48 = (np.uint64(bits) for bits in (7, 8, 16, 32, 40, 48))
_1, _6, _LAST = np.uint64(1), np.uint64(6), np.uint64(WORD - 1)
_ONE = np.uint64(256)


@inlined
def _ahead(plan: Any, n: Any, texels: Any, base: Any, stride: Any, place: Any) -> None:
    """Ask for the texels of key n some rows below a place."""
    later = place + _packed(plan, n, 2) * AHEAD
    ahead(texels, base + (later >> _48) * stride + ((later >> _16) & _SHORT))


@inlined
def _texel(texels: Any, base: Any, stride: Any, place: Any) -> Any:
    """The sample at a place: v and u, 16 + 16 bits each, in one word."""
    at = base + (place >> _48) * stride + ((place >> _16) & _SHORT)
    return sample(texels, at, stride, (place >> _8) & _BYTE, (place >> _40) & _BYTE)


@inlined
def _under(top: Any, lanes: Any) -> Any:
    """A packed pixel with premultiplied lanes under it."""
    above = unpack(top)
    alpha = above >> _48
    rest = _ONE - alpha - (alpha >> _7)
    return pack(above + (((lanes * rest + _HALVES) >> _8) & _LANES))


@inlined
def _put(out: Any, to: Any, lanes: Any) -> None:
    top = out[to]
    out[to] = pack(lanes) if top == np.uint32(0) else _under(top, lanes)


@inlined
def _packed(plan: Any, n: Any, column: Any) -> Any:
    """Column (value, step across, step down) of the texture position of key n, packed as in `_texel`."""
    return (np.uint64(plan[PLANES + 9 * n + 3 + column]) << _32) + np.uint64(plan[PLANES + 9 * n + column])


@inlined
def _place(plan: Any, n: Any, across: Any, down: Any) -> Any:
    """The texture position of key n so many pixels from the anchor."""
    return (
        _packed(plan, n, 0) + _packed(plan, n, 1) * np.uint64(across) + _packed(plan, n, 2) * np.uint64(down)
    )


@inlined
def _total(plan: Any, n: Any, across: Any, down: Any) -> Any:
    """The running total of the weights of the keys up to n, so many pixels from the anchor."""
    at = PLANES + 9 * n + 6
    return plan[at] + plan[at + 1] * across + plan[at + 2] * down


@inlined
def _whole_row(
    out: Any, at: Any, count: Any, across: Any, down: Any, plan: Any, texels: Any, base: Any, stride: Any
) -> None:
    """One key at full weight."""
    place, step = _place(plan, 0, across, down), _packed(plan, 0, 1)
    _ahead(plan, 0, texels, base, stride, place)
    if count > FEW:
        _ahead(plan, 0, texels, base, stride, place + step * np.uint64(count))
    for i in range(count):
        to = at + np.uint64(i)
        if out[to] < _FULL:
            _put(out, to, _texel(texels, base, stride, place))
        place += step


@inlined
def _faded_row(
    out: Any, at: Any, count: Any, across: Any, down: Any, plan: Any, texels: Any, base: Any, stride: Any
) -> None:
    """One key that is not opaque."""
    place, step = _place(plan, 0, across, down), _packed(plan, 0, 1)
    total, pitch = _total(plan, 0, across, down), plan[PLANES + 7]
    for i in range(count):
        to = at + np.uint64(i)
        if out[to] < _FULL:
            lanes = _texel(texels, base, stride, place) * np.uint64(max(0, total >> 16))
            _put(out, to, ((lanes + _HALVES) >> _8) & _LANES)
        place += step
        total += pitch


@inlined
def _double_row(
    out: Any, at: Any, count: Any, across: Any, down: Any, plan: Any, texels: Any,
    base: Any, stride: Any, other: Any, other_stride: Any,
) -> None:  # fmt: skip
    """Two keys."""
    place, step = _place(plan, 0, across, down), _packed(plan, 0, 1)
    second, second_step = _place(plan, 1, across, down), _packed(plan, 1, 1)
    _ahead(plan, 0, texels, base, stride, place)
    _ahead(plan, 1, texels, other, other_stride, second)
    low, low_step = _total(plan, 0, across, down), plan[PLANES + 7]
    high, high_step = _total(plan, 1, across, down), plan[PLANES + 16]
    for i in range(count):
        to = at + np.uint64(i)
        if out[to] < _FULL:
            lanes = _texel(texels, base, stride, place) * np.uint64(max(0, low >> 16))
            weight = np.uint64(max(0, (high >> 16) - (low >> 16)))
            lanes += _texel(texels, other, other_stride, second) * weight
            _put(out, to, ((lanes + _HALVES) >> _8) & _LANES)
        place += step
        second += second_step
        low += low_step
        high += high_step


@inlined
def _triple_row(
    out: Any, at: Any, count: Any, across: Any, down: Any, plan: Any, texels: Any,
    base: Any, stride: Any, other: Any, other_stride: Any, last: Any, last_stride: Any,
) -> None:  # fmt: skip
    """Three keys."""
    place, step = _place(plan, 0, across, down), _packed(plan, 0, 1)
    second, second_step = _place(plan, 1, across, down), _packed(plan, 1, 1)
    third, third_step = _place(plan, 2, across, down), _packed(plan, 2, 1)
    _ahead(plan, 0, texels, base, stride, place)
    _ahead(plan, 1, texels, other, other_stride, second)
    _ahead(plan, 2, texels, last, last_stride, third)
    low, low_step = _total(plan, 0, across, down), plan[PLANES + 7]
    middle, middle_step = _total(plan, 1, across, down), plan[PLANES + 16]
    high, high_step = _total(plan, 2, across, down), plan[PLANES + 25]
    for i in range(count):
        to = at + np.uint64(i)
        if out[to] < _FULL:
            lanes = _texel(texels, base, stride, place) * np.uint64(max(0, low >> 16))
            weight = np.uint64(max(0, (middle >> 16) - (low >> 16)))
            lanes += _texel(texels, other, other_stride, second) * weight
            weight = np.uint64(max(0, (high >> 16) - (middle >> 16)))
            lanes += _texel(texels, last, last_stride, third) * weight
            _put(out, to, ((lanes + _HALVES) >> _8) & _LANES)
        place += step
        second += second_step
        third += third_step
        low += low_step
        middle += middle_step
        high += high_step


@inlined
def _mixed_row(
    out: Any, at: Any, count: Any, across: Any, down: Any, plan: Any, texels: Any,
    base: Any, stride: Any, active: Any, many: Any, sums: Any,
) -> None:  # fmt: skip
    """Any number of keys. A key's weight is the step between two running totals, so that the weights of
    a pixel add up exactly."""
    low, low_step = np.int64(0), np.int64(0)
    for n in range(many):
        start, pitch = base[active[n]], stride[active[n]]
        place, step = _place(plan, n, across, down), _packed(plan, n, 1)
        _ahead(plan, n, texels, start, pitch, place)
        high, high_step = _total(plan, n, across, down), plan[PLANES + 9 * n + 7]
        below, above = low, high
        for i in range(count):
            weight = np.uint64(max(0, (above >> 16) - (below >> 16)))
            lanes = _texel(texels, start, pitch, place) * weight
            to = np.uint64(i)
            sums[to] = lanes if n == 0 else sums[to] + lanes
            place += step
            below += low_step
            above += high_step
        low, low_step = high, high_step
    for i in range(count):
        _put(out, at + np.uint64(i), ((sums[np.uint64(i)] + _HALVES) >> _8) & _LANES)


@compiled
def fill(
    out: Any, width: Any, plan: Any, texels: Any, base: Any, stride: Any,
    active: Any, many: Any, single: Any, opaque: Any, sums: Any, mask: Any,
) -> None:  # fmt: skip
    """Draw a triangle under the pixels of a canvas.

    Args:
        out: (height * width,) uint32 packed pixels, changed in place; `width` of a row.
        plan: (PLAN,) int64.
        texels, base, stride: as in `raster.paint`, of this layer.
        active: (KEYS,) int64, the keys that weigh something; the first `many` are valid.
        single: whether there is one key, at full weight.
        opaque: whether nothing shows through: its pixels are set in the mask.
        sums: (width,) uint64 scratch.
        mask: (height, words) uint64.
    """
    start, pitch = base[active[0]], stride[active[0]]
    other, other_pitch = base[active[1]], stride[active[1]]
    last, last_pitch = base[active[2]], stride[active[2]]
    for half in range(2):
        left, right = plan[HALF * half + 2], plan[HALF * half + 4]
        for y in range(plan[HALF * half], plan[HALF * half + 1]):
            begin = max(left >> CROSS, plan[HALF * half + 8])
            count = min(right >> CROSS, plan[HALF * half + 9]) - begin
            left += plan[HALF * half + 3]
            right += plan[HALF * half + 5]
            if count <= 0:
                continue
            across, down = begin - plan[HALF * half + 7], y - plan[HALF * half] + plan[HALF * half + 6]
            if opaque:
                _cover(mask, y, begin, begin + count - 1)
            at = np.uint64(y * width + begin)
            ahead(out, at + width * AHEAD)
            if single:
                _whole_row(out, at, count, across, down, plan, texels, start, pitch)
            elif many == 1:
                _faded_row(out, at, count, across, down, plan, texels, start, pitch)
            elif many == 2:
                _double_row(out, at, count, across, down, plan, texels, start, pitch, other, other_pitch)
            elif many == 3:
                _triple_row(
                    out, at, count, across, down, plan, texels,
                    start, pitch, other, other_pitch, last, last_pitch,
                )  # fmt: skip
            else:
                _mixed_row(out, at, count, across, down, plan, texels, base, stride, active, many, sums)


@inlined
def _cover(mask: Any, y: Any, first: Any, last: Any) -> None:
    """Set the bits of the pixels `first` to `last` of a row."""
    row, left, right = np.uint64(y), np.uint64(first), np.uint64(last)
    word, final = left >> _6, right >> _6
    bits = _ALL << (left & _LAST)
    while word < final:
        mask[row, word] |= bits
        bits = _ALL
        word += _1
    mask[row, final] |= bits & (_ALL >> (_LAST - (right & _LAST)))


@inlined
def hidden(mask: Any, left: Any, top: Any, right: Any, bottom: Any) -> bool:
    """Whether something opaque covers all pixels of a box that is not empty."""
    begin, end = np.uint64(left), np.uint64(right - 1)
    start, final = begin >> _6, end >> _6
    upon, until = _ALL << (begin & _LAST), _ALL >> (_LAST - (end & _LAST))
    for y in range(top, bottom):
        row, word, bits = np.uint64(y), start, upon
        while word < final:
            if mask[row, word] & bits != bits:
                return False
            bits = _ALL
            word += _1
        bits &= until
        if mask[row, final] & bits != bits:
            return False
    return True
