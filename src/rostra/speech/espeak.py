"""espeak-ng: voices for other languages, as a separate program (it is GPL, Rostra is not).

The program gives the sound of a sentence and the phonemes of each word, but no times. Its pauses are
digital silence, so phrases are found exactly; within a phrase, phones share the time by how long
their kind usually lasts.

Source: espeak-ng(1); phone durations after Klatt 1979, coarsened to six kinds.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rostra.errors import EngineError, MissingError, UnknownNameError
from rostra.speech import timing
from rostra.speech.embedded import pause_after
from rostra.speech.lexicon import misaki
from rostra.speech.loudness import TARGET, guard, loudness
from rostra.speech.marks import carry
from rostra.speech.piece import LEAD, to_pcm
from rostra.speech.resample import resample
from rostra.speech.sentences import sentences
from rostra.speech.speech import Speech
from rostra.speech.timing import Span
from rostra.speech.utterance import PRIMARY, STRESSES, VOWELS
from rostra.speech.voice import NATURAL, Pace

PROGRAM = "espeak-ng"
RATE = 24000  # samples per second, as the other voices
WORDS_PER_MINUTE = 160
SEMITONES = (-6.0, -3.7, -2.1, 0.0, 2.6, 5.2, 8.9)  # measured for these settings of the program's pitch
SETTINGS = (0, 20, 35, 50, 65, 80, 99)
PATIENCE = 60  # s for one sentence
GAP = 0.05  # s of digital silence that is a pause and not the closure of a stop
REMEDY = "Run: apt install espeak-ng"

LONG_VOWELS = frozenset("AIOQWY")
KINDS = (  # phones of a kind, and how long it lasts beside the others
    (LONG_VOWELS, 1.6),
    (VOWELS, 1.0),
    (frozenset("szʃʒʂʐɕfθxçχʧʤ"), 1.1),
    (frozenset("mnŋɲlɹrʁwj"), 0.75),
    (frozenset("ɾðβɣə"), 0.5),
)
OTHERS = 0.85
LENGTHENED = 1.25  # factor on vowels marked long or stressed


@dataclass(frozen=True)
class EspeakVoice:
    """A voice of espeak-ng.

    Args:
        name: `es`, `fr-be` …: a language as espeak-ng names it.
    """

    name: str
    rate: int = RATE
    note: str = ""

    def speak(self, text: str, pace: Pace = NATURAL) -> Iterator[Speech]:
        """See `Voice.speak`."""
        return carry(text, lambda words: self._speak(words, pace))

    def _speak(self, text: str, pace: Pace) -> Iterator[Speech]:
        held: _Said | None = None
        silent: list[str] = []
        for sentence in sentences(text):
            said = _Said(sentence.text.split(), pause_after(sentence) * pace.pauses)
            if any(char.isalnum() for char in sentence.text):
                if held:
                    yield self._piece(held, pace)
                held, silent = replace(said, words=silent + said.words), []
            elif held:
                held = replace(held, words=held.words + said.words, pause=max(held.pause, said.pause))
            else:
                silent += said.words
        if held:
            yield self._piece(held, pace)

    def _piece(self, said: _Said, pace: Pace) -> Speech:
        sound, rate = _sound(self.name, " ".join(said.words), pace)
        if not sound.any():
            raise EngineError(f"espeak-ng said nothing for {' '.join(said.words)[:40]!r}.", field="voice")
        phrases = _phrases(sound, rate)
        spoken = [index for index, word in enumerate(said.words) if any(char.isalnum() for char in word)]
        phones = _phones(self.name, [said.words[index] for index in spoken])
        found = _spans(phones, spoken, [_ends_phrase(said.words[index]) for index in spoken], phrases)
        start, end = phrases[0][0], phrases[-1][1]
        cut = sound[round(start * rate) : round(end * rate)]
        lead, tail = np.zeros(round(LEAD * RATE)), np.zeros(round(max(said.pause - LEAD, 0.02) * RATE))
        level = 10 ** ((TARGET - loudness(cut, rate)) / 20)
        pcm = to_pcm(
            guard(np.concatenate([lead, resample(cut * level, rate, RATE), tail]).astype(np.float32))
        )
        shift, length = LEAD - start, len(pcm) / RATE
        found = [replace(span, start=span.start + shift, end=span.end + shift) for span in found]
        whole = timing.filled(found, length)
        words = timing.words(said.words, whole)
        return Speech(pcm, RATE, timing.phones(whole), words, " ".join(said.words))


@dataclass(frozen=True)
class _Said:
    """The words of a sentence and the pause behind it."""

    words: list[str]
    pause: float


def espeak(name: str) -> EspeakVoice:
    """The voice of a language.

    Raises:
        MissingError: espeak-ng is not on this machine.
        UnknownNameError: it does not know the language.
    """
    if not shutil.which(PROGRAM):
        raise MissingError(f"The voice {name} needs the program espeak-ng.", REMEDY, "voice")
    known = languages()
    if name.lower() not in known:
        raise UnknownNameError("language", name, known, "voice")
    return EspeakVoice(name.lower())


@cache
def languages() -> frozenset[str]:
    """The languages that espeak-ng speaks here; none without the program."""
    if not shutil.which(PROGRAM):
        return frozenset()
    lines = _run(["--voices"], "").decode("utf-8", "replace").splitlines()[1:]
    return frozenset(fields[1].lower() for line in lines if len(fields := line.split()) > 1) | {"fr", "en"}


def _run(arguments: Sequence[str], text: str) -> bytes:
    program = shutil.which(PROGRAM) or PROGRAM
    try:
        done = subprocess.run(  # noqa: S603  (our own arguments; the text goes by standard input)
            [program, *arguments],
            input=text.replace("\0", "").encode("utf-8", "replace"),
            capture_output=True,
            check=True,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError(f"espeak-ng failed: {error}", REMEDY, "voice") from error
    return done.stdout


def _sound(language: str, text: str, pace: Pace) -> tuple[NDArray[np.float32], int]:
    """(samples,) sound within -1..1, and its rate."""
    speed = round(WORDS_PER_MINUTE * pace.rate)
    pitch = round(float(np.interp(pace.pitch, SEMITONES, SETTINGS)))
    out = _run(["-v", language, "-s", str(speed), "-p", str(pitch), "-z", "--stdin", "--stdout"], text)
    header = io.BytesIO(out[:44])
    with wave.open(header) as file:
        rate: int = file.getframerate()
    samples = np.frombuffer(out[44 : len(out) - len(out) % 2], "<i2")
    return samples.astype(np.float32) / np.float32(32768), rate


def _phones(language: str, words: Sequence[str]) -> list[str]:
    """The phonemes of each word, one by one."""
    lines = _ipa(language, words)
    if len(lines) != len(words):  # some word takes several lines
        lines = ["".join(_ipa(language, [word])) for word in words]
    return [misaki(re.sub(r"\([a-z-]+\)|[_\s]", "", line)) for line in lines]


def _ipa(language: str, words: Sequence[str]) -> list[str]:
    """The lines that the program writes for words that stand on a line each."""
    out = _run(["-v", language, "-q", "--ipa", "--sep=_"], "\n".join(words) + "\n")
    return [line.strip() for line in out.decode("utf-8", "replace").splitlines() if line.strip()]


def _phrases(sound: NDArray[np.float32], rate: int) -> list[tuple[float, float]]:
    """Stretches between pauses, seconds."""
    loud = np.flatnonzero(np.abs(sound) > 1e-3)
    if not len(loud):
        return [(0.0, len(sound) / rate)]
    cuts = np.flatnonzero(np.diff(loud) > GAP * rate)
    starts = [loud[0], *loud[cuts + 1]]
    ends = [*loud[cuts], loud[-1]]
    return [(float(a) / rate, float(b + 1) / rate) for a, b in zip(starts, ends, strict=True)]


def _ends_phrase(word: str) -> bool:
    return word.rstrip("\"'”’»)]")[-1:] in (",", ";", ":", ".", "!", "?", "…", "—", "–")


def _spans(
    phones: list[str], owners: list[int], final: list[bool], phrases: list[tuple[float, float]]
) -> list[Span]:
    """The phones with their times."""
    groups: list[list[int]] = [[]]
    for index, ends in enumerate(final):
        groups[-1].append(index)
        if ends:
            groups.append([])
    groups = [group for group in groups if group]
    found: list[Span] = []
    for group, (start, end) in zip(groups, _merge(phrases, len(groups)), strict=False):
        units = [(unit, owners[index]) for index in group for unit in _units(phones[index])]
        total = sum(weight for (_, _, weight), _ in units) or 1.0
        at = start
        for (symbol, stress, weight), owner in units:
            until = at + (end - start) * weight / total
            found.append(Span(symbol, at, until, owner, stress))
            at = until
    return found


def _merge(phrases: list[tuple[float, float]], count: int) -> list[tuple[float, float]]:
    """As many phrases as the text has: the shortest pauses are taken for closures of stops."""
    merged = list(phrases)
    while len(merged) > count:
        gaps = [after[0] - before[1] for before, after in pairwise(merged)]
        at = int(np.argmin(gaps))
        merged[at : at + 2] = [(merged[at][0], merged[at + 1][1])]
    while len(merged) < count:  # a comma without a pause: share the longest phrase
        at = int(np.argmax([end - start for start, end in merged]))
        start, end = merged[at]
        merged[at : at + 1] = [(start, (start + end) / 2), ((start + end) / 2, end)]
    return merged


def _units(phones: str) -> Iterator[tuple[str, int, float]]:
    """Symbol, stress and relative length of each phone of a word."""
    stress = 0
    for at, symbol in enumerate(phones):
        if symbol in STRESSES:
            stress = 1 if symbol == PRIMARY else 2
        elif symbol.isalpha() and symbol not in "ʰʲʷːˑ":
            weight = next((weight for kind, weight in KINDS if symbol in kind), OTHERS)
            vowel = symbol in VOWELS
            long = phones[at + 1 : at + 2] == "ː" or (vowel and stress == 1)
            yield symbol, stress if vowel else 0, weight * (LENGTHENED if long else 1.0)
            stress = 0 if vowel else stress
