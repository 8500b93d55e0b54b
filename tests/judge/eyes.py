"""Eyes: blinks as they were seen.

Source: Bentivoglio et al. 1997 (people blink about 17 times a minute at rest, 26 in conversation, 4
to 5 when they read); Caffier et al. 2003 (a blink lasts 100..400 ms).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HALF = 0.6  # of the usual opening: below it an eye counts as closing
CLOSED = 0.5  # of the usual opening: a blink passes below it; the finder never sees closed lids as 0


@dataclass(frozen=True)
class Blink:
    """One blink: when the lids are lowest, how long they are less than `HALF` open, how far they close."""

    time: float  # s
    length: float  # s
    depth: float  # opening at the lowest, share of the usual


def blinks(eyes: Floats, times: Floats) -> list[Blink]:
    """Blinks of both eyes together. `eyes`: (frames, 2) openings."""
    opening = eyes.mean(1) / np.median(eyes.mean(1))
    low = np.concatenate([[False], opening < HALF, [False]])
    starts, stops = np.flatnonzero(low[1:] & ~low[:-1]), np.flatnonzero(low[:-1] & ~low[1:])
    frame = float(times[1] - times[0])
    found = []
    for start, stop in zip(starts, stops, strict=True):
        lowest = start + int(opening[start:stop].argmin())
        if opening[lowest] < CLOSED:
            found.append(Blink(float(times[lowest]), (stop - start) * frame, float(opening[lowest])))
    return found
