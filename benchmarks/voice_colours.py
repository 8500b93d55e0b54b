"""Measures every speaker's fine form and how the fast voice must be coloured to match it.

    python benchmarks/voice_colours.py [jane adam ...] > colours.json

For each speaker both forms read the same sentences. From them come the median of the pitch, how far
it moves slowly, quickly and from begin to end, the speaking rate, the stretch of the spectra that
best lays the fast voice's vowels on the fine one's, the remaining difference of the long-term
spectrum in bands, and both loudnesses. Stretch and breath are then tried around that, and what brings
the voiceprints nearest is kept (this needs `pip install --no-deps resemblyzer==0.1.4`). What is left
after colouring is printed to standard error beside what there was before. With names, only those rows
are measured and all others are kept.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, replace
from importlib.resources import files

import numpy as np

from rostra.speech import english, hibari, kokoro, timing
from rostra.speech.colour import BANDS, NATURAL, VOICED, Colour, band_position, melody
from rostra.speech.lexicon import COMMON
from rostra.speech.loudness import TARGET, loudness
from rostra.speech.resample import resample
from rostra.speech.sentences import sentences
from rostra.speech.speakers import Speaker, speakers
from rostra.speech.utterance import VOWELS
from rostra.speech.voiceprint import RATE, voiceprint

TEXT = """
Follow the blue path past the old mill, and cross the footbridge near the town hall. Every morning we
open the doors at eight, so that you can enjoy a fresh cup of coffee. Did anybody hear what the young
man asked his father about the weather? Thank you very much for joining us today.
"""
SIZE, HOP = 1024, 240  # samples: 43 ms windows, 10 ms apart
STRETCHES = np.arange(0.80, 1.221, 0.01)
MOST = 9.0  # dB, the strongest shaping of a band
POINTS = 60  # of a sentence, at which two pitch curves are compared
LEAST, LARGEST = 0.4, 1.8  # of the factors on the movement of the pitch
STEEPEST = 0.8  # octaves of fall in a sentence
NUDGES = (-0.04, -0.02, 0.02, 0.04)  # of the stretch, to try
BREATHS = (-4.0, 4.0, 8.0)  # dB, to try


@dataclass
class Reading:
    """What one voice made of the text: band levels per phone symbol, pitch, length, loudness."""

    vowels: dict[str, np.ndarray]  # symbol -> (bins,) mean power
    average: np.ndarray  # (bins,) long-term power of the loud frames
    curves: list[np.ndarray]  # Hz, of each sentence, 80 a second
    seconds: float  # of speech without pauses
    loudness: float  # dB
    print: np.ndarray  # who speaks

    @property
    def f0(self) -> np.ndarray:
        """Hz, voiced frames."""
        whole = np.concatenate(self.curves)
        return whole[whole > 50]


def measure(say, british: bool) -> Reading:
    """Let a voice read; `say` gives sound, durations and pitch for symbols."""
    sums: dict[str, list[np.ndarray]] = {}
    average, curves, seconds, sounds = [], [], 0.0, []
    for sentence in sentences(TEXT):
        read = english.read(sentence.text, COMMON, british)
        sound, durations, curve = say(read.symbols)
        sounds.append(sound)
        curves.append(curve)
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
        vowels,
        np.concatenate(average).mean(axis=0),
        curves,
        seconds,
        loudness(whole, hibari.RATE),
        voiceprint(resample(whole, hibari.RATE, RATE).astype(np.float32)),
    )


def fine(speaker: Speaker):
    style, model = kokoro.style(speaker.timbre, speaker.melody), PITCHED

    def say(symbols: str):
        inputs = {
            "tokens": np.asarray([[0, *(english.ids()[s] for s in symbols), 0]], np.int64),
            "style": style[len(symbols)][None],
            "speed": np.asarray([speaker.rate / speaker.formants], np.float32),
            "pitch": np.asarray([2 ** (speaker.pitch / 12) / speaker.formants], np.float32),
        }
        sound, units, f0 = model.run(None, inputs)
        played = resample(sound, round(hibari.RATE * speaker.formants), hibari.RATE).astype(np.float32)
        seconds = units.ravel() * hibari.UNIT / hibari.RATE * (len(played) / len(sound))
        return played, seconds, f0.ravel() * speaker.formants

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


def movement(target: Reading, plain: Reading) -> dict[str, float]:
    """How the fast voice's pitch must move to follow the target's: `span`, `accents` and `fall`.

    Least squares over points at equal shares of each sentence; then all three grow alike until the
    spread is the target's, because least squares shrinks what it cannot foresee.
    """
    parts, wanted = [], []
    for theirs, ours in zip(target.curves, plain.curves, strict=True):
        parts.append(np.stack([at_points(part, ours) for part in melody(ours)], axis=1))
        slow, quick, _ = melody(theirs)
        wanted.append(at_points(slow + quick, theirs))
    rows, curve = np.concatenate(parts), np.concatenate(wanted)
    (span, accents, place), *_ = np.linalg.lstsq(rows - rows.mean(axis=0), curve - curve.mean(), rcond=None)
    found = np.clip([span, accents], LEAST, LARGEST)
    fall = float(np.clip(-place, -STEEPEST, STEEPEST))
    for _ in range(4):
        made = Colour(span=float(found[0]), accents=float(found[1]), fall=fall)
        bent = np.concatenate([made.bend(each)[each > VOICED] for each in plain.curves])
        grow = spread(target) / float(np.subtract(*np.percentile(np.log2(bent), [75, 25])))
        found, fall = np.clip(found * grow, LEAST, LARGEST), float(np.clip(fall * grow, -STEEPEST, STEEPEST))
    return {"span": round(float(found[0]), 3), "accents": round(float(found[1]), 3), "fall": round(fall, 3)}


def at_points(values: np.ndarray, f0: np.ndarray) -> np.ndarray:
    """(POINTS,) values at equal shares of what is voiced."""
    voiced = np.flatnonzero(f0 > VOICED)
    return np.interp(np.linspace(voiced[0], voiced[-1], POINTS), np.arange(len(f0)), values)


def shaped(colour: Colour, target: Reading, rounds: int) -> tuple[Colour, Reading]:
    """The colour with the bands and the pitch that fit the target, and what it sounds like."""
    made = measure(fast(colour), british=False)
    for _ in range(rounds):
        colour = replace(
            colour,
            bands=np.clip(even(colour.bands + gap(target, made)), -MOST, MOST).round(1),
            pitch=round(colour.pitch * float(np.median(target.f0) / np.median(made.f0)), 3),
        )
        made = measure(fast(colour), british=False)
    return colour, made


def nearest(colour: Colour, target: Reading) -> tuple[Colour, Reading]:
    """Stretch and breath around the measured ones whose voiceprint is nearest the target's."""
    best = shaped(colour, target, rounds=2)
    for nudge in NUDGES:
        tried = replace(best[0], formants=round(colour.formants + nudge, 2))
        best = max(best, shaped(tried, target, rounds=1), key=lambda each: likeness(each[1], target))
    for breath in BREATHS:
        tried = replace(best[0], breath=breath)
        best = max(best, shaped(tried, target, rounds=1), key=lambda each: likeness(each[1], target))
    return best


def likeness(one: Reading, other: Reading) -> float:
    """Cosine of two voiceprints."""
    return float(one.print @ other.print)


def colour_of(speaker: Speaker, plain: Reading) -> dict[str, object]:
    target = measure(fine(speaker), speaker.british)
    first = Colour(
        pitch=round(float(np.median(target.f0) / np.median(plain.f0)), 3),
        formants=round(stretch(target, plain), 2),
        rate=round(float(np.clip(plain.seconds / target.seconds, 0.8, 1.25)), 3),
        **movement(target, plain),
    )
    found, made = nearest(first, target)
    print(
        f"{speaker.name:9} f0 {np.median(target.f0):4.0f} Hz, fast {np.median(made.f0):4.0f};"
        f" formants x{first.formants:.2f} {found.formants:.2f}, breath {found.breath:+.0f} dB,"
        f" rate x{found.rate:.2f}, span x{found.span:.2f}, accents x{found.accents:.2f},"
        f" fall {found.fall:+.2f};"
        f" spectrum {np.abs(gap(target, plain)).mean():.1f} -> {np.abs(gap(target, made)).mean():.1f} dB;"
        f" alike {likeness(plain, target):.2f} -> {likeness(made, target):.2f};"
        f" loudness fine {target.loudness:.1f}, fast {made.loudness:.1f}",
        file=sys.stderr,
        flush=True,
    )
    values = asdict(found) | {"bands": found.bands.tolist()}
    gains = {"fine_gain": TARGET - target.loudness, "fast_gain": TARGET - made.loudness}
    return values | {name: round(gain, 1) for name, gain in gains.items()}


def main(names: list[str]) -> None:
    plain = measure(fast(NATURAL), british=False)
    print(f"fast voice as it comes: {np.median(plain.f0):.0f} Hz", file=sys.stderr)
    kept = json.loads(files("rostra.speech").joinpath("colours.json").read_text("utf-8"))
    rows = kept | {name: colour_of(speakers()[name], plain) for name in names or speakers()}
    lines = [f'  "{name}": {json.dumps(rows[name])}' for name in speakers() if name in rows]
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    from rostra.speech import graph, models

    PITCHED = graph.session(
        graph.with_output(
            graph.with_output(graph.with_factor(models.model(), kokoro.PITCH, "pitch"), kokoro.DURATIONS),
            kokoro.PITCH,
        )
    )
    main(sys.argv[1:])
