"""How large live pictures are: what may be asked for, what viewers can take, what it costs in places."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from onair import SMALL, Guest, House, on_air
from rostra.cli import parts
from rostra.errors import InputError
from rostra.live.dimensions import SQUARE, dimensions, level, read, weight
from rostra.live.session import FPS
from rostra.picture.frame import Size
from rostra.picture.warm import warm
from rostra.settings import settings
from test_live_api import PREFIX, refused
from watching import SDP, Browser, until

SMALL_PORTRAIT = {"width": 96, "height": 160}


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """So that no viewer waits for it."""
    warm()


async def create(house: House, **size: Any) -> httpx.Response:
    given = {"visualConfig": {"avatarId": "jane", **size}}
    return await house.client.post(f"{PREFIX}/create", json=given, headers={"Authorization": "KS 7:ana"})


# What may be asked for


@pytest.mark.parametrize(("width", "height"), [(512, 512), (1080, 1920), (1920, 1080), (16, 16), (1920, 16)])
def test_any_even_size_up_to_full_hd_can_be_had(width: int, height: int):
    assert read(f"{width}x{height}", "ROSTRA_LIVE_SIZE") == Size(width, height)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("512x511", "height"), ("14x512", "width"), ("1922x16", "width"), ("0x0", "width"),
        ("1920x1200", "too large"), ("1450x1432", "too large"), ("big", "720x1280"), ("x", "720x1280"),
        ("720", "720x1280"), ("-2x16", "720x1280"), ("720x1280x2", "720x1280"), ("²x²", "720x1280"),
    ],
)  # fmt: skip
def test_a_size_that_cannot_be_is_refused_by_name(text: str, told: str):
    with pytest.raises(InputError, match=told) as caught:
        read(text, "ROSTRA_LIVE_SIZE")
    assert "ROSTRA_LIVE_SIZE" in str(caught.value)


@pytest.fixture
def size_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("ROSTRA_HOME", str(tmp_path))
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


def test_the_owner_chooses_the_usual_size(size_setting: pytest.MonkeyPatch):
    size_setting.setenv("ROSTRA_LIVE_SIZE", "720x1280")
    assert parts._on_air().size == Size(720, 1280)


@pytest.mark.parametrize("text", ["720 x 1280", "721x1280", "1920x1920"])
def test_the_owner_is_told_of_a_size_that_cannot_be(size_setting: pytest.MonkeyPatch, text: str):
    size_setting.setenv("ROSTRA_LIVE_SIZE", text)
    with pytest.raises(InputError, match="ROSTRA_LIVE_SIZE"):
        parts._on_air()


def test_a_session_has_the_size_that_was_asked_for():
    async def scene() -> None:
        async with on_air() as house:
            asked = await house.create(visualConfig={"avatarId": "jane", **SMALL_PORTRAIT})
            usual = await house.create()
            nothing = await house.create(visualConfig={"avatarId": "jane", "width": None, "height": None})
            for guest, size in ((asked, Size(96, 160)), (usual, SMALL), (nothing, SMALL)):
                assert guest.session.look.size == size
                viewer = await Browser().watch(guest)
                await viewer.see(2)
                assert (viewer.pictures[-1].width, viewer.pictures[-1].height) == size
                await viewer.close()

    asyncio.run(scene())


def test_a_wrong_size_is_refused_and_names_its_field():
    async def scene() -> None:
        wrong = {
            "visualConfig.width cannot be 333": {"width": 333, "height": 512},
            "visualConfig.height cannot be 2000": {"width": 512, "height": 2000},
            "visualConfig.height is missing": {"width": 512},
            "visualConfig.width is missing": {"height": 512},
            "visualConfig.width by height, 1920x1920, is too large": {"width": 1920, "height": 1920},
            "visualConfig.width:": {"width": "wide", "height": 512},
            "visualConfig.height:": {"width": 512, "height": 1e30},
        }
        async with on_air() as house:
            for told, size in wrong.items():
                refused(await create(house, **size), 400, "INVALID_REQUEST", told)
            assert house.sessions.count == 0

    asyncio.run(scene())


# What viewers can take


@pytest.mark.parametrize(
    ("size", "needed"),
    [((512, 512), 30), ((1280, 720), 31), ((720, 1280), 31), ((1280, 736), 32), ((1920, 1080), 40),
     ((1080, 1920), 40), ((16, 1920), 30)],
)  # fmt: skip
def test_a_picture_needs_a_level_of_h264(size: tuple[int, int], needed: int):
    assert level(dimensions(*size), FPS) == needed


LARGE = Size(1280, 736)  # the smallest that needs more than level 3.1


async def seen(guest: Guest, codecs: tuple[str, ...], offered: str) -> tuple[str, Browser]:
    """The answer to an offer with such levels, and a viewer who has joined."""
    viewer = Browser(codecs)
    offer = (await viewer.offer()).replace("42e01f", offered)
    where = (await guest.ok("init-client"))["whepUrl"]
    made = await guest.house.client.post(where, content=offer, headers=SDP)
    assert made.status_code == 201, made.text
    await viewer.join(made.text)
    return made.text, viewer


def test_a_viewer_of_a_large_picture_gets_the_codec_that_holds_it():
    async def scene() -> None:
        async with on_air(size=LARGE) as house:
            guest = await house.create()
            answer, viewer = await seen(guest, ("H264", "VP8"), "42e01f")
            await viewer.see(2)
            assert (viewer.pictures[-1].width, viewer.pictures[-1].height) == LARGE
            assert set(guest.session._camera._encoders) == {"VP8"}
            await viewer.close()

            answer, viewer = await seen(guest, ("H264",), "42e028")
            await viewer.see(2)
            assert set(guest.session._camera._encoders) == {"VP8", "H264"}
            assert re.findall(r"profile-level-id=(\w+)", answer) == ["42e028"]  # the weaker one is left out
            await viewer.close()

    asyncio.run(scene())


def test_a_viewer_who_cannot_take_a_large_picture_is_told_what_would_help():
    async def scene() -> None:
        async with on_air(size=LARGE) as house:
            guest = await house.create()
            viewer = Browser(("H264",))
            where = (await guest.ok("init-client"))["whepUrl"]
            made = await house.client.post(where, content=await viewer.offer(), headers=SDP)
            refused(made, 400, "INVALID_REQUEST", "up to level 3.1, and this picture needs 3.2")
            assert "VP8" in made.json()["error"]
            assert not guest.session.viewers
            await viewer.close()

    asyncio.run(scene())


@pytest.mark.parametrize("offered", ["42e01e", "42e01f", "42c034", "42E01F", "4d801f"])
def test_constrained_baseline_is_known_however_it_is_written(offered: str):
    async def scene() -> None:
        async with on_air() as house:
            guest = await house.create()
            answer, viewer = await seen(guest, ("H264",), offered)
            await viewer.see(2)
            assert f"profile-level-id={offered}" in answer
            await viewer.close()

    asyncio.run(scene())


# What it costs


def test_larger_pictures_take_more_places():
    assert weight(SQUARE) == weight(Size(128, 128)) == 1
    assert 2 < weight(Size(720, 1280)) < 4
    assert 4 < weight(Size(1080, 1920)) < 8


def test_a_large_picture_takes_the_places_of_several():
    async def scene() -> None:
        async with on_air(most=4) as house:
            large = await house.create(visualConfig={"avatarId": "jane", "width": 720, "height": 1280})
            await house.create()
            full = await create(house)
            refused(full, 503, "NO_CAPACITY")
            assert full.headers["retry-after"]
            await large.ok("end")
            await until(lambda: house.sessions.load == 1)
            for _ in range(3):
                await house.create()
            refused(await create(house), 503, "NO_CAPACITY")

    asyncio.run(scene())


def test_several_that_are_made_at_once_do_not_exceed_the_places():
    async def scene() -> None:
        async with on_air(most=4) as house:
            answers = await asyncio.gather(*(create(house, width=720, height=1280) for _ in range(4)))
            assert sorted(answer.status_code for answer in answers) == [200, 503, 503, 503]

    asyncio.run(scene())


def test_a_picture_that_this_machine_could_never_hold_is_refused_for_good():
    async def scene() -> None:
        async with on_air(most=0) as house:
            house.sessions._measured = 2
            large = await create(house, width=1080, height=1920)
            refused(large, 400, "INVALID_REQUEST", "smaller")
            assert "retry-after" not in large.headers
            await house.create()
        async with on_air(most=2) as house:  # the owner knows better
            assert (await create(house, width=1080, height=1920)).status_code == 200
            refused(await create(house), 503, "NO_CAPACITY")

    asyncio.run(scene())
