"""A voice without a model: noise of the right length, for tests of everything around the model."""

import numpy as np

from rostra.speech.embedded import EmbeddedVoice

RATE = 24000


class Hum:
    """Stands for a model: every symbol lasts 25 ms and sounds alike; counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, symbols, pace):
        self.asked.append(symbols)
        durations = np.full(len(symbols) + 2, 0.025 / pace.rate)
        count = round(durations.sum() * RATE)
        sound = 0.1 * np.sin(np.arange(count) * 0.05)
        return sound.astype(np.float32), durations


def humming(hum: Hum | None = None) -> EmbeddedVoice:
    return EmbeddedVoice("hum", hum or Hum(), RATE, limit=400, lag=0.05)
