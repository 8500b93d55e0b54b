"""Prose: what was said, as sentences that somebody else can say.

Speech is not writing. It starts twice, it is full of small words, it points at slides and back at what came
before; and captions made by a machine have neither capitals nor stops. This module cuts what was said into
sentences, cleans them, and judges each: whether it can be understood alone (`alone`), and whether it may be
said after the sentence before it (`follows`).

The rules are those of English.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rostra.library.captions import Line
from rostra.studio import english
from rostra.studio.punctuation import restored

ENDS = re.compile(r"""[.?!…]["'”’)\]]*$""")
ABBREVIATED = re.compile(
    r"(?:^|[\"'(\[])(?:Mr|Mrs|Ms|Dr|Prof|St|vs|etc|e\.g|i\.e|No|Fig|Inc|Ltd|approx|[A-Z])\.$"
)
BULLET = re.compile(r"^\s*(?:[-*+•◦▪·–>|]|\(?\d{1,3}[.)]|\(?[a-z]\))\s+")
WORD = re.compile(r"[\w'’-]+")
SHORTEST, LONGEST = 5, 42  # words of a sentence
MOST_WORDS = 100_000  # that are read of a source: eleven hours
MOST_PIECE = 400  # words without a stop, after which there is one
LONGEST_WORD = 40  # characters; what is longer is no word
RAW = 24  # words with hardly a mark among them: captions made by a machine
SPARSE = 16.0  # words a mark of punctuation in such captions
PAUSE = 0.25  # s
STEM = 5  # characters by which two forms of a word are known
RAW_LONG = 18  # words of a sentence whose stops are guessed, beyond which it is likely to be two
RAW_WORTH, UNSURE = 0.5, 0.2  # share of its worth that a sentence keeps whose stops are guessed, or unlikely
CONTINUED = 0.15  # share of its worth that a sentence keeps which goes on with the thing before it


@dataclass(frozen=True)
class Sentence:
    """A sentence of a source.

    Args:
        text: as it can be spoken at the beginning of a passage.
        source: number of the source.
        start: s into it, of the caption in which it begins.
        end: s into it.
        later: as it can be spoken after the sentence before it; empty if it is the same.
        who: says it.
        alone: how well it can be understood alone, 0..1.
        follows: how well it can be said after the one before it, 0..1.
        place: its number among the sentences of the source; asides have none.
    """

    text: str
    source: int
    start: float
    end: float
    later: str = ""
    who: str = ""
    alone: float = 1.0
    follows: float = 1.0
    place: int = 0

    @cached_property
    def words(self) -> int:
        """How many words it has."""
        return len(self.text.split())


@dataclass
class Piece:
    """Words of one sentence before they are cleaned."""

    words: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)  # in which each word is
    raw: bool = False  # whether its stops are guessed
    sure: bool = True  # whether they are likely


def sentences(lines: Sequence[Line], source: int = 0, written: bool = False) -> list[Sentence]:
    """The sentences that lines hold, cleaned of what is only said aloud, and judged.

    Args:
        lines: in order.
        source: number of the source.
        written: whether the lines are paragraphs of a document.
    """
    pieces = list(_pieces(_first(lines), written))
    names = _capitals(pieces)
    found, place, gap = list[Sentence](), 0, 0
    for piece in pieces:
        said = " ".join(names.get(word, word) for word in piece.words) if piece.raw else " ".join(piece.words)
        text = clean(said)
        count = len(text.split())
        if not SHORTEST <= count <= LONGEST:
            gap += any(word.lower() not in english.COMMON for word in WORD.findall(text))
            continue
        later = _polished(said, english.OPENERS_LATER)
        place, gap = place + 1 + bool(gap), 0
        first, last = lines[piece.lines[0]], lines[piece.lines[-1]]
        alone, follows = _judged(text, said, piece.raw)
        if not piece.sure:
            alone, follows = alone * UNSURE, 0.0
        alone *= CONTINUED if _continues(text, found[-2:]) else 1.0
        found.append(Sentence(
            text, source, first.start / 1000, last.end / 1000, "" if later == text else later,
            first.who, alone, follows, place,
        ))  # fmt: skip
    return found


def clean(text: str) -> str:
    """A sentence without false starts and fillers, with a capital and a stop."""
    return _polished(text, english.OPENERS)


def _polished(text: str, openers: re.Pattern[str]) -> str:
    said = english.UNSAID.sub(" ", " ".join(text.split()))
    said = english.FILLERS.sub("", said)
    said = english.LIKE.sub(", ", said)
    for pattern, instead in english.REPAIRS:
        said = pattern.sub(instead, said)
    before = None
    while before != said:
        before = said
        said = english.REPEATED.sub(_once, said)
        said = openers.sub("", said.lstrip(" ,;:-–—"))
    said = english.ASIDES.sub(" ", english.LAST_ASIDES.sub("", said))
    said = english.TAGS.sub(".", said)
    said = re.sub(r"\s+([,.;:?!])", r"\1", re.sub(r"\s*[–—]\s*|\s+-\s+", ", ", said))
    said = re.sub(r",\s*(?=[,.;?!])|^[\s,;:.?!-]+", "", " ".join(said.split())).rstrip(" ,;:-")
    if not any(character.isalnum() for character in said):
        return ""
    said = said[0].upper() + said[1:]
    return said if said[-1] in '.?!…"”’)' else f"{said}."


def _once(found: re.Match[str]) -> str:
    return found[0] if found[1].lower() in english.TWICE else found[1]


def _first(lines: Sequence[Line]) -> Sequence[Line]:
    """As many lines as are read."""
    count = 0
    for number, line in enumerate(lines):
        count += 1 + line.text.count(" ")
        if count > MOST_WORDS:
            return [*lines[:number], Line(line.start, line.end, line.text[: MOST_WORDS * 4], line.who)]
    return lines


def _pieces(lines: Sequence[Line], written: bool) -> Iterator[Piece]:
    """Sentences by their stops; by pauses and words where there are no stops."""
    piece, last = Piece(), None
    for number, line in enumerate(lines):
        if piece.words and (written or (last is not None and line.who != last.who)):
            yield from _whole(piece, lines)
            piece = Piece()
        last = line
        for word in (BULLET.sub("", line.text) if written else line.text).split():
            ended = piece.words and _ends(piece.words[-1]) and _begins(word)
            if ended or len(piece.words) >= MOST_PIECE:
                yield from _whole(piece, lines)
                piece = Piece()
            if len(word) <= LONGEST_WORD:
                piece.words.append(word)
                piece.lines.append(number)
    if piece.words:
        yield from _whole(piece, lines)


def _ends(word: str) -> bool:
    return bool(ENDS.search(word)) and not ABBREVIATED.search(word)


def _begins(word: str) -> bool:
    return not word.lstrip("\"'“‘([")[:1].islower()


def _whole(piece: Piece, lines: Sequence[Line]) -> Iterator[Piece]:
    """A piece as it is, or cut where its stops must have been."""
    marks = sum(word[-1] in ",;:.?!" for word in piece.words)
    bare = not ENDS.search(piece.words[-1]) and piece.words[0].islower()
    if (
        not (bare or len(piece.words) > RAW)
        or len(piece.words) < SPARSE * marks
        or len(piece.words) < SHORTEST
    ):
        yield piece
        return
    if not marks or len(piece.words) / marks >= SPARSE:
        paused = [
            here != before and lines[here].start - lines[before].end > PAUSE * 1000
            for before, here in zip(piece.lines[:1] + piece.lines, piece.lines, strict=False)
        ]
        for begin, end, sure in restored(piece.words, paused):
            yield Piece(piece.words[begin:end], piece.lines[begin:end], raw=True, sure=sure)
    else:
        yield piece


def _capitals(pieces: Sequence[Piece]) -> dict[str, str]:
    """How words without capitals are written where there are some."""
    seen: dict[str, Counter[str]] = {}
    for piece in pieces:
        if not piece.raw:
            for word in piece.words[1:]:
                bare = word.strip(".,;:?!\"'()")
                if bare.isalpha():
                    seen.setdefault(bare.lower(), Counter())[bare] += 1
    written = {key: counts.most_common(1)[0][0] for key, counts in seen.items()}
    names = {key: word for key, word in written.items() if word[0].isupper() and key not in english.COMMON}
    return {**names, **english.CAPITALS}


def _judged(text: str, said: str, raw: bool) -> tuple[float, float]:
    """How well a sentence can be understood alone, and after the one before it."""
    if english.QUESTION.search(text) or english.CHAT.search(text) or english.TALKED.search(said):
        return 0.0, 0.0
    if not _whole_clause(text) or english.CUT.search(text):
        return 0.0, 0.0
    both = 1.0
    for pattern, worth in english.DOUBTS:
        if pattern.search(text):
            both *= worth
    if english.RESTARTED.search(said):
        both *= 0.3
    if raw:
        good = (
            english.STARTS.match(text)
            and not english.RAW_TALK.search(said)
            and not _runs_on(text)
            and not _displaced(text)
        )
        both *= RAW_WORTH * (0.3 if len(text.split()) > RAW_LONG else 1.0) if good else 0.0
    first = english.FIRST_PERSON.findall(text)
    both *= 0.12 if first else 1.0
    alone = both
    if english.LEANING.match(text) or english.ANNOUNCING.search(text) or _hangs(text):
        alone = 0.0
    for pattern, worth in english.LEANS:
        if pattern.search(text):
            alone *= worth
    count = len(text.split())
    alone *= 0.15 if count < 7 else 0.5 if count < 9 else 0.8 if count > 30 else 1.0
    return alone, both * (0.7 if english.ENUMERATED.match(text) else 1.0)


def _continues(text: str, before: Sequence[Sentence]) -> bool:
    """Whether a sentence begins with *the* thing that was just spoken of."""
    if not text.startswith("The "):
        return False
    thing = next((word for word in WORD.findall(text.lower()) if word not in english.COMMON), "")
    return any(thing[:STEM] in one.text.lower() for one in before)


def _hangs(text: str) -> bool:
    """Whether a pronoun comes before anything that it can stand for."""
    pronoun, verb = english.DANGLING.search(text), english.VERB.search(text)
    return bool(pronoun and verb and pronoun.start() <= verb.start())


def _whole_clause(text: str) -> bool:
    """Whether there is a verb before all clauses that hang on others, or there are more verbs than those."""
    words = WORD.findall(text.lower())
    binders = [
        place
        for place, word in enumerate(words)
        if word in english.BINDERS
        and not (word == "that" and (not place or words[place - 1] in english.BEFORE_THAT))
    ]
    return bool(binders and _verbs(words[: binders[0]])) or _verbs(words) > len(binders)


def _runs_on(text: str) -> bool:
    """Whether there are more verbs than one sentence without commas has."""
    words = WORD.findall(text.lower())
    clauses: int = sum(word in english.CLAUSES or word == "that" for word in words)
    return _verbs(words) > 1 + clauses


def _displaced(text: str) -> bool:
    """Whether its beginning has no clause that it belongs to, or its clause no beginning."""
    verb = english.VERB.search(text)
    head = text[: verb.end()] if verb else text
    subject = english.SUBJECT.search(head)
    if english.PREPOSITION.match(text):
        return subject is None
    return subject is not None and subject.start() > 0


def _verbs(words: Sequence[str]) -> int:
    """How many verbs there are; what belongs to one counts once."""
    count, inside = 0, False
    for word in words:
        verb = bool(english.VERB.fullmatch(word))
        count += verb and not inside
        inside = verb or (inside and (word in english.VERBAL or word.endswith("ly")))
    return count
