"""Catalogue: the voices that can be asked for by name.

A speaker exists in two forms: `fine` (Kokoro, natural, about 0.6 s of one core for a second of
sound) and `fast` (hibari in that speaker's colour, a hundredth). `heart:fine` and `heart:fast` name
one form; `heart` is the fine one where its weights are installed, else the fast one, and says so in
the voice's `note`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rostra.errors import UnknownNameError
from rostra.speech import english
from rostra.speech.colour import Colour
from rostra.speech.embedded import EmbeddedVoice
from rostra.speech.hibari import LAG, LIMIT, RATE, hibari
from rostra.speech.timing import Samples
from rostra.speech.voice import Pace, Voice

FINE, FAST = "fine", "fast"
ACCENTS = {"a": "American", "b": "British"}
GENDERS = {"f": "woman", "m": "man"}
VECTORS = """
    af_alloy af_aoede af_bella af_heart af_jessica af_kore af_nicole af_nova af_river af_sarah af_sky
    am_adam am_echo am_eric am_fenrir am_liam am_michael am_onyx am_puck am_santa
    bf_alice bf_emma bf_isabella bf_lily bm_daniel bm_fable bm_george bm_lewis
"""


@dataclass(frozen=True)
class Speaker:
    """Somebody who can be asked to speak.

    Args:
        name: by which users ask.
        accent: American or British.
        gender: woman or man.
        vector: the name of the style vector of the fine form.
    """

    name: str
    accent: str
    gender: str
    vector: str


SPEAKERS = {
    vector[3:]: Speaker(vector[3:], ACCENTS[vector[0]], GENDERS[vector[1]], vector)
    for vector in VECTORS.split()
}


def voices() -> tuple[Speaker, ...]:
    """All speakers, by name."""
    return tuple(SPEAKERS[name] for name in sorted(SPEAKERS))


def voice(name: str, models: Path | None = None, threads: int = 1) -> Voice:
    """The voice of that name, ready to speak; the model is loaded when it first does.

    Args:
        name: `heart`, `heart:fine` or `heart:fast`.
        models: the folder of third-party weights; default ~/.cache/rostra.
        threads: how many threads the model may use.

    Raises:
        UnknownNameError: there is no such speaker or form.
        MissingError: the form that was asked for is not installed.
    """
    speaker, _, form = name.lower().partition(":")
    if speaker not in SPEAKERS or form not in ("", FINE, FAST):
        raise UnknownNameError("voice", name, SPEAKERS)
    return _fast(SPEAKERS[speaker], threads)


def _fast(speaker: Speaker, threads: int) -> EmbeddedVoice:
    english.require()
    say = partial(_say_fast, colour=Colour(), threads=threads)
    return EmbeddedVoice(f"{speaker.name}:{FAST}", say, RATE, LIMIT, LAG)


def _say_fast(symbols: str, pace: Pace, colour: Colour, threads: int) -> tuple[Samples, NDArray[np.float64]]:
    return hibari(threads).synthesise(symbols, pace.rate * colour.rate, pace.pitch, colour)
