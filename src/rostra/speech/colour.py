"""Colour: makes the one embedded fast voice sound like another speaker.

The fast model gives out a pitch curve and, frame by frame, the spectra of its harmonics, its noise
and the rest before they become sound. Scaling the pitch, stretching the spectra along frequency
(the length of the vocal tract) and shaping them with the speaker's long-term spectrum costs next to
nothing and leaves all times as they are. A linear map from each frame's spectrum to its shaping takes
over what the speaker does with single sounds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BANDS = 24  # equal steps on the Bark-like scale below
NYQUIST = 12000.0  # Hz
VOICED = 40.0  # Hz, a pitch below means no voice
MOST = 12.0  # dB, the strongest shaping of a band where a habit shapes it, too
DECIBELS = 20 / np.log(10)  # in a neper
FLAT = np.zeros(BANDS)
NO_HABIT: Floats = np.zeros((0, BANDS), np.float32)
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
        habit: (2 * BANDS, BANDS) decibels to add along frequency for each neper in a band of the
            harmonics, then of the noise: how this speaker forms each sound; empty for none.
    """

    pitch: float = 1.0
    span: float = 1.0
    accents: float = 1.0
    fall: float = 0.0
    formants: float = 1.0
    breath: float = 0.0
    rate: float = 1.0
    bands: NDArray[np.float64] = field(default_factory=lambda: FLAT)
    habit: Floats = field(default_factory=lambda: NO_HABIT)

    def bend(self, f0: Floats, semitones: float = 0.0) -> Floats:
        """The speaker's pitch curve, Hz; unvoiced frames stay."""
        voiced = f0 > VOICED
        if not voiced.any():
            return f0
        slow, quick, place = melody(f0)
        octaves = self.span * slow + self.accents * quick - self.fall * place + np.log2(self.pitch)
        bent = MEDIAN_F0 * np.exp2(octaves + semitones / 12)
        return np.where(voiced, np.maximum(bent, VOICED + 1), f0).astype(np.float32)

    def paint(self, harmonics: Floats, noise: Floats, rest: Floats, f0: Floats) -> tuple[Floats, ...]:
        """The speaker's spectra.

        Args:
            harmonics, noise, rest: (bins, frames) natural log magnitudes.
            f0: (frames,) Hz, as the model gave it.

        Returns:
            The three again.
        """
        harmonics, noise, rest = (self._stretch(each) for each in (harmonics, noise, rest))
        shape = self._shape(harmonics, noise)
        breath = np.where(f0 > VOICED, self.breath / DECIBELS, 0.0).astype(np.float32)
        return harmonics + shape, noise + (shape + breath), rest + shape

    def _stretch(self, spectrum: Floats) -> Floats:
        """(bins, frames) stretched along frequency."""
        if self.formants == 1.0:
            return spectrum
        bins = len(spectrum)
        at = np.minimum(np.arange(bins) / self.formants, bins - 1)
        low = np.minimum(at.astype(int), bins - 2)
        part = (at - low).astype(np.float32)[:, None]
        moved: Floats = spectrum[low] * (1 - part) + spectrum[low + 1] * part
        return moved

    def _shape(self, harmonics: Floats, noise: Floats) -> Floats:
        """(bins, frames), or (bins, 1) for every frame: what to add, natural log."""
        filters = band_filters(len(harmonics))
        decibels = self.bands.astype(np.float32)[None]
        if len(self.habit):
            moved = decibels + features(harmonics, noise) @ self.habit
            decibels = np.clip(even(moved), -MOST, MOST)
        shape: Floats = (filters @ decibels.T) / np.float32(DECIBELS)
        return shape


def features(harmonics: Floats, noise: Floats) -> Floats:
    """(frames, 2 * BANDS) the means of both spectra in bands, nepers."""
    means = band_means(len(harmonics))
    return np.concatenate([harmonics.T @ means, noise.T @ means], axis=1)


def even(rows: Floats) -> Floats:
    """(rows, BANDS) smoothed along frequency."""
    wide = np.pad(rows, ((0, 0), (1, 1)), "edge")
    smooth: Floats = 0.25 * wide[:, :-2] + 0.5 * wide[:, 1:-1] + 0.25 * wide[:, 2:]
    return smooth


@cache
def band_filters(bins: int) -> Floats:
    """(bins, BANDS) straight lines between the middles of the bands; each row sums to 1."""
    at = np.clip(band_position(np.linspace(0.0, NYQUIST, bins)), 0.5, BANDS - 0.5)
    lines: Floats = np.maximum(0, 1 - np.abs(at[:, None] - (np.arange(BANDS) + 0.5))).astype(np.float32)
    return lines


@cache
def band_means(bins: int) -> Floats:
    """(bins, BANDS) weights of the mean of each band; each column sums to 1."""
    at = band_position(np.linspace(0.0, NYQUIST, bins))
    weights = np.maximum(0, 1 - np.abs(at[:, None] - (np.arange(BANDS) + 0.5)) / 1.5)
    means: Floats = (weights / weights.sum(axis=0)).astype(np.float32)
    return means


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
