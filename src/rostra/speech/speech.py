"""Speech: mono sound together with what is said when.

A performance flows as a stream of `Speech` pieces, one sentence (or part of one) each. Pieces abut:
the pause after a sentence belongs to its piece, so that playing them one after the other is the
whole text, and piece *n + 1* starts where piece *n* ends. All times are seconds from the start of
the piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]

SILENCE = "sil"  # the phone of a pause


class Phone(NamedTuple):
    """One speech sound.

    Symbols are IPA in the misaki spelling that both embedded voices use: diphthongs are one letter
    (A = eɪ, I = aɪ, O = oʊ, Q = əʊ, W = aʊ, Y = ɔɪ), affricates are ʧ and ʤ, a pause is `sil`.
    """

    symbol: str
    start: float  # s
    end: float  # s
    stress: int = 0  # vowels: 0 unstressed, 1 primary, 2 secondary


class Word(NamedTuple):
    """One word as the author wrote it, with the punctuation that clings to it."""

    text: str
    start: float  # s
    end: float  # s


class Mark(NamedTuple):
    """What the author asks of the face, or the end of a paragraph; see `marks`."""

    name: str
    time: float  # s


@dataclass(frozen=True)
class Speech:
    """A piece of speech.

    Args:
        pcm: (samples,) int16, mono.
        rate: samples per second.
        phones: what is said when; in order, without gaps or overlaps, from 0 to the end of the sound.
        words: the author's words in order; gaps are pauses.
        text: the author's text of this piece.
        marks: the author's tags and the ends of paragraphs, in order.
    """

    pcm: Pcm
    rate: int
    phones: tuple[Phone, ...]
    words: tuple[Word, ...]
    text: str = ""
    marks: tuple[Mark, ...] = ()

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.pcm) / self.rate
