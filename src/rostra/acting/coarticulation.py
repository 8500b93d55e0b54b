"""Coarticulation: how neighbouring sounds share one mouth.

A real mouth starts the next sound before this one ends. Every sound pulls each part of the mouth
(jaw, rounding, lips, tongue) with its own strength, which swells before it and fades after it; what
one sees is the weighted mean. All pulls end after a fixed time, so that a row of motion depends on
no sound that begins more than `REACH` later: a stream may cut text wherever it likes.

Sounds that need contact are treated apart, because a mean of targets never quite closes: see `seals`.

Source: Cohen & Massaro 1993, "Modeling coarticulation in synthetic visual speech".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rostra.acting.track import Curve
from rostra.acting.visemes import COLUMN, DIPHTHONGS, GROUPS, SHAPES, SPAN, VISEMES, viseme_of
from rostra.speech.speech import SILENCE

REACH = 0.11  # s, the furthest that any pull begins before its sound
FADE = 0.10  # s, the longest that any pull outlasts its sound
LEAD = dict(zip(GROUPS, (0.095, 0.08, 0.075, 0.06), strict=True))  # s before a sound
LAG = dict(zip(GROUPS, (0.085, 0.085, 0.08, 0.05), strict=True))  # s after it
EARLY = REACH  # s, rounding of rounded sounds
SHOULDER = 0.03  # s of a sound in which its pull still grows or already fades
PARTED = 0.22  # s for which lips stay apart in a pause before they close
SECOND = 0.85  # the second half of a diphthong is never quite reached
TAPS = (0.146, 0.5, 0.854, 1.0, 0.854, 0.5, 0.146)  # a frame sees the mouth of a quarter frame each
FINE = 4  # taps per frame

JAW_SPEED = 4.5  # of jawOpen a second, the fastest that a jaw leaves or seeks a contact


class Seal(NamedTuple):
    """How a contact is made."""

    shortest: float  # s, less could not be seen
    approach: float  # s in which it closes
    release: float  # s in which it opens
    jaw: float  # the most that the jaw is open behind it


SEALS = {"lips": Seal(0.06, 0.038, 0.036, 0.12), "teeth": Seal(0.05, 0.055, 0.050, 0.045)}


class Seals(NamedTuple):
    """Contacts in n frames."""

    lips: Curve  # (n,) how far the lips are shut
    teeth: Curve  # (n,) how far the lower lip is under the upper teeth
    shapes: Curve  # (n, len(SHAPES)) what makes these contacts
    jaw: Curve  # (n,) the most that the jaw may be open


class Said(NamedTuple):
    """A sound as it will be shown: `size` scales its jaw (1: clear, stressed, of usual loudness)."""

    symbol: str
    start: float  # s
    end: float  # s
    size: float = 1.0


class Segment(NamedTuple):
    """One look: a sound, or half of a diphthong."""

    viseme: str
    start: float
    end: float
    size: float


def segments(said: Sequence[Said]) -> list[Segment]:
    """The looks of the sounds, in order: diphthongs are two, a pause parts the lips and then closes them."""
    return [look for sound in said for look in _looks(sound)]


def blend(times: Curve, looks: Sequence[Segment]) -> Curve:
    """Weighted mean of the looks at each time.

    Args:
        times: (n,) seconds.
        looks: in order; they should cover the times.

    Returns:
        (n, len(SHAPES)) weights.
    """
    visemes = [VISEMES[look.viseme] for look in looks]
    start = np.array([look.start + min(SHOULDER, 0.4 * (look.end - look.start)) for look in looks])
    end = np.array([look.end - min(SHOULDER, 0.4 * (look.end - look.start)) for look in looks])
    early = np.array([viseme.early for viseme in visemes])
    goals = np.array([_goal(look) for look in looks])
    before = start - times[:, None]
    after = times[:, None] - end
    mean = np.empty((len(times), len(SHAPES)))
    for place, group in enumerate(GROUPS):
        lead = np.where(early, EARLY, LEAD[group]) if group == "round" else LEAD[group]
        away = np.clip(np.maximum(before / (lead + SHOULDER), after / (LAG[group] + SHOULDER)), 0.0, 1.0)
        weight = (1 - away * away * (3 - 2 * away)) * np.array([viseme.pull[place] for viseme in visemes])
        total = weight.sum(axis=1, keepdims=True) + 1e-9
        mean[:, SPAN[group]] = (weight / total) @ goals[:, SPAN[group]]
    return mean


def seen(first: int, last: int, fps: float, looks: Sequence[Segment]) -> Curve:
    """The blended mouth in frames first..last-1, each averaged over what passes while it shows.

    Returns:
        (last - first, len(SHAPES)) weights.
    """
    half = len(TAPS) // 2
    fine = np.arange(FINE * first - half, FINE * (last - 1) + half + 1)
    mouths = blend((fine / FINE + 0.5) / fps, looks)
    windows = np.lib.stride_tricks.sliding_window_view(mouths, len(TAPS), axis=0)[::FINE]
    kernel = np.array(TAPS) / sum(TAPS)
    average: Curve = windows @ kernel
    return average


def seals(first: int, last: int, fps: float, looks: Sequence[Segment]) -> Seals:
    """Contact in frames first..last-1, whole on at least the frame nearest to each such sound."""
    rows = np.arange(first, last, dtype=np.float64)
    touch = {kind: np.zeros(len(rows)) for kind in SEALS}
    shapes = np.zeros((len(rows), len(SHAPES)))
    jaw = np.ones(len(rows))
    for look in looks:
        viseme = VISEMES[look.viseme]
        if viseme.seal:
            contact, away = _contact(rows, fps, look)
            touch[viseme.seal] = np.maximum(touch[viseme.seal], contact)
            shapes = np.maximum(shapes, contact[:, None] * viseme.weights)
            jaw = np.minimum(jaw, SEALS[viseme.seal].jaw + JAW_SPEED * away)
    return Seals(touch["lips"], touch["teeth"], shapes, jaw)


def _contact(rows: Curve, fps: float, look: Segment) -> tuple[Curve, Curve]:
    """How whole a contact is in each frame, 0..1, and how many seconds away it is."""
    seal = SEALS[VISEMES[look.viseme].seal]
    middle = (look.start + look.end) / 2
    shut = min(look.start + 0.005, middle - seal.shortest / 2)
    part = max(look.end - 0.02, middle + seal.shortest / 2)
    times = (rows + 0.5) / fps
    early, late = np.maximum(shut - times, 0.0), np.maximum(times - part, 0.0)
    away = np.minimum(np.maximum(early / seal.approach, late / seal.release), 1.0)
    contact: Curve = 1 - away * away * (3 - 2 * away)
    contact[rows == round(middle * fps - 0.5)] = 1.0
    return contact, np.maximum(early, late)


def _looks(sound: Said) -> list[Segment]:
    symbol, start, end, size = sound
    if symbol == SILENCE:
        parted = min(start + PARTED, end)
        rest = [Segment("rest", parted, end, 1.0)] if parted < end else []
        return [Segment("breath", start, parted, 1.0), *rest]
    if symbol in DIPHTHONGS:
        first, second, turn = DIPHTHONGS[symbol]
        change = start + turn * (end - start)
        return [Segment(first, start, change, size), Segment(second, change, end, SECOND * size)]
    return [Segment(viseme_of(symbol), start, end, size)]


def _goal(look: Segment) -> Curve:
    """Where a look pulls the mouth; what makes its contact comes from `seals`."""
    viseme = VISEMES[look.viseme]
    goal = viseme.weights
    if viseme.vowel:
        goal[COLUMN["jawOpen"]] *= look.size
        goal[SPAN["lips"]] *= min(look.size, 1.1)
    if viseme.seal:
        goal[SPAN["lips"]] = 0.0
    return goal
