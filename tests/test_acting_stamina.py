"""Stamina: ten minutes of talk and of each kind of rest show no loop, no drift and no jerk."""

from __future__ import annotations

import numpy as np
import pytest

from babbling import FPS, blinks, channel, rambling
from rostra.acting import INDEX, Actor, Mood

MINUTE = int(60 * FPS)
HEAD = ("headYaw", "headPitch", "headRoll")
LOOPED = (*HEAD, "gazeYaw", "gazePitch", "browInnerUp", "bodySway", "bodyLean", "breath")
FASTEST = {
    "headYaw": 0.8,
    "headPitch": 1.1,
    "headRoll": 0.5,
    "bodySway": 2.0,
    "bodyLean": 1.5,
    "breath": 7.0,
    "browInnerUp": 6.0,
    "browDownLeft": 4.0,
    "mouthLeft": 3.0,
}  # a second; rad of the head
HARDEST = {"headYaw": 12.0, "headPitch": 20.0, "headRoll": 8.0}  # rad/s²


@pytest.fixture(scope="module", params=["talk", Mood.IDLE, Mood.LISTENING, Mood.THINKING])
def rows(request: pytest.FixtureRequest) -> np.ndarray:
    """Ten minutes."""
    actor = Actor(seed=11)
    if request.param == "talk":
        return rambling(10, actor)[: 10 * MINUTE].astype(float)
    return actor.rest(600, request.param).curves.astype(float)


def likeness(value: np.ndarray) -> np.ndarray:
    """Autocorrelation at each lag, 1 at none."""
    value = value - value.mean()
    power = np.abs(np.fft.rfft(value, 2 * len(value))) ** 2
    product = np.fft.irfft(power)[: len(value)]
    return product / np.arange(len(value), 0, -1) / (product[0] / len(value))


@pytest.mark.parametrize("name", LOOPED)
def test_nothing_repeats_itself(rows: np.ndarray, name: str) -> None:
    lags = likeness(channel(rows, name))[int(15 * FPS) : len(rows) // 2]
    assert lags.max() < (
        0.65 if name.startswith("body") else 0.45
    )  # a body takes only 50 stances in this time


def test_a_loop_would_be_found() -> None:
    looped = np.tile(Actor(seed=11).rest(40).curves, (15, 1)).astype(float)
    for name in LOOPED:
        assert likeness(channel(looped, name))[int(15 * FPS) : len(looped) // 2].max() > 0.95


def test_the_head_comes_back_to_the_middle(rows: np.ndarray) -> None:
    minutes = {name: channel(rows, name).reshape(10, MINUTE).mean(axis=1) for name in HEAD}
    for name, most in (("headYaw", 0.045), ("headRoll", 0.022), ("headPitch", 0.012)):
        around = np.median(minutes[name])
        assert np.abs(minutes[name] - around).max() < most
        assert abs(minutes[name][:5].mean() - minutes[name][5:].mean()) < most / 2
    assert abs(np.median(minutes["headYaw"])) < 0.02
    assert abs(np.median(minutes["headRoll"])) < 0.012
    assert abs(np.median(minutes["headPitch"])) < 0.05  # a thinker looks up


def test_the_body_does_not_walk_away(rows: np.ndarray) -> None:
    assert abs(channel(rows, "bodySway").mean()) < 0.15
    assert np.abs(channel(rows, "bodySway")).max() < 1.0


def test_blinks_come_8_to_30_times_in_each_minute(rows: np.ndarray) -> None:
    counts = np.histogram(blinks(rows), bins=10, range=(0, len(rows)))[0]
    assert counts.min() >= 6
    assert counts.max() <= 30
    assert 8 <= counts.mean() <= 25


@pytest.mark.parametrize("name", FASTEST)
def test_nothing_jumps_from_frame_to_frame(rows: np.ndarray, name: str) -> None:
    speed = np.diff(channel(rows, name)) * FPS
    assert np.abs(speed).max() < FASTEST[name]
    if name in HARDEST:
        assert np.abs(np.diff(speed) * FPS).max() < HARDEST[name]


def test_a_face_never_stands_still(rows: np.ndarray) -> None:
    moving = [INDEX[name] for name in (*HEAD, "browInnerUp", "breath")]
    pieces = rows[: 10 * MINUTE, moving].reshape(-1, 25, len(moving))
    assert (np.ptp(pieces, axis=1).max(axis=1) > 1e-3).all()
