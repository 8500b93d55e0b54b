"""Every code of an error that clients may branch on can be provoked, here or in the test of its feature."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from endpoints import CAPTIONS, FILES, World
from rostra.identity.partners import Partners
from rostra.library.entries import Entries
from rostra.library.tables import Upload
from rostra.library.uploads import MOST_CHUNKS
from rostra.storage.database import Database
from rostra.storage.shortly import SECONDS
from rostra.studio.errors import STATES
from rostra.studio.tables import Video
from rostra.studio.videos import Videos
from serving import PARTNER, serving
from test_apiv3 import ask

ROOT = Path(__file__).parent.parent

# What clients of the VOD API may branch on
STUDIO = {
    "VIDEO_IS_PROCESSING", "VIDEO_CANNOT_COMPOSE", "VIDEO_CANNOT_GENERATE", "VIDEO_IS_BEING_GENERATED",
    "CANNOT_RESET_STATUS", "INVALID_STATUS_TRANSITION", "SCENE_NOT_FOUND", "SCENE_EMPTY_NARRATION",
    "CAPTIONS_NOT_FOUND", "TOO_MANY_SOURCES", "VIDEO_AVATAR_NOT_CONFIGURED", "AVATAR_NOT_FOUND",
    "AVATAR_TEMPLATE_NOT_FOUND", "BACKGROUND_NOT_FOUND", "VIDEO_NOT_FOUND", "VALIDATION_ERROR", "MISSING_KS",
    "INVALID_KS", "SERVICE_FORBIDDEN", "FEATURE_FORBIDDEN", "TOO_MANY_REQUESTS", "INTERNAL_SERVER_ERROR",
}  # fmt: skip

# The same for API v3
LIBRARY = {
    "SERVICE_DOES_NOT_EXISTS", "ACTION_DOES_NOT_EXISTS", "SERVICE_FORBIDDEN", "MISSING_KS", "INVALID_KS",
    "MANDATORY_PARAMETER_MISSING", "PROPERTY_VALIDATION_CANNOT_BE_NULL", "PROPERTY_VALIDATION_NOT_UPDATABLE",
    "INVALID_OBJECT_TYPE", "OBJECT_TYPE_ABSTRACT", "INVALID_FIELD_VALUE", "INTERNAL_SERVER_ERROR",
    "FEATURE_FORBIDDEN", "START_SESSION_ERROR", "START_WIDGET_SESSION_ERROR", "INVALID_WIDGET_ID",
    "INVALID_ACTIONS_LIMIT", "INVALID_SET_ROLE", "UNKNOWN_ROLE_ID", "INVALID_APP_TOKEN_ID",
    "INVALID_APP_TOKEN_HASH", "APP_TOKEN_NOT_ACTIVE", "EXPIRED_TOKEN", "UPLOAD_TOKEN_NOT_FOUND",
    "UPLOAD_TOKEN_CANNOT_MATCH_EXPECTED_SIZE", "UPLOAD_PASSED_MAX_RESUME_TIME_ALLOWED",
    "MAX_ALLOWED_CHUNK_COUNT_EXCEEDED", "UPLOADED_FILE_NOT_FOUND_BY_TOKEN", "MAX_FILE_SIZE_EXCEEDED",
    "INVALID_FILE_FIELD", "NO_FILES_RECEIVED", "ENTRY_ID_NOT_FOUND", "INVALID_ENTRY_ID", "INVALID_ENTRY_TYPE",
    "ENTRY_ALREADY_WITH_CONTENT", "CAPTION_ASSET_ID_NOT_FOUND", "CAPTION_ASSET_IS_NOT_READY",
    "CAPTION_ASSET_FILE_NOT_FOUND", "CAPTION_ASSET_INVALID_FORMAT", "CAPTION_ASSET_PARSING_FAILED",
    "ESEARCH_SERVICE_DOWN", "ELASTIC_SEARCH_QUERY_NOT_VALID",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def world(home: Path, tmp_path_factory: pytest.TempPathFactory, people: Path):
    with serving(home, people) as origin:
        yield World(origin, tmp_path_factory.mktemp("files"))


def test_the_codes_of_the_studio_are_those_that_clients_know():
    assert set(STATES) == STUDIO


def test_a_test_provokes_every_code():
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    tests += (Path(__file__).parent / "endpoints.py").read_text()
    own = Path(__file__).read_text()
    lists = own[own.index("STUDIO = {") : own.index("@pytest.fixture")]
    asserted = set(re.findall(r'"([A-Z_]{6,})"', tests.replace(lists, "")))
    assert asserted >= STUDIO | LIBRARY


def test_every_code_that_is_raised_is_asserted_somewhere():
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("*.py"))
    for path in (ROOT / "src/rostra").rglob("*.py"):
        for code in re.findall(r'(?:ApiError|StudioError|refused)\(\s*"([A-Z_]+)"', path.read_text()):
            assert f'"{code}"' in tests, f"{path.name}: {code}"


V3 = [
    ("media.get", lambda w: {"entryId": "1_nobody00", "ks": ""}, "MISSING_KS"),
    ("media.addContent", lambda w: {"entryId": w.empty(), "resource": {
        "objectType": "KalturaUploadedFileTokenResource"}}, "PROPERTY_VALIDATION_CANNOT_BE_NULL"),
    ("media.addContent", lambda w: {"entryId": w.empty(), "resource": {"objectType": "KalturaUrlResource",
        "url": ""}},
        "PROPERTY_VALIDATION_CANNOT_BE_NULL"),
    ("media.addContent", lambda w: {"entryId": w.empty(), "resource": {}}, "MANDATORY_PARAMETER_MISSING"),
    ("media.addContent", lambda w: {"entryId": w.empty(),
        "resource": {"objectType": "KalturaOperationResource"}},
        "FEATURE_FORBIDDEN"),
    ("media.addContent", lambda w: {"entryId": w.empty(), "resource": {"assetId": "1_nobody00"}},
        "FLAVOR_ASSET_ID_NOT_FOUND"),
    ("media.list", lambda w: {"pager": {"pageSize": 500, "pageIndex": 21}},
        "QUERY_EXCEEDED_MAX_MATCHES_ALLOWED"),
    ("media.get", lambda w: {"entryId": w["paper"]}, "ENTRY_ID_NOT_FOUND"),
    ("documents.serve", lambda w: {"entryId": w.empty("documents")}, "FILE_DOESNT_EXIST"),
    ("uploadToken.add", lambda w: {"uploadToken": {"objectType": "KalturaMediaEntry"}},
        "INVALID_OBJECT_TYPE"),
    ("elasticsearch_esearch.searchEntry", lambda w: {"searchParams": {"searchOperator": {"searchItems": [
        {"objectType": "KalturaESearchAbstractEntryItem"}]}}}, "OBJECT_TYPE_ABSTRACT"),
    ("elasticsearch_esearch.searchEntry", lambda w: {"searchParams": {"orderBy": {"orderItems": [
        {"objectType": "KalturaESearchOrderByItem", "sortField": "name"}]}}}, "OBJECT_TYPE_ABSTRACT"),
    (f"{CAPTIONS}.add", lambda w: {"entryId": w["paper"], "captionAsset": {}}, "INVALID_ENTRY_TYPE"),
    (f"{CAPTIONS}.get", lambda w: {"captionAssetId": "1_nobody00"}, "CAPTION_ASSET_ID_NOT_FOUND"),
    (f"{CAPTIONS}.list", lambda w: {}, "MANDATORY_PARAMETER_MISSING"),
    (f"{CAPTIONS}.serve", lambda w: {"captionAssetId": w.caption()}, "CAPTION_ASSET_IS_NOT_READY"),
    (f"{CAPTIONS}.serveByEntryId", lambda w: {"entryId": w.empty()}, "CAPTION_ASSET_ID_NOT_FOUND"),
    (f"{CAPTIONS}.setContent", lambda w: {"id": w.caption(), "contentResource": w.text("")},
        "CAPTION_ASSET_INVALID_FORMAT"),
    (f"{CAPTIONS}.setContent", lambda w: {"id": ttml(w), "contentResource": w.text("<tt>")},
        "CAPTION_ASSET_PARSING_FAILED"),
    (f"{CAPTIONS}.setContent", lambda w: {"id": w.caption(), "contentResource": w.resource(b"x" * (5 << 20))},
        "MAX_FILE_SIZE_EXCEEDED"),
    ("thumbAsset.get", lambda w: {"thumbAssetId": w["flavor"]}, "THUMB_ASSET_ID_NOT_FOUND"),
    ("flavorAsset.get", lambda w: {"id": w["thumb"]}, "FLAVOR_ASSET_ID_NOT_FOUND"),
    (f"{FILES}.getUrl", lambda w: {"id": w.attachment()}, "ATTACHMENT_ASSET_IS_NOT_READY"),
    (f"{FILES}.get", lambda w: {}, "MANDATORY_PARAMETER_MISSING"),
    (f"{FILES}.list", lambda w: {}, "MANDATORY_PARAMETER_MISSING"),
]  # fmt: skip


def ttml(w: World) -> str:
    """The id of captions that wait for a file of TTML."""
    made = w.v3(f"{CAPTIONS}.add", entryId=w["film"], captionAsset={"language": "English", "format": 2})
    return str(made["id"])


@pytest.mark.parametrize(("called", "give", "code"), V3)
def test_api_v3_tells(world: World, called: str, give: Any, code: str):
    told = world.v3(called, **give(world))
    assert (told["code"], told["objectType"]) == (code, "KalturaAPIException")
    assert told["message"]


def test_captions_without_a_file_are_told(world: World):
    made = world.v3(
        f"{CAPTIONS}.add", entryId=world["film"], captionAsset={"language": "English", "format": 4}
    )
    world.v3(f"{CAPTIONS}.setContent", id=made["id"], contentResource=world.resource(b""))
    told = world.v3(f"{CAPTIONS}.serve", captionAssetId=made["id"])
    assert told["code"] == "CAPTION_ASSET_FILE_NOT_FOUND"


def test_a_file_in_the_wrong_place_is_told(world: World):
    form = {"ks": world.ks, "format": "1", "uploadTokenId": world.v3("uploadToken.add")["id"]}
    url = f"{world.origin}/api_v3/service/uploadToken/action/upload"
    told = httpx.post(url, data=form, files={"file": b"abc"}).json()
    assert (told["code"], told["args"]) == ("INVALID_FILE_FIELD", {"FIELD": "file"})


@pytest.mark.parametrize(
    ("column", "code"),
    [
        ({"chunks": MOST_CHUNKS}, "MAX_ALLOWED_CHUNK_COUNT_EXCEEDED"),
        ({"created": 1000}, "UPLOAD_PASSED_MAX_RESUME_TIME_ALLOWED"),
    ],
)
def test_uploads_that_never_end_are_ended(world: World, home: Path, column: dict[str, int], code: str):
    id_ = world.v3("uploadToken.add")["id"]
    asyncio.run(changed(home, update(Upload).where(Upload.id == id_).values(**column)))
    form = {"ks": world.ks, "format": "1", "uploadTokenId": id_}
    url = f"{world.origin}/api_v3/service/uploadToken/action/upload"
    assert httpx.post(url, data=form, files={"fileData": b"abc"}).json()["code"] == code


async def changed(home: Path, statement: Any) -> None:
    async with Database(f"sqlite:///{home / 'rostra.db'}") as database, database.writing() as session:
        await session.execute(statement)


async def switched(home: Path, option: str, value: bool) -> None:
    async with Database(f"sqlite:///{home / 'rostra.db'}") as database:
        await Partners(database).set(PARTNER, option, value)
    await asyncio.sleep(SECONDS)  # until the server asks again


def test_a_search_whose_database_fails_is_told(world: World, monkeypatch: pytest.MonkeyPatch):
    async def broken(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("down"))

    monkeypatch.setattr(Entries, "page", broken)
    told = world.v3("elasticsearch_esearch.searchEntry", searchParams={})
    assert told["code"] == "ESEARCH_SERVICE_DOWN"
    assert world.v3("media.list")["code"] == "INTERNAL_SERVER_ERROR"


def test_what_nobody_foresaw_is_told_without_details(world: World, monkeypatch: pytest.MonkeyPatch):
    async def broken(*_: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr(Videos, "page", broken)
    headers = {"Authorization": f"Bearer {world.ks}"}
    answer = httpx.post(f"{world.origin}/api/v1/video/list", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_SERVER_ERROR")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "42" not in answer.text


def test_what_is_switched_off_is_told(tmp_path: Path, people: Path):
    with serving(tmp_path, people) as origin:
        world = World(origin, tmp_path)
        asyncio.run(switched(tmp_path, "session.widgets", False))
        told = ask(origin, "service/session/action/startWidgetSession", widgetId=f"_{PARTNER}")
        assert told["code"] == "START_WIDGET_SESSION_ERROR"
        asyncio.run(switched(tmp_path, "studio.enabled", False))
        headers = {"Authorization": f"Bearer {world.ks}"}
        for path in ("video/list", "avatarTemplate/list", "video/add"):
            answer = httpx.post(f"{origin}/api/v1/{path}", json={}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "FEATURE_FORBIDDEN")
        assert world.v1("partner/checkConfiguration")["totalCount"] > 1
        assert world.v3("media.get", entryId=world["film"])["id"] == world["film"]


# What each state of a video allows; "" where nothing is refused
ALLOWED = {
    "draft": ("", "", "", "", "CANNOT_RESET_STATUS", ""),
    "composing": ("VIDEO_IS_PROCESSING", "", "VIDEO_CANNOT_COMPOSE", "VIDEO_CANNOT_GENERATE",
        "CANNOT_RESET_STATUS", "VIDEO_IS_PROCESSING"),
    "composed": ("", "", "", "", "CANNOT_RESET_STATUS", ""),
    "compose-error": ("", "", "VIDEO_CANNOT_COMPOSE", "VIDEO_CANNOT_GENERATE", "", ""),
    "generating": ("VIDEO_IS_PROCESSING", "", "VIDEO_IS_BEING_GENERATED", "VIDEO_IS_BEING_GENERATED",
        "CANNOT_RESET_STATUS", "VIDEO_IS_BEING_GENERATED"),
    "ready": ("", "", "VIDEO_CANNOT_COMPOSE", "VIDEO_CANNOT_GENERATE", "CANNOT_RESET_STATUS", ""),
    "generate-error": ("", "", "VIDEO_CANNOT_COMPOSE", "VIDEO_CANNOT_GENERATE", "", ""),
}  # fmt: skip
ACTIONS = (
    ("video/update", {"scenes": [{"narration": {"text": "New."}}]}),
    ("video/update", {"name": "New"}),
    ("video/compose", {"formatType": "video-explainer", "duration": 20}),
    ("video/generate", {}),
    ("video/resetStatus", {}),
    ("video/delete", {}),
)


@pytest.mark.parametrize("status", ALLOWED)
def test_each_state_allows_what_it_should(world: World, home: Path, status: str):
    told = []
    for path, body in ACTIONS:
        id_ = world.video()
        asyncio.run(changed(home, update(Video).where(Video.id == id_).values(status=status)))
        more = {"entryIds": [world["paper"]]} if path == "video/compose" else {}
        answer = httpx.post(
            f"{world.origin}/api/v1/{path}", json={"id": id_, **body, **more},
            headers={"Authorization": f"Bearer {world.ks}"},
        )  # fmt: skip
        assert answer.status_code == 200
        told.append(answer.json().get("code", "") if answer.content else "")
        if path == "video/generate" and not told[-1]:
            world.v1("video/cancel", id=id_)
    assert tuple(told) == ALLOWED[status]


@pytest.mark.parametrize(
    ("before", "composed", "after"),
    [
        ("compose-error", False, "draft"),
        ("generate-error", False, "draft"),
        ("generate-error", True, "composed"),
    ],
)
def test_an_error_is_left_for_the_state_before(
    world: World, home: Path, before: str, composed: bool, after: str
):
    id_ = world.video()
    values = {"status": before, "composed": composed}
    asyncio.run(changed(home, update(Video).where(Video.id == id_).values(**values)))
    assert world.v1("video/resetStatus", id=id_)["status"] == after
