"""Loudness: every voice equally loud, none clipped.

Loudness is the K-weighted level of the loud parts, as ITU-R BS.1770 weights it, so that a dull and a
bright voice are heard as equal. Peaks above the knee are bent, not cut.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TARGET = -20.0  # dB, K-weighted, of the blocks that are speech
KNEE = 0.7  # of full scale; below, the sound is left alone
CEILING = 0.97  # of full scale
BLOCK = 0.4  # s
GATE = -10.0  # dB below the mean of all blocks; quieter blocks are pauses

Floats = NDArray[np.float32]


def loudness(sound: Floats, rate: int) -> float:
    """K-weighted, gated level in dB of full scale; -inf for silence."""
    spectrum = np.fft.rfft(sound.astype(np.float64))
    weighted = np.fft.irfft(spectrum * k_weight(np.fft.rfftfreq(len(sound), 1 / rate)), len(sound))
    size = min(len(sound), int(rate * BLOCK)) or 1
    hop = max(1, size // 4)
    power = np.asarray(
        [np.mean(weighted[at : at + size] ** 2) for at in range(0, len(sound) - size + 1, hop)]
    )
    power = power[power > 1e-7]  # -70 dB: absolute gate
    if not len(power):
        return -np.inf
    speech = power[power > power.mean() * 10 ** (GATE / 10)]
    return float(10 * np.log10(speech.mean()))


def k_weight(hertz: NDArray[np.floating]) -> NDArray[np.floating]:
    """Gain of the K curve: a high-pass at 38 Hz and a shelf of 4 dB above 1.5 kHz."""
    high_pass = hertz**2 / (hertz**2 + 38.0**2)
    shelf = 1 + (10 ** (4 / 20) - 1) * hertz**4 / (hertz**4 + 1500.0**4)
    gain: NDArray[np.floating] = high_pass * shelf
    return gain


def guard(sound: Floats) -> Floats:
    """Bend peaks above the knee smoothly towards the ceiling."""
    size = np.abs(sound)
    over = size > KNEE
    if not over.any():
        return sound
    room = CEILING - KNEE
    bent = KNEE + room * np.tanh((size - KNEE) / room)
    return np.where(over, np.copysign(bent, sound), sound).astype(np.float32)
