"""Alignment: when each written word and its sounds are heard, told from the sound alone.

Whisper's own word times are some 80 ms late, so another recogniser does this: it is given the words and
finds where they fit best.

Source: PocketSphinx 5, its English acoustic model and dictionary (ARPAbet, no stress).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .listen import RATE, plain
from .truth import SILENCE, Phone

Floats = NDArray[np.float64]

FRAMES = 100  # per second
REDUCED = ("AH", "IH", "ER")  # vowels that most often have no stress
SHORT = 3  # letters of words that most often have none: I, and, my
IPA = {
    "AA": "ɑ", "AE": "æ", "AH": "ə", "AO": "ɔ", "AW": "W", "AY": "I", "B": "b", "CH": "ʧ", "D": "d",
    "DH": "ð",
    "EH": "ɛ", "ER": "ɜ", "EY": "A", "F": "f", "G": "ɡ", "HH": "h", "IH": "ɪ", "IY": "i", "JH": "ʤ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "OW": "O", "OY": "Y", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ",
    "T": "t", "TH": "θ", "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
SOUNDS = {
    "ch": "CH", "ck": "K", "ee": "IY", "ea": "IY", "ng": "NG", "oo": "UW", "ou": "AW", "ph": "F", "qu": "K W",
    "sh": "SH", "th": "TH", "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH",
    "i": "IH", "j": "JH", "k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "r": "R", "s": "S",
    "t": "T", "u": "AH", "v": "V", "w": "W", "x": "K S", "y": "IY", "z": "Z",
}  # fmt: skip


@dataclass(frozen=True)
class Alignment:
    """What was heard when.

    Args:
        starts: of each word, seconds; NaN where it cannot be told.
        phones: all sounds, without gaps.
    """

    starts: Floats
    phones: tuple[Phone, ...]


def align(samples: Floats, words: Sequence[str]) -> Alignment:
    """Find words in a sound that says them.

    Words that the dictionary lacks are guessed from their letters.

    Args:
        samples: the sound, `RATE` a second.
        words: as written, in order.
    """
    from pocketsphinx import Decoder

    decoder = Decoder(samprate=RATE, lm=None, bestpath=False, loglevel="FATAL")
    parts = [(number, known) for number, word in enumerate(words) for known in _known(word, decoder)]
    decoder.set_align_text(" ".join(known for _, known in parts))
    _hear(decoder, samples)
    decoder.set_alignment()
    _hear(decoder, samples)
    # A piece lives only until the next is asked for.
    found = [(piece.name, piece.start / FRAMES, list(_phones(piece))) for piece in decoder.get_alignment()]
    starts = np.full(len(words), np.nan)
    said = [start for name, start, _ in found if name[0] not in "<[("]
    for (number, _), start in reversed(list(zip(parts, said, strict=True))):
        starts[number] = start
    return Alignment(starts, tuple(phone for _, _, phones in found for phone in phones))


def _hear(decoder: Any, samples: Floats) -> None:
    decoder.start_utt()
    decoder.process_raw((samples * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()


def _known(word: str, decoder: Any) -> list[str]:
    """What a written word sounds like, as words of the dictionary; those that it lacks are added."""
    parts = plain([word])
    for part in parts:
        if not decoder.lookup_word(part):
            decoder.add_word(part, guess(part))
    return parts


def guess(word: str) -> str:
    """How a word may be said that is in no dictionary, letter by letter; ARPAbet."""
    stem = word[:-1] if len(word) > 3 and word.endswith("e") else word
    return " ".join(SOUNDS[match] for match in re.findall("|".join(SOUNDS), stem)) or "AH"


def _phones(piece: Any) -> Iterator[Phone]:
    word = piece.name.split("(")[0]
    for phone in piece:
        start, stop = phone.start / FRAMES, (phone.start + phone.duration) / FRAMES
        stress = int(phone.name[0] in "AEIOU" and phone.name not in REDUCED and len(word) > SHORT)
        yield Phone(IPA.get(phone.name, SILENCE), start, stop, stress)
