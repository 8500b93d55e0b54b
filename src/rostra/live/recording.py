"""Recordings: sound that a client sends instead of text, made ready to be spoken by the presenter.

It is decoded once, as far as it may be long, and cut at its pauses, so that the first words are on screen
while the rest is still listened to.
"""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np

from rostra.errors import MediaError
from rostra.live.performance import Said
from rostra.live.speaker import ready
from rostra.speech.follow import follow as phones_of
from rostra.speech.speech import Pcm, Speech

RATE = 24_000  # samples per second that lips are made from
LONGEST = 600.0  # s of a recording
PART = (3.0, 8.0)  # s: shortest and longest part
STEP = 0.02  # s over which loudness is taken


def decode(data: bytes) -> list[Pcm]:
    """The sound of a file in parts, int16 mono at RATE.

    Raises:
        MediaError: it cannot be read, has no sound, or is too long.
    """
    try:
        with av.open(io.BytesIO(data)) as file:
            if not file.streams.audio:
                raise MediaError("The file has no sound.", "Send MP3, WAV, OGG or WebM.", "audio")
            sound = _samples(file)
    except (av.FFmpegError, ValueError, EOFError) as error:
        raise MediaError("The sound cannot be read.", "Send MP3, WAV, OGG or WebM.", "audio") from error
    if not len(sound):
        raise MediaError("The recording is empty.", "Record something.", "audio")
    return _parts(sound)


def follow(part: Pcm, fps: int) -> list[Said]:
    """A part of a recording with the phones that are heard in it."""
    return [ready(Speech(part, RATE, phones_of(part, RATE), ()), fps)]


def _samples(file: Any) -> Pcm:
    resampler = av.AudioResampler("s16", "mono", RATE)
    pieces: list[Pcm] = []
    count = 0
    for frame in file.decode(audio=0):
        frame.pts = None
        for out in resampler.resample(frame):
            pieces.append(out.to_ndarray()[0])
            count += len(pieces[-1])
        if count > LONGEST * RATE:
            raise MediaError(
                f"The recording is longer than {LONGEST / 60:.0f} minutes.", "Send it in parts.", "audio"
            )
    pieces += [out.to_ndarray()[0] for out in resampler.resample(None)]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)


def _parts(sound: Pcm) -> list[Pcm]:
    """Cut at the quietest moment between the shortest and the longest length of a part."""
    parts = []
    shortest, longest, step = (round(seconds * RATE) for seconds in (*PART, STEP))
    while len(sound) > longest:
        window = sound[shortest:longest].astype(np.float32)
        loud = np.square(window[: len(window) // step * step]).reshape(-1, step).mean(1)
        cut = shortest + int(np.argmin(loud)) * step + step // 2
        parts.append(sound[:cut])
        sound = sound[cut:]
    return [*parts, sound]
