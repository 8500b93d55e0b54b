"""The one way in which drawing code is compiled.

Numba turns these functions into machine code on their first call and keeps it on disk. They hold no
Python lock while they run, so that several stages draw at once, one thread each.

Numba takes the code that it kept for still good while the file of the function is the same; but what it
calls in other files is part of that code. So each state of all these files has a folder of its own.

They make no arrays: whoever calls them brings the room. Then Numba need not count who holds an array,
which in a loop over small triangles costs as much as drawing them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit

F = TypeVar("F", bound=Callable[..., Any])

SOURCES = ("picture", "presenters/model")  # folders of the package whose functions call each other


def state(sources: Iterable[Path]) -> str:
    """A name for what the files hold, whatever the order in which they are given."""
    known = sha256()
    for path in sorted(sources):
        known.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return known.hexdigest()[:16]


def _keep() -> None:
    """Have Numba keep its code where only this state of the sources finds it."""
    package = Path(__file__).parents[1]
    sources = (path for folder in SOURCES for path in (package / folder).glob("*.py"))
    place = Path(__file__).parent / "__pycache__" / f"numba-{state(sources)}"
    if not os.environ.get("NUMBA_CACHE_DIR"):
        cast(Any, config).CACHE_DIR = str(place)


_keep()

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
