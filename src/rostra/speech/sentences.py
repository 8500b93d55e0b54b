"""Sentences: where a text may be cut so that each piece sounds whole.

A sentence ends at . ! ? … followed by white space, unless the full stop belongs to an abbreviation,
an initial or the number of a list, or the next word is in lower case. A blank line ends a paragraph.
A single line break ends a sentence too, except in hard-wrapped prose (a long line, or the next one
goes on in lower case). Sentences that would be too long for a model are cut at the last clause, or
failing that the last word, before the limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LIMIT = 300  # characters; about as many phones, models take 400 or more
WRAPPED = 50  # characters; a line at least this long may be hard-wrapped prose

LEADING = """
    mr mrs ms mx dr prof st mt ft gen gov sen rep capt lt col sgt cmdr rev hon pres supt cpl maj adm fr msgr
    e.g i.e cf vs viz no nos fig figs vol ch sec p pp approx est ca al incl resp
"""  # never the last word of a sentence: something always follows
TRAILING = """
    etc inc ltd co corp bros jr sr ave blvd rd dept univ govt a.m p.m am pm u.s u.k u.n e.u d.c ph.d b.c a.d
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat sun
"""  # the last word only when a word that likes to begin sentences follows
STARTING = """
    the a an it he she we they i this that these those there here but and so or if when while as in on at by
    for from with to you your our my his her its their then now what why how who where let please however
    after before no yes not once since although because one some all each every both many most
    is are was were do does did have has had can could will would should may must shall thank thanks welcome
    today tomorrow next first second finally also just go see come open let's it's that's don't i'm
"""  # words that like to begin sentences
LEADERS, TRAILERS, STARTERS = (frozenset(words.split()) for words in (LEADING, TRAILING, STARTING))
END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s)")
CLAUSE = re.compile(r"[,;:—–)](?=\s)")
SPACE = re.compile(r"\s")
WORD = re.compile(r"\S+")
INITIALS = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]")
OPENING = "\"'“‘«(["
BREAK = re.compile(r"\n\s*")
WINDOW = 40  # characters, the longest abbreviation is far shorter
ITEM = re.compile(r"(?:[-*•–]|\d{1,3}[.)])\s")


class Sentence(NamedTuple):
    """One piece of text to be spoken in one go."""

    text: str
    ends_paragraph: bool = False
    whole: bool = True  # False: cut at a clause, the rest follows at once


def sentences(text: str, limit: int = LIMIT) -> Iterator[Sentence]:
    """The sentences of a text, in order, without surrounding white space; lazily, in linear time."""
    for start, end, ends_paragraph in _lines(text):
        cut = start
        for stop in _ends(text, start, end):
            yield from _fit(text[cut:stop].strip(), stop >= end and ends_paragraph, limit)
            cut = stop
        if text[cut:end].strip():
            yield from _fit(text[cut:end].strip(), ends_paragraph, limit)


def _lines(text: str) -> Iterator[tuple[int, int, bool]]:
    """Stretches that no sentence crosses: (start, end, whether a paragraph ends there)."""
    start = 0
    for gap in BREAK.finditer(text):
        paragraph = gap.group().count("\n") > 1
        if paragraph or _breaks(text, start, gap):
            yield start, gap.start(), paragraph
            start = gap.end()
    yield start, len(text), True


def _breaks(text: str, start: int, gap: re.Match[str]) -> bool:
    """Whether a single line break ends a sentence."""
    rest = text[gap.end() : gap.end() + 8]
    line = gap.start() - max(start, text.rfind("\n", start, gap.start()) + 1)
    return bool(ITEM.match(rest)) or (line < WRAPPED and not rest[:1].islower())


def _ends(text: str, start: int, end: int) -> Iterator[int]:
    for match in END.finditer(text, start, end):
        if _final(text, start, match, end):
            yield match.end()


def _final(text: str, start: int, match: re.Match[str], end: int) -> bool:
    """Whether the punctuation found ends a sentence."""
    follows = WORD.search(text, match.end(), min(end, match.end() + WINDOW))
    if not follows:
        return True
    head = follows.group().lstrip(OPENING)
    if head[:1].islower():
        return False
    if match.group()[0] != "." or match.group().startswith(".."):
        return True
    before = text[max(start, match.start() - WINDOW) : match.start()].split() or [""]
    begins = len(before) == 1 or before[-2][-1] in ".!?"
    is_list_number = before[-1].isdigit() and len(before[-1]) < 3 and begins
    return not is_list_number and _full_stop(before[-1].lstrip(OPENING), head)


def _full_stop(word: str, head: str) -> bool:
    """Whether the stop after `word` ends a sentence when `head` follows."""
    bare = word.lower()
    if bare in LEADERS or (len(word) == 1 and word.isupper() and word != "I"):
        return False
    if bare in TRAILERS or INITIALS.fullmatch(word):
        return head[:1].isupper() and head.rstrip(",.;:!?'’").lower() in STARTERS
    return True


def _fit(sentence: str, ends_paragraph: bool, limit: int) -> Iterator[Sentence]:
    """Cut one sentence so that no part exceeds the limit; a single longer word stays whole."""
    start = 0
    while len(sentence) - start > limit:
        cut = _cut(sentence, start, limit)
        if cut >= len(sentence):
            break
        yield Sentence(sentence[start:cut].strip(), whole=False)
        start = cut
        while sentence[start].isspace():
            start += 1
    yield Sentence(sentence[start:], ends_paragraph)


def _cut(sentence: str, start: int, limit: int) -> int:
    clauses = [match.end() for match in CLAUSE.finditer(sentence, start + limit // 3, start + limit)]
    if clauses:
        return clauses[-1]
    spaces = [match.start() for match in SPACE.finditer(sentence, start + 1, start + limit)]
    if spaces:
        return spaces[-1]
    after = SPACE.search(sentence, start + limit)
    return after.start() if after else len(sentence)
