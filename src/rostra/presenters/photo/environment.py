"""The environment of the face finder: a Python of its own that has mediapipe, and how to get it.

mediapipe 0.10.21 is the last that brings its models along, and it needs numpy 1. `fetch` makes a
virtual environment for it beside the voices' weights, from pinned wheels; nothing else uses it.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from rostra.drafts import refusal
from rostra.errors import MissingError, RostraError

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
REMEDY = "Run: rostra models fetch --photo"
PATIENCE = 900  # s
VERSIONS = ((3, 9), (3, 12))  # of Python for which mediapipe 0.10.21 has wheels
STAMP = "set.txt"

Report = Callable[[str], None]


def home() -> Path:
    """Where the environment is set up."""
    return Path.home() / ".cache" / "rostra" / "photo"


def interpreter(chosen: Path | None = None) -> Path:
    """The Python that runs the face finder.

    Args:
        chosen: by the owner of the machine, instead of what was set up.

    Raises:
        MissingError: there is none.
    """
    if chosen is not None:
        if not chosen.is_file():
            raise MissingError(f"There is no Python {chosen}.", "Correct ROSTRA_PHOTO_PYTHON.", "photo")
        return chosen
    if _ready(home()):
        return _python(home())
    if find_spec("mediapipe"):
        return Path(sys.executable)
    raise MissingError("Presenters from photos need the face finder (150 MB).", REMEDY, "photo")


def fetch(report: Report = lambda _: None, folder: Path | None = None) -> Path:
    """Set the environment up, unless it is there already; returns its Python.

    Raises:
        MissingError: pip could not get the wheels, or this Python is too new for them.
        OutputError: the folder cannot be written.
    """
    place = folder or home()
    if _ready(place):
        return _python(place)
    if not VERSIONS[0] <= sys.version_info[:2] <= VERSIONS[1]:
        raise MissingError(
            f"mediapipe 0.10.21 does not run on Python {sys.version_info[0]}.{sys.version_info[1]}.",
            "Set ROSTRA_PHOTO_PYTHON to a Python 3.9 to 3.12 with mediapipe==0.10.21.",
            "photo",
        )
    report(f"Setting up the face finder in {place}")
    try:
        shutil.rmtree(place, ignore_errors=True)
        venv.create(place, with_pip=True)
        _install(_python(place))
        (place / STAMP).write_text(REQUIREMENTS.read_text("utf-8"), "utf-8")
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(place, ignore_errors=True)
        raise _failed(error, place) from error
    return _python(place)


def _ready(place: Path) -> bool:
    """Whether the environment is complete and of this version's pins."""
    stamp = place / STAMP
    return stamp.is_file() and stamp.read_text("utf-8") == REQUIREMENTS.read_text("utf-8")


def _failed(error: OSError | subprocess.SubprocessError, place: Path) -> RostraError:
    """Why it could not be set up, as far as venv and pip say."""
    if isinstance(error, OSError):
        return refusal(error, place)
    told = "".join(_text(getattr(error, name, "")) for name in ("stdout", "stderr"))
    if os.strerror(errno.ENOSPC) in told:
        return refusal(OSError(errno.ENOSPC, ""), place)
    lines = told.strip().splitlines() or [str(error)]
    return MissingError(
        f"The face finder could not be fetched: {lines[-1].rstrip('.')}.",
        "Check the connection, then try again.",
        "photo",
    )


def _text(written: str | bytes | None) -> str:
    return written.decode(errors="replace") if isinstance(written, bytes) else written or ""


def _python(place: Path) -> Path:
    return place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _install(python: Path) -> None:
    options = ["--no-deps", "--require-hashes", "--quiet", "--disable-pip-version-check"]
    subprocess.run(  # noqa: S603
        [python, "-m", "pip", "install", *options, "-r", REQUIREMENTS],
        check=True, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
