"""The one way in which drawing code is compiled.

Numba turns these functions into machine code on their first call and keeps it on disk. They hold no
Python lock while they run, so that several stages draw at once, one thread each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays; kept in the cache beside its module."""
    return cast(F, njit(cache=True, nogil=True, _nrt=False)(function))


def inlined(function: F) -> F:
    """Compile a function that others call in their inner loops."""
    return cast(F, njit(cache=True, nogil=True, inline="never", forceinline=True, _nrt=False)(function))
