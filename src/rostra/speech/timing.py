"""Timing: the durations of a model's symbols -> phones and words that agree with the sound.

The models' durations sum to the length of the sound, but their borders come a constant time after
what is heard (the model's `lag`), a blank between words has a length of its own, and the last phone
before a pause reaches far into the silence. So all borders move by the lag, a blank is shared by its
neighbours, and a phone before a pause ends where its energy ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rostra.speech.speech import SILENCE, Phone, Word
from rostra.speech.utterance import (
    BLANK,
    MODIFIERS,
    NOBODY,
    PRIMARY,
    PUNCTUATION,
    STRESSES,
    VOWELS,
    Utterance,
)

Samples = NDArray[np.float32]

STEP = 0.005  # s, the grid on which energy is looked at
QUIET = 0.02  # of the loud parts' amplitude; less is silence
SHORTEST = 0.03  # s, a phone is never cut below
PAUSE = 0.1  # s of silence between words, longer than the closure of a stop
LONGEST_TAIL = 0.12  # s, how far energy may stretch a phone into the pause behind it


@dataclass
class Span:
    """A phone under construction."""

    symbol: str
    start: float
    end: float
    owner: int = NOBODY
    stress: int = 0


def spans(utterance: Utterance, durations: NDArray[np.float64], lag: float) -> list[Span]:
    """Phones with pauses, in order, without gaps, from 0 to the sum of the durations.

    Args:
        utterance: what was read.
        durations: (2 + symbols,) seconds: a lead, each symbol, a tail.
        lag: seconds by which the borders come after the sound.
    """
    borders = np.concatenate([[0.0], np.cumsum(durations)])
    borders[1:-1] = np.maximum(borders[1:-1] - lag, 0.0)
    found = [Span(SILENCE, 0.0, borders[1])]
    stress, start = 0, None
    for at, symbol in enumerate(utterance.symbols):
        begin, end = float(borders[at + 1]), float(borders[at + 2])
        if symbol in STRESSES:  # the mark's time belongs to the phone that follows
            stress = 1 if symbol == PRIMARY else 2
            start = begin if start is None else start
        elif symbol in MODIFIERS:
            found[-1].end = end
        elif symbol in PUNCTUATION:
            _add_silence(found, end)
        elif symbol == BLANK:
            found.append(Span(BLANK, begin, end))
        else:
            marked = stress if symbol in VOWELS else 0
            found.append(Span(symbol, begin if start is None else start, end, utterance.owners[at], marked))
            start, stress = None, 0 if marked else stress
    _add_silence(found, float(borders[-1]))
    return _share_blanks(found)


def settle(found: list[Span], sound: Samples, rate: int) -> list[Span]:
    """End the phones before pauses where their energy ends; find the pauses that nothing announced."""
    loud = envelope(sound, int(rate * STEP))
    quiet = loud <= (QUIET * np.percentile(loud, 98) if len(loud) else 0.0)
    settled: list[Span] = []
    for span, after in zip(found, [*found[1:], Span(SILENCE, found[-1].end, found[-1].end)], strict=True):
        settled.append(span)
        if span.symbol == SILENCE:
            continue
        if after.symbol == SILENCE:
            span.end = after.start = _fading(span, after, quiet)
        elif after.owner != span.owner:
            settled += _hidden_pause(span, after, quiet)
    return [span for span in settled if span.end > span.start]


def _fading(phone: Span, pause: Span, quiet: NDArray[np.bool_]) -> float:
    """When the last phone before a pause is over."""
    first = int((phone.start + SHORTEST) / STEP)
    last = min(len(quiet), int(min(pause.end, phone.end + LONGEST_TAIL) / STEP))
    silent = np.flatnonzero(quiet[first:last])
    end = (first + int(silent[0]) if len(silent) else last) * STEP
    return float(min(max(end, phone.start), pause.end))


def _hidden_pause(phone: Span, after: Span, quiet: NDArray[np.bool_]) -> list[Span]:
    """The silence between two words that the model counts as part of the first one's last phone."""
    first = int((phone.start + SHORTEST) / STEP)
    window = quiet[first : int((after.start + SHORTEST) / STEP)]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], window.astype(np.int8), [0]])))
    runs = [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
    start, end = max(runs, key=lambda run: run[1] - run[0], default=(0, 0))
    if (end - start) * STEP < PAUSE:
        return []
    phone.end = (first + start) * STEP
    after.start = min((first + end) * STEP, after.end)
    return [Span(SILENCE, phone.end, after.start)]


def envelope(sound: Samples, step: int) -> NDArray[np.float64]:
    """(steps,) root mean square of each step, smoothed over three."""
    count = len(sound) // step
    if not count:
        return np.zeros(0)
    power = np.square(sound[: count * step].astype(np.float64)).reshape(count, step).mean(axis=1)
    return np.convolve(np.sqrt(power), np.full(3, 1 / 3), "same")


def phones(found: Sequence[Span]) -> tuple[Phone, ...]:
    """The finished phones."""
    return tuple(Phone(span.symbol, span.start, span.end, span.stress) for span in found)


def words(texts: Sequence[str], found: Sequence[Span]) -> tuple[Word, ...]:
    """The author's words with their times; one that says nothing has zero length.

    It stands at the end of the word before it, or at the start of the first word.
    """
    heard: dict[int, tuple[float, float]] = {}
    for span in found:
        if span.owner != NOBODY:
            start = heard.get(span.owner, (span.start, 0.0))[0]
            heard[span.owner] = (start, span.end)
    last = min((start for start, _ in heard.values()), default=0.0)
    result = []
    for index, text in enumerate(texts):
        start, end = heard.get(index, (last, last))
        result.append(Word(text, start, end))
        last = end
    return tuple(result)


def filled(spoken: Sequence[Span], length: float) -> list[Span]:
    """Phones with pauses put into the gaps, from 0 to the end of the sound; overlaps are cut."""
    found: list[Span] = []
    at = 0.0
    for span in spoken:
        start, end = min(max(span.start, at), length), min(max(span.end, at), length)
        if start > at:
            found.append(Span(SILENCE, at, start))
        if end > start:
            found.append(replace(span, start=start, end=end))
        at = max(at, end)
    if at < length:
        found.append(Span(SILENCE, at, length))
    return found


def _add_silence(found: list[Span], end: float) -> None:
    """Lengthen the pause at the end, or begin one; a blank before punctuation is part of the pause."""
    begin = found[-1].end
    while found[-1].symbol == BLANK:
        begin = found.pop().start
    if found[-1].symbol == SILENCE:
        found[-1].end = end
    else:
        found.append(Span(SILENCE, begin, end))


def _share_blanks(found: list[Span]) -> list[Span]:
    for before, blank, after in zip(found, found[1:], found[2:], strict=False):
        if blank.symbol == BLANK:
            pause = before.symbol == SILENCE
            before.end = after.start = blank.end if pause else (blank.start + blank.end) / 2
    return [span for span in found if span.symbol != BLANK]
