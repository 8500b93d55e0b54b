"""What one worker does next, on a clock that jumps from moment to moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from rostra.errors import EngineError
from rostra.live.rota import REST, SOON, Rota

TOOK = 0.1  # s of each piece


class Quick(asyncio.SelectorEventLoop):
    """A loop whose time passes at once when nothing is to be done."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        select = self._selector.select

        def skip(timeout: float | None = None) -> Any:
            self._now += timeout or 0.0
            return select(0)

        self._selector.select = skip

    def time(self) -> float:
        return self._now


def played(story: Callable[[Rota, list[tuple[str, float]]], Awaitable[None]]) -> list[tuple[str, float]]:
    """What was done when."""
    done: list[tuple[str, float]] = []

    async def do(work: str) -> str:
        done.append((work, round(asyncio.get_running_loop().time(), 2)))
        await asyncio.sleep(TOOK)
        if work == "broken":
            raise EngineError("It broke.")
        return work.upper()

    async def play() -> None:
        rota = Rota(do)
        await story(rota, done)
        rota.stop()

    with asyncio.Runner(loop_factory=Quick) as runner:
        runner.run(play())
    return done


def test_what_is_needed_first_is_done_first():
    async def story(rota: Rota, _: object) -> None:
        work = [("c", 0.3), ("b", 0.2), ("a", 0.1)]
        assert await asyncio.gather(*(rota.done(*one) for one in work)) == ["C", "B", "A"]

    assert [name for name, _ in played(story)] == ["a", "b", "c"]


def test_what_can_wait_leaves_rests_and_is_still_in_time():
    async def story(rota: Rota, _: object) -> None:
        await asyncio.gather(*(rota.done(name, 6.0) for name in "abcdefgh"))

    times = [time for _, time in played(story)]
    assert times[1] - times[0] == pytest.approx(TOOK * (1 + REST))
    assert times[-1] + TOOK <= 6.0 - SOON + 0.1


def test_many_that_are_needed_at_once_are_done_without_rest():
    async def story(rota: Rota, _: object) -> None:
        await asyncio.gather(*(rota.done(name, 1.0) for name in "abcdefgh"))

    times = [time for _, time in played(story)]
    assert times == pytest.approx([TOOK * number for number in range(8)])


def test_who_has_nothing_to_hear_does_not_wait_for_a_rest():
    async def story(rota: Rota, _: object) -> None:
        waiting = asyncio.gather(*(rota.done(name, 6.0) for name in "abc"))
        await asyncio.sleep(TOOK + 0.05)  # the rest after the first
        await rota.done("now")
        await waiting

    done = played(story)
    assert done[1] == ("now", pytest.approx(TOOK + 0.05))


def test_what_nobody_waits_for_any_more_is_left_out():
    async def story(rota: Rota, done: list[tuple[str, float]]) -> None:
        first = asyncio.create_task(rota.done("a"))
        second = asyncio.create_task(rota.done("b"))
        await asyncio.sleep(0)
        second.cancel()
        await first
        await rota.done("c")

    assert [name for name, _ in played(story)] == ["a", "c"]


def test_a_failure_is_for_the_one_who_asked():
    async def story(rota: Rota, _: object) -> None:
        broken, whole = await asyncio.gather(rota.done("broken"), rota.done("a"), return_exceptions=True)
        assert (str(broken), whole) == ("It broke.", "A")

    played(story)


def test_who_waits_when_it_is_stopped_is_told():
    async def story(rota: Rota, _: object) -> None:
        waiting = [asyncio.create_task(rota.done(name)) for name in "ab"]
        await asyncio.sleep(TOOK / 2)
        rota.stop()
        for one in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(one, EngineError)

    played(story)
