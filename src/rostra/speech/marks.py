"""Marks: what an author asks of the face, and where paragraphs end, between the words of a text.

A tag is a word in square brackets from a short list, such as `[smile]`. It is no part of what is
said: `read` takes tags out of a text and remembers before which word each stood, `carry` gives
them their times once a voice has said when that word is heard. So tags work with every voice that
gives the words of its text back in order, and none of them can reach a voice or a caption.
Bracketed words that are not on the list stay what they are: text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from rostra.speech.speech import Mark, Speech

HELD = ("neutral", "smile", "happy", "serious", "sad", "concerned", "surprised", "curious", "thinking")
GESTURES = ("nod", "shake", "tilt", "wink")
TAGS = HELD + GESTURES
END = "end"  # of a paragraph; no tag

_TAG = rf"\[(?:{'|'.join(TAGS)})\]"
RUN = re.compile(rf"(?<![ \t])([ \t]*+)({_TAG}(?:[ \t]*+{_TAG})*+)([ \t]*+)", re.IGNORECASE)
NAME = re.compile(r"\w+")
BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
CLOSING = ".,;:!?…)]}»”"
OPENING = "([{«“"
QUOTES = "\"'’"


class Place(NamedTuple):
    """A mark among the words of a text."""

    name: str
    word: int  # its number
    after: bool  # behind that word, not before it


def plain(text: str) -> str:
    """A text without its tags, as it is spoken and shown."""
    return read(text)[0]


def tagged(text: str) -> bool:
    """Whether a text begins with a tag."""
    return bool(re.match(rf"\s*{_TAG}", text, re.IGNORECASE))


def read(text: str) -> tuple[str, list[Place]]:
    """A text without its tags, and its marks in order.

    A tag belongs to the next word; behind the last word of a paragraph, to that word's end.
    """
    parts: list[str] = []
    found: list[tuple[str, int, int, bool]] = []  # name; characters and words before it; inside a word
    size, count, at = 0, 0, 0  # characters written, words so far; characters read
    for run in RUN.finditer(text):
        count += _add(parts, text[at : run.start()])
        size += run.start() - at
        gap, at = _gap(text, run)
        inside = not gap and text[max(run.start() - 1, 0) : run.start()] in tuple(OPENING + QUOTES)
        found += [(name.lower(), size, count, inside) for name in NAME.findall(run.group(2))]
        _add(parts, gap)
        size += len(gap)
    _add(parts, text[at:])
    out = "".join(parts)
    return out, _placed(out, found)


def carry(text: str, speak: Callable[[str], Iterator[Speech]]) -> Iterator[Speech]:
    """What a voice makes of a text without its tags, with the marks in their places.

    Args:
        text: with tags or without.
        speak: gives all words of the text it gets, in order.
    """
    words, found = read(text)
    places, first = deque(found), 0
    for piece in speak(words):
        marks = []
        while places and places[0].word < first + len(piece.words):
            place = places.popleft()
            word = piece.words[place.word - first]
            marks.append(Mark(place.name, word.end if place.after else word.start))
        yield replace(piece, marks=tuple(marks)) if marks else piece
        first += len(piece.words)


def _add(parts: list[str], text: str) -> int:
    """Add some text; returns how many words begin in it."""
    if not text:
        return 0
    goes_on = bool(parts) and not parts[-1][-1].isspace() and not text[0].isspace()
    parts.append(text)
    return len(text.split()) - goes_on


def _gap(text: str, run: re.Match[str]) -> tuple[str, int]:
    """What stands where a run of tags stood, and where the text goes on."""
    before, after = text[max(run.start() - 1, 0) : run.start()], text[run.end() : run.end() + 1]
    if before in ("", "\n") and after == "\n":  # a line of its own
        return "", run.end() + 1
    if before in ("", "\n") or after in ("", "\n"):
        return "", run.end()
    if run.group(3) or (run.group(1) and after not in CLOSING):
        return " ", run.end()
    return "" if after in CLOSING + QUOTES or before in OPENING + QUOTES else " ", run.end()


def _placed(text: str, found: list[tuple[str, int, int, bool]]) -> list[Place]:
    """All marks of a text without its tags, in the order of their times."""
    borders = [match.end() for match in BLANK_LINE.finditer(text)]
    paragraphs = [len(part.split()) for part in BLANK_LINE.split(text)]
    words = list(accumulate(paragraphs))  # up to the end of each paragraph
    tags: list[Place] = []
    for name, size, count, inside in found:
        number = bisect_right(borders, size)
        behind = not inside and 0 < count == words[number] and paragraphs[number] > 0
        word = count - 1 if behind or inside else count
        place = Place(name, word, behind) if word < words[-1] else Place(name, words[-1] - 1, True)
        tags.append(max(place, tags[-1], key=_when)._replace(name=name) if tags else place)
    ends = [Place(END, word - 1, True) for word, own in zip(words, paragraphs, strict=True) if own]
    return sorted(tags + ends, key=lambda place: (*_when(place), place.name == END))


def _when(place: Place) -> tuple[int, bool]:
    return place.word, place.after
