"""Speakers: the people of the catalogue, and what their fine forms are made of.

The fine model knows a speaker as a style vector; twenty-eight English ones exist and are speakers of
their own. The vectors blend: one half of a vector is the timbre (what the throat sounds like), the
other the melody and timing, and each half may come from other people. So each presenter has a voice
of an own, described in `cast.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

AMERICAN, BRITISH = "American", "British"
ACCENTS = {"a": AMERICAN, "b": BRITISH}
GENDERS = {"f": "woman", "m": "man"}
VECTORS = """
    af_alloy af_aoede af_bella af_heart af_jessica af_kore af_nicole af_nova af_river af_sarah af_sky
    am_adam am_echo am_eric am_fenrir am_liam am_michael am_onyx am_puck am_santa
    bf_alice bf_emma bf_isabella bf_lily bm_daniel bm_fable bm_george bm_lewis
"""

Shares = tuple[tuple[str, float], ...]  # style vectors with their shares of a blend, together 1


@dataclass(frozen=True)
class Speaker:
    """Somebody who can be asked to speak.

    Args:
        name: by which users ask.
        accent: American or British.
        gender: woman or man.
        timbre: the style vectors that are the throat of the fine form.
        melody: the style vectors that are its intonation.
        age: years, of a presenter; 0 where nobody said.
        pitch: semitones on top of the melody's own.
        formants: factor on the frequencies of the vocal tract; below 1 is longer.
        rate: factor on the speaking rate.
    """

    name: str
    accent: str
    gender: str
    timbre: Shares
    melody: Shares
    age: int = 0
    pitch: float = 0.0
    formants: float = 1.0
    rate: float = 1.0

    @property
    def vectors(self) -> tuple[str, ...]:
        """The style vectors that the fine form needs."""
        return tuple(sorted({vector for vector, _ in self.timbre + self.melody}))

    @property
    def british(self) -> bool:
        """Whether the fine form pronounces British English."""
        return self.accent == BRITISH

    @property
    def description(self) -> str:
        """In a few words: `American woman, about 34`."""
        return f"{self.accent} {self.gender}" + (f", about {self.age}" if self.age else "")


@cache
def speakers() -> dict[str, Speaker]:
    """Everybody by name: the model's own speakers, then the presenters, who win where both have a name."""
    return by_name(plain(vector) for vector in VECTORS.split()) | cast()


@cache
def cast() -> dict[str, Speaker]:
    """The presenters' voices by name."""
    table = tomllib.loads(files("rostra.speech").joinpath("cast.toml").read_text("utf-8"))
    return by_name(_read(name, row) for name, row in table.items())


def _read(name: str, row: dict[str, Any]) -> Speaker:
    timbre = tuple(row["timbre"].items())
    melody = tuple(row["melody"].items()) if "melody" in row else timbre
    return Speaker(name, **row | {"timbre": timbre, "melody": melody})


def plain(vector: str) -> Speaker:
    """The speaker that a style vector is."""
    whole = ((vector, 1.0),)
    return Speaker(vector[3:], ACCENTS[vector[0]], GENDERS[vector[1]], whole, whole)


def by_name(found: Iterable[Speaker]) -> dict[str, Speaker]:
    """Speakers under their names."""
    return {speaker.name: speaker for speaker in found}
