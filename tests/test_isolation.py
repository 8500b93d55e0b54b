"""What belongs to somebody else looks like what is not there, at every endpoint."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from endpoints import ADDRESSES, V1, V3, Row, World
from rostra.identity.partners import Partners
from rostra.library.rights import SHARED
from rostra.storage.database import Database
from serving import PARTNER, serving
from test_apiv3 import ask, started

STRANGER, STRANGERS_SECRET = 701, "the stranger's secret"
ID = re.compile(r"\b(?:1_[a-z0-9]{8}|[0-9a-f]{24})\b")
OWN = ("appToken.",)  # what belongs to the partner, not to a user


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, people: Path):
    home = tmp_path_factory.mktemp("server")
    with serving(home, people) as origin:
        asyncio.run(prepared(home))
        yield World(origin, tmp_path_factory.mktemp("files"))


async def prepared(home: Path) -> None:
    async with Database(f"sqlite:///{home / 'rostra.db'}") as database:
        await Partners(database).set(PARTNER, SHARED, False)
        await Partners(database).add("Strangers", STRANGER, STRANGERS_SECRET)


def other(world: World, who: str) -> str:
    """The KS of a user of the same partner, or of an administrator of another one."""
    if who == "ben":
        return started(world.origin, userId="ben")
    fields = {"secret": STRANGERS_SECRET, "partnerId": STRANGER, "type": 2, "userId": "ana"}
    return str(ask(world.origin, "service/session/action/start", **fields))


def unknown(value: Any) -> Any:
    """The same with ids that nobody has."""
    if isinstance(value, dict):
        return {name: unknown(one) for name, one in value.items()}
    if isinstance(value, list):
        return [unknown(one) for one in value]
    return ID.sub(lambda found: nobodys(found.group()), value) if isinstance(value, str) else value


def nobodys(id_: str) -> str:
    return "1_zzzzzzzz" if id_.startswith("1_") else "f" * 24


def told(answer: httpx.Response) -> tuple[int, str]:
    """What an answer says, whichever ids are in it."""
    return answer.status_code, ID.sub("ID", answer.text)


def named(value: Any) -> bool:
    return value != unknown(value)


@pytest.mark.parametrize("who", ["ben", "stranger"])
@pytest.mark.parametrize("row", V3, ids=str)
def test_api_v3_tells_nobody_what_others_have(world: World, row: Row, who: str):
    given = {name: one for name, one in row.give(world).items() if name != "ks"}
    if not named(given) or row.path == "multirequest." or (who == "ben" and row.path.startswith(OWN)):
        pytest.skip("names nothing of ana's")
    ks, (service, action) = other(world, who), row.path.split(".")
    url = f"{world.origin}/api_v3/service/{service}/action/{action}"
    answers = []
    for arguments in (given, unknown(given)):
        whole = {"format": 1, "ks": ks, **arguments}
        files = {"fileData": ("a.png", row.file)} if row.file else None
        answers.append(told(httpx.post(url, data=flat(whole), files=files)))
    assert answers[0] == answers[1]
    if "list" not in action and action not in ("count", "getByIds", "searchEntry"):
        assert '"KalturaAPIException"' in answers[0][1]
    else:
        assert '"objects":[{' not in answers[0][1]


def flat(value: Any, prefix: str = "") -> dict[str, str]:
    """Nested parameters as form fields."""
    if not isinstance(value, dict | list):
        return {prefix: str(value)}
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    made: dict[str, str] = {}
    for name, one in pairs:
        made |= flat(one, f"{prefix}[{name}]" if prefix else str(name))
    return made


@pytest.mark.parametrize("who", ["ben", "stranger"])
@pytest.mark.parametrize("row", V1, ids=str)
def test_the_vod_api_tells_nobody_what_others_have(world: World, row: Row, who: str):
    given = row.give(world)
    if not named(given):
        pytest.skip("names nothing of ana's")
    headers = {"Authorization": f"Bearer {other(world, who)}"}
    url = f"{world.origin}/api/v1/{row.path}"
    first, second = (httpx.post(url, json=body, headers=headers) for body in (given, unknown(given)))
    world.calm(row, given)
    assert told(first) == told(second)
    assert first.json()["code"].endswith("_NOT_FOUND")


@pytest.mark.parametrize("who", ["ben", "stranger"])
@pytest.mark.parametrize(("path", "status"), [(one[0], one[1]) for one in ADDRESSES])
def test_addresses_give_nobody_what_others_have(world: World, path: Any, status: int, who: str):
    ks = other(world, who)
    where = [f"{world.origin}/p/{PARTNER}/{one}?ks={ks}" for one in (path(world), unknown(path(world)))]
    first, second = (httpx.get(url) for url in where)
    assert told(first) == told(second)
    assert first.status_code == 404


@pytest.mark.parametrize(
    "resource",
    [
        lambda w: {"objectType": "KalturaEntryResource", "entryId": w["film"]},
        lambda w: {"objectType": "KalturaAssetResource", "assetId": w["flavor"]},
        lambda w: {"objectType": "KalturaAssetResource", "assetId": w["attachment"]},
        lambda w: {"objectType": "KalturaUploadedFileTokenResource", "token": w["upload"]},
    ],
)
def test_nobody_fills_their_own_with_what_others_have(world: World, resource: Any):
    ks = started(world.origin, userId="ben")
    answers = []
    for given in (resource(world), unknown(resource(world))):
        entry = ask(world.origin, "service/media/action/add", ks=ks, entry={"name": "x"})["id"]
        path = "service/media/action/addContent"
        answers.append(ask(world.origin, path, ks=ks, entryId=entry, resource=given))
    assert ID.sub("ID", str(answers[0])) == ID.sub("ID", str(answers[1]))
    assert answers[0]["code"].endswith(("_NOT_FOUND", "_NOT_FOUND_BY_TOKEN"))


def test_nobody_makes_videos_of_what_others_have(world: World):
    ben = World.__new__(World)
    ben.origin, ben.ks, ben.known = world.origin, started(world.origin, userId="ben"), {}
    background = {"type": "color", "color": "#204060"}
    ben.known["avatar"] = ben.v1("avatar/upsert", templateId="ellipse", background=background)["id"]
    ends = []
    for entry in (world["film"], "1_zzzzzzzz"):
        id_ = ben.video({"narration": {"text": "Look."}, "layoutType": "broll", "broll": {"entryId": entry}})
        composed = ben.v1(
            "video/compose", id=id_, formatType="session-highlights", duration=30, entryIds=[entry]
        )
        assert composed["code"] == "CAPTIONS_NOT_FOUND"
        ends.append(ben.v1("video/get", id=ben.until(id_, "video/generate")))
    assert {one["status"] for one in ends} == {"generate-error"}
    assert ID.sub("ID", str(ends[0]["error"])) == ID.sub("ID", str(ends[1]["error"]))
    shown = ben.v1(
        "avatar/upsert", templateId="ellipse", background={"type": "entry", "entryId": world["film"]}
    )
    assert shown["code"] == "BACKGROUND_NOT_FOUND"
