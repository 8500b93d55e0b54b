"""Answers that are kept for a moment."""

from __future__ import annotations

import asyncio

from rostra.storage.shortly import MOST, SECONDS, Shortly


def test_the_same_question_is_asked_once_in_a_while() -> None:
    asked: list[int] = []
    time = [0.0]

    async def ask(key: int) -> int:
        asked.append(key)
        return len(asked)

    async def go() -> list[int]:
        shortly = Shortly(ask, lambda: time[0])
        first = [await shortly.get(7), await shortly.get(7), await shortly.get(8)]
        time[0] += SECONDS
        return [*first, await shortly.get(7)]

    assert asyncio.run(go()) == [1, 1, 2, 3]
    assert asked == [7, 8, 7]


def test_what_has_changed_is_asked_again_at_once_even_while_an_answer_is_under_way() -> None:
    truth = ["old"]

    async def go() -> list[str]:
        going = asyncio.Event()

        async def ask(_: int) -> str:
            said = truth[0]
            await going.wait()
            return said

        shortly = Shortly(ask)
        early = asyncio.create_task(shortly.get(1))
        await asyncio.sleep(0)
        truth[0] = "new"
        shortly.forget()
        going.set()
        return [await early, await shortly.get(1)]

    assert asyncio.run(go()) == ["old", "new"]


def test_no_more_than_so_many_answers_are_kept() -> None:
    async def go() -> int:
        async def ask(key: int) -> int:
            return key

        shortly = Shortly(ask)
        for key in range(MOST + 10):
            await shortly.get(key)
        return len(shortly._known)

    assert asyncio.run(go()) == MOST
