"""Filling: the rows of one triangle, under what is drawn already.

Triangles come front to back. A pixel holds what has gathered so far, multiplied by its alpha; the next
texel goes under it, as far as it still lets through. So what is hidden costs little: a full pixel is
passed over, and a triangle whose rows are all covered is not begun. A *mask* holds that: a bit per
pixel, in words of 64, set where something opaque was drawn.

A triangle arrives as its shape (see `_half`) and the planes of texture position: of its only key, as with
most triangles (`fill_whole`), or of each key in a plan, together with the weights (`fill`).

Source: Porter & Duff 1984 (premultiplied `over`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rostra.picture.compiled import inlined
from rostra.picture.lanes import ahead, pack, sample, sample_two, unpack

KEYS = 6  # most keys of a layer
PLANE = 10  # numbers of a key in a plan: value, step across and down of u, v and the weights' total; the key
PLAN = PLANE * KEYS
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
_1, _2, _6, _LAST = np.uint64(1), np.uint64(2), np.uint64(6), np.uint64(WORD - 1)
_ONE = np.uint64(256)
_CEILING = np.int64((1 << CROSS) - (128 << FINE) - 1)  # so that a shift rounds up to the next centre


@inlined
def _index(base: Any, stride: Any, place: Any) -> Any:
    """Where the upper left texel of a place lies: v and u, 16 + 16 bits each, in one word."""
    return base + (place >> _48) * stride + ((place >> _16) & _SHORT)


@inlined
def _ahead(plan: Any, n: Any, texels: Any, base: Any, stride: Any, place: Any) -> None:
    """Ask for the texels of key n some rows below a place."""
    later = place + _packed(plan, n, 2) * AHEAD
    ahead(texels, _index(base, stride, later))


@inlined
def _texel(texels: Any, base: Any, stride: Any, place: Any) -> Any:
    """The sample at a place."""
    return sample(texels, _index(base, stride, place), stride, (place >> _8) & _BYTE, (place >> _40) & _BYTE)


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
def packed(u: Any, v: Any) -> Any:
    """Texture position or its step in one word, as in `_index`."""
    return (np.uint64(v) << _32) + np.uint64(u)


@inlined
def _packed(plan: Any, n: Any, column: Any) -> Any:
    """Column (value, step across, step down) of the texture position of key n."""
    return packed(plan[PLANE * n + column], plan[PLANE * n + 3 + column])


@inlined
def _place(plan: Any, n: Any, across: Any, down: Any) -> Any:
    """The texture position of key n so many pixels from the anchor."""
    return (
        _packed(plan, n, 0) + _packed(plan, n, 1) * np.uint64(across) + _packed(plan, n, 2) * np.uint64(down)
    )


@inlined
def _total(plan: Any, n: Any, across: Any, down: Any) -> Any:
    """The running total of the weights of the keys up to n, so many pixels from the anchor."""
    at = PLANE * n + 6
    return plan[at] + plan[at + 1] * across + plan[at + 2] * down


@inlined
def _whole_row(
    out: Any, at: Any, count: Any, place: Any, step: Any, texels: Any, base: Any, stride: Any
) -> None:
    """Two pixels at a time, of which most lie on nothing yet."""
    to, last, two = at, at + np.uint64(count - 1), step + step
    while to < last:
        top, beside = out[to], out[to + _1]
        if top < _FULL or beside < _FULL:
            after = place + step
            both = sample_two(
                texels, _index(base, stride, place), _index(base, stride, after), stride, place, after
            )
            if top | beside == 0:
                out[to], out[to + _1] = np.uint32(both), np.uint32(both >> _32)
            else:
                out[to] = _under(top, unpack(np.uint32(both)))
                out[to + _1] = _under(beside, unpack(np.uint32(both >> _32)))
        place += two
        to += _2
    if to == last and out[to] < _FULL:
        _put(out, to, _texel(texels, base, stride, place))


@inlined
def _faded_row(
    out: Any, at: Any, count: Any, across: Any, down: Any, plan: Any, texels: Any, base: Any, stride: Any
) -> None:
    """One key that is not opaque."""
    place, step = _place(plan, 0, across, down), _packed(plan, 0, 1)
    total, pitch = _total(plan, 0, across, down), plan[7]
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
    low, low_step = _total(plan, 0, across, down), plan[7]
    high, high_step = _total(plan, 1, across, down), plan[PLANE + 7]
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
    low, low_step = _total(plan, 0, across, down), plan[7]
    middle, middle_step = _total(plan, 1, across, down), plan[PLANE + 7]
    high, high_step = _total(plan, 2, across, down), plan[2 * PLANE + 7]
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
    base: Any, stride: Any, one: Any, many: Any, sums: Any,
) -> None:  # fmt: skip
    """Any number of keys. A key's weight is the step between two running totals, so that the weights of
    a pixel add up exactly."""
    low, low_step = np.int64(0), np.int64(0)
    for n in range(many):
        start, pitch = base[one, plan[PLANE * n + 9]], stride[one, plan[PLANE * n + 9]]
        place, step = _place(plan, n, across, down), _packed(plan, n, 1)
        _ahead(plan, n, texels, start, pitch, place)
        high, high_step = _total(plan, n, across, down), plan[PLANE * n + 7]
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


@inlined
def _edge(x: Any, y: Any, slope: Any, row: Any) -> Any:
    """Where an edge from (x, y) down crosses a row: `value >> CROSS` is the first pixel on its right."""
    return (x << FINE) + slope * (row * 256 + 128 - y) + _CEILING


@inlined
def _slope(dx: Any, dy: Any) -> Any:
    """Steps of an edge per 1/256 row, with FINE more bits."""
    return np.int64(np.floor(dx * np.float64(1 << FINE) / dy)) if dy > 0 else np.int64(0)


@inlined
def _half(shape: Any, rightwards: Any, lower: Any, long: Any, box: Any) -> Any:
    """The half of a triangle above or below its middle corner.

    Args:
        shape: x and y of the top corner, of the middle and the bottom corner from there, rows of the three,
            column of the planes' anchor; its row is the first.
        rightwards: whether the middle corner is right of the long edge.
        lower: which half.
        long: slope of the long edge.
        box: as in `raster.paint`.

    Returns:
        first row, end row, left edge, its step, right edge, its step.
    """
    x0, y0, x1, y1, x2, y2, top, middle, bottom, _ = shape
    first = max(middle if lower else top, box[1])
    stop = min(bottom if lower else middle, box[3])
    x, y = (x0 + x1, y0 + y1) if lower else (x0, y0)
    slope = _slope(x2 - x1, y2 - y1) if lower else _slope(x1, y1)
    far, near = _edge(x0, y0, long, first), _edge(x, y, slope, first)
    if rightwards:
        return first, stop, far, long << 8, near, slope << 8
    return first, stop, near, slope << 8, far, long << 8


@inlined
def fill_whole(
    out: Any, width: Any, box: Any, shape: Any, rightwards: Any, origin: Any, step: Any, fall: Any,
    texels: Any, base: Any, stride: Any, opaque: Any, mask: Any,
) -> None:  # fmt: skip
    """Draw a triangle with one key at full weight, as most are, under the pixels of a canvas.

    Args:
        out, width, texels, opaque, mask: as in `fill`; box, shape, rightwards: as in `_half`.
        origin, step, fall: texture position at the anchor, its steps across and down, packed.
        base, stride: uint64, of the key's texture.
    """
    long = _slope(shape[4], shape[5])
    top, anchor = shape[6], shape[9]
    least, most = box[0], box[2]
    later = fall * AHEAD
    for lower in (False, True):
        first, stop, left, left_step, right, right_step = _half(shape, rightwards, lower, long, box)
        start = origin + fall * np.uint64(first - top) - step * np.uint64(anchor)
        for y in range(first, stop):
            begin = max(left >> CROSS, least)
            count = min(right >> CROSS, most) - begin
            left += left_step
            right += right_step
            place = start + step * np.uint64(begin)
            start += fall
            if count <= 0:
                continue
            if opaque:
                _cover(mask, y, begin, begin + count - 1)
            to = np.uint64(y * width + begin)
            ahead(out, to + width * AHEAD)
            ahead(texels, _index(base, stride, place + later))
            if count > FEW:
                ahead(texels, _index(base, stride, place + later + step * np.uint64(count)))
            _whole_row(out, to, count, place, step, texels, base, stride)


@inlined
def fill(
    out: Any, width: Any, box: Any, shape: Any, rightwards: Any, plan: Any, many: Any,
    texels: Any, base: Any, stride: Any, one: Any, opaque: Any, sums: Any, mask: Any,
) -> None:  # fmt: skip
    """Draw a triangle under the pixels of a canvas.

    Args:
        out: (height * width,) uint32 packed pixels, changed in place; `width` of a row.
        box, shape, rightwards: as in `_half`.
        plan: (PLAN,) int64, `PLANE` numbers of each key; many: of how many keys.
        texels, base, stride: as in `raster.paint`; one: the layer.
        opaque: whether nothing shows through: its pixels are set in the mask.
        sums: (width,) uint64 scratch.
        mask: (height, words) uint64.
    """
    start, pitch = base[one, plan[9]], stride[one, plan[9]]
    other, other_pitch = base[one, plan[PLANE + 9]], stride[one, plan[PLANE + 9]]
    last, last_pitch = base[one, plan[2 * PLANE + 9]], stride[one, plan[2 * PLANE + 9]]
    long = _slope(shape[4], shape[5])
    for lower in (False, True):
        first, stop, left, left_step, right, right_step = _half(shape, rightwards, lower, long, box)
        for y in range(first, stop):
            begin = max(left >> CROSS, box[0])
            count = min(right >> CROSS, box[2]) - begin
            left += left_step
            right += right_step
            if count <= 0:
                continue
            across, down = begin - shape[9], y - shape[6]
            if opaque:
                _cover(mask, y, begin, begin + count - 1)
            at = np.uint64(y * width + begin)
            ahead(out, at + width * AHEAD)
            if many == 1:
                _faded_row(out, at, count, across, down, plan, texels, start, pitch)
            elif many == 2:
                _double_row(out, at, count, across, down, plan, texels, start, pitch, other, other_pitch)
            elif many == 3:
                _triple_row(
                    out, at, count, across, down, plan, texels,
                    start, pitch, other, other_pitch, last, last_pitch,
                )  # fmt: skip
            else:
                _mixed_row(out, at, count, across, down, plan, texels, base, stride, one, many, sums)


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
    if start == final:
        upon &= until
        for y in range(top, bottom):  # noqa: SIM110 - compiled
            if mask[np.uint64(y), start] & upon != upon:
                return False
        return True
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
