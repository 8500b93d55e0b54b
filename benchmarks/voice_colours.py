"""Measures every speaker's fine form and how the fast voice must be coloured to match it.

    python benchmarks/voice_colours.py FOLDER [jane adam ...]

For each speaker both forms read the same sentences. From them come the median of the pitch, how far
it moves slowly, quickly and from begin to end, the speaking rate, the stretch of the spectra that
best lays the fast voice's vowels on the fine one's, a linear map from the fast voice's spectrum to
what it lacks at the same place in the same sound (bands and habit), and both loudnesses. Stretch and
breath are then tried around that, and what brings the voiceprints nearest is kept (this needs
`pip install --no-deps resemblyzer==0.1.4`). What is left after colouring is printed beside what there
was before. FOLDER gets colours.json and habits.npz, which belong into src/rostra/speech; with names,
only theirs are measured and all others are kept.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from rostra.speech import catalogue, english, hibari, kokoro, timing
from rostra.speech.colour import NATURAL, VOICED, Colour, band_means, features, melody
from rostra.speech.lexicon import COMMON
from rostra.speech.loudness import TARGET, loudness
from rostra.speech.resample import resample
from rostra.speech.sentences import sentences
from rostra.speech.speakers import Speaker, speakers
from rostra.speech.utterance import VOWELS, Utterance
from rostra.speech.voiceprint import RATE, voiceprint

TEXT = """
Follow the blue path past the old mill, and cross the footbridge near the town hall. Every morning we
open the doors at eight, so that you can enjoy a fresh cup of coffee. Did anybody hear what the young
man asked his father about the weather? Thank you very much for joining us today.
"""
SIZE, HOP = 1024, 240  # samples: 43 ms windows, 10 ms apart
STRETCHES = np.arange(0.80, 1.221, 0.01)
LEAST, LARGEST = 0.5, 1.8  # of the factors on the movement of the pitch
STEEPEST = 0.35  # octaves of fall in a sentence
NUDGES = (-0.10, -0.05, 0.03)  # of the stretch, to try
BREATHS = (-6.0, 6.0)  # dB, to try
QUIET = 35.0  # dB below the loudest; less is not compared
FRAMES = 80  # a second, of the fast model
CALM = 0.15  # nepers squared, against a habit that fits only these sentences


@dataclass
class Reading:
    """What one voice made of the text: band levels per phone symbol, pitch, length, loudness."""

    vowels: dict[str, np.ndarray]  # symbol -> (bins,) mean power
    average: np.ndarray  # (bins,) long-term power of the loud frames
    curves: list[np.ndarray]  # Hz, of each sentence, 80 a second
    sounds: list[np.ndarray]
    durations: list[np.ndarray]  # s, of the symbols of each sentence
    seconds: float  # of speech without pauses
    loudness: float  # dB
    print: np.ndarray  # who speaks

    @property
    def f0(self) -> np.ndarray:
        """Hz, voiced frames."""
        whole = np.concatenate(self.curves)
        return whole[whole > 50]


def measure(say, read: list[Utterance]) -> Reading:
    """Let a voice read; `say` gives sound, durations and pitch for symbols."""
    sums: dict[str, list[np.ndarray]] = {}
    average, curves, seconds, sounds, lengths = [], [], 0.0, [], []
    for utterance in read:
        sound, durations, curve = say(utterance.symbols)
        sounds.append(sound)
        lengths.append(durations)
        curves.append(curve)
        padded = np.pad(sound, SIZE // 2)
        frames = np.lib.stride_tricks.sliding_window_view(padded, SIZE)[::HOP] * np.hanning(SIZE)
        power = np.abs(np.fft.rfft(frames)) ** 2
        level = power.sum(axis=1)
        average.append(power[level > level.max() * 1e-3])
        for span in timing.spans(utterance, durations, hibari.LAG):
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
        sounds,
        lengths,
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


def readings(british: bool) -> list[Utterance]:
    """The sentences, in an accent."""
    return [english.read(sentence.text, COMMON, british) for sentence in sentences(TEXT)]


def bands(power: np.ndarray) -> np.ndarray:
    """(..., BANDS) decibels of (..., bins) power."""
    return 10 * np.log10(power @ band_means(power.shape[-1]) + 1e-9)


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


def spread(reading: Reading) -> float:
    """Octaves between the quartiles of the pitch."""
    return float(np.subtract(*np.percentile(np.log2(reading.f0), [75, 25])))


def movement(target: Reading, plain: Reading) -> dict[str, float]:
    """How the fast voice's pitch must move to follow the target's: `span`, `accents` and `fall`.

    Least squares over all frames; then span and accents grow alike until the spread is the target's,
    because least squares shrinks what it cannot foresee.
    """
    parts, wanted = [], []
    for at, (theirs, ours) in enumerate(zip(target.curves, plain.curves, strict=True)):
        voiced = ours > VOICED
        parts.append(np.stack(melody(ours), axis=1)[voiced])
        slow, quick, _ = melody(theirs)
        wanted.append((slow + quick)[same_place(plain, target, at, len(ours), len(theirs))][voiced])
    rows, curve = np.concatenate(parts), np.concatenate(wanted)
    (span, accents, place), *_ = np.linalg.lstsq(rows - rows.mean(axis=0), curve - curve.mean(), rcond=None)
    fall = float(np.clip(-place, -STEEPEST, STEEPEST))
    found = np.clip([span, accents], LEAST, LARGEST)
    for _ in range(4):
        made = Colour(span=float(found[0]), accents=float(found[1]), fall=fall)
        bent = np.concatenate([made.bend(each)[each > VOICED] for each in plain.curves])
        grow = spread(target) / float(np.subtract(*np.percentile(np.log2(bent), [75, 25])))
        found = np.clip(found * grow, LEAST, LARGEST)
    return {"span": round(float(found[0]), 3), "accents": round(float(found[1]), 3), "fall": round(fall, 3)}


def same_place(made: Reading, target: Reading, at: int, frames: int, there: int) -> np.ndarray:
    """(frames,) in which of the target's frames the same place in the same sound is."""
    borders = [np.concatenate([[0], np.cumsum(each.durations[at])]) * FRAMES for each in (made, target)]
    return np.minimum(np.interp(np.arange(frames) + 0.5, *borders).astype(int), there - 1)


def shaped(colour: Colour, target: Reading, read: list[Utterance]) -> tuple[Colour, Reading]:
    """The colour with the bands, habit and pitch that fit the target, and what it sounds like."""
    plain = replace(colour, bands=NATURAL.bands, habit=NATURAL.habit)
    made = measure(fast(plain), read)
    given, lacking = [], []
    for at, utterance in enumerate(read):
        heard, lacks = compared(utterance.symbols, plain, made, target, at)
        given.append(heard)
        lacking.append(lacks)
    rows, wanted = np.concatenate(given), np.concatenate(lacking)
    centred = rows - rows.mean(axis=0)
    spread_ = centred.T @ centred / len(rows) + CALM * np.eye(rows.shape[1])
    habit = np.linalg.solve(spread_, centred.T @ (wanted - wanted.mean(axis=0)) / len(rows))
    colour = replace(
        plain,
        habit=habit.astype(np.float16).astype(np.float32),
        bands=(wanted.mean(axis=0) - rows.mean(axis=0) @ habit).round(2),
        pitch=round(plain.pitch * float(np.median(target.f0) / np.median(made.f0)), 3),
    )
    return colour, measure(fast(colour), read)


def compared(symbols: str, plain: Colour, made: Reading, target: Reading, at: int):
    """What the model gives in each frame of a sentence, and what its sound lacks there in bands."""
    harmonics, _, noise, rest, _, f0, _ = hibari.hibari().infer(symbols, plain.rate)
    harmonics, noise, _ = plain.paint(harmonics, noise, rest, f0.ravel())
    ours = bands(spectra(made.sounds[at]))
    theirs = bands(spectra(target.sounds[at]))
    theirs = theirs[same_place(made, target, at, len(ours), len(theirs))]
    loud = [rows[:, 1:18].max(axis=1) for rows in (ours, theirs)]
    kept = np.logical_and(*(level > level.max() - QUIET for level in loud))
    lacks = theirs - ours
    lacks -= lacks[:, 2:18].mean(axis=1, keepdims=True)
    return features(harmonics, noise)[kept], lacks[kept]


def spectra(sound: np.ndarray) -> np.ndarray:
    """(frames, bins) power, `FRAMES` a second."""
    size = hibari.RATE // FRAMES
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(sound, 2 * size), 4 * size)[::size]
    return np.abs(np.fft.rfft(frames[: len(sound) // size] * np.hanning(4 * size))) ** 2


def nearest(colour: Colour, target: Reading, read: list[Utterance]) -> tuple[Colour, Reading]:
    """Stretch and breath around the measured ones whose voiceprint is nearest the target's."""
    best = shaped(colour, target, read)
    for nudge in NUDGES:
        tried = replace(best[0], formants=round(colour.formants + nudge, 2))
        best = max(best, shaped(tried, target, read), key=lambda each: likeness(each[1], target))
    for breath in BREATHS:
        tried = replace(best[0], breath=breath)
        best = max(best, shaped(tried, target, read), key=lambda each: likeness(each[1], target))
    evened = replace(best[0], bands=(best[0].bands + gap(target, best[1])).round(2))
    tried = evened, measure(fast(evened), read)
    return max(best, tried, key=lambda each: likeness(each[1], target))


def likeness(one: Reading, other: Reading) -> float:
    """Cosine of two voiceprints."""
    return float(one.print @ other.print)


def colour_of(speaker: Speaker) -> tuple[dict[str, object], np.ndarray]:
    read = readings(speaker.british)
    plain = measure(fast(NATURAL), read)
    target = measure(fine(speaker), read)
    first = Colour(
        pitch=round(float(np.median(target.f0) / np.median(plain.f0)), 3),
        formants=round(stretch(target, plain), 2),
        rate=round(float(np.clip(plain.seconds / target.seconds, 0.8, 1.25)), 3),
        **movement(target, plain),
    )
    found, made = nearest(first, target, read)
    print(
        f"{speaker.name:9} f0 {np.median(target.f0):4.0f} Hz, fast {np.median(made.f0):4.0f};"
        f" formants x{first.formants:.2f} {found.formants:.2f}, breath {found.breath:+.0f} dB,"
        f" rate x{found.rate:.2f}, span x{found.span:.2f}, accents x{found.accents:.2f},"
        f" fall {found.fall:+.2f};"
        f" spectrum {np.abs(gap(target, plain)).mean():.1f} -> {np.abs(gap(target, made)).mean():.1f} dB;"
        f" alike {likeness(plain, target):.2f} -> {likeness(made, target):.2f};"
        f" loudness fine {target.loudness:.1f}, fast {made.loudness:.1f}",
        flush=True,
    )
    row = asdict(found) | {"bands": found.bands.tolist()}
    gains = {"fine_gain": TARGET - target.loudness, "fast_gain": TARGET - made.loudness}
    habit = row.pop("habit")
    return row | {name: round(gain, 1) for name, gain in gains.items()}, habit


def main(folder: Path, names: list[str]) -> None:
    here = Path(catalogue.__file__).parent
    rows = json.loads((here / "colours.json").read_text("utf-8"))
    habits = dict(np.load(here / "habits.npz"))
    for name in names or speakers():
        rows[name], habit = colour_of(speakers()[name])
        habits[name] = habit.astype(np.float16)
    lines = [f'  "{name}": {json.dumps(rows[name])}' for name in speakers() if name in rows]
    (folder / "colours.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    np.savez_compressed(folder / "habits.npz", **habits)


if __name__ == "__main__":
    from rostra.speech import graph, models

    PITCHED = graph.session(
        graph.with_output(
            graph.with_output(graph.with_factor(models.model(), kokoro.PITCH, "pitch"), kokoro.DURATIONS),
            kokoro.PITCH,
        )
    )
    main(Path(sys.argv[1]), sys.argv[2:])
