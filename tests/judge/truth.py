"""What a video should say: its text, phones and words, as JSON beside the video.

    {"text": "...", "phones": [["h", 0.51, 0.58, 0], ...], "words": [["Hello,", 0.51, 0.9], ...]}

Times are seconds of the video. A phone is its IPA symbol, start, end and stress (0, 1, 2).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from .captions import Cue

SILENCE = "sil"


class Phone(NamedTuple):
    """One speech sound; diphthongs are one letter (A I O Q W Y), as the voices write them."""

    symbol: str
    start: float
    end: float
    stress: int = 0

    @property
    def middle(self) -> float:
        """Seconds."""
        return (self.start + self.end) / 2


class Word(NamedTuple):
    """One word with its punctuation."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Truth:
    """What is said when."""

    text: str
    phones: tuple[Phone, ...]
    words: tuple[Word, ...]

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False))


def load(path: Path) -> Truth:
    """Read what `save` wrote."""
    raw = json.loads(path.read_text())
    phones = tuple(Phone(*phone) for phone in raw["phones"])
    return Truth(raw["text"], phones, tuple(Word(*word) for word in raw["words"]))


def by_captions(cues: Sequence[Cue]) -> Truth:
    """What captions tell: the words, each from the start of its caption; no phones."""
    words = [Word(word, cue.start, cue.end) for cue in cues for word in cue.words]
    return Truth(" ".join(word.text for word in words), (), tuple(words))
