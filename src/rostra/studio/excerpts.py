"""Excerpts: the composer without a model. It lets the sources speak.

It chooses passages (see `digest`), puts each over the moment of the film where it was said, and adds an
opening and a closing that name the subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from rostra.errors import InputError
from rostra.library.tables import DOCUMENT
from rostra.studio import digest, english, prose
from rostra.studio.composing import HIGHLIGHTS, MOST_SCENES, RATE, Source, Wish, Written, scene
from rostra.studio.digest import Passage
from rostra.studio.prose import Sentence

OTHER = 10_000  # what it counts that two passages are of different sources
FRAMED = 3.0  # times the words of opening and closing that a script has at least
LONGEST_NAME = 12  # words of a source's name that are spoken
STRIKING, EXPLAINING = 1.4, 1.4  # what a sentence gains by its kind
THANKS = "Thank you for watching."
NAMELESS = re.compile(
    r"^(?:img|vid|dsc|mov|rec|clip|zoom|gmt|pxl|screen|untitled|video|audio|file|new)[\W_\d]*\d*$",
    re.IGNORECASE,
)
ENDING = re.compile(
    r"\.(?:mp4|mov|mkv|webm|avi|m4v|mp3|wav|m4a|pdf|docx?|pptx?|html?|md|txt)$", re.IGNORECASE
)


class Excerpts:
    """The composer."""

    def write(self, wish: Wish, sources: Sequence[Source]) -> Written:
        """See `Composer.write`."""
        found = [one for number, source in enumerate(sources) for one in _sentences(source, number)]
        if not sources:
            found = prose.sentences(wish.told(), 0, written=True)
        subject = _subject(sources, found)
        opening, closing = _frame(wish, subject, sources)
        room = wish.seconds * RATE - _count(opening) - _count(closing)
        chosen = digest.choose(found, room, wish.brief if sources else "", _kind(wish))
        if not chosen:
            raise InputError(
                "The sources hold no sentence that can be spoken alone.",
                "Choose sources with more to say, in English; or set a language model (ROSTRA_LLM_MODEL).",
                "entryIds",
            )
        groups = _grouped(chosen, MOST_SCENES - bool(opening) - bool(closing))
        middle = [_scene(group, sources) for group in groups]
        frame = [scene(f"[smile] {opening}")] if opening else []
        end = [scene(closing)] if closing else []
        return Written([*frame, *middle, *end], _title(wish, sources, subject))


def _sentences(source: Source, number: int) -> list[Sentence]:
    return prose.sentences(source.lines, number, written=source.entry.kind == DOCUMENT)


def _kind(wish: Wish) -> Any:
    pattern, gain = (
        (english.STRIKES, STRIKING) if wish.format == HIGHLIGHTS else (english.EXPLAINS, EXPLAINING)
    )
    return lambda text: gain if pattern.search(text) else 1.0


def spoken_name(name: str) -> str:
    """A source's name as it can be said; empty if it cannot."""
    said = ENDING.sub("", name.strip()).replace("_", " ")
    said = " ".join(english.UNSAID.sub(" ", said).split())
    if NAMELESS.match(said) or sum(one.isalpha() for one in said) < 0.6 * len(said.replace(" ", "")):
        return ""
    return " ".join(said.split()[:LONGEST_NAME]).rstrip(".,;:!?-– ")


def _subject(sources: Sequence[Source], found: Sequence[Sentence]) -> str:
    """What the script is about."""
    names = [name for source in sources if (name := spoken_name(source.entry.name))]
    if len(names) == 1 or (names and len(set(names)) == 1):
        return names[0]
    if len(names) == 2:
        return f"{names[0]} and {names[1]}"
    if told := digest.topics(found, 3):
        return _listed(told)
    return names[0] if names else ""


def _frame(wish: Wish, subject: str, sources: Sequence[Source]) -> tuple[str, str]:
    """What is said at the beginning and at the end: as much as there is time for."""
    about = subject or ("the talk" if sources else "the subject")
    if wish.format == HIGHLIGHTS:
        whole = f"Here are the highlights of {about}.", f"Those were the highlights of {about}. {THANKS}"
    else:
        whole = f"Here is a short introduction to {about}.", f"That was {about} in short. {THANKS}"
    for opening, closing in (whole, (whole[0], THANKS), (f"{about[0].upper()}{about[1:]}.", "")):
        if wish.seconds * RATE > FRAMED * _count(f"{opening} {closing}"):
            return opening, closing
    return "", ""


def _grouped(chosen: Sequence[Passage], most: int) -> list[list[Passage]]:
    """Each passage in a scene of its own; where those are too many, short neighbours together."""
    groups = [[one] for one in chosen]
    while len(groups) > most:
        sizes = [_apart(a, b) for a, b in pairwise(groups)]
        place = sizes.index(min(sizes))
        groups[place : place + 2] = [groups[place] + groups[place + 1]]
    return groups


def _apart(first: Sequence[Passage], second: Sequence[Passage]) -> float:
    """How little two groups suit one scene: words, and s between them; different sources hardly ever do."""
    words = sum(one.words for one in (*first, *second))
    other = first[-1].source != second[0].source
    return words + OTHER * other + (0 if other else second[0].start - first[-1].sentences[-1].end)


def _scene(group: Sequence[Passage], sources: Sequence[Source]) -> dict[str, Any]:
    text = " ".join(one.text for one in group)
    return scene(text, sources[group[0].source].entry if sources else None, group[0].start)


def _title(wish: Wish, sources: Sequence[Source], subject: str) -> str:
    if not subject:
        return "Highlights" if wish.format == HIGHLIGHTS else "Introduction"
    name = f"{subject[0].upper()}{subject[1:]}"
    return (f"{name}: highlights" if wish.format == HIGHLIGHTS else f"{name}, in short")[:255]


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _count(text: str) -> int:
    return len([word for word in text.split() if not word.startswith("[")])
