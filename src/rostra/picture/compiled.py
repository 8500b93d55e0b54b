"""The one way in which drawing code is compiled.

Numba turns these functions into machine code on their first call and keeps it on disk. They hold no
Python lock while they run, so that several stages draw at once, one thread each.

They make no arrays: whoever calls them brings the room. Then Numba need not count who holds an array,
which in a loop over small triangles costs as much as drawing them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])

_compile = cast(Callable[..., Any], njit)


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays; kept in the cache beside its module."""
    return cast(F, _compile(cache=True, nogil=True, _nrt=False)(function))


def inlined(function: F) -> F:
    """Compile a function that others call in their inner loops."""
    return cast(F, _compile(cache=True, nogil=True, inline="never", forceinline=True, _nrt=False)(function))


def allocating(function: F) -> F:
    """Compile a function that makes arrays of its own."""
    return cast(F, _compile(cache=True, nogil=True)(function))
