"""Motion to frames."""

from __future__ import annotations

import numpy as np
import pytest

from packs import synthetic
from rostra.acting.motion import CHANNELS, INDEX
from rostra.picture.backdrop import colour
from rostra.picture.frame import Rect, Size, Yuv420, to_rgb
from rostra.picture.layout import Layout
from rostra.picture.stage import Stage
from rostra.presenters.pack import Pack

SIZE = Size(320, 180)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return synthetic(step=24, detail=0.5)


def row(**channels: float) -> np.ndarray:
    values = np.zeros(len(CHANNELS), np.float32)
    for name, value in channels.items():
        values[INDEX[name]] = value
    return values


def stage(pack: Pack, layout: Layout = Layout.FULL) -> Stage:
    return Stage(pack, layout, SIZE, colour("#3366AA", SIZE))


def same(one: Yuv420, two: Yuv420) -> bool:
    return all(np.array_equal(getattr(one, plane), getattr(two, plane)) for plane in "yuv")


MIX = [
    row(),
    row(jawOpen=0.7, headYaw=0.1),
    row(eyeBlinkLeft=1, eyeBlinkRight=1, breath=1),
    row(bodySway=0.6, gazeYaw=0.2, headRoll=-0.04, jawOpen=0.2),
]


def test_a_frame_depends_on_its_row_alone(pack: Pack) -> None:
    seasoned, out = stage(pack), Yuv420.empty(SIZE)
    for values in MIX + MIX[::-1]:
        seasoned.draw(values, out)
        fresh = Yuv420.empty(SIZE)
        stage(pack).draw(values, fresh)
        assert same(out, fresh)


def test_frames_drawn_in_turn_are_each_brought_up_to_date(pack: Pack) -> None:
    actor = stage(pack)
    ring = [Yuv420.empty(SIZE) for _ in range(3)]
    for number in range(12):
        out = ring[number % 3]
        actor.draw(MIX[number % 4], out)
        fresh = Yuv420.empty(SIZE)
        stage(pack).draw(MIX[number % 4], fresh)
        assert same(out, fresh)


def test_a_still_pose_changes_nothing(pack: Pack) -> None:
    actor, out = stage(pack), Yuv420.empty(SIZE)
    assert actor.draw(MIX[1], out) == Rect(0, 0, *SIZE)
    assert actor.draw(MIX[1], out).empty


def test_a_blink_changes_only_the_eyes(pack: Pack) -> None:
    actor, out = stage(pack), Yuv420.empty(SIZE)
    actor.draw(row(), out)
    before = out.copy()
    box = actor.draw(row(eyeBlinkLeft=1, eyeBlinkRight=1), out)
    rows = np.flatnonzero((out.y != before.y).any(1))
    assert box.top <= rows.min() and rows.max() < box.bottom
    assert rows.max() - rows.min() < SIZE.height / 6


def test_what_others_painted_over_is_drawn_again(pack: Pack) -> None:
    actor, out = stage(pack), Yuv420.empty(SIZE)
    actor.draw(MIX[0], out)
    clean = out.copy()
    out.y[20:40, 50:90] = 0
    out.spoil(Rect(50, 20, 90, 40))
    actor.draw(MIX[0], out)
    assert same(out, clean)


def test_the_backdrop_keeps_its_colour(pack: Pack) -> None:
    out = Yuv420.empty(SIZE)
    stage(pack).draw(row(), out)
    assert np.abs(to_rgb(out)[4, 4].astype(int) - [0x33, 0x66, 0xAA]).max() <= 2


def test_turning_to_the_left_moves_the_nose_to_the_viewers_right(pack: Pack) -> None:
    eyes = []
    for yaw in (-0.1, 0.1):
        out = Yuv420.empty(SIZE)
        stage(pack).draw(row(headYaw=yaw), out)
        dark = to_rgb(out)[: SIZE.height // 2, SIZE.width // 3 : -SIZE.width // 3].max(-1) < 50
        eyes.append(np.nonzero(dark)[1].mean())
    assert eyes[1] > eyes[0] + 2


def test_wrong_numbers_in_a_row_do_not_break_the_frame(pack: Pack) -> None:
    out = Yuv420.empty(SIZE)
    stage(pack).draw(row(jawOpen=float("nan"), headYaw=float("inf"), bodySway=1e9, mouthPucker=-1e6), out)
