"""Audition: the presenters' voices, each in both forms, judged by their sound alone.

Every voice reads the same sentences, on which no colour was measured. Some are to get to
know a voice (its mean voiceprint), the others are the test:

- *understood*: words that Whisper heard wrongly, of all words of the test.
- *told apart*: for two voices, the share of both's test sentences whose print is nearer to their own
  mean than to the other's.
- *itself*: at which place, of all fine forms, the fast form of a voice finds its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from rostra.acting import prosody
from rostra.production.ears import Ears, Heard, word_errors
from rostra.production.machine import Machine, describe
from rostra.speech.catalogue import FAST, FINE
from rostra.speech.loudness import loudness
from rostra.speech.resample import resample
from rostra.speech.speakers import Speaker
from rostra.speech.speech import SILENCE, Speech
from rostra.speech.voice import Voice
from rostra.speech.voiceprint import RATE

Floats = NDArray[np.float64]

KNOWING = (
    "The harbour lights came on one by one.",
    "We should talk about the plan before lunch.",
    "Could you send me the second chapter again?",
    "A thin layer of snow covered every roof.",
    "My brother repairs old radios for fun.",
    "Nobody expected the meeting to end so early.",
)
TEST = (
    "The train to the coast leaves in a few minutes.",
    "Please open the window, it is very warm in here.",
    "She bought three apples and a loaf of bread.",
    "How long have you been working on this problem?",
    "Most visitors enjoy the garden behind the museum.",
    "I would like to show you what we learned last year.",
    "If the weather stays dry, we can walk along the river.",
    "This machine saves time, water and a lot of money.",
    "Thank you for waiting, your table is ready now.",
    "Keep the red box closed until the music stops.",
)
FULL = 32768.0

# What to reach
WORDS = 0.05  # share of words heard wrongly, each voice
APART = 0.95  # share of sentences, any two voices


@dataclass(frozen=True)
class Take:
    """One form of a voice.

    Args:
        speaker, form: who and how.
        wrong, words: of the test sentences.
        missed: what was heard instead, sentence by sentence.
        pitch: Hz, median of the vowels.
        range: semitones between the tenth and the ninetieth percentile of the vowels.
        rate: phones a second, without pauses.
        loudness: dB, K-weighted.
        peak: of full scale.
        known, tested: (sentences, 256) voiceprints.
    """

    speaker: str
    form: str
    wrong: int
    words: int
    missed: tuple[str, ...]
    pitch: float
    range: float
    rate: float
    loudness: float
    peak: float
    known: Floats
    tested: Floats

    @property
    def centre(self) -> Floats:
        """(256,) who this is."""
        return _unit(self.known.mean(axis=0))


@dataclass(frozen=True)
class Pair:
    """Two voices of one form: the share of their test sentences that are told apart."""

    form: str
    one: str
    other: str
    apart: float
    alike: float  # cosine of their means


@dataclass(frozen=True)
class Audition:
    """What was found.

    Args:
        machine: where.
        cast: who auditioned.
        takes: every voice in every form.
    """

    machine: Machine
    cast: tuple[Speaker, ...]
    takes: tuple[Take, ...]

    def pairs(self, form: str) -> list[Pair]:
        """Any two voices of a form, the most alike first."""
        takes = [take for take in self.takes if take.form == form]
        found = [_pair(one, other) for at, one in enumerate(takes) for other in takes[at + 1 :]]
        return sorted(found, key=lambda pair: (pair.apart, -pair.alike))

    def place(self, take: Take) -> int | None:
        """At which place, of all fine forms, a fast one finds its own speaker; 1 is the nearest."""
        fine = {other.speaker: other.centre for other in self.takes if other.form == FINE}
        if take.form != FAST or take.speaker not in fine:
            return None
        heard = _unit(take.tested.mean(axis=0))
        own = float(heard @ fine[take.speaker])
        return 1 + sum(float(heard @ centre) > own for centre in fine.values())

    def rows(self) -> Iterator[tuple[str, ...]]:
        """For a table: one row for each voice and form."""
        people = {speaker.name: speaker for speaker in self.cast}
        nearest = {form: self.pairs(form) for form in (FINE, FAST)}
        for take in self.takes:
            yield (take.speaker, people[take.speaker].description, take.form, *self._cells(take, nearest))

    def _cells(self, take: Take, pairs: dict[str, list[Pair]]) -> tuple[str, ...]:
        worst = next((pair for pair in pairs[take.form] if take.speaker in (pair.one, pair.other)), None)
        who = "" if not worst else worst.other if worst.one == take.speaker else worst.one
        return (
            f"{take.wrong / take.words:.1%}",
            f"{worst.apart:.0%} {who} ({worst.alike:.2f})" if worst else "",
            str(self.place(take) or ""),
            f"{take.pitch:.0f} Hz",
            f"{take.range:.1f} st",
            f"{take.rate:.1f}/s",
            f"{take.loudness:.1f} dB",
            f"{take.peak:.2f}",
        )

    def summary(self) -> Iterator[tuple[str, str, str]]:
        """What, measured, to reach: for a table."""
        for form in dict.fromkeys(take.form for take in self.takes):
            yield from self._summary(form)
        places = [place for take in self.takes if (place := self.place(take))]
        if places:
            first = sum(place == 1 for place in places)
            yield "fast form is nearest to its own fine form", f"{first} of {len(places)}", ""
            yield "  lowest place of any", f"{max(places)}", ""

    def _summary(self, form: str) -> Iterator[tuple[str, str, str]]:
        takes, pairs = [take for take in self.takes if take.form == form], self.pairs(form)
        worst = max(takes, key=lambda take: take.wrong / take.words)
        share = sum(take.wrong for take in takes) / sum(take.words for take in takes)
        levels = [take.loudness for take in takes]
        yield f"{form}: words heard wrongly, all voices", f"{share:.1%}", ""
        yield "  worst voice", f"{worst.wrong / worst.words:.1%} {worst.speaker}", f"<= {WORDS:.0%}"
        if pairs:
            low = pairs[0]
            held = sum(pair.apart >= APART for pair in pairs)
            yield "  pairs told apart", f"{held} of {len(pairs)}", "all"
            yield "  worst pair", f"{low.apart:.0%} {low.one}, {low.other}", f">= {APART:.0%}"
        yield "  loudest to softest", f"{max(levels) - min(levels):.1f} dB", "<= 2"
        yield "  highest peak", f"{max(take.peak for take in takes):.2f}", "< 1"

    def json(self) -> str:
        """Everything but the prints."""
        takes = [
            {key: value for key, value in asdict(take).items() if key not in ("known", "tested")}
            | {"errors": take.wrong / take.words, "place": self.place(take)}
            for take in self.takes
        ]
        pairs = [asdict(pair) for form in (FINE, FAST) for pair in self.pairs(form)]
        whole = {"machine": self.machine.as_dict(), "knowing": KNOWING, "test": TEST}
        return json.dumps(whole | {"takes": takes, "pairs": pairs}, indent=1) + "\n"


def audition(
    cast: Sequence[Speaker],
    forms: Sequence[str],
    voice: Callable[[str], Voice],
    ears: Ears,
    report: Callable[[float], None],
) -> Audition:
    """Let every voice read, and listen; while one sentence is heard the next is made.

    Raises:
        MissingError: a form is not installed.
    """
    takes = []
    with ThreadPoolExecutor(1) as listener:
        for form in forms:
            for speaker in cast:
                takes.append(_take(speaker, form, voice(f"{speaker.name}:{form}"), ears, listener))
                report(len(takes) / len(cast) / len(forms))
    return Audition(describe(), tuple(cast), tuple(takes))


def _take(speaker: Speaker, form: str, voice: Voice, ears: Ears, listener: ThreadPoolExecutor) -> Take:
    spoken: list[Speech] = []
    hearing: list[Future[Heard]] = []
    for sentence in (*KNOWING, *TEST):
        pieces = list(voice.speak(sentence))
        spoken += pieces
        hearing.append(listener.submit(ears.hear, _listenable(pieces), sentence in TEST))
    heard = [future.result() for future in hearing]
    errors = [word_errors(text, each.text) for text, each in zip(TEST, heard[len(KNOWING) :], strict=True)]
    missed = [each.text for each, (wrong, _) in zip(heard[len(KNOWING) :], errors, strict=True) if wrong]
    prints = np.stack([each.print for each in heard]).astype(np.float64)
    whole = np.concatenate([piece.pcm for piece in spoken]).astype(np.float32) / np.float32(FULL)
    tones = np.concatenate([_tones(piece) for piece in spoken])
    return Take(
        speaker.name,
        form,
        sum(wrong for wrong, _ in errors),
        sum(words for _, words in errors),
        tuple(missed),
        float(np.median(tones)),
        float(12 * np.log2(np.divide(*np.percentile(tones, [90, 10])))),
        _rate(spoken),
        loudness(whole, voice.rate),
        float(np.abs(whole).max()),
        prints[: len(KNOWING)],
        prints[len(KNOWING) :],
    )


def _listenable(pieces: Sequence[Speech]) -> NDArray[np.float32]:
    """(samples,) at the listener's rate."""
    whole = np.concatenate([piece.pcm for piece in pieces]) / FULL
    return resample(whole, pieces[0].rate, RATE).astype(np.float32)


def _tones(piece: Speech) -> Floats:
    """Hz of the voiced vowels."""
    vowels = [phone for phone in piece.phones if prosody.is_vowel(phone.symbol)]
    found: Floats = prosody.pitches(piece.pcm, piece.rate, vowels)
    return found[found > 0]


def _rate(spoken: Sequence[Speech]) -> float:
    """Phones a second."""
    phones = [phone for piece in spoken for phone in piece.phones if phone.symbol != SILENCE]
    return len(phones) / sum(phone.end - phone.start for phone in phones)


def _pair(one: Take, other: Take) -> Pair:
    own, far = one.centre, other.centre
    right = [*(one.tested @ (own - far) > 0), *(other.tested @ (far - own) > 0)]
    return Pair(one.form, one.speaker, other.speaker, float(np.mean(right)), float(own @ far))


def _unit(vector: Floats) -> Floats:
    found: Floats = vector / np.linalg.norm(vector)
    return found
