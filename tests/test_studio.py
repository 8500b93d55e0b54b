"""The VOD API: every endpoint, every code, and a video from the first call to the file."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from KalturaClient import KalturaClient
from PIL import Image

from commands import clip
from rostra.studio.errors import STATES
from serving import PARTNER, serving
from test_apiv3 import ask, started
from test_library import client_of, uploaded

WORDS = "Please leave the building by the nearest exit."
SMALL = {"type": "color", "color": "#204060"}

Api = Callable[..., Any]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory, people: Path):
    with serving(tmp_path_factory.mktemp("server"), people) as url:
        yield url


def api_of(origin: str, ks: str, http: int = 200) -> Api:
    """Calls of the VOD API by `controller/action`; checks the HTTP status."""

    def call(path: str, want: int = http, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {ks}"}
        answer = httpx.post(f"{origin}/api/v1/{path}", json=body, headers=headers, timeout=120)
        assert answer.status_code == want, answer.text
        kind = answer.headers.get("content-type", "")
        return answer.json() if kind.startswith("application/json") else answer.content

    return call


@pytest.fixture
def ana(origin: str) -> Api:
    return api_of(origin, started(origin, userId="ana"))


@pytest.fixture
def ben(origin: str) -> Api:
    return api_of(origin, started(origin, userId="ben"))


def avatar(api: Api, template: str = "ellipse", **background: str) -> str:
    id_: str = api("avatar/upsert", templateId=template, background=background or SMALL)["id"]
    return id_


def scene(text: str | None = WORDS, **more: Any) -> dict[str, Any]:
    return {**({"narration": {"text": text}} if text else {}), **more}


def video(api: Api, *scenes: dict[str, Any], name: str = "Fire drill") -> str:
    id_: str = api("video/add", name=name, avatarId=avatar(api), scenes=list(scenes))["id"]
    return id_


def ended(api: Api, id_: str) -> dict[str, Any]:
    for _ in range(1200):
        now = api("video/get", id=id_)
        if now["status"] != "generating":
            return now
        time.sleep(0.1)
    raise AssertionError("the generation did not end")


# Avatars


def test_templates_begin_with_jane(ana: Api):
    listed = ana("avatarTemplate/list")
    assert listed["objects"][0]["id"] == "jane"
    assert listed["totalCount"] == len(listed["objects"])
    assert {"id", "name"} <= set(listed["objects"][0])


def test_the_same_avatar_has_one_id_however_often_it_is_asked_for(ana: Api):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: avatar(ana, type="color", color="#AbC"), range(16)))
    assert len(set(made)) == 1
    assert avatar(ana, type="color", color="#aabbcc") == made[0]
    assert avatar(ana, type="color", color="#aabbcd") != made[0]
    got = ana("avatar/get", id=made[0])
    assert (got["templateId"], got["background"]) == ("ellipse", {"type": "color", "color": "#AbC"})
    assert got["createdAt"].endswith("Z")


def test_an_avatar_has_a_picture(origin: str, ana: Api):
    id_ = avatar(ana)
    with Image.open(io.BytesIO(ana("avatar/preview", id=id_))) as image:
        assert (image.format, image.size) == ("PNG", (1280, 720))
        assert abs(image.getpixel((5, 5))[2] - 0x60) < 12


def test_a_picture_of_the_library_is_a_background(origin: str, ana: Api, tmp_path: Path):
    Image.new("RGB", (640, 360), "green").save(tmp_path / "green.png")
    entry = uploaded(client_of(origin, "ana"), tmp_path / "green.png")
    id_ = avatar(ana, type="entry", entryId=entry)
    with Image.open(io.BytesIO(ana("avatar/preview", id=id_))) as image:
        red, green, blue = image.getpixel((5, 5))[:3]
    assert green > 100 and red < 60 and blue < 60


def test_backgrounds_are_listed(ana: Api):
    assert "office-1" in {one["id"] for one in ana("background/list")["objects"]}
    assert avatar(ana, type="library", id="office-1")


# Projects


def test_a_project_is_made_read_changed_listed_and_deleted(ana: Api):
    id_ = video(ana, scene(), scene(layoutType="broll", broll={"entryId": "1_a", "startTime": 2.5}))
    made = ana("video/get", id=id_)
    assert (made["status"], made["partnerId"]) == ("draft", PARTNER)
    assert (made["entryId"], made["composeParams"]) == (None, None)
    assert [one["layoutType"] for one in made["scenes"]] == ["full-screen", "broll"]
    assert made["scenes"][1]["broll"] == {"entryId": "1_a", "startTime": 2.5}
    changed = ana("video/update", id=id_, name="New", scenes=[scene("Other words")])
    assert (changed["name"], len(changed["scenes"]), changed["avatarId"]) == ("New", 1, made["avatarId"])
    assert changed["updatedAt"] >= made["updatedAt"]
    assert ana("video/update", id=id_, avatarId=None)["avatarId"] is None
    listed = ana("video/list", filter={"orderBy": "-createdAt"}, pager={"limit": 50})
    assert id_ in {one["id"] for one in listed["objects"]}
    assert ana("video/delete", id=id_) == b""
    assert ana("video/get", 404, id=id_)["code"] == "VIDEO_NOT_FOUND"


def test_lists_are_cut_and_ordered(origin: str):
    cy = api_of(origin, started(origin, userId="cy"))
    made = [video(cy, name=f"Number {number}") for number in range(5)]
    page = cy("video/list", filter={"orderBy": "createdAt"}, pager={"offset": 1, "limit": 2})
    assert ([one["id"] for one in page["objects"]], page["totalCount"]) == (made[1:3], 5)
    assert cy("video/list", filter={"nameLike": "number 3"})["totalCount"] == 1


def test_everybody_sees_only_their_own(origin: str, ana: Api, ben: Api):
    id_, own = video(ana, scene()), avatar(ana)
    admin = api_of(origin, started(origin, userId="root", type=2, privileges="disableentitlement"))
    for other in (ben, admin):
        for action in ("get", "update", "delete", "generate", "resetStatus"):
            assert other(f"video/{action}", 404, id=id_)["code"] == "VIDEO_NOT_FOUND"
        assert other("video/previewAudio", 404, id=id_, sceneId=0)["code"] == "VIDEO_NOT_FOUND"
        for action in ("get", "preview"):
            assert other(f"avatar/{action}", 404, id=own)["code"] == "AVATAR_NOT_FOUND"
        assert other("video/add", 404, name="x", avatarId=own)["code"] == "AVATAR_NOT_FOUND"


# Sound


def test_a_scene_is_heard_whole_and_as_a_stream(origin: str, ana: Api):
    id_ = video(ana, scene())
    whole = ana("video/previewAudio", id=id_, sceneId=0)
    with av.open(io.BytesIO(whole)) as sound:
        assert sound.streams.audio[0].codec_context.name.startswith("mp3")
        seconds = sum(frame.samples / frame.sample_rate for frame in sound.decode(audio=0))
    assert 1.5 < seconds < 6
    assert ana("video/previewAudioStream", id=id_, sceneId=0) == whole


# Generating


def test_a_video_is_generated_from_scenes_and_a_clip(origin: str, ana: Api, tmp_path: Path):
    film = uploaded(client_of(origin, "ana"), clip(tmp_path / "clip.mp4", 1.0))
    id_ = video(ana, scene(), scene("Look at this.", layoutType="broll", broll={"entryId": film}))
    begun = ana("video/generate", id=id_)
    assert (begun["status"], begun["progress"]["percent"]) == ("generating", 0)
    assert ana("video/generate", id=id_)["code"] == "VIDEO_IS_BEING_GENERATED"
    assert ana("video/delete", id=id_)["code"] == "VIDEO_IS_BEING_GENERATED"
    assert ana("video/update", id=id_, scenes=[])["code"] == "VIDEO_IS_PROCESSING"
    assert ana("video/update", id=id_, name="Renamed")["name"] == "Renamed"
    done = ended(ana, id_)
    assert (done["status"], done["error"]) == ("ready", None)
    client: KalturaClient = client_of(origin, "ana")
    entry = client.media.get(done["entryId"])
    assert (entry.name, entry.status.getValue(), entry.width, entry.height) == ("Renamed", "2", 1920, 1080)
    with av.open(io.BytesIO(httpx.get(entry.downloadUrl, follow_redirects=True).content)) as file:
        assert [stream.codec_context.name for stream in file.streams] == ["h264", "aac"]
        times = [packet.dts for packet in file.demux(file.streams.video[0]) if packet.dts is not None]
        assert times == sorted(set(times))
        assert file.streams.video[0].frames == len(times)
        pictures = file.streams.video[0]
        assert abs(float(pictures.duration * pictures.time_base) - entry.msDuration / 1000) < 0.2
    assert ana("video/generate", id=id_)["code"] == "VIDEO_CANNOT_GENERATE"
    reopened = ana("video/update", id=id_, scenes=[scene("Only this.")])
    assert (reopened["status"], reopened["entryId"]) == ("draft", done["entryId"])
    ana("video/delete", id=id_)
    assert client.media.get(done["entryId"]).id == done["entryId"]


def test_of_many_who_generate_at_once_one_wins(ana: Api):
    id_ = video(ana, scene("One two three."))
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: ana("video/generate", id=id_), range(6)))
    assert sorted(answer.get("code", "") for answer in answers) == [""] + ["VIDEO_IS_BEING_GENERATED"] * 5
    assert ended(ana, id_)["status"] == "ready"


def test_a_failure_is_told_and_can_be_tried_again(ana: Api):
    id_ = video(ana, scene(), scene("And this?", layoutType="broll", broll={"entryId": "1_nobody00"}))
    ana("video/generate", id=id_)
    failed = ended(ana, id_)
    assert failed["status"] == "generate-error"
    assert "1_nobody00" in failed["error"]["message"]
    assert ana("video/generate", id=id_)["code"] == "VIDEO_CANNOT_GENERATE"
    assert ana("video/resetStatus", id=id_)["status"] == "draft"
    ana("video/update", id=id_, scenes=[scene("Fine now.")])
    ana("video/generate", id=id_)
    assert ended(ana, id_)["status"] == "ready"


def test_a_generation_can_be_cancelled(ana: Api):
    id_ = video(ana, scene(" ".join([WORDS] * 40)))
    ana("video/generate", id=id_)
    cancelled = ana("video/cancel", id=id_)
    assert (cancelled["status"], cancelled["error"]["code"]) == ("generate-error", "CANCELLED")
    assert ana("video/cancel", id=id_)["code"] == "INVALID_STATUS_TRANSITION"
    assert ana("video/resetStatus", id=id_)["status"] == "draft"


def test_a_generation_goes_on_after_a_restart_and_renders_no_scene_twice(tmp_path: Path, people: Path):
    with serving(tmp_path, people) as own:
        ana = api_of(own, started(own, userId="ana"))
        id_ = video(ana, *(scene(f"This is scene number {number}.") for number in range(4)))
        ana("video/generate", id=id_)
        folder = tmp_path / "staging" / f"video-{id_}"
        while not list(folder.glob("scene-*/*.json")):
            time.sleep(0.02)
    finished = {path: path.stat().st_mtime_ns for path in folder.glob("scene-*/*.json")}
    assert 1 <= len(finished) < 4
    with serving(tmp_path, people) as own:
        ana = api_of(own, started(own, userId="ana"))
        while not (folder / "gathered").exists():
            assert all(path.stat().st_mtime_ns == at for path, at in finished.items() if path.exists())
            time.sleep(0.01)
        done = ended(ana, id_)
        assert done["status"] == "ready"
        found = ask(own, "service/media/action/list", ks=started(own, userId="ana"), filter={})
        assert [one["id"] for one in found["objects"]] == [done["entryId"]]
    assert list((tmp_path / "staging").iterdir()) == []


# Codes


def of_scene(one: dict[str, Any]) -> dict[str, Any]:
    return {"name": "x", "avatarId": "x", "scenes": [one]}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("video/add", {"avatarId": "x"}, "name"),
        ("video/add", {"name": "  ", "avatarId": "x"}, "name"),
        ("video/add", {"name": "x" * 256, "avatarId": "x"}, "name"),
        ("video/add", {"name": "x"}, "avatarId"),
        ("video/add", {"name": "x", "avatarId": "x", "scenes": [{}] * 21}, "scenes"),
        ("video/add", of_scene({"layoutType": "odd"}), "scenes.0.layoutType"),
        ("video/add", of_scene({"narration": {"text": " "}}), "scenes.0.narration"),
        ("video/add", of_scene({"broll": {"startTime": 1}}), "scenes.0.broll.entryId"),
        ("video/add", of_scene({"broll": {"entryId": "1", "startTime": -1}}), "startTime"),
        ("video/get", {}, "id"),
        ("video/list", {"filter": {"orderBy": "-name"}}, "filter.orderBy"),
        ("video/list", {"pager": {"limit": 501}}, "pager.limit"),
        ("video/list", {"pager": {"offset": -1}}, "pager.offset"),
        ("video/previewAudio", {"id": "x", "sceneId": "first"}, "sceneId"),
        ("avatar/upsert", {"templateId": "jane"}, "background"),
        ("avatar/upsert", {"templateId": "jane", "background": {"type": "color", "color": "red"}}, "color"),
        ("avatar/upsert", {"templateId": "jane", "background": {"type": "library", "id": "../etc"}}, "id"),
        ("avatar/upsert", {"templateId": "jane", "background": {"type": "sky"}}, "background"),
    ],
)  # fmt: skip
def test_a_body_that_does_not_fit_is_refused_by_field(ana: Api, path: str, body: dict[str, Any], field: str):
    refused = ana(path, 400, **body)
    assert refused["code"] == "VALIDATION_ERROR"
    assert field in refused["args"]["field"]


def test_what_is_not_there_is_told(ana: Api):
    assert (
        ana("avatar/upsert", 404, templateId="nobody", background=SMALL)["code"]
        == "AVATAR_TEMPLATE_NOT_FOUND"
    )
    for background in ({"type": "library", "id": "moon-9"}, {"type": "entry", "entryId": "1_nobody00"}):
        refused = ana("avatar/upsert", 404, templateId="ellipse", background=background)
        assert refused["code"] == "BACKGROUND_NOT_FOUND"
    assert ana("avatar/get", 404, id="x")["code"] == "AVATAR_NOT_FOUND"
    other = [scene(narration={"text": "x", "avatarId": "nobody"})]
    assert ana("video/add", 404, name="x", avatarId=avatar(ana), scenes=other)["code"] == "AVATAR_NOT_FOUND"


def test_scenes_that_cannot_be_heard_or_rendered_are_told(ana: Api):
    id_ = video(ana, scene(), scene(None))
    for number, code in ((2, "SCENE_NOT_FOUND"), (-1, "SCENE_NOT_FOUND"), (1, "SCENE_EMPTY_NARRATION")):
        for action in ("previewAudio", "previewAudioStream"):
            assert ana(f"video/{action}", id=id_, sceneId=number)["code"] == code
    assert ana("video/generate", id=id_)["code"] == "SCENE_EMPTY_NARRATION"
    ana("video/update", id=id_, scenes=[scene(layoutType="broll")])
    assert ana("video/generate", id=id_)["code"] == "VIDEO_CANNOT_GENERATE"
    ana("video/update", id=id_, scenes=[])
    assert ana("video/generate", id=id_)["code"] == "VIDEO_CANNOT_GENERATE"
    ana("video/update", id=id_, scenes=[scene()], avatarId=None)
    for action, more in (("generate", {}), ("previewAudio", {"sceneId": 0})):
        assert ana(f"video/{action}", id=id_, **more)["code"] == "VIDEO_AVATAR_NOT_CONFIGURED"
    assert ana("video/resetStatus", id=id_)["code"] == "CANNOT_RESET_STATUS"
    clips = [scene(broll={"entryId": f"1_{number}"}) for number in range(6)]
    assert ana("video/update", id=id_, scenes=clips)["code"] == "TOO_MANY_SOURCES"


def test_who_may_not_ask_is_told(origin: str):
    url = f"{origin}/api/v1/video/list"
    widget = ask(origin, "service/session/action/startWidgetSession", widgetId=f"_{PARTNER}")["ks"]
    elsewhere = started(origin, privileges="urirestrict:/api_v3/*")
    for headers, http, code in (
        ({}, 401, "MISSING_KS"),
        ({"Authorization": "Bearer nonsense"}, 401, "INVALID_KS"),
        ({"Authorization": f"Bearer {elsewhere}"}, 403, "INVALID_KS"),
        ({"Authorization": f"Bearer {widget}"}, 403, "SERVICE_FORBIDDEN"),
    ):
        answer = httpx.post(url, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (http, code)
        assert answer.json()["objectType"] == "KalturaAPIException"
        assert answer.headers["access-control-allow-origin"] == "*"
    here = started(origin, privileges="urirestrict:/api/v1/*")
    assert httpx.post(url, headers={"Authorization": f"KS {here}"}).status_code == 200


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b"\xff\xfe", b'{"a":' * 3000])
def test_a_body_that_is_no_object_is_refused(origin: str, body: bytes):
    headers = {"Authorization": f"Bearer {started(origin)}", "Content-Type": "application/json"}
    answer = httpx.post(f"{origin}/api/v1/video/list", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


def test_a_body_that_is_too_large_is_refused(origin: str):
    headers = {"Authorization": f"Bearer {started(origin)}"}
    whole = b'{"x": "' + b"y" * (2 << 20) + b'"}'
    for body in (whole, iter([whole])):  # with its length told, and without
        answer = httpx.post(f"{origin}/api/v1/video/list", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


def test_an_empty_body_is_an_empty_object(origin: str):
    headers = {"Authorization": f"Bearer {started(origin)}"}
    for path in ("avatarTemplate/list", "video/list", "partner/checkConfiguration"):
        assert httpx.post(f"{origin}/api/v1/{path}", headers=headers).status_code == 200


def test_browsers_may_ask_from_a_file(origin: str):
    answer = httpx.options(f"{origin}/api/v1/video/list", headers={"Origin": "null"})
    assert answer.status_code == 204
    assert "authorization" in answer.headers["access-control-allow-headers"]


def test_the_configuration_is_checked(ana: Api):
    told = ana("partner/checkConfiguration")
    by_name = {check["name"]: check["valid"] for check in told["checks"]}
    assert told["valid"] and by_name["source-only-conversion-profile"] is True


def test_codes_about_records_that_exist_have_a_good_status():
    assert {
        STATES[code] for code in ("CANNOT_RESET_STATUS", "VIDEO_CANNOT_GENERATE", "TOO_MANY_SOURCES")
    } == {200}
