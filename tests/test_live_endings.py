"""How live sessions end, and that nothing is left of them; stuck speech, restarts, clocks that jump."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from onair import Guest, House, on_air
from rostra.live.performance import Said
from rostra.live.speaker import Speaker, Wanted
from rostra.picture.warm import warm
from talking import said, tone
from test_live_api import OFFER, refused
from test_live_media import recording
from watching import SDP, Browser, until

PAGE = os.sysconf("SC_PAGE_SIZE")
POOL = 4  # threads of asyncio's own pool, which may not all have been there before
UGLY = int(os.environ.get("ROSTRA_TEST_SESSIONS", "40"))  # that are dropped in ugly ways
ROOM = 60 << 20  # bytes that a process may have grown by meanwhile
STORY = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen."


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """So that no viewer waits for it."""
    warm()


class Hummer(Speaker):
    """Has a process as the real speaker does, which needs no voice."""

    async def say(self, wanted: Wanted, text: str, pause: str = "end", ahead: float = 0.0) -> list[Said]:
        if text.startswith("Sleep"):
            await self._ask(partial(time.sleep, 3600))
        return [await self._ask(partial(said, text))]


async def place(guest: Guest) -> str:
    address: str = (await guest.ok("init-client"))["whepUrl"]
    return address


# Ways to go


async def never_comes(house: House, guest: Guest) -> None:
    """A viewer asks for the stream and never connects."""
    made = await house.client.post(await place(guest), content=OFFER, headers=SDP)
    assert made.status_code == 201
    await guest.ok("end")


async def ends_while_one_comes(house: House, guest: Guest) -> None:
    coming = asyncio.create_task(house.client.post(await place(guest), content=OFFER, headers=SDP))
    await asyncio.sleep(0)
    await guest.ok("end")
    assert (await coming).status_code in (201, 404)


async def ends_while_it_speaks(house: House, guest: Guest) -> None:
    await guest.say("", final=True)
    viewer = await Browser().watch(guest)
    await until(lambda: "speaking-start" in viewer.kinds())
    await guest.ok("end")
    await until(lambda: viewer.peer.connectionState == "closed")
    await viewer.close()


async def vanishes(house: House, guest: Guest) -> None:
    """A viewer is gone without a word, and the session is forgotten by its backend."""
    viewer = await Browser().watch(guest)
    await viewer.see(1)
    viewer.vanish()
    await viewer.close()
    await guest.ok("end")


async def talks_nonsense(house: House, guest: Guest) -> None:
    where = await place(guest)
    for offer in ("nonsense", OFFER.replace("a=setup:actpass\r\n", ""), OFFER[:-200]):
        refused(await house.client.post(where, content=offer, headers=SDP), 400, "INVALID_REQUEST")
    await forgotten(house, guest)


async def is_interrupted_over_bad_sound(house: House, guest: Guest) -> None:
    await guest.post("say-audio", files={"audio": b"no sound"})
    await asyncio.gather(guest.ok("interrupt"), guest.say("More.", "other"), guest.ok("interrupt"))
    await forgotten(house, guest)


async def ends_while_a_recording_is_read(house: House, guest: Guest) -> None:
    data = recording("wav", "pcm_s16le", tone(20.0), 24_000)
    reading = asyncio.create_task(guest.post("say-audio", files={"audio": data}))
    await asyncio.sleep(0.01)
    await guest.ok("end")
    assert (await reading).status_code in (200, 410)


async def forgotten(house: House, guest: Guest) -> None:
    """Nobody calls any more."""
    house.clock.now += 61
    await until(lambda: guest.id not in house.sessions._places)


WAYS: list[Callable[[House, Guest], Awaitable[None]]] = [
    never_comes, ends_while_one_comes, ends_while_it_speaks, vanishes, talks_nonsense,
    is_interrupted_over_bad_sound, ends_while_a_recording_is_read, forgotten,
]  # fmt: skip


def held() -> dict[str, int]:
    """What this process holds."""
    own = Path("/proc/self")
    return {
        "files": len([*(own / "fd").iterdir()]), "threads": threading.active_count(),
        "tasks": len(asyncio.all_tasks()),
        "processes": sum(len((task / "children").read_text().split()) for task in (own / "task").iterdir()),
    }  # fmt: skip


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


@pytest.mark.slow
def test_sessions_that_are_dropped_in_ugly_ways_leave_nothing():
    async def drop(house: House, number: int) -> None:
        guest = await house.create()
        await guest.say(STORY, final=number // len(WAYS) % 2 == 0)
        await WAYS[number % len(WAYS)](house, guest)

    async def scene() -> None:
        async with on_air(speaker=Hummer(None)) as house:
            for number in range(2 * len(WAYS)):
                await drop(house, number)
            await asyncio.sleep(0.5)
            before, memory = held(), resident()
            for number in range(UGLY):
                await drop(house, number)
            allowed = {**before, "files": before["files"] + 2, "threads": before["threads"] + POOL}
            await until(lambda: all(held()[what] <= most for what, most in allowed.items()))
            assert resident() - memory < ROOM
            assert house.sessions.count == house.sessions.load == 0

    asyncio.run(scene())


# Speech that gets stuck


@asynccontextmanager
async def stuck(patience: float = 4.0) -> AsyncIterator[tuple[House, Guest, Browser]]:
    """A session whose speaker begins a sentence and never answers."""
    async with on_air(speaker=Hummer(None, patience=patience)) as house:
        guest = await house.create()
        viewer = await Browser(()).watch(guest)
        await guest.say("Good morning.", "before")
        await until(lambda: "speaking-end" in viewer.kinds())
        yield house, guest, viewer
        await viewer.close()


def told(viewer: Browser, kind: str) -> list[Any]:
    return [event["turnId"] for event in viewer.events if event["type"] == kind]


def test_a_speaker_that_never_answers_is_replaced_and_its_turn_says_why():
    async def scene() -> None:
        async with stuck() as (house, guest, viewer):
            (first,) = house.sessions.kit.speaker._process.ids
            await guest.say("Sleep.", "asleep")
            await guest.say("Good evening.", "after")
            await until(lambda: "after" in told(viewer, "speaking-end"))
            (error,) = [event for event in viewer.events if event["type"] == "error"]
            assert error["turnId"] == "asleep"
            assert "The voice took longer than 4 s." in error["message"]
            (second,) = house.sessions.kit.speaker._process.ids
            assert second != first
            await until(lambda: not Path(f"/proc/{first}").exists())

    asyncio.run(scene())


def test_others_who_wait_behind_a_stuck_sentence_are_spoken_to():
    async def scene() -> None:
        async with stuck() as (house, guest, _):
            other = await house.create()
            listener = await Browser(()).watch(other)
            await guest.say("Sleep.")
            await other.say("Good evening.")
            await until(lambda: "speaking-end" in listener.kinds())
            assert "error" not in listener.kinds()
            await listener.close()

    asyncio.run(scene())


def test_a_session_that_ends_while_its_sentence_is_stuck_stops_nobody():
    async def scene() -> None:
        async with stuck() as (house, guest, _):
            other = await house.create()
            listener = await Browser(()).watch(other)
            await guest.say("Sleep.")
            await asyncio.sleep(0.2)
            await guest.ok("end")
            await other.say("Good evening.")
            await until(lambda: "speaking-end" in listener.kinds())
            assert "error" not in listener.kinds()
            await listener.close()

    asyncio.run(scene())


def test_a_speaker_that_is_busy_for_long_with_many_is_not_stuck():
    async def scene() -> None:
        speaker = Hummer(None, patience=4.0)
        await speaker._ask(partial(time.sleep, 0))
        (first,) = speaker._process.ids
        await asyncio.gather(*(speaker._ask(partial(time.sleep, 0.5)) for _ in range(12)))  # 6 s
        assert speaker._process.ids == [first]
        speaker.stop()

    asyncio.run(scene())


# Clocks that jump


def test_a_machine_that_slept_goes_on_where_it_was():
    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            viewer = await Browser().watch(guest)
            await viewer.see(3)
            await guest.say(STORY)
            await until(lambda: "speaking-start" in viewer.kinds())
            frames = guest.session.health.frames
            await asyncio.sleep(0)
            time.sleep(3.0)
            await viewer.see(3)
            assert guest.session.health.slips >= 1
            assert guest.session.health.frames - frames < 75  # nothing of the 3 s is made up for at once
            await until(lambda: "speaking-end" in viewer.kinds())
            words = [event["text"] for event in viewer.events if event["type"] == "word"]
            assert words == STORY.split()
            await viewer.close()

    asyncio.run(scene())


@pytest.mark.parametrize("jump", [-86_400.0, -3.0, 3_600.0])
def test_a_wall_clock_that_is_set_anew_ends_nothing(monkeypatch: pytest.MonkeyPatch, jump: float):
    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            viewer = await Browser().watch(guest)
            await viewer.see(2)
            set_clock(monkeypatch, jump)
            await guest.ok("keep-alive")
            await guest.say("Hello there.")
            await until(lambda: "speaking-end" in viewer.kinds())
            await viewer.see(2)
            second = await Browser().watch(guest)
            await second.see(2)
            for one in (viewer, second):
                await one.close()

    asyncio.run(scene())


def set_clock(monkeypatch: pytest.MonkeyPatch, jump: float) -> None:
    """From now on the wall clock is so many seconds off."""
    import jwt.api_jwt  # noqa: PLC0415 - its clock
    from aiortc import clock  # noqa: PLC0415

    real, now = time.time, jwt.api_jwt.datetime

    class Off(now):  # type: ignore[misc, valid-type]
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return now.fromtimestamp(real() + jump, tz)

    monkeypatch.setattr(time, "time", lambda: real() + jump)
    monkeypatch.setattr(jwt.api_jwt, "datetime", Off)
    monkeypatch.setattr(clock, "current_datetime", lambda: Off.now(clock.datetime.timezone.utc))
