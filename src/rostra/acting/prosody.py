"""Prosody: how something is said.

Loudness, pitch and length of each sound, against what is usual for this voice. From them follow how
far the mouth opens and which words the head and brows underline.

What is usual is learnt while listening, vowel by vowel, starting from a calibration; so a deep or a
quiet voice needs no setting, and a stream cut elsewhere is heard the same.

Source: Boersma 1993 (autocorrelation divided by that of the window); House et al. 2001, Graf et al. 2002
(nods and brows go with pitch accents).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2, log10
from typing import NamedTuple

import numpy as np

from rostra.acting.track import Curve
from rostra.acting.visemes import DIPHTHONGS, VISEMES, viseme_of
from rostra.speech.speech import SILENCE, Pcm, Phone, Speech

FULL = 32768.0  # int16
FLOOR = 1e-4  # rms of what counts as silence
SHARE = 1 / 12  # of the newest vowel in what is usual; more at first

LOWEST, HIGHEST = 65.0, 420.0  # Hz, of a voice
PITCH_RATE = 6000  # samples per second to look for pitch in
WINDOW = 0.045  # s
BATCH = 64  # windows a call, so that no call holds the interpreter for long
VOICED = 0.4  # autocorrelation of a voiced window

STRESS = {1: 1.22, 2: 1.10, 0: 0.90}  # of the jaw
SHORT, LONG = 0.05, 0.10  # s: a vowel of SHORT gets UNDERSHOOT of the way, one of LONG all
UNDERSHOOT = 0.78


@dataclass(frozen=True)
class Calibration:
    """What is usual for a voice.

    Args:
        loudness: rms of a stressed vowel, 0..1.
        pitch: Hz of its stressed vowels.
        vowels: how many vowels this was learnt from; 0 is a guess that gives way fast.
    """

    loudness: float = 0.08
    pitch: float = 170.0
    vowels: int = 0

    @classmethod
    def of(cls, speeches: Sequence[Speech]) -> Calibration:
        """Measured on some speech; a minute is plenty."""
        voice = cls()
        for speech in speeches:
            _, voice = hear(speech, voice)
        return voice


class Heard(NamedTuple):
    """How a sound is said."""

    size: float  # how far the jaw goes, 1: clear, stressed, of usual loudness
    accent: float = 0.0  # 0..1.2, how much this vowel stands out; 0 for all but stressed vowels
    semitones: float = 0.0  # above the usual pitch, stressed vowels


def hear(speech: Speech, usual: Calibration) -> tuple[list[Heard], Calibration]:
    """How each phone of a speech is said, and what is usual after it."""
    levels = loudness(speech.pcm, speech.rate, speech.phones)
    spots = [place for place, phone in enumerate(speech.phones) if phone.stress and is_vowel(phone.symbol)]
    tones = dict(zip(spots, pitches(speech.pcm, speech.rate, [speech.phones[i] for i in spots]), strict=True))
    heard = []
    for place, (phone, level) in enumerate(zip(speech.phones, levels, strict=True)):
        if place in tones:
            usual = _learn(usual, level, tones[place])
        heard.append(_judge(phone, level, tones.get(place), usual))
    return heard, usual


def is_vowel(symbol: str) -> bool:
    """Whether a symbol is a vowel or a diphthong."""
    return symbol in DIPHTHONGS or (symbol != SILENCE and VISEMES[viseme_of(symbol)].vowel)


def loudness(pcm: Pcm, rate: int, phones: Sequence[Phone]) -> Curve:
    """Root mean square of each phone, 0..1: (len(phones),)."""
    power = np.concatenate([[0.0], np.cumsum(np.square(pcm / FULL))])
    first = np.clip([round(phone.start * rate) for phone in phones], 0, len(pcm)).astype(int)
    last = np.clip([round(phone.end * rate) for phone in phones], 0, len(pcm)).astype(int)
    count = np.maximum(last - first, 1)
    level: Curve = np.sqrt(np.maximum(power[last] - power[first], 0.0) / count)
    return level


def pitches(pcm: Pcm, rate: int, phones: Sequence[Phone]) -> Curve:
    """Pitch of each phone in Hz, the median of three windows; 0 where it has none. (len(phones),)"""
    step = max(1, rate // PITCH_RATE)
    coarse = pcm[: len(pcm) // step * step].reshape(-1, step).mean(axis=1) / FULL
    speed = rate / step
    size = int(WINDOW * speed)
    if len(coarse) < size or not phones:
        return np.zeros(len(phones))
    middles = np.array(
        [phone.start + part * (phone.end - phone.start) for phone in phones for part in (0.3, 0.5, 0.7)]
    )
    starts = np.clip((middles * speed).astype(int) - size // 2, 0, len(coarse) - size)
    found = [
        _pitch(coarse[starts[i : i + BATCH, None] + np.arange(size)], speed)
        for i in range(0, len(starts), BATCH)
    ]
    values = np.concatenate(found).reshape(-1, 3)
    return np.where((values > 0).sum(axis=1) > 1, np.median(values, axis=1), 0.0)


def _pitch(windows: Curve, speed: float) -> Curve:
    """Pitch of each window, (n, size) to (n,) Hz; 0 is unvoiced."""
    shape = np.hanning(windows.shape[1])
    width = 1 << (2 * windows.shape[1] - 1).bit_length()
    own = np.fft.irfft(np.abs(np.fft.rfft(shape, width)) ** 2)
    centred = (windows - windows.mean(axis=1, keepdims=True)) * shape
    correlation = np.fft.irfft(np.abs(np.fft.rfft(centred, width)) ** 2, axis=1)
    low, high = int(speed / HIGHEST), int(speed / LOWEST) + 1
    near = correlation[:, low:high] / own[low:high]
    near = near / (correlation[:, :1] / own[0] + 1e-12) * (1 - 0.05 * np.linspace(0, 1, high - low))
    best = near.argmax(axis=1)
    return np.where(near.max(axis=1) > VOICED, speed / (best + low), 0.0)


def _learn(usual: Calibration, level: float, tone: float) -> Calibration:
    """What is usual after one more stressed vowel: running means of decibels and semitones."""
    share = max(SHARE, 1 / (usual.vowels + 2))
    louder = (max(level, FLOOR) / usual.loudness) ** share if level > FLOOR else 1.0
    higher = (tone / usual.pitch) ** share if tone > 0 else 1.0
    return Calibration(float(usual.loudness * louder), float(usual.pitch * higher), usual.vowels + 1)


def _judge(phone: Phone, level: float, tone: float | None, usual: Calibration) -> Heard:
    decibels = 20 * log10(max(level, FLOOR) / usual.loudness)
    length = _within(0.0, (phone.end - phone.start - SHORT) / (LONG - SHORT), 1.0)
    loud = _within(0.66, 1.0 + 0.028 * decibels, 1.20)
    size = STRESS.get(phone.stress, 1.0) * loud * (UNDERSHOOT + (1 - UNDERSHOOT) * length)
    if tone is None:
        return Heard(size)
    semitones = _within(-8.0, 12 * log2(tone / usual.pitch), 8.0) if tone > 0 else 0.0
    accent = 0.5 * _within(0, 0.4 + semitones / 5, 1.3) + 0.5 * _within(0, 0.6 + decibels / 10, 1.2)
    return Heard(size, _within(0.0, accent * (1.0 if phone.stress == 1 else 0.7), 1.2), semitones)


def _within(least: float, value: float, most: float) -> float:
    return max(least, min(value, most))
