"""Cues: what in a piece of speech a face and a head answer to.

Stressed words, pauses, breath groups, questions, lists, greetings, tags and ends of paragraphs, with
their times. Nothing here is random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from rostra.acting import wording
from rostra.acting.prosody import Heard
from rostra.speech.marks import END
from rostra.speech.speech import SILENCE, Mark, Phone, Speech

PAUSE = 0.16  # s, shorter gaps are part of the sound
BREAK = 0.05  # s of silence that parts two phrases
LATER = 0.12  # by which an accent at the end of a phrase counts more than one at its beginning
PHRASE = (",", ";", ":", ".", "!", "?", "…", "—", "–")  # ends of a phrase


class Accent(NamedTuple):
    """A stressed vowel that may be underlined."""

    start: float  # s
    end: float  # s
    strength: float  # 0..1.2
    semitones: float
    chief: bool = False  # the one that its phrase is about


class Group(NamedTuple):
    """What is said in one breath."""

    start: float  # s
    end: float  # s


class Feeling(NamedTuple):
    """Words said with a certain look."""

    start: float  # s
    end: float  # s
    look: str


class Question(NamedTuple):
    """A question that is asked; open ones begin with a word such as "why"."""

    start: float  # s
    end: float  # s
    open: bool


class Item(NamedTuple):
    """An item of a list."""

    time: float  # s, of its strongest vowel
    final: bool


@dataclass(frozen=True)
class Cues:
    """What is answered to, seconds on the performer's clock, each list in order.

    Args:
        begin: where the piece begins.
        finish: where it ends.
        accents: stressed vowels.
        pauses: where the voice stops for a while.
        groups: what is said from where it begins again to the next pause, or the end of the piece.
        ends: where paragraphs end.
        questions: sentences that ask.
        items: of lists.
        feelings: greetings, thanks, apologies, warnings.
        tags: what the author asks for.
        length: seconds that this piece speaks.
        silent: since when the voice is silent where the piece ends; None if it speaks to the end.
    """

    begin: float = 0.0
    finish: float = 0.0
    accents: tuple[Accent, ...] = ()
    pauses: tuple[float, ...] = ()
    groups: tuple[Group, ...] = ()
    ends: tuple[float, ...] = ()
    questions: tuple[Question, ...] = ()
    items: tuple[Item, ...] = ()
    feelings: tuple[Feeling, ...] = ()
    tags: tuple[Mark, ...] = ()
    length: float = 0.0
    silent: float | None = None

    @property
    def onsets(self) -> tuple[float, ...]:
        """Where the voice begins again."""
        return tuple(group.start for group in self.groups)

    @property
    def mute(self) -> bool:
        """Whether nothing is said: somebody is about to speak."""
        return self.length == 0.0


def find(speech: Speech, heard: Sequence[Heard], clock: float, silent: float | None) -> Cues:
    """The cues of a piece.

    Args:
        speech: the piece.
        heard: how each of its phones is said.
        clock: when it begins, s.
        silent: since when the voice has been silent, if it has.
    """
    words = speech.words
    starts = [clock + word.start for word in words]
    ends = [clock + word.end for word in words]
    accents = _accents(speech, heard, clock)
    pauses, groups, silent = _gaps(speech.phones, clock, silent)
    marks = [mark._replace(time=clock + mark.time) for mark in speech.marks]
    return Cues(
        begin=clock,
        finish=clock + speech.duration,
        accents=accents,
        pauses=pauses,
        groups=groups,
        ends=tuple(mark.time for mark in marks if mark.name == END),
        questions=tuple(Question(starts[a], ends[z], open_) for a, z, open_ in wording.questions(words)),
        items=tuple(Item(_beat(accents, starts[a], ends[z]), final) for a, z, final in wording.items(words)),
        feelings=tuple(Feeling(starts[a], ends[z], look) for a, z, look in wording.feelings(words)),
        tags=tuple(mark for mark in marks if mark.name != END),
        length=sum(phone.end - phone.start for phone in speech.phones if phone.symbol != SILENCE),
        silent=silent,
    )


def _accents(speech: Speech, heard: Sequence[Heard], clock: float) -> tuple[Accent, ...]:
    """The stressed vowels; the strongest of each phrase, late ones preferred, is its chief one."""
    breaks = [phone.start for phone in speech.phones if phone.symbol == SILENCE and _lasts(phone, BREAK)]
    breaks += [word.end - BREAK / 2 for word in speech.words if word.text.rstrip("\"'”’»)").endswith(PHRASE)]
    found = [
        Accent(clock + phone.start, clock + phone.end, how.accent, how.semitones)
        for phone, how in zip(speech.phones, heard, strict=True)
        if how.accent > 0
    ]
    accents: list[Accent] = []
    for _, run in groupby(found, key=lambda accent: sum(end < accent.start - clock for end in breaks)):
        phrase = list(run)
        ranks = [accent.strength + LATER * place / len(phrase) for place, accent in enumerate(phrase)]
        chief = ranks.index(max(ranks))
        accents += [accent._replace(chief=place == chief) for place, accent in enumerate(phrase)]
    return tuple(accents)


def _lasts(phone: Phone, seconds: float) -> bool:
    return phone.end - phone.start >= seconds


def _beat(accents: Sequence[Accent], start: float, end: float) -> float:
    """When the strongest vowel of some words is heard; without one, when they begin."""
    inside = [accent for accent in accents if start <= accent.start < end]
    return max(inside, key=lambda accent: accent.strength).start if inside else start


def _gaps(
    phones: Sequence[Phone], clock: float, silent: float | None
) -> tuple[tuple[float, ...], tuple[Group, ...], float | None]:
    """Where the voice stops, what it says in one breath, and since when it is silent at the end."""
    pauses: list[float] = []
    groups: list[Group] = []
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
                groups.append(Group(start, end))
            silent, told = None, False
            if groups:
                groups[-1] = groups[-1]._replace(end=end)
    return tuple(pauses), tuple(groups), silent
