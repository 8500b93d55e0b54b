"""Catalogue: the voices that can be asked for by name.

A speaker exists in two forms: `fine` (Kokoro, natural, about 0.6 s of one core for a second of
sound) and `fast` (hibari in that speaker's colour, a hundredth). `heart:fine` and `heart:fast` name
one form; `heart` is the fine one where its weights are installed, else the fast one, and says so in
the voice's `note`. Other languages are spoken by espeak-ng and named by their code: `es`, `fr-be`.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from rostra.errors import MissingError, UnknownNameError
from rostra.speech import english, hibari, kokoro, models
from rostra.speech.colour import NO_HABIT, Colour, Floats
from rostra.speech.embedded import EmbeddedVoice, Synthesised
from rostra.speech.espeak import EspeakVoice, espeak, languages
from rostra.speech.hibari import RATE
from rostra.speech.speakers import Speaker, speakers
from rostra.speech.voice import Pace

FINE, FAST = "fine", "fast"
MANNER = ("pitch", "span", "accents", "fall", "formants", "breath", "rate")  # of a colour
LANGUAGE = re.compile(r"[a-z]{2}(?:-[a-z0-9]+)*")  # looks like the code of a language
AMERICANISED = "The fast forms of British speakers say British sounds with an American throat."


def voices() -> tuple[Speaker, ...]:
    """All speakers, by name."""
    return tuple(speakers()[name] for name in sorted(speakers()))


def has_fine(speaker: Speaker, folder: Path | None = None) -> bool:
    """Whether a speaker's fine form could be loaded (nothing is read)."""
    return all(models.has(vector, folder) for vector in speaker.vectors)


def voice(name: str, folder: Path | None = None, threads: int = 1) -> EmbeddedVoice | EspeakVoice:
    """The voice of that name, ready to speak; the model is loaded when it first does.

    Args:
        name: `heart`, `heart:fine` or `heart:fast`; or a language other than English, such as `es`.
        folder: the folder of third-party weights; default ~/.cache/rostra.
        threads: how many threads the model may use.

    Raises:
        UnknownNameError: there is no such speaker or form.
        MissingError: the form that was asked for, or the program for a language, is not installed.
    """
    asked, _, form = name.strip().lower().partition(":")
    known = speakers()
    if not form and asked not in known and (asked in languages() or LANGUAGE.fullmatch(asked)):
        return espeak(asked)
    if asked not in known or form not in ("", FINE, FAST):
        raise UnknownNameError("voice", name, known)
    english.require()
    speaker = known[asked]
    if form == FAST:
        return replace(_fast(speaker, threads), note=AMERICANISED if speaker.british else "")
    if has_fine(speaker, folder):
        return _fine(speaker, folder, threads)
    if form == FINE:
        raise MissingError(f"The fine form of the voice {asked} is not installed.", models.REMEDY, "voice")
    note = f"The fine form of the voice {asked} is not installed, so its fast form speaks. {models.REMEDY}"
    return replace(_fast(speaker, threads), note=note)


def _fast(speaker: Speaker, threads: int) -> EmbeddedVoice:
    row = _colours()[speaker.name]
    colour = Colour(
        **{key: row[key] for key in MANNER}, bands=np.array(row["bands"]), habit=_habit(speaker.name)
    )
    say = partial(_say_fast, colour=colour, threads=threads)
    gain = _factor(row["fast_gain"])
    return EmbeddedVoice(f"{speaker.name}:{FAST}", say, RATE, hibari.LIMIT, hibari.LAG, gain, speaker.british)


@cache
def _colours() -> dict[str, Any]:
    """What `benchmarks/voice_colours.py` measured for each speaker."""
    found: dict[str, Any] = json.loads(files("rostra.speech").joinpath("colours.json").read_text("utf-8"))
    return found


def _habit(name: str) -> Floats:
    """The habit of a speaker's colour; most of the model's own speakers have none."""
    with files("rostra.speech").joinpath("habits.npz").open("rb") as file, np.load(file) as habits:
        return habits[name].astype(np.float32) if name in habits else NO_HABIT


def _factor(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def _fine(speaker: Speaker, folder: Path | None, threads: int) -> EmbeddedVoice:
    say = partial(_say_fine, speaker=speaker, folder=folder, threads=threads)
    gain = _factor(_colours()[speaker.name]["fine_gain"])
    return EmbeddedVoice(f"{speaker.name}:{FINE}", say, RATE, kokoro.LIMIT, kokoro.LAG, gain, speaker.british)


def _say_fast(symbols: str, pace: Pace, colour: Colour, threads: int) -> Synthesised:
    return hibari.hibari(threads).synthesise(symbols, pace.rate * colour.rate, pace.pitch, colour)


def _say_fine(symbols: str, pace: Pace, speaker: Speaker, folder: Path | None, threads: int) -> Synthesised:
    style = kokoro.style(speaker.timbre, speaker.melody, folder)
    return kokoro.kokoro(folder, threads).synthesise(
        symbols, style, pace.rate * speaker.rate, pace.pitch + speaker.pitch, speaker.formants
    )
