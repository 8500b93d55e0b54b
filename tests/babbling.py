"""Speech without a voice: babble of known sounds, for tests of what a face makes of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rostra.acting import INDEX, Actor
from rostra.speech.marks import END
from rostra.speech.speech import SILENCE, Mark, Phone, Speech, Word

RATE = 16000
FPS = 25.0


def sentence(
    seed: int,
    question: bool = False,
    first: str = "so",
    every: int = 6,
    count: int = 36,
    text: str = "",
    marks: tuple[Mark, ...] = (),
    pause: float = 0.5,
) -> Speech:
    """Babble with stressed vowels of changing pitch and loudness, and a pause.

    Args:
        seed: of pitch and lengths.
        question: whether its last word asks.
        first: its first word.
        every: how many sounds from stress to stress.
        count: sounds; 36 take about three seconds.
        text: the words, evenly spread, in place of `first` and "right".
        marks: the author's.
        pause: s behind it.
    """
    rng = np.random.default_rng(seed)
    phones, sound, end = [Phone(SILENCE, 0.0, 0.1)], [np.zeros(1600)], 0.1
    for number in range(count):
        symbol = "tɑnidɛlʌkIsæ"[number % 12]
        stress = int(number % every == 1)
        length = round(float(rng.uniform(0.06, 0.10)), 3)
        tone = rng.uniform(90, 160) * (1.3 if stress else 1.0)
        time = np.arange(round((end + length) * RATE) - round(end * RATE)) / RATE
        sound.append((0.05 + 0.15 * stress) * np.sign(np.sin(2 * np.pi * tone * time)))
        phones.append(Phone(symbol, end, end + length, stress))
        end += length
    phones.append(Phone(SILENCE, end, end + pause))
    sound.append(np.zeros(round((end + pause) * RATE) - round(end * RATE)))
    words = (
        spread(text, 0.1, end)
        if text
        else (Word(first, 0.1, 0.4), Word("right?" if question else "right.", end - 0.4, end))
    )
    pcm = (np.concatenate(sound) * 32767).astype(np.int16)
    return Speech(pcm, RATE, tuple(phones), words, text, marks)


def spread(text: str, start: float, end: float) -> tuple[Word, ...]:
    """The words of a text, each as long as the others."""
    words = text.split()
    each = (end - start) / len(words)
    return tuple(Word(word, start + i * each, start + (i + 1) * each) for i, word in enumerate(words))


def rambling(minutes: float, actor: Actor) -> np.ndarray:
    """Talk in sentences of all lengths, every fourth of which ends a paragraph; its pause is longer."""
    rows, seed, rng = [], 0, np.random.default_rng(5)
    while sum(map(len, rows)) < minutes * 60 * FPS:
        ends = seed % 4 == 3
        count = int(rng.integers(12, 70))
        piece = sentence(seed, question=rng.random() < 0.15, count=count, pause=0.85 if ends else 0.42)
        marks = (Mark(END, piece.words[-1].end),) if ends else ()
        rows.append(actor.perform(replace(piece, marks=marks)).curves)
        seed += 1
    return np.concatenate(rows)


def talk(minutes: float, actor: Actor) -> np.ndarray:
    rows, seed = [], 0
    while sum(map(len, rows)) < minutes * 60 * FPS:
        rows.append(actor.perform(sentence(seed)).curves)
        seed += 1
    return np.concatenate(rows)


def channel(curves: np.ndarray, name: str) -> np.ndarray:
    return curves[:, INDEX[name]]


def blinks(curves: np.ndarray) -> np.ndarray:
    """Rows on which the lids become fully shut."""
    shut = channel(curves, "eyeBlinkLeft") >= 0.999
    return np.flatnonzero(shut[1:] & ~shut[:-1]) + 1
