"""Joining: films that were encoded alike become one, their pictures as they are, their sound encoded anew.

AAC cannot be cut and joined without clicks: each piece begins with samples that only prime the
decoder. So pieces keep their sound as it is, and it is encoded once for the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from rostra.drafts import draft
from rostra.errors import MediaError
from rostra.picture.encoder import SOUND_BIT_RATE, SOUND_SEARCH

Pcm = NDArray[np.int16]


def join(films: Sequence[Path], sounds: Iterable[Pcm], rate: int, target: Path) -> float:
    """Write one MP4; returns its seconds.

    Args:
        films: silent MP4s of one size, rate and encoder, at least one.
        sounds: of each film, (samples,) int16 mono, as long as its pictures.
        rate: samples per second.
        target: the MP4 to write, whole or not at all.

    Raises:
        MediaError: a film cannot be read.
        OutputError: the target cannot be written.
    """
    with draft(target) as place:
        try:
            with av.open(str(place), "w", format="mp4", options={"movflags": "+faststart"}) as out:
                return _join(films, sounds, rate, out)
        except av.FFmpegError as error:
            told = f"The scenes cannot be joined ({error})."
            raise MediaError(told, "Generate again.", "scenes") from error


def _join(films: Sequence[Path], sounds: Iterable[Pcm], rate: int, out: Any) -> float:
    with av.open(str(films[0])) as first:
        pictures = out.add_stream_from_template(first.streams.video[0])
    voice = out.add_stream("aac", rate=rate, layout="mono", options={"aac_coder": SOUND_SEARCH})
    voice.bit_rate = SOUND_BIT_RATE
    seconds, heard = Fraction(0), 0
    for film, pcm in zip(films, sounds, strict=True):
        piece = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm).reshape(1, -1), "s16", "mono")
        piece.sample_rate, piece.time_base, piece.pts = rate, Fraction(1, rate), heard
        heard += len(pcm)
        out.mux(voice.encode(piece))
        with av.open(str(film)) as file:
            stream = file.streams.video[0]
            unit, length = stream.time_base or Fraction(1, 90_000), Fraction(0)
            for packet in file.demux(stream):
                if packet.dts is None or packet.pts is None:
                    continue
                length = max(length, (packet.pts + (packet.duration or 0)) * unit)
                packet.pts += round(seconds / unit)
                packet.dts += round(seconds / unit)
                packet.stream = pictures
                out.mux(packet)
        seconds += length
    out.mux(voice.encode(None))
    return float(seconds)
