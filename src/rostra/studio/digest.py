"""Digest: the sentences of a talk that say most of it, without a model.

Sentences are ranked as pages of the web once were: each votes for those that speak of the same words,
and votes count more from those that got many. Then they are chosen one by one, each for its rank and
against its likeness to those that are chosen already, until the time is filled.

Source: Mihalcea & Tarau 2004 (TextRank); Carbonell & Goldstein 1998 (maximal marginal relevance).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rostra.library.captions import Line

ENDS = re.compile(r"(?<=[.?!…])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])")
ABBREVIATED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|etc|e\.g|i\.e|No|Fig|[A-Z])\.$")
WORD = re.compile(r"[\w'’-]+")
FILLERS = re.compile(
    r"\b(?:um+|uh+|er+m?|you know|I mean|sort of|kind of|basically|literally)\b,?\s*", re.IGNORECASE
)
OPENERS = re.compile(
    r"^(?:(?:and|but|so|now|okay|ok|well|right|alright|yeah|then|also|again)\b,?\s+)+", re.IGNORECASE
)
REPEATED = re.compile(r"\b(\w+)(?:,?\s+\1\b)+", re.IGNORECASE)
LOOKING_BACK = re.compile(
    r"^(?:he|she|it|they|this|that|these|those|there|which|here|because of|most of them|some of them)\b",
    re.IGNORECASE,
)
GREETING = re.compile(r"^(?:my name|i am|good \w+|hello|hi|welcome|thanks?|please|can you)\b", re.IGNORECASE)
SHORTEST, LONGEST = 6, 40  # words of a sentence that can stand alone
UNPUNCTUATED = 40.0  # words per full stop beyond which captions have none to speak of
CHUNK = 16  # words that then count as a sentence
DAMPING, ROUNDS = 0.85, 40
LIKENESS = 0.6  # how much a sentence loses by being like one that is chosen
BRIEFED = 2.0  # how much a sentence gains by being like the brief
GREETED = 0.05  # share of its rank that a greeting keeps
BACK = 0.55  # share of its rank that a sentence keeps that leans on the one before
MOST = 4000  # sentences that are ranked; of more, every second, third ...
COMMON = frozenset(
    (  # noqa: SIM905 - a list of so many words would be a page long
        "a about after all also am an and any are as at be because been before being but by can could "
        "did do does doing don't for from get go going had has have having he her here him his how i "
        "i'm if in into is it it's its just know like make me more most much my no not now of off on "
        "one only or other our out over really right say see she should so some such take than that "
        "that's the their them then there there's these they thing things think this those through to "
        "too up us very want was way we we're well were what when where which while who why will with "
        "would you you're your"
    ).split()
)


@dataclass(frozen=True)
class Sentence:
    """A sentence of a source.

    Args:
        text: as it can be spoken.
        source: number of the source.
        start: s into it.
        end: s into it.
    """

    text: str
    source: int
    start: float
    end: float

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(WORD.findall(self.text))


def sentences(lines: Sequence[Line], source: int) -> list[Sentence]:
    """The sentences that lines of captions hold, cleaned of what is only said aloud.

    Args:
        lines: in order.
        source: number of the source.
    """
    text, starts = "", []
    for line in lines:
        starts.append((len(text), line.start / 1000, line.end / 1000))
        text += f"{line.text} "
    stops = len(re.findall(r"[.?!…]", text))
    pieces = _chunks(text) if len(text.split()) > UNPUNCTUATED * max(stops, 1) else _split(text)
    found = [(clean(piece), offset, offset + len(piece)) for offset, piece in pieces]
    return [
        Sentence(said, source, _second(starts, begin), _second(starts, max(begin, end - 1)))
        for said, begin, end in found
        if SHORTEST <= len(WORD.findall(said)) <= LONGEST
    ]


def clean(text: str) -> str:
    """A sentence without false starts and fillers, with a capital and a stop."""
    said = FILLERS.sub("", " ".join(text.split()))
    said = REPEATED.sub(r"\1", OPENERS.sub("", said)).strip(" ,;:-–—")
    if not said:
        return ""
    said = said[0].upper() + said[1:]
    return said if said[-1] in ".?!…" else f"{said}."


def choose(found: Sequence[Sentence], words: float, brief: str = "") -> list[Sentence]:
    """The sentences that say most in so many words, in the order in which they were said.

    Args:
        found: all of them.
        words: that fit.
        brief: what the reader wants to hear of; may be empty.
    """
    found = found[:: -(-len(found) // MOST) or 1]
    bags = [_bag(one.text) for one in found]
    wanted = _bag(brief)
    vectors = _vectors([*bags, wanted])
    alike = vectors[:-1] @ vectors[:-1].T
    score = _ranks(alike) * (1 + BRIEFED * (vectors[:-1] @ vectors[-1]) / max(1e-9, _most(vectors)))
    score *= np.array(
        [BACK if LOOKING_BACK.match(one.text) or one.text.endswith("?") else 1.0 for one in found]
    )
    chosen: list[int] = []
    nearest, left = np.zeros(len(found)), words
    while True:
        fits = np.array([one.words <= left * 1.1 for one in found]) & ~np.isin(np.arange(len(found)), chosen)
        if left < SHORTEST or not fits.any():
            break
        worth = np.where(fits, score * (1 - LIKENESS * nearest), -1.0)
        best = int(worth.argmax())
        chosen.append(best)
        nearest = np.maximum(nearest, alike[best])
        left -= found[best].words
    return [found[number] for number in sorted(chosen)]


def keywords(found: Sequence[Sentence], count: int) -> list[str]:
    """The words that matter most, as they are mostly written."""
    counts: Counter[str] = Counter()
    written: dict[str, Counter[str]] = {}
    for one in found:
        for word in WORD.findall(one.text)[1:]:
            key = word.lower()
            if key not in COMMON and len(key) > 3 and not key.isdigit():
                counts[key] += 1
                written.setdefault(key, Counter())[word] += 1
    return [written[key].most_common(1)[0][0] for key, _ in counts.most_common(count)]


def _standing(text: str) -> float:
    """How well a sentence stands alone, 0..1."""
    if GREETING.match(text):
        return GREETED
    return BACK if LOOKING_BACK.match(text) or text.endswith("?") else 1.0


def _split(text: str) -> list[tuple[int, str]]:
    """(offset, sentence) by full stops."""
    pieces: list[tuple[int, str]] = []
    start = 0
    for match in ENDS.finditer(text):
        if not ABBREVIATED.search(text[start : match.start()]):
            pieces.append((start, text[start : match.start()]))
            start = match.end()
    return [*pieces, (start, text[start:])]


def _chunks(text: str) -> list[tuple[int, str]]:
    """(offset, some words) where captions have no full stops."""
    found = list(re.finditer(r"\S+", text))
    groups = [found[k : k + CHUNK] for k in range(0, len(found), CHUNK)]
    return [(group[0].start(), text[group[0].start() : group[-1].end()]) for group in groups]


def _second(starts: Sequence[tuple[int, float, float]], offset: int) -> float:
    """When a character is said: within its line, words take their share of the time."""
    number = max(0, int(np.searchsorted([one[0] for one in starts], offset, side="right")) - 1)
    begin, start, end = starts[number]
    after = starts[number + 1][0] if number + 1 < len(starts) else begin + 60
    return start + (end - start) * min(1.0, (offset - begin) / max(1, after - begin))


def _bag(text: str) -> Counter[str]:
    """The words of a text that matter, without endings."""
    words = [word.lower().strip("'’") for word in WORD.findall(text)]
    return Counter(re.sub(r"(?:ings?|edly|ed|es|s|ly)$", "", word) for word in words if word not in COMMON)


def _vectors(bags: Sequence[Counter[str]]) -> NDArray[np.float64]:
    """(bags, words) of length 1: rare words count more."""
    index = {word: number for number, word in enumerate(sorted(set().union(*bags)))}
    table = np.zeros((len(bags), max(1, len(index))))
    for row, bag in enumerate(bags):
        for word, count in bag.items():
            table[row, index[word]] = 1 + np.log(count)
    spread = np.log((1 + len(bags)) / (1 + (table > 0).sum(axis=0)))
    table *= spread
    length = np.linalg.norm(table, axis=1, keepdims=True)
    result: NDArray[np.float64] = table / np.where(length > 0, length, 1)
    return result


def _ranks(alike: NDArray[np.float64]) -> NDArray[np.float64]:
    votes = alike - np.diag(np.diag(alike))
    total = votes.sum(axis=1, keepdims=True)
    votes = np.divide(votes, total, out=np.full_like(votes, 1 / len(votes)), where=total > 0)
    rank = np.full(len(votes), 1 / len(votes))
    for _ in range(ROUNDS):
        rank = (1 - DAMPING) / len(votes) + DAMPING * (rank @ votes)
    return rank


def _most(vectors: NDArray[np.float64]) -> float:
    return float((vectors[:-1] @ vectors[-1]).max(initial=0))
