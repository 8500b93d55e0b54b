"""Styles of hair by name: each a function from head, recipe and chance to strands (n, k, 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from casting.field import Points
from casting.longhair import bob, bun
from casting.scalp import Head
from casting.shorthair import coils, crop, sidepart, stubble
from casting.strands import children, frizz, resample

if TYPE_CHECKING:
    from casting.hair import Hair

Random = np.random.Generator

STYLES: dict[str, Callable[[Head, Hair, Random], Points]] = {
    "bob": bob,
    "long": bob,
    "bun": bun,
    "sidepart": sidepart,
    "crop": crop,
    "coils": coils,
    "stubble": stubble,
}


def baby(head: Head, hair: Hair, strands: Points, rng: Random) -> Points:
    """Fine short hairs that soften the hairline, as the hairs nearest to them lie."""
    roots, _ = head.roots(3 * hair.strands, hair.hairline, rng, soft=11.0)
    edge = head.hairiness(roots, hair.hairline, 9.0)
    azimuth, _ = head.angles(roots)
    roots = roots[(edge < 0.7) & (azimuth < 100)]
    share = (0.10 + 0.14 * rng.random(len(strands))) * min(1.0, 1.0 / max(hair.length, 0.1))
    short = frizz(resample(strands, share), 0.012, rng)
    return children(short, roots, rng, jitter=0.4)
