"""The verdict: what is measured in a video, and the limits between which it must lie.

The limits come from how people speak and blink and from what must fail (a mouth that only follows
loudness, one that comes 200 ms late, a frozen one), not from what our own videos reach.
docs/judging.md gives the reason for each. They are gates: nothing is tuned towards them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import lips
from .captions import Cue
from .eyes import blinks
from .listen import RATE, Hearing
from .truth import SILENCE, Phone, Truth
from .watch import Sight

Floats = NDArray[np.float64]

NEAR = 0.040  # s, lag that a window may have
SHUT = 0.15  # of the speaker's range: lips that are less apart count as closed
ENOUGH = 8  # sounds of a kind, so that they can be told from another
CLOSE = 0.080  # s, by which a caption's word may miss its sound


@dataclass(frozen=True)
class Limit:
    """A measure, what it is, and between which values it must lie."""

    name: str
    low: float
    high: float
    meaning: str


LIMITS = (
    Limit("face.found", 1.0, 1.0, "share of frames in which a face is found"),
    Limit("face.sway", 0.2, 8.0, "standard deviation of yaw, pitch and roll together, degrees"),
    Limit("lips.range", 0.03, 0.30, "from closed to wide open (2nd to 95th percentile), eye distances"),
    Limit("lips.lag", -40, 40, "how late lips come, median of the windows, ms"),
    Limit("lips.lag_kept", 0.9, 1.0, "share of windows whose lag is within 40 ms"),
    Limit("lips.lag_by_ear", -40, 40, "the same against sounds that a recogniser found, whole video, ms"),
    Limit("lips.fit", 0.45, 1.0, "fit with the opening that phonetics expects, median of the windows"),
    Limit("lips.shut", 0.95, 1.0, "share of m, b and p in which the lips meet"),
    Limit("lips.wide_round", 0.80, 1.0, "chance that a wide sound shows a wider mouth than a round one"),
    Limit("lips.open_close", 0.70, 1.0, "chance that an open vowel shows a wider gap than a close one"),
    Limit("lips.loudness", -1.0, 0.85, "correlation of the gap with loudness"),
    Limit("lips.beyond_loudness", 0.35, 1.0, "correlation with phonetics when loudness is taken out"),
    Limit("lips.speed", 0.5, 2.8, "speed of opening and closing, 95th percentile, eye distances/s"),
    Limit("lips.top_speed", 0.8, 4.5, "fastest opening or closing, eye distances/s"),
    Limit("lips.tremor", 0.0, 0.08, "share of the movement's power above 8 Hz"),
    Limit("lips.rest", 0.0, 0.25, "gap in long pauses, share of the range"),
    Limit("eyes.blinks", 8.0, 30.0, "blinks per minute"),
    Limit("eyes.blink_length", 0.08, 0.40, "time for which lids are low, median, s"),
    Limit("eyes.longest_blink", 0.08, 0.60, "the longest, s"),
    Limit("sound.word_errors", 0.0, 0.10, "share of words that the recogniser hears wrongly"),
    Limit("words.late", -40, 40, "how late the sound of words is, median, ms"),
    Limit("words.kept", 0.95, 1.0, "share of words that sound within 80 ms of their time"),
    Limit("captions.kept", 0.85, 1.0, "share of captions whose first word sounds within 80 ms"),
    Limit("file.tail", -0.06, 0.06, "pictures outlast the sound by, s"),
)
LIMIT_OF = {limit.name: limit for limit in LIMITS}


def failures(measures: dict[str, float]) -> list[str]:
    """The measures that are not within their limits, each as a sentence."""
    found = []
    for limit in LIMITS:
        value = measures.get(limit.name)
        if value is not None and not limit.low - 1e-9 <= value <= limit.high + 1e-9:
            found.append(f"{limit.name} is {value:.3g}, not {limit.low:g}..{limit.high:g}: {limit.meaning}")
    return found


def seen(sight: Sight, truth: Truth, samples: Floats) -> dict[str, float]:
    """All that the pictures tell, against what is said.

    Args:
        sight: what was seen.
        truth: what is said when.
        samples: the sound, `RATE` a second.
    """
    measures = {"face.found": float(sight.found.mean())}
    if not sight.found.any():
        return measures
    gap, eyes = _filled(sight.gap), np.column_stack([_filled(column) for column in sight.eyes.T])
    measures["face.sway"] = float(np.degrees(np.sqrt(np.nanvar(sight.head, axis=0).sum())))
    measures |= _mouth(gap, _filled(sight.width), sight, truth, samples)
    measures |= _blinks(eyes, sight)
    return measures


def by_ear(sight: Sight, phones: tuple[Phone, ...]) -> dict[str, float]:
    """The lag of the lips behind the sound itself. `phones`: as another recogniser heard them."""
    found = lips.lag(_filled(sight.gap), sight.times, phones)
    return {"lips.lag_by_ear": 1000 * found.seconds}


def spoken(hearing: Hearing) -> dict[str, float]:
    """What the recogniser understands."""
    return {"sound.word_errors": hearing.errors}


def timed(truth: Truth, starts: Floats) -> dict[str, float]:
    """How words fit the sound. `starts`: when each is heard, seconds, NaN where unknown."""
    late = starts - [word.start for word in truth.words]
    late = late[np.isfinite(late)]
    return {
        "words.late": 1000 * float(np.median(late)),
        "words.kept": _share(np.abs(late) <= CLOSE),
    }


def captioned(cues: Sequence[Cue], words: Sequence[str], starts: Floats) -> dict[str, float]:
    """How captions fit the sound; 0 if they do not say the text, word for word."""
    if [word for cue in cues for word in cue.words] != list(words):
        return {"captions.kept": 0.0}
    first = np.cumsum([0, *(len(cue.words) for cue in cues)])[:-1]
    misses = np.abs(starts[first] - [cue.start for cue in cues])
    return {"captions.kept": _share(misses[np.isfinite(misses)] <= CLOSE)}


def _mouth(gap: Floats, width: Floats, sight: Sight, truth: Truth, samples: Floats) -> dict[str, float]:
    times, phones = sight.times, truth.phones
    speaking = (times >= phones[0].start) & (times < phones[-1].end)
    closed, wide = np.percentile(gap[speaking], [2, 95])
    span = wide - closed
    loud = lips.loudness(samples, RATE, times)[speaking]
    said, shown = lips.reference(phones, times)[speaking], gap[speaking]
    speed = lips.speeds(shown, times[speaking])
    return (
        _timing(gap, times, truth)
        | _vowels(gap, width, sight, truth)
        | {
            "lips.range": float(span),
            "lips.shut": _share(lips.shut_gaps(gap, times, phones) < closed + SHUT * span),
            "lips.loudness": lips.correlation(shown, loud),
            "lips.beyond_loudness": lips.partial(shown, said, loud),
            "lips.speed": float(np.percentile(speed, 95)),
            "lips.top_speed": float(speed.max()),
            "lips.tremor": lips.tremor(shown, sight.fps),
            "lips.rest": float(max(_resting(gap, times, truth) - closed, 0.0) / max(span, 1e-9)),
        }
    )


def _vowels(gap: Floats, width: Floats, sight: Sight, truth: Truth) -> dict[str, float]:
    """How sounds are told apart; left out where a text has too few of them."""
    pairs = {
        "lips.wide_round": (width, lips.WIDE, lips.ROUND),
        "lips.open_close": (gap, lips.OPEN, lips.CLOSE),
    }
    measures = {}
    for name, (series, *kinds) in pairs.items():
        high, low = (lips.within(series, sight.times, truth.phones, kind) for kind in kinds)
        if min(len(high), len(low)) >= ENOUGH:
            measures[name] = lips.told_apart(high, low)
    return measures


def _timing(gap: Floats, times: Floats, truth: Truth) -> dict[str, float]:
    found = lips.lags(gap, times, truth.phones)
    seconds = np.array([lag.seconds for lag in found])
    return {
        "lips.lag": 1000 * float(np.median(seconds)),
        "lips.lag_kept": _share(np.abs(seconds) <= NEAR + 1e-9),
        "lips.fit": float(np.median([lag.fit for lag in found])),
    }


def _resting(gap: Floats, times: Floats, truth: Truth) -> float:
    """The median gap in the middle of pauses of more than 0.3 s, else the smallest."""
    inside = np.zeros(len(times), np.bool_)
    for phone in truth.phones:
        if phone.symbol == SILENCE and phone.end - phone.start > 0.3:
            inside |= (times > phone.start + 0.12) & (times < phone.end - 0.12)
    return float(np.median(gap[inside]) if inside.any() else gap.min())


def _blinks(eyes: Floats, sight: Sight) -> dict[str, float]:
    found = blinks(eyes, sight.times)
    minutes = (sight.times[-1] - sight.times[0] + 1 / sight.fps) / 60
    measures = {"eyes.blinks": len(found) / minutes}
    if found:
        lengths = [blink.length for blink in found]
        measures["eyes.blink_length"] = float(np.median(lengths))
        measures["eyes.longest_blink"] = max(lengths)
    return measures


def _filled(series: Floats) -> Floats:
    """A series with the frames without a face bridged."""
    known = np.isfinite(series)
    index = np.arange(len(series))
    return np.interp(index, index[known], series[known])


def _share(flags: NDArray[np.bool_]) -> float:
    return float(flags.mean()) if len(flags) else 0.0
