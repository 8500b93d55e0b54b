"""Noise: smooth chance that never repeats and needs no memory.

Random numbers on a lattice in time, one hash of (seed, lattice point) each, joined by cubic
B-splines. Any time can be asked for in any order, and a presenter that idles for a day shows no loop.

Source: Steele, Lea & Flood 2014 (SplitMix64, the hash).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rostra.acting.track import Curve

_SPREAD = np.sqrt(3 / 0.479)  # unit variance: of the uniform numbers, of the mean squared spline weights
_STREAM = 0x9E3779B97F4A7C15


def noise(times: Curve, period: float, seed: int) -> Curve:
    """Smooth noise of mean 0 and variance 1, never beyond 2.6.

    Args:
        times: (n,) seconds.
        period: seconds between lattice points; it changes direction about that often.
        seed: different seeds are independent.

    Returns:
        (n,)
    """
    place = times / period
    cell = np.floor(place)
    f = place - cell
    points = _lattice(cell.astype(np.int64)[None, :] + np.arange(-1, 3)[:, None], seed)
    weights = np.stack([(1 - f) ** 3, 4 - 6 * f**2 + 3 * f**3, 1 + 3 * f + 3 * f**2 - 3 * f**3, f**3]) / 6
    value: Curve = _SPREAD * (weights * points).sum(axis=0)
    return value


def drift(times: Curve, period: float, seed: int) -> Curve:
    """Noise with a slower and a faster part, as heads sway: about unit variance."""
    slow = noise(times, period, 2 * seed)
    fast = noise(times, 0.31 * period, 2 * seed + 1)
    return 0.92 * slow + 0.38 * fast


def _lattice(points: NDArray[np.int64], seed: int) -> Curve:
    """Uniform numbers in -1..1 at lattice points."""
    mask = (1 << 64) - 1
    z = points.astype(np.uint64) * np.uint64(_STREAM) + np.uint64((seed * 0xD1342543DE82EF95 + 1) & mask)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1.0
