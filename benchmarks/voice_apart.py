"""Moves fast voices that are taken for each other a little apart.

    python benchmarks/voice_apart.py FOLDER jennifer ben ...

`voice_colours.py` brings each fast voice as near to its fine form as it goes; all come from one throat,
so some are then too like one another. Here each named voice in turn reads sentences of its own, and its
colour is moved in small steps, each kept if it helps: first, how surely the voiceprint of a sentence is
nearer to its own speaker than to any other fast voice; second, how near the voice is to its fine form.
The limits are narrow, so that nobody sounds treated: 1.5 semitones, 0.05 of the formants, 4 dB in
a broad band. FOLDER gets colours.json, which belongs into src/rostra/speech; the sentences by which
`rostra bench voices` judges are not among these. About five minutes for each voice, after five for reading
all others (this needs `pip install --no-deps resemblyzer==0.1.4`).
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from rostra.production.audition import FULL, KNOWING
from rostra.speech import catalogue, hibari
from rostra.speech.colour import BANDS, Colour
from rostra.speech.embedded import EmbeddedVoice
from rostra.speech.loudness import TARGET, loudness
from rostra.speech.resample import resample
from rostra.speech.speakers import cast
from rostra.speech.voice import Voice
from rostra.speech.voiceprint import RATE, voiceprint

TUNING = (
    "The train to the coast leaves in a few minutes.",
    "Please open the window, it is very warm in here.",
    "She bought three apples and a loaf of bread.",
    "How long have you been working on this problem?",
    "Most visitors enjoy the garden behind the museum.",
    "I would like to show you what we learned last year.",
    "The market sells fresh fish, bread and cheese on Saturdays.",
    "Is there a quiet place where we could talk for a moment?",
    "Two small boats were moving slowly across the bay.",
    "Please read the instructions before you start the engine.",
    "His grandfather built this house with his own hands.",
    "The answer is simple, but it is not easy to explain.",
    "When the music began, everybody got up and danced.",
    "I think we should leave early to avoid the traffic.",
    "The scientist showed us a picture of a distant planet.",
    "What time does the next flight to London arrive?",
    "You can change the colour of the walls with one click.",
    "A friendly dog was waiting at the gate this morning.",
    "They decided to spend the winter in a warmer country.",
    "Write your name and address at the top of the page.",
)
HATS = 7  # broad bands that are moved
ROUNDS = 3  # each with half the steps of the one before
# What is moved: its first step, and how far it may go from what was measured.
MOVES = {
    "pitch": (0.6, 1.5),  # semitones
    "formants": (0.02, 0.05),
    "breath": (3.0, 6.0),  # dB
    "span": (0.1, 0.25),  # share
    "accents": (0.1, 0.25),  # share
    "rate": (0.02, 0.04),  # share
} | {f"band {at}": (2.0, 4.0) for at in range(HATS)}  # dB
STEPS, LIMITS = np.array(list(MOVES.values())).T
SURE = 6.0  # standard deviations between two voices; more is no better
LIKENESS = 10.0  # standard deviations that a cosine of 1 with the fine form is worth
STRAIN = 0.04  # standard deviations that one step away from what was measured costs


@dataclass(frozen=True)
class Sample:
    """What a voice sounds like.

    Args:
        known: (256,) its print.
        tested: (sentences, 256) those of the sentences it is judged by.
    """

    known: np.ndarray
    tested: np.ndarray

    @property
    def whole(self) -> np.ndarray:
        return unit(self.known + unit(self.tested.mean(axis=0)))


@dataclass(frozen=True)
class Trial:
    """A colour that was tried: what it is worth, what it sounds like, and how loud it is, dB."""

    worth: float
    moved: np.ndarray
    sample: Sample
    level: float


def moved(colour: Colour, by: np.ndarray) -> Colour:
    """A colour, moved; `by` is in the order of MOVES."""
    pitch, formants, breath, span, accents, rate, *bands = by
    return replace(
        colour,
        pitch=round(colour.pitch * 2 ** (pitch / 12), 3),
        formants=round(colour.formants + formants, 3),
        breath=colour.breath + breath,
        span=round(colour.span * (1 + span), 3),
        accents=round(colour.accents * (1 + accents), 3),
        rate=round(colour.rate * (1 + rate), 3),
        bands=(colour.bands + np.array(bands) @ hats()).round(2),
    )


def hats() -> np.ndarray:
    """(HATS, BANDS) overlapping triangles that sum to 1."""
    width = (BANDS - 1) / (HATS - 1)
    return np.maximum(0, 1 - np.abs(np.arange(BANDS) - np.arange(HATS)[:, None] * width) / width)


def read(voice: Voice, sentences: tuple[str, ...] = TUNING) -> tuple[Sample, float]:
    """What a voice sounds like at the usual loudness, and how loud it was."""
    sounds = [np.concatenate([piece.pcm for piece in voice.speak(text)]) for text in (*KNOWING, *sentences)]
    sounds = [resample(sound / FULL, hibari.RATE, RATE).astype(np.float32) for sound in sounds]
    level = loudness(np.concatenate(sounds), RATE)
    gain = np.float32(10 ** ((TARGET - level) / 20))
    prints = np.stack([voiceprint(sound * gain) for sound in sounds])
    return Sample(unit(prints[: len(KNOWING)].mean(axis=0)), prints[len(KNOWING) :]), level


def surely(one: Sample, other: Sample) -> float:
    """Standard deviations between the sentences of two voices and the middle between them; the lesser."""
    apart = one.known - other.known
    margins = one.tested @ apart, other.tested @ -apart
    return min(SURE, *(float(margin.mean() / margin.std()) for margin in margins))


def worth(sample: Sample, others: list[Sample], fine: np.ndarray, by: np.ndarray) -> float:
    """How good a colour is, in standard deviations: the least sure pair, softly, then the likeness."""
    pairs = np.array([surely(sample, other) for other in others])
    softly = -np.log(np.exp(-2 * pairs).sum()) / 2
    return float(softly + LIKENESS * (sample.whole @ fine) - STRAIN * np.square(by / STEPS).sum())


@dataclass(frozen=True)
class Search:
    """For the colour of a fast voice, among other voices and near its fine form's print."""

    voice: EmbeddedVoice
    others: list[Sample]
    fine: np.ndarray

    @property
    def colour(self) -> Colour:
        """As measured."""
        return self.voice.synthesise.keywords["colour"]

    def attempt(self, by: np.ndarray) -> Trial:
        """Try the colour, moved."""
        say = partial(catalogue._say_fast, colour=moved(self.colour, by), threads=1)
        sample, level = read(replace(self.voice, synthesise=say))
        return Trial(worth(sample, self.others, self.fine, by), by, sample, level)

    def settle(self) -> Trial:
        """The best of many small steps."""
        order, best = np.random.default_rng(1), self.attempt(np.zeros(len(STEPS)))
        for halving in range(ROUNDS):
            for at in order.permutation(len(STEPS)):
                best = self._step(best, at, STEPS[at] / 2**halving)
        return best

    def _step(self, best: Trial, at: int, size: float) -> Trial:
        """The better of a step up, a step down and none."""
        for step in (size, -size):
            by = best.moved + step * (np.arange(len(STEPS)) == at)
            if abs(by[at]) <= LIMITS[at] and (found := self.attempt(by)).worth > best.worth:
                return found
        return best

    def tell(self, trial: Trial) -> str:
        """Its least sure pair and its likeness to the fine form."""
        least = min(surely(trial.sample, other) for other in self.others)
        return f"least sure {least:.1f}, alike {trial.sample.whole @ self.fine:.2f}"


def fine(name: str) -> np.ndarray:
    """(256,) the print of a fine form."""
    return read(catalogue.voice(f"{name}:fine"), TUNING[:1])[0].known


def unit(vector: np.ndarray) -> np.ndarray:
    """The same direction, of length 1."""
    return vector / np.linalg.norm(vector)


def main(folder: Path, names: list[str]) -> None:
    rows = json.loads(Path(catalogue.__file__).with_name("colours.json").read_text("utf-8"))
    samples = {name: read(catalogue.voice(f"{name}:fast"))[0] for name in cast()}
    for name in names:
        others = [sample for other, sample in samples.items() if other != name]
        search = Search(catalogue.voice(f"{name}:fast"), others, fine(name))
        before, best = search.attempt(np.zeros(len(STEPS))), search.settle()
        samples[name] = best.sample
        rows[name] |= row(moved(search.colour, best.moved), rows[name]["fast_gain"] + TARGET - best.level)
        steps = ", ".join(f"{key} {by:+.2f}" for key, by in zip(MOVES, best.moved, strict=True) if by)
        print(f"{name:9} {search.tell(before)} -> {search.tell(best)}; {steps}", flush=True)
        lines = [f'  "{each}": {json.dumps(kept)}' for each, kept in rows.items()]
        (folder / "colours.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def row(colour: Colour, gain: float) -> dict[str, object]:
    """What colours.json holds of a fast voice."""
    manner = {key: getattr(colour, key) for key in catalogue.MANNER}
    return manner | {"bands": colour.bands.tolist(), "fast_gain": round(gain, 1)}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
