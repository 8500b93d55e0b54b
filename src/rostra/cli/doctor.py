"""`rostra doctor`: does this machine have what the line needs?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from rostra.cli.console import show
from rostra.errors import MissingError, RostraError


class Finding(NamedTuple):
    """What one look at the machine showed."""

    what: str
    state: str  # ok, missing, optional
    detail: str


def doctor() -> None:
    """Check what the line needs: libraries, encoders, voices, presenters, space."""
    findings = list(examine())
    show(["Check", "", "Detail"], findings)
    missing = [finding.what for finding in findings if finding.state == "missing"]
    if missing:
        raise MissingError(f"Missing: {', '.join(missing)}.", "The table above says how to get it.")


def examine() -> Iterator[Finding]:
    """Each finding in turn."""
    for what, look in CHECKS.items():
        try:
            yield Finding(what, "ok", look())
        except Optional as gap:
            yield Finding(what, "optional", str(gap))
        except RostraError as error:
            yield Finding(what, "missing", str(error))


class Optional(Exception):  # noqa: N818  (not an error: something one can do without)
    """What is not there but is not needed either."""


def _machine() -> str:
    from rostra.production.machine import describe

    version = ".".join(str(part) for part in sys.version_info[:3])
    return f"{describe().line()}; Python {version}"


def _encoders() -> str:
    import av

    absent = [name for name in ("libx264", "aac") if name not in av.codecs_available]
    if absent:
        raise MissingError(f"PyAV lacks {' and '.join(absent)}.", "Install the `av` wheel of locks/run.txt.")
    return f"PyAV {av.__version__} with libx264 and aac"


def _space() -> str:
    import shutil

    free = shutil.disk_usage(Path.cwd()).free >> 20
    if free < 200:
        raise MissingError(
            f"Only {free} MiB are free here.", "Make room: a minute of video takes about 10 MiB."
        )
    return f"{free:,} MiB free here"


def _presenters() -> str:
    from rostra.cli.parts import catalogue

    names = list(catalogue().files())
    if not names:
        raise MissingError("There is no presenter.", "Install Rostra again, or set ROSTRA_PRESENTERS.")
    for name in names:
        catalogue().find(name)
    return ", ".join(names)


def _voices() -> str:
    from rostra.settings import settings
    from rostra.speech.catalogue import has_fine, voice, voices

    voice("heart:fast", settings().models)
    speakers = voices()
    fine = sum(has_fine(speaker, settings().models) for speaker in speakers)
    if fine < len(speakers):
        raise Optional(
            f"{len(speakers)} fast, {fine} fine. For all fine ones run: rostra models fetch (it uses npm)."
        )
    return f"{len(speakers)} speakers, fast and fine"


def _photos() -> str:
    from rostra.cli.parts import photo_python
    from rostra.presenters.photo.environment import interpreter

    try:
        return f"face finder in {interpreter(photo_python())}"
    except MissingError as error:
        raise Optional(str(error)) from error


CHECKS: dict[str, Callable[[], str]] = {
    "machine": _machine,
    "encoders": _encoders,
    "voices": _voices,
    "presenters": _presenters,
    "photos": _photos,
    "space": _space,
}
