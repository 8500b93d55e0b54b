"""Presenters of one partner: templates after everybody's for it, and unknown to all others."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from commands import rostra
from packs import synthetic
from rostra.errors import TakenError
from rostra.identity.partners import Partners
from rostra.presenters import own
from rostra.presenters.catalogue import BUILT_IN, Catalogue, packs
from rostra.presenters.own import Shelf
from rostra.presenters.pack import Pack
from rostra.settings import settings
from rostra.storage.database import Database
from serving import PARTNER, serving
from test_apiv3 import ask, started
from test_studio import SMALL, WORDS, Api, api_of, avatar, ended, scene

STRANGER, STRANGERS_SECRET = 701, "the stranger's secret"
PACK = synthetic(step=32.0, detail=0.5)


def person(id_: str, mark: str = "") -> Pack:
    """A pack of this id."""
    origin = {"mark": mark} if mark else {}
    told = {"id": id_, "name": id_.capitalize(), "origin": origin}
    return replace(PACK, manifest=PACK.manifest.model_copy(update=told))


# The shelf


def test_a_partner_finds_everybodys_and_its_own(tmp_path: Path):
    Shelf(tmp_path).add(person("emma"))
    place = Shelf(tmp_path, 7).add(person("zora"))
    Shelf(tmp_path, 8).add(person("yuri"))
    known = Catalogue([tmp_path])
    assert set(known.of(7).files()) == {*packs(BUILT_IN), "emma", "zora"}
    assert known.of(7).files()["zora"] == place
    assert set(known.of(9).files()) == set(known.files()) == {*packs(BUILT_IN), "emma"}


def test_a_name_is_given_once_among_those_that_somebody_sees(tmp_path: Path):
    Shelf(tmp_path).add(person("emma"))
    for partner in (7, 8):
        Shelf(tmp_path, partner).add(person("zora"))  # neither sees the other's
    for partner, id_, remedy in (
        (7, "jane", "Choose another name"),
        (7, "emma", "remove emma$"),
        (7, "zora", "remove zora --partner 7"),
        (None, "zora", "remove zora --partner 7"),
    ):
        with pytest.raises(TakenError, match=remedy):
            Shelf(tmp_path, partner).add(person(id_))
    assert [shelf.partner for shelf in Shelf(tmp_path).neighbours()] == [None, 7, 8]


# The commands


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Empty folders for what the server keeps and for own presenters; from every photo comes the pack."""
    monkeypatch.setenv("ROSTRA_HOME", str(tmp_path / "kept"))
    monkeypatch.setenv("ROSTRA_PRESENTERS", str(tmp_path / "own"))
    monkeypatch.setenv("ROSTRA_PARTNER_ID", "700")
    monkeypatch.chdir(tmp_path)

    def photographed(_: Path, profile: own.Profile, __: object) -> Pack:
        return person(profile.id)

    monkeypatch.setattr("rostra.presenters.photo.from_photo", photographed)
    settings.cache_clear()
    yield tmp_path / "own"
    settings.cache_clear()


def test_the_commands_know_partners(capfd: pytest.CaptureFixture[str], machine: Path):
    photo, its = ("--photo", "me.jpg"), ("--partner", "700")
    for added in (("Emma", *photo), ("Zora", *photo, *its)):
        outcome = rostra(capfd, "presenter", "add", *added)
        assert outcome.code == 0, outcome.err
    assert "rostra presenter preview zora --partner 700" in outcome.out
    assert sorted(path.relative_to(machine) for path in machine.rglob("*.pack")) == [
        Path("emma.pack"), Path("partner-700/zora.pack"),
    ]  # fmt: skip
    listed = rostra(capfd, "presenter", "list").out
    assert "everybody" in listed and "partner 700" in listed
    assert "emma" not in rostra(capfd, "presenter", "list", *its).out
    plain = ("--background", "#204060")
    assert rostra(capfd, "presenter", "preview", "zora", *plain).code == 2
    assert rostra(capfd, "presenter", "preview", "zora", *its, *plain).code == 0
    assert rostra(capfd, "presenter", "remove", "zora").code == 2
    assert rostra(capfd, "presenter", "remove", "zora", *its).code == 0
    assert not list(machine.rglob("zora.pack"))


def test_nothing_is_added_for_a_partner_that_is_not_there(capfd: pytest.CaptureFixture[str], machine: Path):
    outcome = rostra(capfd, "presenter", "add", "Zora", "--photo", "me.jpg", "--partner", "70")
    assert outcome.code == 2
    assert "no partner '70'" in outcome.err.lower() and "700" in outcome.err
    assert not machine.exists()


# The service


@pytest.fixture(scope="module")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everybody's `emma`; `zora` of one partner, `yuri` of the other; both have a `twin`."""
    folder = tmp_path_factory.mktemp("presenters")
    Shelf(folder).add(person("emma"))
    for partner, id_, mark in ((PARTNER, "zora", "ours"), (STRANGER, "yuri", "a stranger's")):
        Shelf(folder, partner).add(person(id_))
        Shelf(folder, partner).add(person("twin", mark))
    return folder


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory, shelves: Path) -> Iterator[str]:
    home = tmp_path_factory.mktemp("server")
    with serving(home, shelves) as url:
        asyncio.run(_prepared(home))
        yield url


async def _prepared(home: Path) -> None:
    async with Database(f"sqlite:///{home / 'rostra.db'}") as database:
        await Partners(database).add("Strangers", STRANGER, STRANGERS_SECRET)


@pytest.fixture
def ana(origin: str) -> Api:
    return api_of(origin, started(origin, userId="ana"))


@pytest.fixture
def stranger(origin: str) -> str:
    """The KS of an administrator of the other partner."""
    fields = {"secret": STRANGERS_SECRET, "partnerId": STRANGER, "type": 2, "userId": "ana"}
    return str(ask(origin, "service/session/action/start", **fields))


def test_own_presenters_are_templates_after_those_that_come_with_rostra(ana: Api):
    ids = [one["id"] for one in ana("avatarTemplate/list")["objects"]]
    assert ids[0] == "jane"
    assert sorted(ids[:36]) == sorted(packs(BUILT_IN))
    assert ids[36:] == ["emma", "twin", "zora"]


def test_each_partner_sees_its_own(origin: str, stranger: str):
    ids = [one["id"] for one in api_of(origin, stranger)("avatarTemplate/list")["objects"]]
    assert ids[36:] == ["emma", "twin", "yuri"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/avatar/upsert", lambda id_: {"templateId": id_, "background": SMALL}),
        ("/api/v1/avatarTemplate/preview", lambda id_: {"id": id_}),
        ("/v1/avatar-session/create", lambda id_: {"visualConfig": {"avatarId": id_}}),
    ],
)
def test_another_partners_presenter_is_told_like_one_that_nobody_has(
    origin: str, stranger: str, path: str, body: Any
):
    def told(id_: str) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {stranger}"}
        answer = httpx.post(f"{origin}{path}", json=body(id_), headers=headers, timeout=60)
        said, _, nearest = answer.text.replace(id_, "ID").partition("Did you mean")
        assert "zora" not in nearest
        return answer.status_code, said

    assert told("zora") == told("zorb")
    assert told("zora")[0] in (400, 404)
    assert told("yuri")[0] == 200


def test_two_partners_have_each_a_presenter_of_one_name(origin: str, ana: Api, stranger: str):
    shown = []
    for api in (ana, api_of(origin, stranger)):
        one = _picture(api("avatarTemplate/preview", id="twin"))
        assert np.array_equal(one, _picture(api("avatarTemplate/preview", id="TWIN")))
        shown += [one, _picture(api("avatar/preview", id=avatar(api, "twin")))]
    assert not np.array_equal(shown[0], shown[2])  # their marks differ
    assert not np.array_equal(shown[1], shown[3])


def _picture(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))


def test_a_partners_presenter_speaks_in_videos(ana: Api):
    made = ana("video/add", name="Ours", avatarId=avatar(ana, "zora"), scenes=[scene(WORDS)])
    assert len(ana("video/previewAudio", id=made["id"], sceneId=0)) > 1000
    ana("video/generate", id=made["id"])
    assert ended(ana, made["id"])["status"] == "ready"


def test_a_partners_presenter_is_shown_live(origin: str):
    headers = {"Authorization": f"KS {started(origin, userId='ana')}"}
    body = {"visualConfig": {"avatarId": "zora"}}
    made = httpx.post(f"{origin}/v1/avatar-session/create", json=body, headers=headers, timeout=60)
    assert made.status_code == 200, made.text
    shown = httpx.get(f"{origin}/live/presenters.json").json()["presenters"]
    ids = {one["id"] for one in shown}
    assert "emma" in ids and not ids & {"zora", "yuri", "twin"}
    assert httpx.get(f"{origin}/live/presenters/zora.webp").status_code == 404


def test_who_was_removed_is_not_shown_any_more(ana: Api, shelves: Path):
    place = Shelf(shelves, PARTNER).add(person("guest"))
    id_ = avatar(ana, "guest")
    assert ana("avatar/preview", id=id_).startswith(b"\x89PNG")
    place.unlink()
    for path in ("avatar/preview", "avatarTemplate/preview"):
        named = id_ if path.startswith("avatar/") else "guest"
        assert ana(path, id=named, want=404)["code"] == "AVATAR_TEMPLATE_NOT_FOUND"
