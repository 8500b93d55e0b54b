"""Noise: smooth chance that never repeats and needs no memory.

Random numbers on a lattice in time, one hash of (seed, lattice point) each, joined by cubic
B-splines. Any time can be asked for in any order, and a presenter that idles for a day shows no loop.

Source: Steele, Lea & Flood 2014 (SplitMix64, the hash).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rostra.acting.track import Curve

_SPREAD = np.sqrt(3 / 0.479)  # unit variance: of the uniform numbers, of the mean squared spline weights
_STREAM = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
_AROUND = np.arange(-1, 3)[:, None, None]


def noise(times: Curve, periods: Sequence[float], seeds: Sequence[int]) -> Curve:
    """Smooth noises of mean 0 and variance 1, never beyond 2.6.

    Args:
        times: (n,) seconds.
        periods: seconds between lattice points; a noise changes direction about that often.
        seeds: one for each; different seeds are independent.

    Returns:
        (len(periods), n)
    """
    place = times / np.array(periods)[:, None]
    cell = np.floor(place)
    f = place - cell
    rest = 1 - f
    weights = np.array(
        [rest**3, 4 - 6 * f**2 + 3 * f**3, 4 - 6 * rest**2 + 3 * rest**3, f**3]
    )  # of the four lattice points around, times 6
    points = _lattice(cell.astype(np.int64) + _AROUND, np.array([_scatter(seed) for seed in seeds]))
    value: Curve = (_SPREAD / 6) * (weights * points).sum(axis=0)
    return value


def drift(times: Curve, periods: Sequence[float], seeds: Sequence[int]) -> Curve:
    """Noises with a slower and a faster part, as heads sway: about unit variance, (len(periods), n)."""
    quick = [0.31 * period for period in periods]
    parts = noise(
        times, [*periods, *quick], [*(2 * seed for seed in seeds), *(2 * seed + 1 for seed in seeds)]
    )
    return 0.92 * parts[: len(periods)] + 0.38 * parts[len(periods) :]


def _scatter(seed: int) -> int:
    return (seed * 0xD1342543DE82EF95 + 1) & _MASK


def _lattice(points: NDArray[np.int64], seeds: NDArray[np.uint64]) -> Curve:
    """Uniform numbers in -1..1 at lattice points, (k, m, n) and (m,) seeds to (k, m, n)."""
    z = points.astype(np.uint64) * np.uint64(_STREAM) + seeds.astype(np.uint64)[:, None]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1.0
