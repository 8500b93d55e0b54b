"""English: a sentence -> the phonemes that a model reads, traced to the author's words.

hibari's pronouncer (a port of misaki: lexicon, part-of-speech rules, a small network for unknown
words) works on normalised text. Its tokens are found again in that text, so that each phoneme knows
the word as the author wrote it.
"""

from __future__ import annotations

import json
import threading
from functools import cache
from importlib.resources import files
from typing import Any

from rostra.errors import MissingError
from rostra.speech.lexicon import Lexicon
from rostra.speech.traced import Traced
from rostra.speech.utterance import BLANK, NOBODY, PUNCTUATION, Utterance

FINAL = ".!?…"
STOPS = ".,;:!?…"

_lock = threading.Lock()


def read(sentence: str, lexicon: Lexicon, british: bool = False) -> Utterance:
    """The sentence as the models read it; `silent` when there is nothing to say in it.

    Raises:
        MissingError: hibari is not installed.
    """
    require()
    from rostra.speech.normalise import normalise, written  # noqa: PLC0415  (its tables are hibari's)

    words = tuple(sentence.split())
    text = written(words)
    phonemes = lexicon.apply(text)  # first, so that an entry meets what the author wrote
    normalise(text, british)
    return _utterance(words, text, _tokens(text.text, phonemes, british))


@cache
def ids() -> dict[str, int]:
    """The number by which both models know each symbol."""
    found: dict[str, int] = json.loads(files("hibari").joinpath("assets/vocab.json").read_text("utf-8"))
    return found


def _tokens(text: str, phonemes: dict[str, str], british: bool) -> list[Any]:
    pronouncer = _pronouncer(british)
    tokens = pronouncer.tokenize(text)
    for token in tokens:
        # The tokeniser takes one letter with a full stop for an initial, and a lexicon's mark is one letter.
        mark = token.text.rstrip(STOPS)
        if mark in phonemes:
            token.phonemes, token.rating = phonemes[mark] + token.text[len(mark) :], 5
    found: list[Any] = pronouncer.phonemize_tokens(tokens)
    return found


def _utterance(words: tuple[str, ...], text: Traced, tokens: list[Any]) -> Utterance:
    symbols: list[str] = []
    owners: list[int] = []
    place = 0
    for token in tokens:
        place = text.text.find(token.text, place)
        owner = _owner(text, place, place + len(token.text))
        place += len(token.text)
        for symbol in (token.phonemes or "") + (BLANK if token.whitespace else ""):
            if symbol not in ids() or (symbol == BLANK and symbols[-1:] in ([], [BLANK])):
                continue
            symbols.append(symbol)
            owners.append(NOBODY if symbol in PUNCTUATION or symbol == BLANK else owner)
    while symbols and symbols[-1] == BLANK:
        symbols.pop()
        owners.pop()
    if symbols and symbols[-1] not in PUNCTUATION:  # a falling end, even without a full stop
        symbols.append(".")
        owners.append(NOBODY)
    return Utterance(words, "".join(symbols), tuple(owners))


def _owner(text: Traced, start: int, end: int) -> int:
    """The author's word of a stretch of normalised text: that of its first letter or digit."""
    stretch = [(text.text[at], text.owners[at]) for at in range(start, end) if text.owners[at] != NOBODY]
    spoken = [owner for char, owner in stretch if char.isalnum()]
    return (spoken or [owner for _, owner in stretch] or [NOBODY])[0]


def _pronouncer(british: bool) -> Any:
    with _lock:
        return _load(british)


@cache
def _load(british: bool) -> Any:
    from hibari.g2p import G2P  # noqa: PLC0415  (half a second and 60 MB, so only when somebody speaks)

    pronouncer = G2P(british=british)
    pronouncer("Warm-up of the network for unknown words: zbrtl.")
    return pronouncer


def require() -> None:
    """Raise MissingError when English cannot be pronounced on this machine."""
    if not _installed():
        raise MissingError(
            "The embedded voices are not installed.", "Run: pip install 'rostra[voices]'", "voice"
        )


@cache
def _installed() -> bool:
    try:
        import hibari  # noqa: F401, PLC0415
        import onnxruntime  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True
