"""A voice of somebody else, for tests of plug-ins."""

from __future__ import annotations

from functools import cache

import numpy as np

from rostra.speech.catalogue import voice

TEXT = "Mama met Bob. We saw eight big orange boats by the shore."


@cache
def speech() -> tuple[np.ndarray, int]:
    """Some three seconds of English, int16, and its rate."""
    pieces = [*voice("heart:fast").speak(TEXT)]
    return np.concatenate([piece.pcm for piece in pieces]), pieces[0].rate


def chunks(pcm: np.ndarray, rate: int, seconds: float = 0.1) -> list[bytes]:
    step = round(rate * seconds)
    return [pcm[start : start + step].tobytes() for start in range(0, len(pcm), step)]


def loud(pcm: bytes) -> float:
    return float(np.sqrt(np.square(np.frombuffer(pcm, np.int16).astype(float)).mean()))


def in_step(media: list[np.ndarray | None]) -> np.ndarray:
    """The sound among pictures (None), without the silences that lead it; one frame of it to a picture."""
    kept = []
    for place, one in enumerate(media):
        if one is not None and place + 1 < len(media) and media[place + 1] is not None:
            assert not one.any()  # where a busy machine had a gap, silence leads anew
            assert media[place - 1] is None
        elif one is not None:
            kept.append(one)
    assert {len(one) for one in kept} == {1920}
    return np.concatenate(kept)


def lag(given: np.ndarray, rate: int, got: np.ndarray, got_rate: int) -> float:
    """Seconds by which one sound comes after another, to 10 ms; and that they are alike."""
    one, two = (
        np.sqrt(
            np.square(pcm[: len(pcm) // (r // 100) * (r // 100)].astype(float)).reshape(-1, r // 100).mean(1)
        )
        for pcm, r in ((given, rate), (got, got_rate))
    )
    two = np.pad(two, 100)
    alike = [
        float(np.corrcoef(one, two[shift : shift + len(one)])[0, 1])
        for shift in range(len(two) - len(one) + 1)
        if two[shift : shift + len(one)].any()
    ]
    assert max(alike) > 0.98
    return (int(np.argmax(alike)) - 100) / 100
