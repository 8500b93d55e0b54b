"""Lanes: a pixel's four bytes spread over four 16-bit numbers, so that one operation works on all.

Two texels that lie side by side are eight lanes, 128 bits: what every processor of today multiplies
at once. Numba does not find that by itself, so these few operations are written down in the vectors of
LLVM, which turns them into the machine's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic

_I8, _I16, _I32, _I64 = ir.IntType(8), ir.IntType(16), ir.IntType(32), ir.IntType(64)
_EIGHT, _EIGHT_BYTES = ir.VectorType(_I16, 8), ir.VectorType(_I8, 8)
_SIXTEEN, _SIXTEEN_BYTES = ir.VectorType(_I16, 16), ir.VectorType(_I8, 16)
_FOUR, _FOUR_BYTES = ir.VectorType(_I16, 4), ir.VectorType(_I8, 4)
_BYTES = _I8.as_pointer()
_PAIR = ir.VectorType(_I64, 2)
_TEXELS = ir.VectorType(_I32, 2)
_PICK = ir.VectorType(_I32, 8)

_operation: Callable[[Any], Any] = intrinsic


@_operation
def sample(typing: Any, texels: Any, at: Any, stride: Any, across: Any, down: Any) -> Any:
    """Bilinear sample as lanes, rounded after each of the two steps.

    Args:
        texels: (m,) uint32.
        at: index of the upper left texel; stride: texels from there to the one below. uint64.
        across, down: uint64, 0..255, way to the texel on the right and below.
    """
    return types.uint64(texels, at, stride, across, down), _sample


@_operation
def sample_two(typing: Any, texels: Any, first: Any, second: Any, stride: Any, place: Any, after: Any) -> Any:
    """Two bilinear samples at once, as the pixels `sample` and `pack` make.

    Args:
        texels: (m,) uint32.
        first, second: indices of their upper left texels; stride: texels from there to the one below. uint64.
        place, after: uint64, bits 8 to 15 are the way to the texel on the right, bits 40 to 47 to the one
            below, as `across` and `down` of `sample`.

    Returns:
        uint64, the second pixel in the upper half.
    """
    return types.uint64(texels, first, second, stride, place, after), _sample_two


@_operation
def pack(typing: Any, lanes: Any) -> Any:
    """Lanes below 256 to a pixel: uint64 to uint32."""
    return types.uint32(lanes), _pack


@_operation
def unpack(typing: Any, pixel: Any) -> Any:
    """A pixel's lanes: uint32 to uint64."""
    return types.uint64(pixel), _unpack


@_operation
def ahead(typing: Any, values: Any, at: Any) -> Any:
    """Tell the processor that the value at an index is wanted soon; an index outside does no harm."""
    return types.void(values, at), _ahead


def _ahead(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    values, at = args
    data = context.make_array(signature.args[0])(context, builder, values).data
    place = builder.bitcast(builder.gep(data, [at]), _BYTES)
    kind = ir.FunctionType(ir.VoidType(), [_BYTES, _I32, _I32, _I32])
    prefetch = get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]
    read, keep, data_not_code = (ir.Constant(_I32, value) for value in (0, 3, 1))
    builder.call(prefetch, [place, read, keep, data_not_code])
    return context.get_dummy_value()


def _sample(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    texels, at, stride, across, down = args
    data = context.make_array(signature.args[0])(context, builder, texels).data
    upper = _two(builder, data, at)
    lower = _two(builder, data, builder.add(at, stride))
    way = _all(builder, builder.trunc(down, _I16))
    # upper * (256 - way) + lower * way; what wraps around on the way cancels out.
    column = builder.add(builder.shl(upper, _same(8)), builder.mul(builder.sub(lower, upper), way))
    column = builder.lshr(builder.add(column, _same(128)), _same(8))
    # The left texel weighs 256 - across, which is 257 + ~across, the right one across.
    weights = builder.xor(_all(builder, builder.trunc(across, _I16)), _halves(-1, 0))
    pair = builder.mul(column, builder.add(weights, _halves(257, 0)))
    right = builder.shuffle_vector(pair, pair, ir.Constant(_PICK, [4, 5, 6, 7, 4, 5, 6, 7]))
    total = builder.lshr(builder.add(builder.add(pair, right), _same(128)), _same(8))
    return builder.extract_element(builder.bitcast(total, _PAIR), ir.Constant(_I32, 0))


def _sample_two(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """As `_sample`, with sixteen lanes: the left texels of both samples, then their right ones."""
    texels, first, second, stride, place, after = args
    data = context.make_array(signature.args[0])(context, builder, texels).data
    upper = _four(builder, data, first, second)
    lower = _four(builder, data, builder.add(first, stride), builder.add(second, stride))
    pair = builder.insert_element(ir.Constant(_PAIR, ir.Undefined), place, ir.Constant(_I32, 0))
    pair = builder.insert_element(pair, after, ir.Constant(_I32, 1))
    places = builder.bitcast(pair, _SIXTEEN_BYTES)
    down, across = _spread(builder, places, 5), _spread(builder, places, 1)
    column = builder.add(builder.shl(upper, _each(8)), builder.mul(builder.sub(lower, upper), down))
    column = builder.lshr(builder.add(column, _each(128)), _each(8))
    weights = builder.add(builder.xor(across, _sides(-1, 0)), _sides(257, 0))
    weighed = builder.mul(column, weights)
    left, right = (
        builder.shuffle_vector(weighed, weighed, ir.Constant(_PICK, [*range(start, start + 8)]))
        for start in (0, 8)
    )
    total = builder.lshr(builder.add(builder.add(left, right), _same(128)), _same(8))
    return builder.bitcast(builder.trunc(total, _EIGHT_BYTES), _I64)


def _pack(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    return builder.bitcast(builder.trunc(builder.bitcast(args[0], _FOUR), _FOUR_BYTES), _I32)


def _unpack(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    return builder.bitcast(builder.zext(builder.bitcast(args[0], _FOUR_BYTES), _FOUR), _I64)


def _two(builder: Any, data: Any, at: Any) -> Any:
    """The lanes of the texels at index `at` and after it."""
    loaded = builder.load(builder.bitcast(builder.gep(data, [at]), _EIGHT_BYTES.as_pointer()))
    loaded.align = 4
    return builder.zext(loaded, _EIGHT)


def _four(builder: Any, data: Any, first: Any, second: Any) -> Any:
    """The lanes of the texels at two indices, then of those after them."""
    loaded = []
    for at in (first, second):
        two = builder.load(builder.bitcast(builder.gep(data, [at]), _TEXELS.as_pointer()))
        two.align = 4
        loaded.append(two)
    turned = builder.shuffle_vector(*loaded, ir.Constant(ir.VectorType(_I32, 4), [0, 2, 1, 3]))
    return builder.zext(builder.bitcast(turned, _SIXTEEN_BYTES), _SIXTEEN)


def _spread(builder: Any, places: Any, byte: int) -> Any:
    """One byte of each of two places in all lanes of its sample."""
    which = ir.Constant(ir.VectorType(_I32, 16), ([byte] * 4 + [byte + 8] * 4) * 2)
    return builder.zext(builder.shuffle_vector(places, places, which), _SIXTEEN)


def _each(value: int) -> Any:
    return ir.Constant(_SIXTEEN, [value] * 16)


def _sides(left: int, right: int) -> Any:
    return ir.Constant(_SIXTEEN, [left] * 8 + [right] * 8)


def _all(builder: Any, value: Any) -> Any:
    """One 16-bit value in all lanes."""
    one = builder.insert_element(ir.Constant(_EIGHT, ir.Undefined), value, ir.Constant(_I32, 0))
    return builder.shuffle_vector(one, one, ir.Constant(_PICK, [0] * 8))


def _same(value: int) -> Any:
    return ir.Constant(_EIGHT, [value] * 8)


def _halves(left: int, right: int) -> Any:
    return ir.Constant(_EIGHT, [left] * 4 + [right] * 4)
