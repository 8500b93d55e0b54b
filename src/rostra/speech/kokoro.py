"""Kokoro: the fine model (82 million parameters, int8; RTF about 0.6 on one core).

A speaker is a style vector, chosen by the length of the text from a table of 510; vectors blend. The
model's hidden durations are brought out of the graph, in units of 600 samples; a factor for the pitch
is put in.
"""

from __future__ import annotations

import threading
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rostra.speech import english, graph, models
from rostra.speech.hibari import RATE, UNIT, check
from rostra.speech.resample import resample
from rostra.speech.speakers import Shares
from rostra.speech.timing import Samples

LIMIT = 400  # symbols in one go; the model could take 510
LAG = 0.055  # s, by which the borders come after the sound (benchmarks/voice_lag.py)
DURATIONS = "/encoder/Clip_output_0"
PITCH = "/encoder/Squeeze_output_0"
STYLE_SHAPE = (510, 256)
TIMBRE = 128  # values of a style that shape the sound; the rest shape melody and timing

_lock = threading.Lock()


class Kokoro:
    """The fine model; get the shared one from `kokoro()`.

    Raises:
        MissingError: weights, hibari (which pronounces) or onnxruntime are not installed.
        EngineError: the weights are damaged.
    """

    def __init__(self, folder: Path | None = None, threads: int = 1) -> None:
        english.require()
        graph_bytes = graph.with_factor(models.model(folder), PITCH, "pitch")
        self._session = graph.session(graph.with_output(graph_bytes, DURATIONS), threads)

    def synthesise(
        self,
        symbols: str,
        style: Samples,
        speed: float = 1.0,
        semitones: float = 0.0,
        formants: float = 1.0,
    ) -> tuple[Samples, NDArray[np.float64]]:
        """Sound of a string of symbols; see `Hibari.synthesise`.

        The formants move by playing the sound faster or slower; the model speaks as much slower and
        lower before, so that pace and pitch stay.

        Args:
            symbols: what to say, at most LIMIT.
            style: (510, 256) the speaker.
            speed: factor on the speaking rate.
            semitones: to move the pitch; the formants stay.
            formants: factor on the frequencies of the vocal tract.
        """
        known = english.ids()
        inputs = {
            "tokens": np.asarray([[0, *(known[symbol] for symbol in symbols), 0]], np.int64),
            "style": style[min(len(symbols), len(style) - 1)][None],
            "speed": np.asarray([speed / formants], np.float32),
            "pitch": np.asarray([2.0 ** (semitones / 12) / formants], np.float32),
        }
        sound, units = self._session.run(None, inputs)
        durations = units.ravel().astype(np.float64) * UNIT
        check(durations, sound, len(symbols))
        played = resample(sound, round(RATE * formants), RATE)
        return played.astype(np.float32), durations * (len(played) / len(sound)) / RATE


def kokoro(folder: Path | None = None, threads: int = 1) -> Kokoro:
    """The fine model, loaded once and shared by all threads."""
    with _lock:
        model: Kokoro = _load(folder, threads)
        return model


@cache
def _load(folder: Path | None, threads: int) -> Kokoro:
    return Kokoro(folder, threads)


@lru_cache(64)  # 0.5 MB each
def style(timbre: Shares, melody: Shares, folder: Path | None = None) -> Samples:
    """(510, 256) the style vectors of a speaker, blended.

    Args:
        timbre: style vectors with their shares of the sound of the voice.
        melody: the same of its intonation and timing.
        folder: of the weights.

    Raises:
        MissingError: a file is not there.
        EngineError: it is damaged.
    """
    halves = [_blend(timbre, folder)[:, :TIMBRE], _blend(melody, folder)[:, TIMBRE:]]
    return np.concatenate(halves, axis=1, dtype=np.float32)


def _blend(parts: Shares, folder: Path | None) -> Samples:
    """(510, 256) the mean of style vectors, weighted by their shares."""
    vectors = np.stack([_vector(name, folder) for name, _ in parts])
    return np.average(vectors, axis=0, weights=[share for _, share in parts])


def _vector(name: str, folder: Path | None) -> Samples:
    content = models.weights()[f"{name}.bin"].read(folder)
    return np.frombuffer(content, "<f4").reshape(STYLE_SHAPE)
