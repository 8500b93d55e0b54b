"""Motion to frames."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from packs import synthetic
from rostra.acting.motion import CHANNELS, INDEX
from rostra.picture import raster, rig
from rostra.picture.backdrop import colour
from rostra.picture.compiled import state
from rostra.picture.frame import Rect, Size, Yuv420, to_rgb
from rostra.picture.layout import Layout
from rostra.picture.stage import Stage
from rostra.picture.warm import warm
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
        whites = to_rgb(out)[: SIZE.height // 2].min(-1) > 190
        eyes.append(np.nonzero(whites)[1].mean())
    assert eyes[1] > eyes[0] + 2


def test_wrong_numbers_in_a_row_do_not_break_the_frame(pack: Pack) -> None:
    out = Yuv420.empty(SIZE)
    stage(pack).draw(row(jawOpen=float("nan"), headYaw=float("inf"), bodySway=1e9, mouthPucker=-1e6), out)


def test_warming_up_compiles_all_that_a_stage_needs(pack: Pack) -> None:
    warm()
    compiled = [raster.paint, raster.to_planes, raster.from_planes, rig._turn, rig._deform, rig._weigh]
    before = [len(function.signatures) for function in compiled]
    stage(pack).draw(MIX[1], Yuv420.empty(SIZE))
    assert all(before)  # others in this process may have compiled some for other arrays, too
    assert [len(function.signatures) for function in compiled] == before


def test_machine_code_is_kept_for_one_state_of_all_sources(tmp_path: Path) -> None:
    caller, called = tmp_path / "a.py", tmp_path / "b.py"
    caller.write_text("paint()")
    called.write_text("fill()")
    before = state([caller, called])
    assert state([called, caller]) == before
    called.write_text("fill(1)")
    assert state([caller, called]) != before


def test_stages_draw_at_once_in_threads(pack: Pack) -> None:
    def draw(values: np.ndarray) -> Yuv420:
        actor, out = stage(pack), Yuv420.empty(SIZE)
        for step in (MIX[0], values):
            actor.draw(step, out)
        return out

    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(draw, MIX * 3))
    for number, out in enumerate(drawn):
        assert same(out, draw(MIX[number % 4]))


@pytest.mark.parametrize("size", [Size(320, 180), Size(180, 320), Size(256, 256), Size(64, 36)])
def test_the_body_reaches_the_lower_edge_however_it_sways(pack: Pack, size: Size) -> None:
    for values in (row(bodySway=1, bodyLean=-1, breath=1), row(bodySway=-1, bodyLean=-1)):
        out = Yuv420.empty(size)
        Stage(pack, Layout.FULL, size, colour("#00FF00", size)).draw(values, out)
        green = colour("#00FF00", size).next()
        middle = slice(size.width * 2 // 5, size.width * 3 // 5)
        assert (out.y[-2:, middle] != green.y[-2:, middle]).all()


def test_lids_and_lips_have_soft_edges(pack: Pack) -> None:
    """A layer that is drawn fine has smaller steps from skin to the dark of the open mouth."""
    size, steps = Size(640, 360), []
    for fine in (False, True):
        layers = tuple(
            replace(layer, info=layer.info.model_copy(update={"fine": fine})) for layer in pack.layers
        )
        out = Yuv420.empty(size)
        Stage(replace(pack, layers=layers), Layout.FULL, size, colour("#3366AA", size)).draw(
            row(jawOpen=1, mouthSmileLeft=1, mouthSmileRight=1, bodySway=0.3), out
        )
        mouth = out.y[180:260, 295:345].astype(int)
        steps.append(np.abs(np.diff(mouth, axis=0)).max(0).mean())
    assert steps[1] < 0.9 * steps[0]


def test_a_still_body_is_left_alone_while_the_head_moves(pack: Pack) -> None:
    one, out = stage(pack), Yuv420.empty(SIZE)
    one.draw(row(breath=0.5), out)
    nodded = one.draw(row(breath=0.5, headPitch=0.05), out)
    breathed = one.draw(row(breath=1.0, headPitch=0.05), out)
    assert nodded.bottom < breathed.bottom == SIZE.height


def test_the_body_moves_in_steps_too_small_to_see(pack: Pack) -> None:
    one, two = Yuv420.empty(SIZE), Yuv420.empty(SIZE)
    stage(pack).draw(row(breath=0.5, bodySway=0.2), one)
    stage(pack).draw(row(breath=0.5005, bodySway=0.2005), two)
    assert same(one, two)
