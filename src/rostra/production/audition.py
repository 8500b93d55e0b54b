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
from rostra.production.takes import NOWHERE, Floats, Take, Takes, fingerprint, unit
from rostra.speech.catalogue import FAST, FINE
from rostra.speech.loudness import loudness
from rostra.speech.resample import resample
from rostra.speech.speakers import Speaker
from rostra.speech.speech import SILENCE, Speech
from rostra.speech.voice import Voice
from rostra.speech.voiceprint import RATE

KNOWING = (
    "The harbour lights came on one by one.",
    "We should talk about the plan before lunch.",
    "Could you send me the second chapter again?",
    "A thin layer of snow covered every roof.",
    "My brother repairs old radios for fun.",
    "Nobody expected the meeting to end so early.",
)
TEST = (
    "The bridge was closed after the heavy storm last night.",
    "Would you like to join our tour of the old castle?",
    "A good teacher explains the same thing in three ways.",
    "We planted many young trees along the school road.",
    "Her sister writes letters to friends in other countries.",
    "Turn left at the bakery and follow the small stream.",
    "The new phone has a bright screen and a strong battery.",
    "I forgot my keys, so I waited outside until sunset.",
    "Every summer the children swim in the lake near the farm.",
    "Why did the captain change the route before the island?",
)
FULL = 32768.0

# What to reach
WORDS = 0.05  # share of words heard wrongly, each voice
APART = 0.95  # share of sentences, any two voices


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
        test: the sentences.
    """

    machine: Machine
    cast: tuple[Speaker, ...]
    takes: tuple[Take, ...]
    test: tuple[str, ...] = TEST

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
        heard = unit(take.tested.mean(axis=0))
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
        whole = {"machine": self.machine.as_dict(), "knowing": KNOWING, "test": self.test}
        return json.dumps(whole | {"takes": takes, "pairs": pairs}, indent=1) + "\n"


def audition(
    cast: Sequence[Speaker],
    forms: Sequence[str],
    voice: Callable[[str], Voice],
    ears: Ears,
    report: Callable[[float], None],
    test: tuple[str, ...] = TEST,
    kept: Takes = NOWHERE,
) -> Audition:
    """Let every voice read, and listen; while one sentence is heard the next is made.

    Args:
        cast: whose voices.
        forms: fine, fast.
        voice: gives a voice by name.
        ears: who listens.
        report: takes the share that is done.
        test: the sentences by which voices are judged.
        kept: takes of earlier auditions; new ones are added.

    Raises:
        MissingError: a form is not installed.
        OutputError: a take cannot be kept.
    """
    takes = []
    with ThreadPoolExecutor(1) as listener:
        for form in forms:
            for speaker in cast:
                stand = _Stand(voice(f"{speaker.name}:{form}"), test, ears, listener)
                takes.append(_take(speaker.name, form, stand, kept))
                report(len(takes) / len(cast) / len(forms))
    return Audition(describe(), tuple(cast), tuple(takes), test)


@dataclass(frozen=True)
class _Stand:
    """A voice before its listener."""

    voice: Voice
    test: tuple[str, ...]
    ears: Ears
    listener: ThreadPoolExecutor

    def say(self, sentence: str) -> list[Speech]:
        return list(self.voice.speak(sentence))

    def play(self, pieces: Sequence[Speech], words: bool) -> Future[Heard]:
        """Listen to what was said, in the background."""
        return self.listener.submit(self.ears.hear, _listenable(pieces), words)


def _take(name: str, form: str, stand: _Stand, kept: Takes) -> Take:
    first = stand.say(KNOWING[0])
    mark = fingerprint((*KNOWING, *stand.test), first)
    found = kept.find(name, form, mark)
    if not found:
        found = _read(name, form, stand, first)
        kept.keep(found, mark)
    return found


def _read(name: str, form: str, stand: _Stand, first: list[Speech]) -> Take:
    """Let a voice say the rest, and judge it."""
    spoken, hearing = list(first), [stand.play(first, False)]
    for at, sentence in enumerate((*KNOWING, *stand.test)[1:], 1):
        pieces = stand.say(sentence)
        spoken += pieces
        hearing.append(stand.play(pieces, at >= len(KNOWING)))
    heard = [future.result() for future in hearing]
    tested = heard[len(KNOWING) :]
    errors = [word_errors(text, each.text) for text, each in zip(stand.test, tested, strict=True)]
    prints = np.stack([each.print for each in heard]).astype(np.float64)
    whole = np.concatenate([piece.pcm for piece in spoken]).astype(np.float32) / np.float32(FULL)
    tones = np.concatenate([_tones(piece) for piece in spoken])
    return Take(
        name,
        form,
        sum(wrong for wrong, _ in errors),
        sum(words for _, words in errors),
        tuple(each.text for each, (wrong, _) in zip(tested, errors, strict=True) if wrong),
        float(np.median(tones)),
        float(12 * np.log2(np.divide(*np.percentile(tones, [90, 10])))),
        _rate(spoken),
        loudness(whole, stand.voice.rate),
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
