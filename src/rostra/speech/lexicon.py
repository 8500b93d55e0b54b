"""Lexicon: how names and terms are to be pronounced.

An entry gives for a grapheme (what is written) either an alias (what to read instead) or phonemes
(IPA in the misaki spelling, see `speech.Phone`). Entries written all in lower case match in any
case; others match exactly as written. Lexicons can be loaded from W3C PLS (application/pls+xml) and
from a JSON or YAML mapping of grapheme to alias, or to phonemes between slashes:

    Kaltura: /kælˈtʊɹə/
    SQL: sequel

Source: W3C Pronunciation Lexicon Specification 1.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.parsers import expat

import yaml

from rostra.errors import InputError
from rostra.speech.traced import Traced

PLACEHOLDER = 0xE000  # private-use characters stand for words whose phonemes are given
SLOTS = 6400  # how many such characters there are
LARGEST = 2_000_000  # bytes of a lexicon file

# IPA as dictionaries spell it -> the misaki alphabet
MISAKI = (
    ("eɪ", "A"), ("aɪ", "I"), ("oʊ", "O"), ("əʊ", "Q"), ("aʊ", "W"), ("ɔɪ", "Y"),
    ("tʃ", "ʧ"), ("t͡ʃ", "ʧ"),    ("dʒ", "ʤ"), ("d͡ʒ", "ʤ"), ("ɝ", "ɜɹ"), ("ɚ", "əɹ"), ("g", "ɡ"), ("r", "ɹ"),
    ("'", "ˈ"), (".", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One pronunciation: exactly one of `alias` and `phonemes` is given."""

    grapheme: str
    alias: str = ""
    phonemes: str = ""

    def __post_init__(self) -> None:
        if not self.grapheme.strip() or bool(self.alias) == bool(self.phonemes):
            raise InputError(
                f"The pronunciation of {self.grapheme!r} is not usable.",
                "Give a grapheme and either an alias or phonemes.",
                "lexicon",
            )


@dataclass(frozen=True)
class Lexicon:
    """Pronunciations; earlier entries win."""

    entries: tuple[Entry, ...] = ()

    def __add__(self, other: Lexicon) -> Lexicon:
        return Lexicon(self.entries + other.entries)

    def apply(self, text: Traced) -> dict[str, str]:
        """Put aliases into the text and placeholders where phonemes are given.

        Returns:
            What each placeholder is pronounced as.
        """
        phonemes: dict[str, str] = {}
        if not self.entries:
            return phonemes

        def say(match: re.Match[str]) -> str | None:
            entry = self._find(match.group())
            if not entry:
                return None
            if entry.alias:
                return entry.alias
            slot = chr(PLACEHOLDER + len(phonemes) % SLOTS)
            phonemes[slot] = misaki(entry.phonemes)
            return slot

        text.sub(self._pattern, say)
        return phonemes

    def _find(self, written: str) -> Entry | None:
        return self._exact.get(written) or self._folded.get(written.lower())

    @cached_property
    def _exact(self) -> dict[str, Entry]:
        return {entry.grapheme: entry for entry in reversed(self.entries)}

    @cached_property
    def _folded(self) -> dict[str, Entry]:
        return {e.grapheme: e for e in reversed(self.entries) if e.grapheme == e.grapheme.lower()}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        graphemes = sorted({entry.grapheme for entry in self.entries}, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, graphemes))})(?!\w)", re.IGNORECASE)


EMPTY = Lexicon()


def misaki(ipa: str) -> str:
    """IPA in the spelling of the models."""
    for usual, ours in MISAKI:
        ipa = ipa.replace(usual, ours)
    return ipa


def load(path: Path) -> Lexicon:
    """A lexicon from a PLS, JSON or YAML file.

    Raises:
        InputError: the file cannot be read, is too large or is not a lexicon.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"The lexicon {path.name} is larger than 2 MB.", "Split it.", "lexicon")
        content = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The lexicon {path} cannot be read: {error}", "Give a UTF-8 file.", "lexicon"
        ) from error
    if path.suffix.lower() in (".pls", ".xml"):
        return from_pls(content)
    try:
        mapping = json.loads(content) if path.suffix.lower() == ".json" else yaml.safe_load(content)
    except (ValueError, yaml.YAMLError) as error:
        raise InputError(f"The lexicon {path.name} is broken: {error}", "Correct it.", "lexicon") from error
    if not isinstance(mapping, Mapping):
        raise InputError(f"The lexicon {path.name} is not a mapping.", "Map words to readings.", "lexicon")
    return from_mapping(mapping)


def from_mapping(mapping: Mapping[str, str]) -> Lexicon:
    """A lexicon from grapheme -> alias, or -> /phonemes/."""
    return Lexicon(tuple(_entry(str(grapheme), str(said)) for grapheme, said in mapping.items()))


def _entry(grapheme: str, said: str) -> Entry:
    if len(said) > 2 and said[0] == said[-1] == "/":
        return Entry(grapheme, phonemes=said[1:-1])
    return Entry(grapheme, alias=said)


def from_pls(xml: str) -> Lexicon:
    """A lexicon from W3C PLS; documents that declare types or entities are refused.

    Raises:
        InputError: the text is no well-formed PLS document.
    """
    reader = _PlsReader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise InputError(f"The lexicon is not well-formed XML: {error}", "Correct it.", "lexicon") from error
    return Lexicon(tuple(reader.entries))


def _refuse(*_: object) -> None:
    raise InputError("The lexicon declares types or entities.", "Remove its DOCTYPE.", "lexicon")


class _PlsReader:
    """Collects the lexemes of a PLS document; the first reading of a lexeme counts."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._graphemes: list[str] = []
        self._said: dict[str, str] = {}
        self._text = ""

    def start(self, name: str, _: object) -> None:
        self._text = ""
        if _local(name) == "lexeme":
            self._graphemes, self._said = [], {}

    def text(self, data: str) -> None:
        self._text += data

    def end(self, name: str) -> None:
        kind, text = _local(name), " ".join(self._text.split())
        if kind == "grapheme":
            self._graphemes.append(text)
        elif kind in ("alias", "phoneme") and not self._said:
            self._said = {"phonemes" if kind == "phoneme" else "alias": text}
        elif kind == "lexeme":
            self.entries += self._lexeme(self._graphemes)

    def _lexeme(self, graphemes: Iterable[str]) -> list[Entry]:
        return [Entry(grapheme, **self._said) for grapheme in graphemes]


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


# What the pronouncer gets wrong and every presenter should get right.
COMMON = from_mapping({
    "JSON": "/ʤˈAsən/",
    "YAML": "/jˈæməl/",
    "Rostra": "/ɹˈɑstɹə/",
    "Kaltura": "/kæltˈʊɹə/",
    "WebRTC": "web R.T.C",
    "WebVTT": "web V.T.T",
    "GitHub": "git hub",
    "MP4": "M.P four",
    "MP3": "M.P three",
    "OAuth": "oh auth",
    "AWS": "A.W.S",
    "VOD": "V.O.D",
    "Q&A": "/kjˌuəndˈA/",
    "iOS": "eye O.S",
    "macOS": "mac O.S",
    "H.264": "H two six four",
})  # fmt: skip
