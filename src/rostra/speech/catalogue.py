"""Catalogue: the voices that can be asked for by name.

A speaker exists in two forms: `fine` (Kokoro, natural, about 0.6 s of one core for a second of
sound) and `fast` (hibari in that speaker's colour, a hundredth). `heart:fine` and `heart:fast` name
one form; `heart` is the fine one where its weights are installed, else the fast one, and says so in
the voice's `note`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rostra.errors import MissingError, UnknownNameError
from rostra.speech import english, hibari, kokoro, models
from rostra.speech.colour import Colour
from rostra.speech.embedded import EmbeddedVoice, Synthesised
from rostra.speech.hibari import RATE
from rostra.speech.voice import Pace

FINE, FAST = "fine", "fast"
AMERICAN, BRITISH = "American", "British"
ACCENTS = {"a": AMERICAN, "b": BRITISH}
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


def voice(name: str, folder: Path | None = None, threads: int = 1) -> EmbeddedVoice:
    """The voice of that name, ready to speak; the model is loaded when it first does.

    Args:
        name: `heart`, `heart:fine` or `heart:fast`.
        folder: the folder of third-party weights; default ~/.cache/rostra.
        threads: how many threads the model may use.

    Raises:
        UnknownNameError: there is no such speaker or form.
        MissingError: the form that was asked for is not installed.
    """
    asked, _, form = name.lower().partition(":")
    if asked not in SPEAKERS or form not in ("", FINE, FAST):
        raise UnknownNameError("voice", name, SPEAKERS)
    english.require()
    speaker = SPEAKERS[asked]
    if form == FAST:
        return _fast(speaker, threads)
    if models.has(speaker.vector, folder):
        return _fine(speaker, folder, threads)
    if form == FINE:
        raise MissingError(f"The fine form of the voice {asked} is not installed.", models.REMEDY, "voice")
    note = f"The fine form of the voice {asked} is not installed, so its fast form speaks. {models.REMEDY}"
    return replace(_fast(speaker, threads), note=note)


def _fast(speaker: Speaker, threads: int) -> EmbeddedVoice:
    say = partial(_say_fast, colour=Colour(), threads=threads)
    return EmbeddedVoice(f"{speaker.name}:{FAST}", say, RATE, hibari.LIMIT, hibari.LAG)


def _fine(speaker: Speaker, folder: Path | None, threads: int) -> EmbeddedVoice:
    say = partial(_say_fine, vector=speaker.vector, folder=folder, threads=threads)
    british = speaker.accent == BRITISH
    return EmbeddedVoice(f"{speaker.name}:{FINE}", say, RATE, kokoro.LIMIT, kokoro.LAG, british=british)


def _say_fast(symbols: str, pace: Pace, colour: Colour, threads: int) -> Synthesised:
    return hibari.hibari(threads).synthesise(symbols, pace.rate * colour.rate, pace.pitch, colour)


def _say_fine(symbols: str, pace: Pace, vector: str, folder: Path | None, threads: int) -> Synthesised:
    style = kokoro.style(vector, folder)
    return kokoro.kokoro(folder, threads).synthesise(symbols, style, pace.rate, pace.pitch)
