"""Voiceprint: who speaks, as 256 numbers that are alike for the same voice.

A small recurrent network that was trained to tell thousands of speakers apart reads the sound in
windows of 1.6 s; the mean of its answers is the print. The cosine of two prints says how alike two
voices are. The weights come in the wheel `resemblyzer` (Apache-2.0), which stores them as a PyTorch
archive. Reading that archive and running three LSTM layers needs nothing but numpy.

Source: Wan et al. 2018, "Generalized end-to-end loss for speaker verification"; PyTorch's legacy
serialisation (three header pickles, the object, the keys, then each storage after its length).
"""

from __future__ import annotations

import pickle  # read by `_Reader`, which builds nothing but the names it knows
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from rostra.errors import EngineError, MissingError

Floats = NDArray[np.float32]

RATE = 16_000  # Hz
WINDOW, HOP = 400, 160  # samples of one spectrum: 25 ms, 10 ms apart
MELS = 40
PART = 160  # spectra that the network reads in one go: 1.6 s
STEP = 77  # spectra between parts
COVER = 0.75  # share of the last part that must be there
LAYERS, HIDDEN = 3, 256
LEVEL = 10 ** (-30 / 20)  # the loudness that the network knows, root mean square
QUIET = 0.02  # of the loudest spectrum's power: below is silence, which says nothing about a speaker
HEADERS = 3  # pickles before the object

Weights = dict[str, Floats]
Sizes = tuple[int, ...]


def voiceprint(sound: Floats) -> Floats:
    """The print of a voice.

    Args:
        sound: (samples,) at `RATE`, at least a second or so of speech.

    Returns:
        (256,) of length 1; no value is negative.

    Raises:
        MissingError: the weights are not installed.
        EngineError: they are damaged.
    """
    return _unit(_read(np.stack(_parts(_heard(spectra(sound))))).mean(axis=0))


def spectra(sound: Floats) -> Floats:
    """(frames, MELS) power in bands of equal perceived width."""
    rms = float(np.sqrt(np.mean(np.square(sound)))) or 1.0
    padded = np.pad(sound * max(LEVEL / rms, 1.0), WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    found: Floats = (power @ _filters().T).astype(np.float32)
    return found


def _heard(frames: Floats) -> Floats:
    """The frames without longer silences."""
    loud = frames.sum(axis=1)
    near = np.convolve(loud > loud.max() * QUIET**2, np.ones(21), "same") > 0
    return frames[near]


def _parts(frames: Floats) -> list[Floats]:
    """Overlapping windows of `PART` spectra; a short sound is padded to one."""
    starts = [0]
    while len(frames) - (starts[-1] + STEP) >= PART * COVER:
        starts.append(starts[-1] + STEP)
    padded = np.pad(frames, ((0, max(0, starts[-1] + PART - len(frames))), (0, 0)))
    return [padded[start : start + PART] for start in starts]


def _read(parts: Floats) -> Floats:
    """(parts, HIDDEN) the network's answers to (parts, PART, MELS)."""
    weights = _weights()
    for layer in range(LAYERS):
        parts = _lstm(parts, weights, layer)
    answers = np.maximum(parts[:, -1] @ weights["linear.weight"].T + weights["linear.bias"], 0)
    return np.stack([_unit(answer) for answer in answers])


def _lstm(rows: Floats, weights: Weights, layer: int) -> Floats:
    """(parts, frames, HIDDEN) states of one layer; gates in the order input, forget, cell, output."""
    recurrent = weights[f"lstm.weight_hh_l{layer}"].T.copy()
    bias = weights[f"lstm.bias_ih_l{layer}"] + weights[f"lstm.bias_hh_l{layer}"]
    driven = rows @ weights[f"lstm.weight_ih_l{layer}"].T + bias
    state = cell = np.zeros((len(rows), HIDDEN), np.float32)
    states = np.empty((*rows.shape[:2], HIDDEN), np.float32)
    for at in range(rows.shape[1]):
        enter, forget, new, leave = np.split(driven[:, at] + state @ recurrent, 4, axis=1)
        cell = _sigmoid(forget) * cell + _sigmoid(enter) * np.tanh(new)
        state = states[:, at] = _sigmoid(leave) * np.tanh(cell)
    return states


def _sigmoid(value: Floats) -> Floats:
    found: Floats = 0.5 * (1 + np.tanh(0.5 * value))
    return found


def _unit(vector: Floats) -> Floats:
    found: Floats = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return found


@cache
def _filters() -> NDArray[np.float64]:
    """(MELS, bins) triangles of equal area along Slaney's mel scale."""
    edges = _hertz(np.linspace(0, _mel(RATE / 2), MELS + 2))
    bins = np.fft.rfftfreq(WINDOW, 1 / RATE)
    low, mid, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.maximum(0, np.minimum((bins - low) / (mid - low), (high - bins) / (high - mid)))
    area: NDArray[np.float64] = 2 / (high - low)
    return triangles * area


def _mel(hertz: float) -> float:
    """Linear below 1000 Hz, logarithmic above."""
    return 15 + 27 * float(np.log(hertz / 1000) / np.log(6.4)) if hertz > 1000 else hertz * 3 / 200


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel > 15, 1000 * np.exp(np.log(6.4) / 27 * (mel - 15)), mel * 200 / 3)


@cache
def _weights() -> Weights:
    """The network's weights by PyTorch's names."""
    spec = find_spec("resemblyzer")
    if not spec or not spec.origin:
        raise MissingError(
            "What tells voices apart is not installed.",
            "Run: pip install --no-deps resemblyzer==0.1.4",
            "judge",
        )
    try:
        with (Path(spec.origin).parent / "pretrained.pt").open("rb") as file:
            return read_archive(file)
    except (OSError, pickle.UnpicklingError, KeyError, ValueError, EOFError) as error:
        raise EngineError(
            f"The weights that tell voices apart are damaged: {error}", "Install them again.", "judge"
        ) from error


def read_archive(file: BinaryIO) -> Weights:
    """The tensors under `model_state` of a PyTorch archive in its old format.

    Raises:
        pickle.UnpicklingError: it holds something else than numbers and tensors.
    """
    storages: dict[str, Floats] = {}
    for _ in range(HEADERS):
        _Reader(file, storages).load()
    state = _Reader(file, storages).load()["model_state"]
    for key in _Reader(file, storages).load():
        count = int(np.frombuffer(file.read(8), "<i8")[0])
        storages[key][:] = np.frombuffer(file.read(4 * count), "<f4")
    return {name: tensor for name, tensor in state.items() if isinstance(tensor, np.ndarray)}


def _tensor(storage: Floats, offset: int, shape: Sizes, strides: Sizes, *_: object) -> Floats:
    """A view of a storage, which is filled later."""
    steps = [4 * stride for stride in strides]
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, steps)


KNOWN: dict[tuple[str, str], Callable[..., Any] | str] = {
    ("torch._utils", "_rebuild_tensor"): _tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch", "FloatStorage"): "float",
    ("collections", "OrderedDict"): OrderedDict,
}


class _Reader(pickle.Unpickler):
    """Unpickles tensors; refuses every other class or function."""

    def __init__(self, file: BinaryIO, storages: dict[str, Floats]) -> None:
        super().__init__(file)
        self._storages = storages

    def find_class(self, module: str, name: str) -> Any:
        """One of `KNOWN`."""
        try:
            return KNOWN[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed") from None

    def persistent_load(self, pid: Any) -> Floats:
        """The storage that a tensor looks at: empty now, filled from what follows the pickles."""
        _, _, key, _, count, *_ = pid
        return self._storages.setdefault(key, np.zeros(count, np.float32))
