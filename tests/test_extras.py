"""What people add to entries, how much of it, and how fast."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from endpoints import World
from rostra.errors import BusyError
from rostra.identity.pace import HELD, REMEMBERED, Pace
from serving import serving
from test_apiv3 import ask, started
from test_fetch import web  # noqa: F401


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, people: Path):
    with serving(tmp_path_factory.mktemp("server"), people, private=True) as origin:
        yield World(origin, tmp_path_factory.mktemp("files"))


def seen(url: str) -> tuple[int, ...]:
    with Image.open(io.BytesIO(httpx.get(url).content)) as image:
        return image.convert("RGB").getpixel((image.width // 2, image.height // 2))


def test_a_chosen_picture_stands_for_its_entry_until_another_one_is_chosen(world: World):
    red = io.BytesIO()
    Image.new("RGB", (64, 36), "red").save(red, "PNG")
    listed = world.v3("thumbAsset.list", filter={"entryIdEqual": world["film"]})["objects"]
    [poster] = [one for one in listed if one["tags"] == "default_thumb"]
    before = world.v3("media.get", entryId=world["film"])["thumbnailUrl"]
    own = seen(before)
    chosen = world.thumb(red.getvalue())
    assert seen(before) == own
    world.v3("thumbAsset.setAsDefault", thumbAssetId=chosen)
    after = world.v3("media.get", entryId=world["film"])["thumbnailUrl"]
    assert after != before  # browsers keep what they have fetched
    assert seen(after)[0] > 200 > 100 > seen(after)[1]
    assert "default_thumb" in world.v3("thumbAsset.get", thumbAssetId=chosen)["tags"]
    refused = world.v3("thumbAsset.delete", thumbAssetId=chosen)
    assert refused["code"] == "CANNOT_DELETE_DEFAULT_THUMB_ASSET"
    world.v3("thumbAsset.setAsDefault", thumbAssetId=poster["id"])
    assert seen(world.v3("media.get", entryId=world["film"])["thumbnailUrl"]) == own
    assert world.v3("thumbAsset.delete", thumbAssetId=chosen) is None


def test_what_is_no_picture_stands_for_nothing(world: World):
    id_ = world.thumb()
    told = world.v3("thumbAsset.setContent", id=id_, contentResource=world.text("no picture"))
    assert (told["code"], told["args"]["FIELD_NAME"]) == ("INVALID_FIELD_VALUE", "contentResource")
    assert world.v3("thumbAsset.get", thumbAssetId=id_)["status"] == 0
    assert world.v3("thumbAsset.setAsDefault", thumbAssetId=id_)["code"] == "THUMB_ASSET_IS_NOT_READY"


def test_attachments_stay_with_new_content_and_go_with_their_entry(world: World):
    id_ = world.filled("documents", b"One.", "one.txt", {})
    called = "attachment_attachmentAsset"
    asset = world.v3(f"{called}.add", entryId=id_, attachmentAsset={"title": "t"})["id"]
    world.v3(f"{called}.setContent", id=asset, contentResource=world.text("kept"))
    world.v3("documents.updateContent", entryId=id_, resource=world.resource(b"Two.", "two.txt"))
    world.settled(id_)
    served = {"ks": world.ks, "attachmentAssetId": asset}
    url = f"{world.origin}/api_v3/service/{called}/action/serve"
    assert httpx.get(url, params=served).content == b"kept"
    world.v3("documents.delete", entryId=id_)
    assert world.v3(f"{called}.get", attachmentAssetId=asset)["code"] == "ATTACHMENT_ASSET_ID_NOT_FOUND"


def test_a_file_name_cannot_write_headers(world: World):
    name = 'a"\r\nSet-Cookie: x=y\r\n.txt'
    id_ = world.attachment("text")
    world.v3("attachment_attachmentAsset.update", id=id_, attachmentAsset={"filename": name})
    answer = httpx.get(world.v3("attachment_attachmentAsset.getUrl", id=id_))
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


def test_captions_are_fetched_from_an_address(world: World, web: str):  # noqa: F811
    for path, status in (("/lines.srt", 2), ("/nothing", -1)):
        id_ = world.caption()
        content = {"objectType": "KalturaUrlResource", "url": web + path}
        assert world.v3("caption_captionAsset.setContent", id=id_, contentResource=content)["status"] == 7
        for _ in range(200):
            now = world.v3("caption_captionAsset.get", captionAssetId=id_)
            if now["status"] != 7:
                break
            time.sleep(0.02)
        assert now["status"] == status


def test_a_partner_has_only_so_much_room(tmp_path: Path):
    with serving(tmp_path, largest_library=1000) as origin:
        ks = started(origin, userId="ana")

        def kept(size: int) -> Any:
            entry = {"objectType": "KalturaDataEntry", "name": "x", "dataContent": "x" * size}
            return ask(origin, "service/data/action/add", ks=ks, dataEntry=entry)

        first = kept(800)
        assert first["objectType"] == "KalturaDataEntry"
        told = kept(300)
        assert (told["code"], told["args"]) == ("STORAGE_QUOTA_EXCEEDED", {"LIMIT": "1000", "USED": "800"})
        assert kept(100)["objectType"] == "KalturaDataEntry"
        ask(origin, "service/data/action/delete", ks=ks, entryId=first["id"])
        assert kept(300)["objectType"] == "KalturaDataEntry"
        late = time.monotonic() + 30  # what was added last may still be looked at
        while list((tmp_path / "staging").iterdir()) and time.monotonic() < late:
            time.sleep(0.05)
        assert not list((tmp_path / "staging").iterdir())


# How often somebody may ask


def test_who_asks_too_often_waits_and_others_do_not():
    now = [0.0]
    pace = Pace(2, lambda: now[0])
    for _ in range(int(2 * HELD)):
        pace.take("ana")
    with pytest.raises(BusyError) as refused:
        pace.take("ana")
    assert refused.value.after == 1
    pace.take("ben")
    now[0] += 0.5
    pace.take("ana")
    with pytest.raises(BusyError):
        pace.take("ana")
    now[0] += 1e6
    for _ in range(int(2 * HELD)):
        pace.take("ana")


def test_only_so_many_are_remembered():
    pace = Pace(1)
    for number in range(REMEMBERED + 100):
        pace.take(number)
    assert len(pace._buckets) == REMEMBERED


def test_too_many_calls_are_told_in_the_way_of_each_api(tmp_path: Path):
    with serving(tmp_path, calls=0.5) as origin:  # five calls at once
        ks, other = (started(origin, userId=name) for name in ("ana", "ben"))
        url, headers = f"{origin}/api/v1/video/list", {"Authorization": f"Bearer {ks}"}
        answers = [httpx.post(url, headers=headers) for _ in range(6)]
        assert [one.status_code for one in answers] == [200] * 5 + [429]
        assert answers[-1].json()["code"] == "TOO_MANY_REQUESTS"
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 2
        told = httpx.post(f"{origin}/api_v3/service/media/action/list", data={"ks": ks, "format": 1})
        assert (told.status_code, told.json()["code"]) == (200, "TOO_MANY_REQUESTS")
        assert told.headers["retry-after"] == told.json()["args"]["RETRY_AFTER"]
        assert httpx.post(url, headers={"Authorization": f"Bearer {other}"}).status_code == 200
        bad = {"Authorization": "Bearer nonsense"}
        codes = [httpx.post(url, headers=bad).status_code for _ in range(6)]
        assert codes[-1] == 429 and codes[0] == 401


def test_several_calls_in_one_request_count_each(tmp_path: Path):
    with serving(tmp_path, calls=0.5) as origin:
        ks = started(origin, userId="ana")
        calls = {str(n): {"service": "session", "action": "get", "ks": ks} for n in range(1, 8)}
        answers = ask(origin, "service/multirequest", **calls)
        assert [one.get("code") for one in answers] == [None] * 5 + ["TOO_MANY_REQUESTS"] * 2


def test_unknown_ids_may_be_told_with_a_good_status(tmp_path: Path):
    with serving(tmp_path, plain=True) as origin:
        headers = {"Authorization": f"Bearer {started(origin)}"}
        answer = httpx.post(f"{origin}/api/v1/video/get", json={"id": "x"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (200, "VIDEO_NOT_FOUND")
        bad = httpx.post(f"{origin}/api/v1/video/get", json={}, headers=headers)
        assert bad.status_code == 400
