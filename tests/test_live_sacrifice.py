"""What a live session gives up when the machine cannot keep up."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from onair import on_air
from rostra.live.sacrifice import CALM, STEPS, TWICE, WINDOW, Sacrifice, Step
from rostra.picture.warm import warm
from watching import Browser


def windows(sacrifice: Sacrifice, count: int, late: int) -> list[Step]:
    """So many windows with so many late moments in each: the steps that were taken."""
    noted = [sacrifice.note(moment < late) for _ in range(count) for moment in range(WINDOW)]
    return [step for step in noted if step]


def test_a_late_moment_now_and_then_costs_nothing() -> None:
    sacrifice = Sacrifice()
    assert windows(sacrifice, 100, late=2) == []
    assert all(sacrifice.draws(number) for number in range(10))


def test_one_bad_second_costs_nothing() -> None:
    sacrifice = Sacrifice()
    assert windows(sacrifice, TWICE - 1, late=WINDOW) == []
    assert windows(sacrifice, 1, late=0) == []
    assert windows(sacrifice, TWICE - 1, late=WINDOW) == []


def test_pictures_go_step_by_step_and_the_sound_stays() -> None:
    sacrifice = Sacrifice()
    assert windows(sacrifice, 4 * TWICE, late=WINDOW) == list(STEPS[1:])
    assert not any(sacrifice.draws(number) for number in range(100))


def test_half_the_frames_are_every_second() -> None:
    sacrifice = Sacrifice()
    windows(sacrifice, TWICE, late=WINDOW)
    assert [sacrifice.draws(number) for number in range(4)] == [True, False, True, False]


def test_a_step_is_taken_back_after_a_calm_while_and_later_each_time() -> None:
    sacrifice = Sacrifice()
    windows(sacrifice, TWICE, late=WINDOW)
    assert windows(sacrifice, 2 * CALM - 1, late=0) == []
    assert windows(sacrifice, 1, late=0) == [STEPS[0]]
    windows(sacrifice, TWICE, late=WINDOW)
    assert windows(sacrifice, 2 * CALM, late=0) == []
    assert windows(sacrifice, 2 * CALM, late=0) == [STEPS[0]]


def test_a_moment_that_begins_late_goes_without_a_picture_and_keeps_its_sound() -> None:
    made: list[tuple[bool, int]] = []  # of each moment: whether it has a picture, pieces of sound

    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            viewer = await Browser().watch(guest)
            session, make = guest.session, guest.session._make

            def noted(*how: Any) -> Any:
                shots, sounds, events = make(*how)
                made.append((bool(shots), len(sounds)))
                return shots, sounds, events

            await viewer.see(5)
            session._make = noted
            late = session.health.late
            time.sleep(0.075)  # the whole loop
            await viewer.see(5)
            assert session.health.late > late
            await viewer.close()

    warm()
    asyncio.run(scene())
    assert not all(picture for picture, _ in made)
    assert {sound for _, sound in made} == {2}
