"""Piece: what a model made of one utterance -> a finished `Speech`.

The model's own silence at both ends is replaced by ours: a short lead, and behind it the pause that
was asked for, so that pieces can be played one after the other without clicks.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rostra.speech import timing
from rostra.speech.loudness import guard
from rostra.speech.speech import SILENCE, Pcm, Speech
from rostra.speech.timing import Samples, Span
from rostra.speech.utterance import Utterance

LEAD = 0.09  # s of silence before the first sound
DECAY = 0.05  # s of the model's own silence that is kept after the last sound
FADE = 0.01  # s


def piece(
    utterance: Utterance,
    sound: Samples,
    durations: NDArray[np.float64],
    *,
    rate: int,
    lag: float,
    gain: float,
) -> Speech:
    """The finished piece: trimmed, levelled, with phones, words and the pause behind.

    Args:
        utterance: what was said.
        sound: (samples,) as the model gave it.
        durations: (2 + symbols,) seconds.
        rate: samples per second.
        lag: seconds by which the borders come after the sound.
        gain: factor for the voice's loudness.
    """
    found = timing.settle(timing.spans(utterance, durations, lag), sound, rate)
    start, end = _heard(found, sound, rate)
    silence = max(utterance.pause - LEAD - DECAY, 0.0)
    trimmed = _trim(sound, round((start - LEAD) * rate), round((end + DECAY) * rate), rate)
    pcm = to_pcm(
        np.concatenate([guard(trimmed * np.float32(gain)), np.zeros(round(silence * rate), np.float32)])
    )
    length = len(pcm) / rate
    moved = _move(found, LEAD - start, length)
    text = " ".join(utterance.words)
    return Speech(pcm, rate, timing.phones(moved), timing.words(utterance.words, moved), text)


def to_pcm(sound: Samples) -> Pcm:
    """16-bit samples of a sound within -1..1."""
    return np.clip(np.rint(sound * 32767), -32768, 32767).astype(np.int16)


def _heard(found: list[Span], sound: Samples, rate: int) -> tuple[float, float]:
    """When the first and the last sound is heard, by phones or by energy, whichever is wider."""
    spoken = [span for span in found if span.symbol != SILENCE]
    step = int(rate * timing.STEP)
    loud = timing.envelope(sound, step)
    heard = np.flatnonzero(loud > timing.QUIET * np.percentile(loud, 98)) * timing.STEP
    if not len(heard):
        return spoken[0].start, spoken[-1].end
    early, late = float(heard[0]), float(heard[-1]) + timing.STEP
    return min(spoken[0].start, max(early, spoken[0].start - LEAD)), max(spoken[-1].end, late)


def _trim(sound: Samples, start: int, end: int, rate: int) -> Samples:
    """The stretch of a sound, silence where it does not reach, faded at both ends."""
    before, after = max(-start, 0), max(end - len(sound), 0)
    part = np.pad(sound[max(start, 0) : end], (before, after)).astype(np.float32)
    ramp = np.linspace(0.0, 1.0, min(round(FADE * rate), len(part) // 2), dtype=np.float32)
    part[: len(ramp)] *= ramp
    part[len(part) - len(ramp) :] *= ramp[::-1]
    return part


def _move(found: list[Span], shift: float, length: float) -> list[Span]:
    """The phones on the time of the finished piece, from 0 to its end."""
    moved = [
        replace(
            span, start=min(max(span.start + shift, 0.0), length), end=min(max(span.end + shift, 0.0), length)
        )
        for span in found
    ]
    moved = [span for span in moved if span.end > span.start]
    if moved[0].symbol != SILENCE:
        moved.insert(0, Span(SILENCE, 0.0, moved[0].start))
    if moved[-1].symbol != SILENCE:
        moved.append(Span(SILENCE, moved[-1].end, length))
    moved[0].start, moved[-1].end = 0.0, length
    moved = [span for span in moved if span.end > span.start]
    for before, after in pairwise(moved):
        after.start = before.end  # to the last bit: borders that were computed apart may differ by a rounding
    return moved
