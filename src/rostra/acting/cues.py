"""Cues: what in a piece of speech a face and a head answer to.

Stressed words, pauses, questions, greetings and thanks, with their times. Nothing here is random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rostra.acting.prosody import Heard
from rostra.speech.speech import SILENCE, Phone, Speech

PAUSE = 0.16  # s, shorter gaps are part of the sound
WARM = frozenset(
    {"hello", "hi", "hey", "welcome", "thanks", "thank", "goodbye", "bye", "congratulations", "glad"}
    | {"happy", "pleasure", "great", "wonderful", "lovely"}
)  # words that one says with a smile


class Accent(NamedTuple):
    """A stressed vowel that may be underlined."""

    start: float  # s
    end: float  # s
    strength: float  # 0..1.2
    semitones: float


@dataclass(frozen=True)
class Cues:
    """What is answered to, seconds on the performer's clock, each list in order.

    Args:
        begin: where the piece begins.
        accents: stressed vowels.
        pauses: where the voice stops for a while.
        onsets: where it begins again.
        questions: beginnings and ends of the words that end a question.
        warm: beginnings of words said with a smile.
        length: seconds that this piece speaks.
        silent: since when the voice is silent where the piece ends; None if it speaks to the end.
    """

    begin: float = 0.0
    accents: tuple[Accent, ...] = ()
    pauses: tuple[float, ...] = ()
    onsets: tuple[float, ...] = ()
    questions: tuple[tuple[float, float], ...] = ()
    warm: tuple[float, ...] = ()
    length: float = 0.0
    silent: float | None = None


def find(speech: Speech, heard: Sequence[Heard], clock: float, silent: float | None) -> Cues:
    """The cues of a piece.

    Args:
        speech: the piece.
        heard: how each of its phones is said.
        clock: when it begins, s.
        silent: since when the voice has been silent, if it has.
    """
    accents = [
        Accent(clock + phone.start, clock + phone.end, how.accent, how.semitones)
        for phone, how in zip(speech.phones, heard, strict=True)
        if how.accent > 0
    ]
    questions = [(clock + word.start, clock + word.end) for word in speech.words if "?" in word.text]
    warm = [clock + word.start for word in speech.words if word.text.strip(".,!?;:\"'").lower() in WARM]
    spoken = sum(phone.end - phone.start for phone in speech.phones if phone.symbol != SILENCE)
    pauses, onsets, silent = _gaps(speech.phones, clock, silent)
    return Cues(clock, tuple(accents), pauses, onsets, tuple(questions), tuple(warm), spoken, silent)


def _gaps(
    phones: Sequence[Phone], clock: float, silent: float | None
) -> tuple[tuple[float, ...], tuple[float, ...], float | None]:
    """Where the voice stops, where it begins, and since when it is silent at the end."""
    pauses, onsets = [], []
    told = silent is not None and clock - silent >= PAUSE  # this silence was answered to
    for phone in phones:
        start, end = clock + phone.start, clock + phone.end
        if phone.symbol == SILENCE:
            silent = start if silent is None else silent
            if not told and end - silent >= PAUSE:
                told = True
                pauses.append(max(silent, clock))
        else:
            if told:
                onsets.append(start)
            silent, told = None, False
    return tuple(pauses), tuple(onsets), silent
