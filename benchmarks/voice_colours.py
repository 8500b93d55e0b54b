"""Measures every speaker's fine form and how the fast voice must be coloured to match it.

    python benchmarks/voice_colours.py [heart michael ...] > src/rostra/speech/colours.json

For each speaker both forms read the same sentences. From them come the median and the spread of the
pitch, the speaking rate, the stretch of the spectra that best lays the fast voice's vowels on the
fine one's, the remaining difference of the long-term spectrum in bands, and both loudnesses. What is
left after colouring is printed to standard error beside what there was before.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, replace

import numpy as np

from rostra.speech import english, hibari, kokoro, timing
from rostra.speech.catalogue import BRITISH, SPEAKERS, Speaker
from rostra.speech.colour import BANDS, NATURAL, Colour, band_position
from rostra.speech.lexicon import COMMON
from rostra.speech.loudness import TARGET, loudness
from rostra.speech.sentences import sentences
from rostra.speech.utterance import VOWELS

TEXT = """
Follow the blue path past the old mill, and cross the footbridge near the town hall. Every morning we
open the doors at eight, so that you can enjoy a fresh cup of coffee. Did anybody hear what the young
man asked his father about the weather? Thank you very much for joining us today.
"""
SIZE, HOP = 1024, 240  # samples: 43 ms windows, 10 ms apart
STRETCHES = np.arange(0.80, 1.221, 0.01)
MOST = 9.0  # dB, the strongest shaping of a band


@dataclass
class Reading:
    """What one voice made of the text: band levels per phone symbol, pitch, length, loudness."""

    vowels: dict[str, np.ndarray]  # symbol -> (bins,) mean power
    average: np.ndarray  # (bins,) long-term power of the loud frames
    f0: np.ndarray  # Hz, voiced frames
    seconds: float  # of speech without pauses
    loudness: float  # dB


def measure(say, british: bool) -> Reading:
    """Let a voice read; `say` gives sound, durations and pitch for symbols."""
    sums: dict[str, list[np.ndarray]] = {}
    average, f0, seconds, sounds = [], [], 0.0, []
    for sentence in sentences(TEXT):
        read = english.read(sentence.text, COMMON, british)
        sound, durations, curve = say(read.symbols)
        sounds.append(sound)
        f0.append(curve[curve > 50])
        padded = np.pad(sound, SIZE // 2)
        frames = np.lib.stride_tricks.sliding_window_view(padded, SIZE)[::HOP] * np.hanning(SIZE)
        power = np.abs(np.fft.rfft(frames)) ** 2
        level = power.sum(axis=1)
        average.append(power[level > level.max() * 1e-3])
        for span in timing.spans(read, durations, hibari.LAG):
            if span.symbol == "sil":
                continue
            seconds += span.end - span.start
            if span.symbol in VOWELS or span.symbol in "mnlɹ":
                first, last = int(span.start * 100) + 1, int(span.end * 100)
                sums.setdefault(span.symbol, []).extend(power[first:last])
    vowels = {symbol: np.mean(rows, axis=0) for symbol, rows in sums.items() if len(rows) >= 8}
    whole = np.concatenate(sounds)
    return Reading(
        vowels, np.concatenate(average).mean(axis=0), np.concatenate(f0), seconds, loudness(whole, 24000)
    )


def fine(speaker: Speaker):
    style, model = kokoro.style(speaker.vector), PITCHED

    def say(symbols: str):
        inputs = {
            "tokens": np.asarray([[0, *(english.ids()[s] for s in symbols), 0]], np.int64),
            "style": style[len(symbols)][None],
            "speed": np.ones(1, np.float32),
            "pitch": np.ones(1, np.float32),
        }
        sound, units, f0 = model.run(None, inputs)
        return sound, units.ravel() * hibari.UNIT / hibari.RATE, f0.ravel()

    return say


def fast(colour: Colour):
    model = hibari.hibari()

    def say(symbols: str):
        f0 = model.pitch(symbols)
        return (*model.synthesise(symbols, colour.rate, 0.0, colour), colour.bend(f0))

    return say


def bands(power: np.ndarray) -> np.ndarray:
    """(BANDS,) decibels."""
    at = band_position(np.linspace(0, 12000, len(power)))
    weights = np.maximum(0, 1 - np.abs(at[:, None] - (np.arange(BANDS) + 0.5)) / 1.5)
    return 10 * np.log10((power[:, None] * weights).sum(axis=0) / weights.sum(axis=0) + 1e-9)


def stretch(target: Reading, source: Reading) -> float:
    """The factor on frequency that lays the source's vowels on the target's."""
    shared = sorted(set(target.vowels) & set(source.vowels))
    hertz = np.linspace(0, 12000, SIZE // 2 + 1)
    wanted = np.stack([smooth(target.vowels[symbol]) for symbol in shared])
    inside = (hertz > 250) & (hertz < 5000)

    def misfit(factor: float) -> float:
        moved = np.stack([
            np.interp(hertz / factor, hertz, smooth(source.vowels[symbol])) for symbol in shared
        ])  # fmt: skip
        gap = (wanted - moved)[:, inside]
        return float((gap - gap.mean(axis=0)).std())

    return float(STRETCHES[int(np.argmin([misfit(factor) for factor in STRETCHES]))])


def smooth(power: np.ndarray) -> np.ndarray:
    """(bins,) decibels, without harmonics."""
    return np.convolve(10 * np.log10(power + 1e-9), np.hanning(17) / np.hanning(17).sum(), "same")


def gap(target: Reading, source: Reading) -> np.ndarray:
    """(BANDS,) decibels that the source lacks, level apart."""
    difference = bands(target.average) - bands(source.average)
    return difference - difference[2:18].mean()


def even(shape: np.ndarray) -> np.ndarray:
    """(BANDS,) without what single harmonics leave in the narrow low bands."""
    return np.convolve(np.pad(shape, 1, mode="edge"), [0.25, 0.5, 0.25], "valid")


def spread(reading: Reading) -> float:
    """Octaves between the quartiles of the pitch."""
    return float(np.subtract(*np.percentile(np.log2(reading.f0), [75, 25])))


def colour_of(speaker: Speaker, plain: Reading) -> dict[str, object]:
    target = measure(fine(speaker), speaker.accent == BRITISH)
    found = Colour(
        pitch=round(float(np.median(target.f0) / np.median(plain.f0)), 3),
        span=round(float(np.clip(spread(target) / spread(plain), 0.6, 1.4)), 3),
        formants=round(stretch(target, plain), 2),
        rate=round(float(np.clip(plain.seconds / target.seconds, 0.8, 1.25)), 3),
    )
    for _ in range(3):
        made = measure(fast(found), british=False)
        found = replace(
            found,
            bands=np.clip(even(found.bands + gap(target, made)), -MOST, MOST).round(1),
            pitch=round(found.pitch * float(np.median(target.f0) / np.median(made.f0)), 3),
        )
    made = measure(fast(found), british=False)
    print(
        f"{speaker.name:9} f0 {np.median(target.f0):4.0f} Hz, fast {np.median(made.f0):4.0f};"
        f" formants x{found.formants:.2f}, rate x{found.rate:.2f}, span x{found.span:.2f};"
        f" spectrum {np.abs(gap(target, plain)).mean():.1f} -> {np.abs(gap(target, made)).mean():.1f} dB;"
        f" loudness fine {target.loudness:.1f}, fast {made.loudness:.1f}",
        file=sys.stderr,
    )
    values = asdict(found) | {"bands": found.bands.tolist()}
    gains = {"fine_gain": TARGET - target.loudness, "fast_gain": TARGET - made.loudness}
    return values | {name: round(gain, 1) for name, gain in gains.items()}


def main(names: list[str]) -> None:
    plain = measure(fast(NATURAL), british=False)
    print(f"fast voice as it comes: {np.median(plain.f0):.0f} Hz", file=sys.stderr)
    rows = {name: colour_of(SPEAKERS[name], plain) for name in names or SPEAKERS}
    print("{\n" + ",\n".join(f'  "{name}": {json.dumps(row)}' for name, row in rows.items()) + "\n}")


if __name__ == "__main__":
    from rostra.speech import graph, models

    PITCHED = graph.session(
        graph.with_output(
            graph.with_output(graph.with_factor(models.model(), kokoro.PITCH, "pitch"), kokoro.DURATIONS),
            kokoro.PITCH,
        )
    )
    main(sys.argv[1:])
