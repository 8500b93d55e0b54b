"""Colour: makes the one embedded fast voice sound like another speaker.

The fast model gives out a pitch curve and, frame by frame, the spectra of its harmonics, its noise
and the rest before they become sound. Scaling the pitch, stretching the spectra along frequency
(the length of the vocal tract) and shaping them with the speaker's long-term spectrum costs next to
nothing and leaves all times as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BANDS = 24  # equal steps on the Bark-like scale below
NYQUIST = 12000.0  # Hz
VOICED = 40.0  # Hz, a pitch below means no voice
FLAT = np.zeros(BANDS)
PHRASE = np.hanning(59)[1:-1] / np.hanning(59).sum()  # 0.35 s at half height, of 80 frames a second


@dataclass(frozen=True)
class Colour:
    """How to recolour the fast voice.

    Args:
        pitch: factor on the median of the pitch.
        span: factor on the slow rise and fall of the pitch, in octaves.
        accents: factor on its quick movements around that, in octaves.
        fall: octaves by which the pitch sinks from begin to end of what is said, beside the model's.
        formants: factor on the frequencies of the spectra; below 1 is a longer vocal tract.
        breath: decibels to add to the noise in the voice.
        rate: factor on the speaking rate.
        bands: (BANDS,) decibels to add along frequency.
    """

    pitch: float = 1.0
    span: float = 1.0
    accents: float = 1.0
    fall: float = 0.0
    formants: float = 1.0
    breath: float = 0.0
    rate: float = 1.0
    bands: NDArray[np.float64] = field(default_factory=lambda: FLAT)

    def bend(self, f0: Floats, semitones: float = 0.0) -> Floats:
        """The speaker's pitch curve, Hz; unvoiced frames stay."""
        voiced = f0 > VOICED
        if not voiced.any():
            return f0
        slow, quick, place = melody(f0)
        octaves = self.span * slow + self.accents * quick - self.fall * place + np.log2(self.pitch)
        bent = MEDIAN_F0 * np.exp2(octaves + semitones / 12)
        return np.where(voiced, np.maximum(bent, VOICED + 1), f0).astype(np.float32)

    def breathe(self, log_spectrum: Floats, f0: Floats) -> Floats:
        """`reach` for the spectrum of the noise, of which a voice may have more or less."""
        breath = np.where(f0 > VOICED, self.breath * np.log(10) / 20, 0.0).astype(np.float32)
        return self.reach(log_spectrum) + breath

    def reach(self, log_spectrum: Floats) -> Floats:
        """(bins, frames) natural log magnitudes, stretched along frequency and shaped."""
        bins = len(log_spectrum)
        if self.formants != 1.0:
            at = np.minimum(np.arange(bins) / self.formants, bins - 1)
            low = np.minimum(at.astype(int), bins - 2)
            part = (at - low).astype(np.float32)[:, None]
            log_spectrum = log_spectrum[low] * (1 - part) + log_spectrum[low + 1] * part
        if np.any(self.bands):
            log_spectrum = log_spectrum + self._shape(bins)[:, None]
        return log_spectrum

    def _shape(self, bins: int) -> Floats:
        """(bins,) the bands as natural log factors."""
        at = band_position(np.linspace(0.0, NYQUIST, bins))
        decibels = np.interp(at, np.arange(BANDS) + 0.5, self.bands)
        shape: Floats = (decibels * np.log(10) / 20).astype(np.float32)
        return shape


MEDIAN_F0 = 187.0  # Hz, of the fast voice as it comes


def melody(f0: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """A pitch curve in its parts.

    Args:
        f0: (frames,) Hz, 80 a second; at least one frame is voiced.

    Returns:
        (frames,) each: octaves from the fast voice's median, slow and quick part, which add up to the
        curve with unvoiced stretches bridged; the place in what is said, from -0.5 to 0.5.
    """
    at = np.arange(len(f0))
    voiced = np.flatnonzero(f0 > VOICED)
    octaves = np.interp(at, voiced, np.log2(f0[voiced] / MEDIAN_F0))
    reach = len(PHRASE) // 2
    slow = np.convolve(np.pad(octaves, reach, "edge"), PHRASE, "valid")
    place = np.clip((at - voiced[0]) / max(voiced[-1] - voiced[0], 1), 0, 1) - 0.5
    return slow, octaves - slow, place


def band_position(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where frequencies lie on the scale of the bands, 0..BANDS; band k is k..k+1."""
    scale = np.arcsinh(hertz / 600.0)
    position: NDArray[np.float64] = scale / np.arcsinh(NYQUIST / 600.0) * BANDS
    return position


NATURAL = Colour()
