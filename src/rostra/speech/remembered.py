"""Remembered speech: what a voice has said once, it says again without being asked.

So what was heard in a preview is the very sound of the video, and a render that was broken off goes on
without speaking everything anew. Pieces are kept on disk as they come.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from rostra.drafts import draft
from rostra.speech.speech import Mark, Phone, Speech, Word
from rostra.speech.voice import NATURAL, Pace, Voice


class Remembered:
    """A voice with a memory.

    Args:
        voice: what speaks.
        folder: where it is kept.
    """

    def __init__(self, voice: Voice, folder: Path) -> None:
        self._voice, self._folder = voice, folder
        self.name, self.rate = voice.name, voice.rate
        self.note = getattr(voice, "note", "")

    def speak(self, text: str, pace: Pace = NATURAL) -> Iterator[Speech]:
        """See `Voice.speak`."""
        named = json.dumps([self.name, text, pace.rate, pace.pitch, pace.pauses])
        place = self._folder / f"{hashlib.sha256(named.encode()).hexdigest()[:32]}.npz"
        if place.exists():
            yield from _read(place)
            return
        said: list[Speech] = []
        for piece in self._voice.speak(text, pace):
            said.append(piece)
            yield piece
        self._folder.mkdir(parents=True, exist_ok=True)
        with draft(place) as file:
            file.write_bytes(_packed(said))


def _packed(said: list[Speech]) -> bytes:
    facts = [
        {
            "rate": one.rate, "text": one.text, "phones": one.phones, "words": one.words, "marks": one.marks,
        }
        for one in said
    ]  # fmt: skip
    data = io.BytesIO()
    sounds = {f"pcm{number}": one.pcm for number, one in enumerate(said)}
    np.savez(data, facts=np.frombuffer(json.dumps(facts).encode(), np.uint8), **sounds)  # type: ignore[arg-type]
    return data.getvalue()


def _read(place: Path) -> list[Speech]:
    with np.load(place, allow_pickle=False) as kept:
        facts: list[dict[str, Any]] = json.loads(kept["facts"].tobytes())
        return [
            Speech(
                kept[f"pcm{number}"],
                one["rate"],
                tuple(Phone(*phone) for phone in one["phones"]),
                tuple(Word(*word) for word in one["words"]),
                one["text"],
                tuple(Mark(*mark) for mark in one["marks"]),
            )
            for number, one in enumerate(facts)
        ]
