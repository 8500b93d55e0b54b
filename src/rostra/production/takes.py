"""Takes: what was heard of each voice, kept in a folder so that nobody reads twice.

An audition of all fine forms takes half an hour. A take that is kept is used again as long as the
voice says the same sentences and its first one sample for sample as before, whatever has changed:
its recipe, its colour, its engine.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rostra.errors import InputError, OutputError
from rostra.speech.speech import Speech

Floats = NDArray[np.float64]

SENTENCES, LETTERS = 200, 300  # the most of a file of sentences, and of one
FEWEST = 2  # sentences: one tells nothing about a voice


@dataclass(frozen=True)
class Take:
    """One form of a voice.

    Args:
        speaker, form: who and how.
        wrong, words: of the test sentences.
        missed: what was heard instead, sentence by sentence.
        pitch: Hz, median of the vowels.
        range: semitones between the tenth and the ninetieth percentile of the vowels.
        rate: phones a second, without pauses.
        loudness: dB, K-weighted.
        peak: of full scale.
        known, tested: (sentences, 256) voiceprints.
    """

    speaker: str
    form: str
    wrong: int
    words: int
    missed: tuple[str, ...]
    pitch: float
    range: float
    rate: float
    loudness: float
    peak: float
    known: Floats
    tested: Floats

    @property
    def centre(self) -> Floats:
        """(256,) who this is."""
        return unit(self.known.mean(axis=0))


@dataclass(frozen=True)
class Takes:
    """A folder of takes.

    Args:
        folder: where; nothing is kept without one.
    """

    folder: Path | None = None

    def find(self, speaker: str, form: str, mark: str) -> Take | None:
        """The take that was kept under that mark; a damaged one is as good as none."""
        path = self._path(speaker, form)
        try:
            kept = json.loads(path.read_text("utf-8")) if path else {}
            prints = {key: np.asarray(kept["take"].pop(key)) for key in PRINTS} if kept else {}
            return Take(**kept["take"] | prints) if kept and kept["mark"] == mark else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, take: Take, mark: str) -> None:
        """Write a take down.

        Raises:
            OutputError: it cannot be written.
        """
        path = self._path(take.speaker, take.form)
        if not path:
            return
        row = asdict(take) | {key: getattr(take, key).tolist() for key in PRINTS}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"mark": mark, "take": row}), "utf-8")
        except OSError as error:
            raise OutputError(
                f"{path} cannot be written: {error.strerror}.", "Name another folder with --takes.", "takes"
            ) from error

    def _path(self, speaker: str, form: str) -> Path | None:
        return self.folder / f"{speaker}-{form}.json" if self.folder else None


NOWHERE = Takes()
PRINTS = ("known", "tested")


def fingerprint(sentences: Sequence[str], first: Sequence[Speech]) -> str:
    """What changes when a voice or what it reads does."""
    digest = hashlib.sha256("\n".join(sentences).encode())
    for piece in first:
        digest.update(piece.pcm.tobytes())
    return digest.hexdigest()


def sentences_of(path: Path) -> tuple[str, ...]:
    """The sentences of a text file, one a line.

    Raises:
        InputError: it cannot be read, or holds too few, too many or too long ones.
    """
    try:
        lines = tuple(line.strip() for line in path.read_text("utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} cannot be read as UTF-8 text.", "Name a file with a sentence in each line.", "sentences"
        ) from error
    if not FEWEST <= len(lines) <= SENTENCES:
        raise InputError(
            f"{path} holds {len(lines)} sentences.", f"Give {FEWEST} to {SENTENCES}, one a line.", "sentences"
        )
    for at, line in enumerate(lines, 1):
        if len(line) > LETTERS or not re.search(r"[^\W\d_]", line):
            raise InputError(
                f"Sentence {at} of {path} has no words, or more than {LETTERS} letters.",
                "Give one sentence a line.",
                "sentences",
            )
    return lines


def unit(vector: Floats) -> Floats:
    """The same direction, of length 1."""
    found: Floats = vector / np.linalg.norm(vector)
    return found
