"""Digest: the passages of a talk that say most of it, without a model.

Sentences are ranked as pages of the web once were: each votes for those that speak of the same words, and
votes count more from those that got many; with a brief, those that speak of it have votes of their own. What
is chosen is not sentences but passages: one that can be understood alone, and up to three that follow it.
They are chosen one by one, each for its rank, against its likeness to those that are chosen already, and
against how much of its part of the talk is told already, until the time is filled.

Source: Mihalcea & Tarau 2004 (TextRank); Carbonell & Goldstein 1998 (maximal marginal relevance);
Haveliwala 2002 (personalised ranks).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rostra.studio import english
from rostra.studio.prose import WORD, Sentence

DAMPING, ROUNDS = 0.85, 40
LIKENESS = 0.7  # how much a passage loses by being like one that is chosen
CROWD = 0.6  # share of its worth that a passage keeps for each that is chosen of its part
PARTS = 12  # of each source, that should all be heard of
SIZES = (0.8, 1.15, 1.25, 1.2)  # worth of passages of one sentence, two ...
BESIDE = (0.4, 0.2)  # share of its nearness to the brief that a sentence gives to its neighbours
APART = 0.08  # share of its rank that a sentence keeps which has nothing to do with the brief
CROWD_BRIEFED = 0.92
LARGEST, SHORT = 0.35, 30  # share of the time, or words, of one passage
MINOR = 0.3  # words of somebody beside the one who speaks most, below which they only ask
ASKED = 0.25  # share of its worth that a sentence of theirs keeps
LEAST = (0.2, 0.06, 0.01)  # standing of a sentence that may be said; the next where the time is not filled
FILLED = 0.93  # of the time
WITHIN = 0.04  # of the words that are wanted, by which the choice may differ
SWAPS = 40
MOST = 1500  # sentences that are ranked
STRETCHES = 50  # of all that is said, each with its share of them
VOCABULARY = 4000  # words that are compared

Marks = NDArray[np.float64]
Bag = Counter[str]


@dataclass(frozen=True)
class Passage:
    """Sentences that follow each other.

    Args:
        sentences: in order.
        worth: how much it says.
    """

    sentences: tuple[Sentence, ...]
    worth: float = 0.0

    @property
    def text(self) -> str:
        """As it can be spoken."""
        first, *rest = self.sentences
        return " ".join([first.text, *(one.later or one.text for one in rest)])

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(self.text.split())

    @property
    def start(self) -> float:
        """S into its source."""
        return self.sentences[0].start

    @property
    def source(self) -> int:
        """Number of its source."""
        return self.sentences[0].source


def choose(
    found: Sequence[Sentence], words: float, brief: str = "", like: Callable[[str], float] = lambda _: 1.0
) -> list[Passage]:
    """The passages that say most in so many words, in the order in which they were said.

    Args:
        found: all sentences.
        words: that fit.
        brief: what the reader wants to hear of, or not; may be empty.
        like: what a sentence gains by its kind.
    """
    ranked = _foremost(found)
    if not ranked:
        return []
    wanted, refused = wishes(brief)
    bags, shut = [bag(found[number].text) for number in ranked], bag(refused)
    vectors = _vectors([*bags, bag(wanted)])
    told, near = vectors[:-1], _spread(vectors[:-1] @ vectors[-1])
    allowed = np.array([shut.keys().isdisjoint(words) for words in bags])
    alike = told @ told.T
    score = _ranks(alike, near) * len(ranked)
    briefed = bool(near.any())
    if briefed:
        score = np.sqrt(0.3 + score) * (APART + near / near.max())
    minor = _minor(found)
    score *= allowed * np.array(
        [like(found[number].text) * _weight(found[number], minor) for number in ranked]
    )
    chosen: list[Passage] = []
    for least in LEAST:
        chosen = _Choice(found, ranked, score, alike, least, CROWD_BRIEFED if briefed else CROWD).filled(
            words
        )
        if sum(one.words for one in chosen) >= FILLED * words:
            break
    return chosen


def wishes(brief: str) -> tuple[str, str]:
    """What a brief asks for, and what it does not want."""
    refused = " ".join(found[1] for found in english.REFUSALS.finditer(brief))
    wanted = english.REFUSALS.sub(" ", brief)
    kept = [word for word in WORD.findall(wanted.lower()) if word not in english.WISHES]
    return " ".join(kept), " ".join(one for one in refused.lower().split() if one not in english.WISHES)


def topics(found: Sequence[Sentence], count: int) -> list[str]:
    """The things that are spoken of most: what follows `the`, `a`, `our` and ends there."""
    counts: Counter[str] = Counter()
    written: dict[str, Counter[str]] = {}
    for one in found:
        tokens = re.findall(r"[\w'’-]+|[.,;:?!]", one.text)
        for before, word, after in zip(tokens, tokens[1:], [*tokens[2:], "."], strict=False):
            ends = after in ".,;:?!" or after.lower() in english.COMMON
            key = word.lower()
            if before.lower() in english.ARTICLES and ends and _names(key):
                counts[_stem(key)] += 1
                written.setdefault(_stem(key), Counter())[key] += 1
    often = [(key, number) for key, number in counts.most_common(count * 2) if number > 1]
    return [written[key].most_common(1)[0][0] for key, _ in often[:count]]


def bag(text: str) -> Bag:
    """The words of a text that matter, without endings."""
    words = (word.lower().strip("'’-") for word in WORD.findall(text))
    return Counter(_stem(word) for word in words if word and word not in english.COMMON)


class _Choice:
    """Passages that are chosen one by one.

    Args:
        found: all sentences.
        ranked: numbers of those that are ranked.
        score: of each of them.
        alike: each with each.
        least: see LEAST.
        crowd: see CROWD.
    """

    def __init__(
        self,
        found: Sequence[Sentence],
        ranked: Sequence[int],
        score: Marks,
        alike: Marks,
        least: float,
        crowd: float,
    ) -> None:
        self._alike, self._score, self._least, self._crowd = alike, score, least, crowd
        self._ends = _ends(found)
        self._found = found
        row = {number: place for place, number in enumerate(ranked)}
        self._rows: list[list[int]] = []
        self.all: list[Passage] = []
        for number in ranked:
            for last in range(number, min(len(found), number + len(SIZES))):
                if last not in row or not score[row[last]] or not self._may_go_on(number, last):
                    break
                self._rows.append([row[place] for place in range(number, last + 1)])
                self.all.append(self._passage(number, last, self._rows[-1]))
        self._words = np.array([one.words for one in self.all])
        self._worth = np.array([one.worth for one in self.all])
        spans = {one.source: one.place + 1 for one in found}
        self._parts = [
            (one.source, PARTS * one.sentences[0].place // (spans[one.source] + 1)) for one in self.all
        ]

    def filled(self, words: float) -> list[Passage]:
        """Passages of so many words."""
        slack = max(2.0, WITHIN * words)
        chosen: list[int] = []
        while len(chosen) < len(self.all):
            left = words - sum(self._words[number] for number in chosen)
            most = min(left + slack, max(SHORT, LARGEST * words))
            value = np.where(self._free(chosen) & (self._words <= most), self._now(chosen), 0.0)
            if left <= slack or not value.any():
                break
            chosen.append(int(value.argmax()))
        chosen = self._fitted(chosen, words, slack)
        return _joined(
            [self.all[number] for number in sorted(chosen, key=lambda number: self._rows[number][0])]
        )

    def _fitted(self, chosen: list[int], words: float, slack: float) -> list[int]:
        """The choice with passages exchanged until it has the words that are wanted."""
        for _ in range(SWAPS):
            left = words - sum(self._words[number] for number in chosen)
            if abs(left) <= slack:
                break
            options = [(None, chosen), *((out, [one for one in chosen if one != out]) for out in chosen)]
            best, taken = (abs(left), 0.0), None
            for out, rest in options:
                room = left + (self._words[out] if out is not None else 0)
                off = np.where(self._free(rest), np.abs(room - self._words), np.inf)
                if not len(off) or not np.isfinite(off).any():
                    continue
                close = np.where(off <= slack, self._now(rest), -1.0)
                number = int(close.argmax()) if close.max() > 0 else int(off.argmin())
                kept = -(self._worth[number] - (self._worth[out] if out is not None else 0))
                rank = (max(0.0, float(off[number]) - slack), kept)
                if float(off[number]) < abs(left) and (taken is None or rank < best):
                    best, taken = rank, [*rest, number]
            if taken is None:
                break
            chosen = taken
        return chosen

    def _may_go_on(self, first: int, last: int) -> bool:
        one = self._found[last]
        if first == last:
            return one.alone > self._least
        return one.follows > self._least and not self._ends[last - 1]

    def _passage(self, first: int, last: int, rows: Sequence[int]) -> Passage:
        taken = tuple(self._found[first : last + 1])
        stand = [taken[0].alone, *(one.follows for one in taken[1:])]
        value = float(np.mean([self._score[row] * worth for row, worth in zip(rows, stand, strict=True)]))
        return Passage(taken, value * SIZES[last - first])

    def _free(self, chosen: Sequence[int]) -> NDArray[np.bool_]:
        """Which passages share no sentence with those that are chosen."""
        used = {row for number in chosen for row in self._rows[number]}
        return np.array([used.isdisjoint(rows) for rows in self._rows], bool)

    def _now(self, chosen: Sequence[int]) -> Marks:
        """What passages are worth beside those that are chosen."""
        if not chosen:
            return self._worth
        rows = [row for number in chosen for row in self._rows[number]]
        near = self._alike[:, rows].max(axis=1)
        likeness = np.array([max(near[row] for row in own) for own in self._rows])
        crowd = Counter(self._parts[number] for number in chosen)
        parts = np.array([self._crowd ** crowd[part] for part in self._parts])
        value: Marks = self._worth * (1 - LIKENESS * np.minimum(1, likeness)) * parts
        return value


def _joined(chosen: Sequence[Passage]) -> list[Passage]:
    """Passages of which one goes on where another ends, as one."""
    joined: list[Passage] = []
    for one in chosen:
        last = joined[-1].sentences[-1] if joined else None
        if last and (last.source, last.place + 1) == (one.source, one.sentences[0].place):
            joined[-1] = Passage(joined[-1].sentences + one.sentences, joined[-1].worth + one.worth)
        else:
            joined.append(one)
    return joined


def _spread(near: Marks) -> Marks:
    """Nearness to the brief, of which neighbours get a share."""
    spread = near.copy()
    for distance, share in enumerate(BESIDE, 1):
        spread[distance:] = np.maximum(spread[distance:], share * near[:-distance])
        spread[:-distance] = np.maximum(spread[:-distance], share * near[distance:])
    return spread


def _ends(found: Sequence[Sentence]) -> list[bool]:
    """After which sentences nothing can follow: the next one is somebody else's, or far away."""
    return [
        (one.source, one.who, one.place + 1) != (after.source, after.who, after.place)
        for one, after in pairwise(found)
    ] + [True]


def _foremost(found: Sequence[Sentence]) -> list[int]:
    """Numbers of the sentences that are ranked: all, or in each stretch those with frequent words."""
    good = [number for number, one in enumerate(found) if max(one.alone, one.follows) > LEAST[-1]]
    if len(good) <= MOST:
        return good
    counts: Bag = Counter()
    bags = {number: bag(found[number].text) for number in good}
    for words in bags.values():
        counts.update(words.keys())
    worth = {
        number: sum(np.log(counts[word]) for word in words) / (5 + len(words)) * found[number].alone
        for number, words in bags.items()
    }
    share, step = MOST // STRETCHES, -(-len(good) // STRETCHES)
    stretches = [good[begin : begin + step] for begin in range(0, len(good), step)]
    best = [sorted(one, key=lambda number: -worth[number])[:share] for one in stretches]
    return sorted(number for one in best for number in one)


def _minor(found: Sequence[Sentence]) -> set[tuple[int, str]]:
    """Who only asks, or leads through the talk."""
    said: Counter[tuple[int, str]] = Counter()
    for one in found:
        said[one.source, one.who] += one.words
    most: dict[int, int] = {}
    for (source, _), count in said.items():
        most[source] = max(most.get(source, 0), count)
    return {who for who, count in said.items() if count < MINOR * most[who[0]]}


def _weight(one: Sentence, minor: set[tuple[int, str]]) -> float:
    return ASKED if (one.source, one.who) in minor else 1.0


def _names(word: str) -> bool:
    return word not in english.COMMON and word not in english.NO_TOPICS and len(word) > 3 and word.isalpha()


def _stem(word: str) -> str:
    return re.sub(r"(?:ings?|edly|ed|ies|y|es|s|ly)$", "", word) if len(word) > 4 else word.rstrip("s")


def _vectors(bags: Sequence[Bag]) -> Marks:
    """(bags, words) of length 1: rare words count more, those of one sentence not at all."""
    seen = Counter(word for words in bags for word in words)
    asked = set(bags[-1])
    often = [word for word, count in seen.most_common(VOCABULARY) if count > 1 or word in asked]
    index = {word: number for number, word in enumerate(sorted(often))}
    table = np.zeros((len(bags), max(1, len(index))), np.float32)
    for row, words in enumerate(bags):
        for word, count in words.items():
            if word in index:
                table[row, index[word]] = 1 + np.log(count)
    table *= np.log((1 + len(bags)) / (1 + (table > 0).sum(axis=0)))
    length = np.linalg.norm(table, axis=1, keepdims=True)
    result: Marks = (table / np.where(length > 0, length, 1)).astype(np.float64)
    return result


def _ranks(alike: Marks, near: Marks) -> Marks:
    """Ranks of sentences by their votes; those that are near the brief have more of their own."""
    count = len(alike)
    votes = alike - np.diag(np.diag(alike))
    total = votes.sum(axis=1, keepdims=True)
    votes = np.divide(votes, total, out=np.full_like(votes, 1 / count), where=total > 0)
    own = near / near.sum() if near.sum() > 0 else np.full(count, 1 / count)
    rank = np.full(count, 1 / count)
    for _ in range(ROUNDS):
        rank = (1 - DAMPING) * own + DAMPING * (rank @ votes)
    return rank
