"""Styles of hair by name: each a function from head, recipe and chance to strands (n, k, 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from casting.curls import afro, coils
from casting.field import Points
from casting.longhair import bob, fringe
from casting.scalp import Head
from casting.shorthair import crop, pixie, quiff, sidepart, stubble, swept
from casting.strands import children, frizz, resample
from casting.tied import bun, ponytail, topknot

if TYPE_CHECKING:
    from casting.hair import Hair

Random = np.random.Generator

STYLES: dict[str, Callable[[Head, Hair, Random], Points]] = {
    "bob": bob,
    "fringe": fringe,
    "long": bob,
    "wavy": bob,
    "curly": bob,
    "locs": bob,
    "bun": bun,
    "topknot": topknot,
    "ponytail": ponytail,
    "sidepart": sidepart,
    "swept": swept,
    "quiff": quiff,
    "pixie": pixie,
    "crop": crop,
    "receding": crop,
    "coils": coils,
    "afro": afro,
    "stubble": stubble,
    "buzz": stubble,
    "ring": stubble,
}

# What a style sets where the recipe does not: fields of `casting.hair.Hair`.
PRESETS: dict[str, dict[str, float | int | str]] = {
    "bob": {"length": 1.25, "volume": 0.19, "wave": 0.045, "period": 1.1, "locks": 700},
    "fringe": {"length": 1.15, "volume": 0.18, "wave": 0.02, "turn": 0.9, "locks": 700},
    "long": {"length": 2.0, "volume": 0.17, "wave": 0.04, "period": 1.3, "locks": 600},
    "wavy": {
        "length": 2.3, "volume": 0.24, "wave": 0.10, "period": 0.85, "locks": 260, "clump": 0.6,
        "begin": 0.12, "frizz": 0.010,
    },
    "curly": {
        "length": 1.55, "volume": 0.34, "wave": 0.085, "period": 0.40, "locks": 420, "clump": 0.8,
        "begin": 0.0, "frizz": 0.014, "flyaways": 0.04,
    },
    "locs": {
        "length": 1.75, "volume": 0.22, "wave": 0.02, "locks": 170, "spread": 0.045, "tuck": 0.0,
        "begin": 0.1, "frizz": 0.002, "flyaways": 0.0,
    },
    "bun": {"length": 0.42, "volume": 0.07, "hairline": "peak"},
    "topknot": {"length": 0.34, "volume": 0.06},
    "ponytail": {"length": 2.5, "volume": 0.07, "wave": 0.04},
    "sidepart": {
        "length": 0.72, "sides": 0.17, "volume": 0.26, "wave": 0.012, "period": 0.6, "clump": 0.55,
        "locks": 420, "hairline": "short",
    },
    "swept": {
        "length": 1.15, "sides": 0.55, "volume": 0.20, "wave": 0.02, "clump": 0.5,
        "locks": 420, "hairline": "short",
    },
    "quiff": {
        "length": 0.80, "sides": 0.09, "volume": 0.44, "wave": 0.015, "clump": 0.6, "locks": 300,
        "hairline": "short",
    },
    "pixie": {"length": 0.62, "sides": 0.34, "volume": 0.17, "wave": 0.015, "clump": 0.5, "locks": 500},
    "crop": {"length": 0.42, "sides": 0.16, "volume": 0.20, "wave": 0.012, "clump": 0.5, "hairline": "short"},
    "receding": {
        "length": 0.30, "sides": 0.13, "volume": 0.08, "wave": 0.008, "clump": 0.35, "hairline": "receding",
    },
    "coils": {"length": 0.34, "sides": 0.16, "wave": 0.028, "period": 0.12, "locks": 1500, "clump": 0.6},
    "afro": {
        "length": 0.62, "sides": 0.62, "wave": 0.030, "period": 0.13, "locks": 2600, "clump": 0.6,
        "strands": 42000,
    },
    "stubble": {"length": 0.05, "hairline": "short"},
    "buzz": {"length": 0.065, "hairline": "short"},
    "ring": {"length": 0.10, "hairline": "ring"},
}  # fmt: skip


def baby(head: Head, hair: Hair, strands: Points, rng: Random) -> Points:
    """Fine short hairs that soften the hairline, as the hairs nearest to them lie."""
    roots, _ = head.roots(3 * hair.strands, hair.hairline, rng, soft=8.0)
    edge = head.hairiness(roots, hair.hairline, 9.0)
    azimuth, _ = head.angles(roots)
    roots = roots[(edge < 0.7) & (azimuth < 100)]
    share = (0.10 + 0.14 * rng.random(len(strands))) * min(1.0, 1.0 / max(hair.length, 0.1))
    short = frizz(resample(strands, share), 0.012, rng)
    return children(short, roots, rng, jitter=0.4)
