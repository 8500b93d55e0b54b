"""Resampling: a whole sound from one rate to another, in the frequency domain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def resample(sound: NDArray[np.floating], rate: int, wanted: int) -> NDArray[np.float64]:
    """(samples,) the sound at `wanted` samples per second; frequencies that it cannot hold are dropped."""
    if rate == wanted or not len(sound):
        return sound.astype(np.float64)
    count = round(len(sound) * wanted / rate)
    spectrum = np.fft.rfft(sound.astype(np.float64))
    kept = np.zeros(count // 2 + 1, complex)
    shared = min(len(kept), len(spectrum))
    kept[:shared] = spectrum[:shared]
    return np.fft.irfft(kept, count) * (count / len(sound))
