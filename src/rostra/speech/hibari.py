"""hibari: the fast model (RTF about 0.01 on one core), one speaker, recoloured to be others.

The network predicts spectra and pitch at 80 frames a second; hibari's own signal processing turns
them into sound. Its hidden durations are brought out of the graph, in units of 600 samples.
"""

from __future__ import annotations

import hashlib
import threading
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from rostra.errors import EngineError
from rostra.speech import english, graph
from rostra.speech.colour import NATURAL, Colour, Floats

RATE = 24000
UNIT = 600  # samples of sound per unit of duration
LIMIT = 400  # symbols in one go
LAG = 0.055  # s, by which the borders come after the sound (benchmarks/voice_lag.py)
DURATIONS = "/Clip_output_0"
BRITISH = str.maketrans("ɒQa", "ɑOæ")  # what she never learned to say -> the nearest that she can
LONG = "ː"  # nor did she learn this mark; her vowels are long enough without
SHA256 = "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8"

_lock = threading.Lock()


class Hibari:
    """The fast model; get the shared one from `hibari()`.

    Raises:
        MissingError: hibari or onnxruntime is not installed.
        EngineError: another version than this was written for.
    """

    rate = RATE
    limit = LIMIT
    lag = LAG

    def __init__(self, threads: int = 1) -> None:
        english.require()
        model = files("hibari").joinpath("assets/hibari.onnx").read_bytes()
        if hashlib.sha256(model).hexdigest() != SHA256:
            raise EngineError(
                "The fast voice is of another version.", "Run: pip install hibari-tts==0.2.1", "voice"
            )
        self._session = graph.session(graph.with_output(model, DURATIONS), threads)

    def synthesise(
        self,
        symbols: str,
        speed: float = 1.0,
        semitones: float = 0.0,
        colour: Colour = NATURAL,
    ) -> tuple[Floats, NDArray[np.float64]]:
        """Sound of a string of symbols.

        Returns:
            (samples,) sound, about -1..1; (2 + symbols,) seconds that the lead, each symbol and the
            tail take, which sum to the length of the sound.

        Raises:
            EngineError: the model gave something else than it promises.
        """
        from hibari import dsp  # noqa: PLC0415  (an extra)

        harmonics, theta, noise, rest, phi, f0, units = self.infer(symbols, speed)
        f0 = f0.ravel()
        harmonics, noise, rest = colour.paint(harmonics, noise, rest, f0)
        sound: Floats = dsp.synth(
            harmonics,
            theta,
            noise,
            rest,
            phi,
            colour.bend(f0, semitones),
            np.random.default_rng(len(symbols)),  # the same text always sounds the same
        )
        durations = units.astype(np.float64) * UNIT
        check(durations, sound, len(symbols))
        return sound, durations / RATE

    def pitch(self, symbols: str) -> Floats:
        """(frames,) Hz at 80 a second, 0 where there is no voice: the speaker as she comes."""
        found: Floats = self.infer(symbols, 1.0)[5].ravel()
        return found

    def infer(self, symbols: str, speed: float) -> list[Floats]:
        """The network's outputs, without their batch dimension: harmonics, phases, noise, rest, its
        phases (bins, frames), pitch, durations. Marks that she does not know take no time."""
        known = english.ids()
        spoken = [symbol != LONG for symbol in symbols]
        numbers = [[0, *(known[symbol] for symbol in symbols.translate(BRITISH) if symbol != LONG), 0]]
        inputs = {"ids": np.asarray(numbers, np.int64), "speed": np.asarray([speed], np.float32)}
        *frames, units = self._session.run(None, inputs)
        durations = np.zeros(len(symbols) + 2, np.float32)
        durations[[True, *spoken, True]] = units.ravel()
        return [*(value[0] for value in frames), durations]


def check(durations: NDArray[np.float64], sound: Floats, symbols: int) -> None:
    """Raise EngineError when durations and sound disagree."""
    if len(durations) != symbols + 2 or round(float(durations.sum())) != len(sound):
        raise EngineError(
            "The voice model's durations do not fit its sound.", "Run: rostra models verify", "voice"
        )


def hibari(threads: int = 1) -> Hibari:
    """The fast model, loaded once and shared by all threads."""
    with _lock:
        model: Hibari = _load(threads)
        return model


@cache
def _load(threads: int) -> Hibari:
    return Hibari(threads)
