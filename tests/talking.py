"""Live sessions without a voice: a tone for every word, for tests of everything around the voice."""

from __future__ import annotations

import asyncio

import numpy as np

from rostra.live.performance import Said
from rostra.live.recording import decode
from rostra.live.speaker import Wanted, ready
from rostra.speech.speech import SILENCE, Pcm, Phone, Speech, Word

RATE = 24_000
FPS = 25
WORD, GAP, PAUSE = 0.22, 0.06, 0.2  # s of a word, between two words, after the last
LOUD = 8000


def tone(seconds: float, rate: int = RATE, pitch: float = 220.0) -> Pcm:
    time = np.arange(round(seconds * rate)) / rate
    return (LOUD * np.sin(2 * np.pi * pitch * time)).astype(np.int16)


def speech(text: str, lead: float = 0.0, word: float = WORD) -> Speech:
    """Each word is a vowel of its own pitch."""
    phones: list[Phone] = [Phone(SILENCE, 0.0, lead)] if lead else []
    words, sound, at = [], [np.zeros(round(lead * RATE), np.int16)], lead
    for number, one in enumerate(text.split()):
        gap = GAP if number else 0.0
        if gap:
            phones.append(Phone(SILENCE, at, at + gap))
        words.append(Word(one, at + gap, at + gap + word))
        phones.append(Phone("ɑitu"[number % 4], at + gap, at + gap + word, 1))
        sound += [np.zeros(round(gap * RATE), np.int16), tone(word, pitch=200 + 20 * (number % 7))]
        at += gap + word
    phones.append(Phone(SILENCE, at, at + PAUSE))
    sound.append(np.zeros(round(PAUSE * RATE), np.int16))
    return Speech(np.concatenate(sound), RATE, tuple(phones), tuple(words), text)


def said(text: str, lead: float = 0.0) -> Said:
    return ready(speech(text, lead), FPS)


class Parrot:
    """Stands for the process that speaks; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.voices: list[Wanted] = []
        self.fails: Exception | None = None  # at the next text
        self.gate = asyncio.Event()  # speaks only while it is set
        self.gate.set()

    async def say(self, wanted: Wanted, text: str, pause: str = "end", ahead: float = 0.0) -> list[Said]:
        await self.gate.wait()
        self.asked.append(text)
        self.voices.append(wanted)
        if self.fails:
            failure, self.fails = self.fails, None
            raise failure
        return [said(text)]

    async def read(self, recording: bytes) -> list[Pcm]:
        return await asyncio.to_thread(decode, recording)

    async def follow(self, part: Pcm, ahead: float = 0.0) -> list[Said]:
        length = len(part) / RATE
        return [ready(Speech(part, RATE, (Phone("ɑ", 0.0, length, 1),), ()), FPS)]

    def stop(self) -> None:
        """Nothing runs."""
