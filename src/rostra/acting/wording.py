"""Wording: what the words themselves ask of a face.

A greeting wants a smile and an apology a sober look; a question is asked with the brows, and the
items of a list are told off one by one. Punctuation and a few dozen words say so; nothing is
understood, so every answer to these is small. Words of other languages than English are the ones that
presenters begin and end with.

Source: Flecha-García 2010 (brows in questions and at the start of a topic); Ekman 1979 (brows that ask).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from rostra.speech.speech import Word

GREETING, SOBER = "greeting", "sober"  # looks, see `expression`

WARM_WORDS = re.compile(
    r"\b(?:hello|hi|hey|welcome|thanks|thank|congratulations|congrats|well done|goodbye|good bye|bye|farewell"
    r"|see you (?:soon|there|next|then|tomorrow|again)|good (?:morning|afternoon|evening|night)"
    r"|(?:nice|lovely|good|great|pleased|wonderful) to (?:meet|see|have) you|glad|delighted|pleasure"
    r"|happy (?:to|birthday|new|holidays|that)|have a (?:nice|good|great|lovely|wonderful)|take care|cheers"
    r"|hola|gracias|bienvenid[oa]s?|adiós|bonjour|bonsoir|merci|bienvenue|au revoir|félicitations"
    r"|hallo|danke|willkommen|guten (?:morgen|tag|abend)|auf wiedersehen|tschüss"
    r"|ciao|grazie|benvenut[oaie]|buongiorno|arrivederci|olá|obrigad[oa]|bem-vind[oa]s?)\b"
)
SOBER_WORDS = re.compile(
    r"\b(?:sorry|apologi[sz]e|apology|apologies|unfortunately|regrettably|regret|sadly|condolences"
    r"|warning|caution|danger|dangerous|emergency|beware|passed away|tragic|tragically"
    r"|perdón|lo siento|désolée?|malheureusement|entschuldigung|leider|achtung|purtroppo|infelizmente)\b"
)
NEGATION = re.compile(r"(?:\b(?:no|not|never|without|hardly)|n't)(?: \w+)? $")
ASKING = frozenset({"what", "who", "whom", "whose", "where", "when", "why", "how", "which"})
ENDS = re.compile(r"[.!?…][\"'”’»)\]]*$")
JOINING = frozenset({"and", "or"})
ITEM = 5  # words of an item, at most
CLINGING = ".,;:!?…—–-\"'“”‘’«»()[]¡¿*_"


class Felt(NamedTuple):
    """Words said with a certain look."""

    first: int  # word
    last: int
    look: str


class Asked(NamedTuple):
    """A question; open ones begin with a word such as "why"."""

    first: int  # word
    last: int
    open: bool


class Item(NamedTuple):
    """An item of a list."""

    first: int  # word
    last: int
    final: bool


def sentences(words: Sequence[Word]) -> list[range]:
    """The numbers of the words of each sentence, the last of which may go on."""
    ends = [number + 1 for number, word in enumerate(words) if ENDS.search(word.text)]
    cuts = sorted({0, *ends, len(words)})
    return [range(first, last) for first, last in pairwise(cuts)]


def feelings(words: Sequence[Word]) -> list[Felt]:
    """Greetings, thanks and good wishes; apologies and warnings: each up to the end of its sentence."""
    return [felt for run in sentences(words) for felt in _felt(words, run)]


def questions(words: Sequence[Word]) -> list[Asked]:
    """The sentences that ask."""
    asked = [run for run in sentences(words) if "?" in words[run[-1]].text]
    return [Asked(run[0], run[-1], _bare(words[run[0]]) in ASKING) for run in asked]


def items(words: Sequence[Word]) -> list[Item]:
    """The items of lists: three or more, a few words each, parted by commas, the last after "and" or "or"."""
    return [item for run in sentences(words) for item in _items(words, run)]


def _bare(word: Word) -> str:
    return word.text.strip(CLINGING).lower().replace("’", "'")


def _felt(words: Sequence[Word], run: range) -> list[Felt]:
    text = " ".join(_bare(words[number]) or "-" for number in run)
    found = []
    for look, pattern in ((GREETING, WARM_WORDS), (SOBER, SOBER_WORDS)):
        said = (match for match in pattern.finditer(text) if not NEGATION.search(text[: match.start()]))
        found += [Felt(run[0] + text.count(" ", 0, match.start()), run[-1], look) for match in said]
    return sorted(found)


def _items(words: Sequence[Word], run: range) -> list[Item]:
    commas = [number for number in run if words[number].text.endswith(",")]
    if not commas:
        return []
    tail = range(commas[-1] + 1, run[-1] + 1)
    joins = [number for number in tail if _bare(words[number]) in JOINING]
    if not joins or joins[0] + ITEM < run[-1]:
        return []
    spans = [(first + 1, last) for first, last in pairwise(commas)]
    if joins[0] > tail[0]:
        spans.append((tail[0], joins[0] - 1))
    spans.append((joins[0] + 1, run[-1]))
    while len(spans) > 1 and spans[0][1] - spans[0][0] >= ITEM:
        spans.pop(0)
    first = spans[0][0] - 1  # the comma behind the first item, whose own beginning is not marked
    if len(spans) < 2 or any(not 0 <= last - start < ITEM for start, last in spans):
        return []
    return [Item(first, first, False), *(Item(*span, span == spans[-1]) for span in spans)]
