"""How far a voice model's phone borders lie behind its sound.

    python benchmarks/voice_lag.py [heart:fast michael:fine ...]

Sibilants are the phones that sound alone betrays: above 4.5 kHz they outshine everything else. For
each one the centre of that energy is compared with the centre of the label as the durations give it
(nothing moved), and the whole label track is slid along the whole energy curve. Both should agree;
the result is the model's LAG (see `speech/hibari.py`, `speech/kokoro.py`).
"""

from __future__ import annotations

import sys

import numpy as np

from rostra.speech import english, timing
from rostra.speech.catalogue import voice
from rostra.speech.lexicon import COMMON
from rostra.speech.sentences import sentences
from rostra.speech.voice import NATURAL

TEXT = """
She sells sixty shiny shells to seven sisters beside the sea. This session is about success, so please
listen. Six thick thistles stick in the mud. The chef washed fresh fish and served some soup. His
business model is simple: sell less, save costs, and use resources wisely. Yes, she was so surprised.
"""
SIBILANTS = frozenset("szʃʒ")
STEP = 0.005  # s
REACH = 0.12  # s around a label in which its sound is looked for


def hiss(sound: np.ndarray, rate: int) -> np.ndarray:
    """(steps,) energy above 4.5 kHz in windows of 20 ms."""
    size, hop = int(0.02 * rate), int(STEP * rate)
    padded = np.pad(sound, size // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop] * np.hanning(size)
    power = np.abs(np.fft.rfft(frames)) ** 2
    return power[:, np.fft.rfftfreq(size, 1 / rate) > 4500].sum(axis=1)


def lags(name: str) -> tuple[list[float], list[float]]:
    """Seconds that labels come after the sound: per sibilant, and per sentence as a whole."""
    speaker, single, whole = voice(name), [], []
    for sentence in sentences(TEXT):
        read = english.read(sentence.text, COMMON, speaker.british)
        sound, durations = speaker.synthesise(read.symbols, NATURAL)
        energy = hiss(sound, speaker.rate)
        labels = [span for span in timing.spans(read, durations, 0.0) if span.symbol in SIBILANTS]
        times = np.arange(len(energy)) * STEP
        for label in labels:
            near = (times > label.start - REACH) & (times < label.end + REACH)
            part = np.where(energy[near] > energy[near].max() / 10, energy[near], 0)
            single.append((label.start + label.end) / 2 - float((part * times[near]).sum() / part.sum()))
        mask = np.zeros(len(energy))
        for label in labels:
            mask[(times >= label.start) & (times < label.end)] = 1
        level = np.log(energy + energy.max() * 1e-4)
        shifts = range(-10, 31)
        scores = [np.corrcoef(np.roll(mask, -shift), level)[0, 1] for shift in shifts]
        whole.append(shifts[int(np.argmax(scores))] * STEP)
    return single, whole


def main(names: list[str]) -> None:
    for name in names or ["heart:fast", "heart:fine", "michael:fine"]:
        single, whole = lags(name)
        low, middle, high = np.percentile(single, [25, 50, 75]) * 1000
        print(
            f"{name:16} per sibilant {middle:4.0f} ms (quartiles {low:.0f}..{high:.0f}, n {len(single)});"
            f" whole sentences {np.median(whole) * 1000:.0f} ms (n {len(whole)})"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
