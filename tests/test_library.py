"""The library over API v3 and its addresses, asked by the vendor's own client."""

from __future__ import annotations

import asyncio
import io
import os
import time
from pathlib import Path

import av
import httpx
import numpy as np
import pytest
from KalturaClient import KalturaClient
from KalturaClient.exceptions import KalturaException
from KalturaClient.Plugins.Core import (
    KalturaBaseEntry,
    KalturaBaseEntryFilter,
    KalturaEntryResource,
    KalturaFilterPager,
    KalturaFlavorAssetFilter,
    KalturaMediaEntry,
    KalturaMediaEntryFilter,
    KalturaMediaType,
    KalturaSessionType,
    KalturaThumbAssetFilter,
    KalturaUploadedFileTokenResource,
    KalturaUploadToken,
)
from PIL import Image

from commands import clip
from rostra.identity.partners import Partners
from rostra.library.rights import PRIVATE, SHARED
from rostra.library.uploads import joined, received
from rostra.storage.database import Database
from rostra.storage.media import MediaStore
from rostra.storage.shortly import SECONDS
from serving import PARTNER, SECRET, serving
from test_apiv3 import ask, started, visitor


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory):
    with serving(tmp_path_factory.mktemp("server")) as url:
        yield url


def client_of(
    origin: str, user: str, type_: int = KalturaSessionType.USER, privileges: str = ""
) -> KalturaClient:
    client = visitor(origin)
    client.setKs(client.generateSessionV2(SECRET, user, type_, PARTNER, 3600, privileges).decode())
    return client


@pytest.fixture
def ana(origin: str) -> KalturaClient:
    return client_of(origin, "ana")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("films") / "grey.mp4", 2.0)


def uploaded(client: KalturaClient, path: Path, **values: object) -> str:
    """The id of an entry with a file's content, ready."""
    entry = KalturaMediaEntry()
    entry.name, entry.mediaType = path.stem, KalturaMediaType(KalturaMediaType.VIDEO)
    for name, value in values.items():
        setattr(entry, name, value)
    made = client.media.add(entry)
    assert made.status.getValue() == "7"
    token = client.uploadToken.add(KalturaUploadToken())
    with path.open("rb") as file:
        client.uploadToken.upload(token.id, file)
    client.media.addContent(made.id, resource(token.id))
    return settled(client, made.id).id


def resource(token: str) -> KalturaUploadedFileTokenResource:
    made = KalturaUploadedFileTokenResource()
    made.token = token
    return made


def settled(client: KalturaClient, id_: str) -> KalturaMediaEntry:
    """The entry when its conversion has ended."""
    for _ in range(600):
        entry = client.media.get(id_)
        if entry.status.getValue() not in ("0", "1"):
            return entry
        time.sleep(0.1)
    raise AssertionError("the conversion did not end")


@pytest.fixture(scope="module")
def grey(origin: str, film: Path) -> str:
    """An entry of ana's that is ready."""
    return uploaded(client_of(origin, "ana"), film, tags="one,two", description="A grey film")


def fetched(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, follow_redirects=True)


# Uploads


@pytest.mark.parametrize(
    ("ranges", "whole"),
    [
        ([[0, 5], [5, 9]], [[0, 9]]),
        ([[5, 9], [0, 5]], [[0, 9]]),
        ([[0, 3], [5, 9]], [[0, 3], [5, 9]]),
        ([[2, 2]], []),
    ],
)
def test_ranges_that_touch_are_one(ranges: list[list[int]], whole: list[list[int]]):
    assert joined(ranges) == whole
    assert received(whole) == sum(stop - start for start, stop in whole)


def chunk(origin: str, ks: str, token: str, data: bytes, **fields: object) -> dict[str, object]:
    form = {
        "ks": ks,
        "format": "1",
        "uploadTokenId": token,
        **{name: str(value) for name, value in fields.items()},
    }
    url = f"{origin}/api_v3/service/uploadtoken/action/upload"
    return httpx.post(url, data=form, files={"fileData": ("../../C:\\evil.mp4", data)}).json()


def test_chunks_may_come_in_any_order_and_be_resumed(origin: str, film: Path):
    ks, data = started(origin, userId="ana"), film.read_bytes()
    third = len(data) // 3
    token = ask(origin, "service/uploadToken/action/add", ks=ks, uploadToken={"fileSize": len(data)})
    first = chunk(origin, ks, token["id"], data[:third], finalChunk=False)
    assert (first["status"], first["uploadedFileSize"], first["fileName"]) == (1, third, "evil.mp4")
    chunk(origin, ks, token["id"], data[2 * third :], resume=True, finalChunk=False, resumeAt=2 * third)
    early = chunk(origin, ks, token["id"], b"", resume=True, finalChunk=True, resumeAt=third)
    assert early["code"] == "UPLOAD_TOKEN_CANNOT_MATCH_EXPECTED_SIZE"
    last = chunk(
        origin, ks, token["id"], data[third : 2 * third], resume=True, finalChunk=True, resumeAt=third
    )
    assert (last["status"], last["uploadedFileSize"]) == (2, len(data))
    entry = ask(
        origin, "service/media/action/add", ks=ks, entry={"objectType": "KalturaMediaEntry", "name": "x"}
    )
    source = {"objectType": "KalturaUploadedFileTokenResource", "token": token["id"]}
    ask(origin, "service/media/action/addContent", ks=ks, entryId=entry["id"], resource=source)
    ready = settled(client_of(origin, "ana"), entry["id"])
    assert fetched(ready.downloadUrl).content == data
    again = ask(origin, "service/media/action/updateContent", ks=ks, entryId=entry["id"], resource=source)
    assert again["code"] == "UPLOADED_FILE_NOT_FOUND_BY_TOKEN"


def test_an_upload_closes_by_itself_when_all_is_there(origin: str):
    ks = started(origin, userId="ana")
    given = {"fileSize": 6, "autoFinalize": True}
    token = ask(origin, "service/uploadToken/action/add", ks=ks, uploadToken=given)["id"]
    assert chunk(origin, ks, token, b"abc", finalChunk=False)["status"] == 1
    assert chunk(origin, ks, token, b"def", resume=True, finalChunk=False)["status"] == 2
    more = chunk(origin, ks, token, b"ghi", resume=True)
    assert more["code"] == "UPLOAD_TOKEN_INVALID_STATUS_FOR_UPLOAD"


def test_uploads_belong_to_their_user(origin: str):
    ana, ben = started(origin, userId="ana"), started(origin, userId="ben")
    token = ask(origin, "service/uploadToken/action/add", ks=ana)["id"]
    for action in ("get", "delete"):
        refused = ask(origin, f"service/uploadToken/action/{action}", ks=ben, uploadTokenId=token)
        assert refused["code"] == "UPLOAD_TOKEN_NOT_FOUND"
    admin = started(origin, type=2)
    assert ask(origin, "service/uploadToken/action/get", ks=admin, uploadTokenId=token)["id"] == token
    ask(origin, "service/uploadToken/action/delete", ks=ana, uploadTokenId=token)
    gone = ask(origin, "service/uploadToken/action/get", ks=ana, uploadTokenId=token)
    assert gone["code"] == "UPLOAD_TOKEN_NOT_FOUND"


def test_an_upload_without_a_file_is_told(origin: str):
    ks = started(origin, userId="ana")
    token = ask(origin, "service/uploadToken/action/add", ks=ks)["id"]
    empty = ask(origin, "service/uploadToken/action/upload", ks=ks, uploadTokenId=token)
    assert empty["code"] == "NO_FILES_RECEIVED"


# Entries


def test_a_film_becomes_a_ready_entry_with_files_and_a_poster(ana: KalturaClient, grey: str):
    entry = ana.media.get(grey)
    assert (entry.status.getValue(), entry.userId, entry.tags) == ("2", "ana", "one,two")
    assert (entry.width, entry.height) == (160, 90)
    assert abs(entry.msDuration - 2000) < 100
    assert entry.duration == 2
    of_entry = KalturaFlavorAssetFilter()
    of_entry.entryIdEqual = grey
    flavors = ana.flavorAsset.list(of_entry).objects
    assert [(one.isOriginal, one.isWeb) for one in flavors] == [(True, False), (False, True)]
    with av.open(io.BytesIO(fetched(ana.flavorAsset.getUrl(flavors[1].id)).content)) as web:
        assert [stream.codec_context.name for stream in web.streams] == ["h264", "aac"] or {
            stream.codec_context.name for stream in web.streams
        } == {"h264", "aac"}
    of_poster = KalturaThumbAssetFilter()
    of_poster.entryIdEqual = grey
    assert ana.thumbAsset.list(of_poster).totalCount == 1


def test_a_film_whose_sound_comes_first_keeps_both(ana: KalturaClient, tmp_path: Path):
    with av.open(str(tmp_path / "both.mkv"), "w") as file:
        sound, pictures = (
            file.add_stream("pcm_s16le", rate=16_000, layout="mono"),
            file.add_stream("mpeg4", rate=25),
        )
        pictures.width, pictures.height, pictures.pix_fmt = 160, 90, "yuv420p"
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.int16), "s16", "mono")
        frame.sample_rate = 16_000
        file.mux([*sound.encode(frame), *sound.encode(None)])
        for _ in range(25):
            file.mux(
                pictures.encode(av.VideoFrame.from_ndarray(np.full((135, 160), 90, np.uint8), "yuv420p"))
            )
        file.mux(pictures.encode(None))
    entry = ana.media.get(uploaded(ana, tmp_path / "both.mkv"))
    assert entry.status.getValue() == "2"
    with av.open(io.BytesIO(fetched(entry.dataUrl).content)) as web:
        lengths = [float(stream.duration * stream.time_base) for stream in web.streams]
    assert len(lengths) == 2 and all(abs(one - 1) < 0.1 for one in lengths)


def test_junk_ends_as_an_error_and_says_why(origin: str, ana: KalturaClient, tmp_path: Path):
    (tmp_path / "junk.mp4").write_bytes(b"junk" * 5000)
    id_ = uploaded(ana, tmp_path / "junk.mp4")
    assert ana.media.get(id_).status.getValue() == "-1"
    assert fetched(f"{origin}/p/{PARTNER}/raw/entry_id/{id_}").status_code == 404


def test_pictures_and_sounds_are_entries_too(ana: KalturaClient, tmp_path: Path):
    Image.new("RGB", (300, 200), "red").save(tmp_path / "red.png")
    entry = ana.media.get(uploaded(ana, tmp_path / "red.png"))
    assert (entry.mediaType.getValue(), entry.width, entry.height) == (KalturaMediaType.IMAGE, 300, 200)
    with av.open(str(tmp_path / "tone.wav"), "w") as file:
        stream = file.add_stream("pcm_s16le", rate=16_000, layout="mono")
        tone = (8000 * np.sin(np.arange(16_000) / 8)).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(tone, "s16", "mono")
        frame.sample_rate = 16_000
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    entry = ana.media.get(uploaded(ana, tmp_path / "tone.wav"))
    assert (entry.mediaType.getValue(), entry.duration) == (KalturaMediaType.AUDIO, 1)


def test_entries_are_changed_counted_and_deleted(ana: KalturaClient, film: Path):
    id_ = uploaded(ana, film, tags="passing")
    change = KalturaMediaEntry()
    change.name = "New <name> & more"
    assert ana.media.update(id_, change).name == "New <name> & more"
    assert ana.media.get(id_).tags == "passing"
    wanted = KalturaMediaEntryFilter()
    wanted.tagsLike = "passing"
    assert ana.media.count(wanted) == 1
    ana.media.delete(id_)
    assert ana.media.count(wanted) == 0
    with pytest.raises(KalturaException) as gone:
        ana.media.get(id_)
    assert gone.value.code == "ENTRY_ID_NOT_FOUND"


def test_filters_and_pages(ana: KalturaClient, grey: str):
    for number in range(5):
        entry = KalturaMediaEntry()
        entry.name, entry.tags = f"filtered {number}", "filtered"
        entry.mediaType = KalturaMediaType(KalturaMediaType.VIDEO)
        ana.media.add(entry)
    wanted, pager = KalturaMediaEntryFilter(), KalturaFilterPager()
    wanted.tagsLike, wanted.statusIn, wanted.orderBy = "filtered", "2,7", "+name"
    pager.pageSize, pager.pageIndex = 2, 2
    page = ana.media.list(wanted, pager)
    assert ([one.name for one in page.objects], page.totalCount) == (["filtered 2", "filtered 3"], 5)
    only = KalturaMediaEntryFilter()
    only.idIn = grey
    assert [one.id for one in ana.media.list(only).objects] == [grey]
    base = KalturaBaseEntryFilter()
    base.nameLike = "GREY"
    assert grey in {one.id for one in ana.baseEntry.list(base).objects}
    assert isinstance(ana.baseEntry.get(grey), KalturaMediaEntry)
    assert [one.id for one in ana.baseEntry.getByIds(f"{grey},1_nobody00")] == [grey]


@pytest.mark.parametrize(
    "asked", [{"statusEqual": "many"}, {"createdAtGreaterThanOrEqual": "x"}, {"orderBy": "-nothing"}]
)
def test_a_filter_that_makes_no_sense_is_named(origin: str, asked: dict[str, str]):
    answer = ask(origin, "service/media/action/list", ks=started(origin), filter=asked)
    assert answer["code"] == "INVALID_FIELD_VALUE"
    assert next(iter(asked)) in answer["args"]["FIELD_NAME"]


def test_content_is_copied_from_another_entry(ana: KalturaClient, grey: str):
    entry = KalturaMediaEntry()
    entry.name = "copy"
    made = ana.media.add(entry)
    source = KalturaEntryResource()
    source.entryId = grey
    ana.media.addContent(made.id, source)
    assert settled(ana, made.id).msDuration == ana.media.get(grey).msDuration
    with pytest.raises(KalturaException) as twice:
        ana.media.addContent(made.id, source)
    assert twice.value.code == "ENTRY_ALREADY_WITH_CONTENT"


def test_the_old_ways_of_uploading_work(ana: KalturaClient, film: Path):
    with film.open("rb") as file:
        token = ana.media.upload(file)
    entry = KalturaMediaEntry()
    entry.name = "old way"
    assert settled(ana, ana.media.addFromUploadedFile(entry, token).id).status.getValue() == "2"


# Rights


def test_users_see_what_is_ready_and_change_their_own(origin: str, ana: KalturaClient, grey: str):
    ben = client_of(origin, "ben")
    assert ben.media.get(grey).id == grey
    for act in (lambda: ben.media.delete(grey), lambda: ben.media.update(grey, KalturaMediaEntry())):
        with pytest.raises(KalturaException) as refused:
            act()
        assert refused.value.code == "INVALID_ENTRY_ID"
    draft = KalturaBaseEntry()
    draft.name = "not ready"
    hidden = ana.baseEntry.add(draft).id
    with pytest.raises(KalturaException):
        ben.baseEntry.get(hidden)
    assert client_of(origin, "root", KalturaSessionType.ADMIN).baseEntry.get(hidden).id == hidden
    editor = client_of(origin, "cy", privileges=f"edit:{hidden}")
    assert editor.baseEntry.get(hidden).id == hidden


def test_a_widget_changes_nothing(origin: str, grey: str):
    widget = ask(origin, "service/session/action/startWidgetSession", widgetId=f"_{PARTNER}")["ks"]
    for path, fields in (
        ("media/action/delete", {"entryId": grey}),
        ("media/action/add", {"entry": {}}),
        ("uploadToken/action/add", {}),
    ):
        assert ask(origin, f"service/{path}", ks=widget, **fields)["code"] == "SERVICE_FORBIDDEN"


def test_a_private_library_plays_nothing_without_a_session(tmp_path: Path, film: Path):
    with serving(tmp_path) as own:
        ana, ks = client_of(own, "ana"), started(own, userId="ana")
        entry = ana.media.get(uploaded(ana, film))
        database = Database(f"sqlite:///{tmp_path / 'rostra.db'}")
        asyncio.run(_switched(database, PRIVATE, True))
        assert fetched(entry.downloadUrl).status_code == 403
        assert fetched(f"{entry.downloadUrl}/ks/{ks}").status_code == 200
        asyncio.run(_switched(database, SHARED, False))
        other = started(own, userId="ben")
        assert fetched(f"{entry.downloadUrl}/ks/{other}").status_code == 404
        with pytest.raises(KalturaException):
            client_of(own, "ben").media.get(entry.id)
        assert client_of(own, "ben", privileges=f"sview:{entry.id}").media.get(entry.id).id == entry.id


async def _switched(database: Database, option: str, value: bool) -> None:
    async with database:
        await Partners(database).set(PARTNER, option, value)
    await asyncio.sleep(SECONDS)  # until the server asks again


# Addresses


def test_files_come_whole_or_in_parts(ana: KalturaClient, grey: str, film: Path):
    url, data = ana.media.get(grey).downloadUrl, film.read_bytes()
    whole = fetched(url)
    assert whole.content == data
    assert "attachment" in whole.headers["content-disposition"]
    for asked, part in (("bytes=0-99", data[:100]), ("bytes=100-", data[100:]), ("bytes=-50", data[-50:])):
        answer = fetched(url, Range=asked)
        assert (answer.status_code, answer.content) == (206, part)
    assert fetched(url, Range=f"bytes={len(data)}-").status_code == 416
    assert fetched(url, Range="bytes=5-2").status_code == 416
    assert fetched(url, **{"If-None-Match": whole.headers["etag"]}).status_code == 304
    stale = fetched(url, Range="bytes=0-9", **{"If-Range": '"other"'})
    assert (stale.status_code, len(stale.content)) == (200, len(data))
    head = httpx.head(url)
    assert (head.status_code, int(head.headers["content-length"]), head.content) == (200, len(data), b"")


def test_a_film_is_streamed_in_pieces(origin: str, grey: str):
    where = f"{origin}/p/{PARTNER}/sp/{PARTNER}00/playManifest/entryId/{grey}/format/applehttp/protocol/http"
    answer = fetched(where)
    assert answer.text.startswith("#EXTM3U") and answer.text.rstrip().endswith("#EXT-X-ENDLIST")
    pieces = next(line for line in answer.text.splitlines() if line.endswith(".mp4"))
    whole = fetched(origin + pieces).content
    with av.open(io.BytesIO(whole)) as file:
        assert {stream.codec_context.name for stream in file.streams} == {"h264", "aac"}
    head = next(line for line in answer.text.splitlines() if line.startswith("#EXT-X-MAP"))
    length = int(head.partition("BYTERANGE=")[2].strip('"').partition("@")[0])
    part = fetched(origin + pieces, Range=f"bytes=0-{length - 1}")
    assert (part.status_code, part.content) == (206, whole[:length])


def test_addresses_that_lead_nowhere(origin: str, grey: str):
    for path in (
        f"/p/{PARTNER}/raw/entry_id/1_nobody00",
        f"/p/1/raw/entry_id/{grey}",
        f"/p/{PARTNER}/sp/1/playManifest/entryId/{grey}/format/smooth",
        f"/p/{PARTNER}/sp/1/playManifest/entryId/{grey}/format/url/flavorId/1_nobody00",
    ):
        assert fetched(origin + path).status_code == 404
    assert fetched(f"{origin}/p/{PARTNER}/raw/entry_id/{grey}/ks/nonsense").status_code == 403
    assert fetched(f"{origin}/p/{PARTNER}/sp/1/playManifest/e/{grey}/f/url/a.mp4").status_code == 200


@pytest.mark.parametrize(
    ("asked", "size", "kind"),
    [
        ("", (120, 68), "JPEG"),
        ("width/80", (80, 45), "JPEG"),
        ("width/100/height/100/type/2", (100, 100), "JPEG"),
        ("width/100/height/100/type/3/format/png", (100, 100), "PNG"),
        ("width/100/height/20/type/5/vid_sec/1", (100, 20), "JPEG"),
        ("width/40/vid_slices/4", (160, 22), "JPEG"),
        ("width/40/vid_slices/4/vid_slice/2", (40, 22), "JPEG"),
        ("width/9000/height/9000/type/5", (4096, 4096), "JPEG"),
    ],
)
def test_thumbnails_have_the_shape_that_is_asked_for(origin: str, grey: str, asked: str, size, kind: str):
    answer = fetched(f"{origin}/p/{PARTNER}/thumbnail/entry_id/{grey}/{asked}")
    with Image.open(io.BytesIO(answer.content)) as image:
        assert (image.format, abs(image.width - size[0]) <= 2, abs(image.height - size[1]) <= 2) == (
            kind,
            True,
            True,
        )
        assert abs(np.asarray(image.convert("L")).mean() - 86) < 8 or "type/2" in asked
    again = fetched(
        f"{origin}/p/{PARTNER}/thumbnail/entry_id/{grey}/{asked}", **{"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    "asked", ["width/x", "width/-5", "type/9", "format/exe", "vid_slices/9999", "bgcolor/zz"]
)
def test_thumbnails_that_cannot_be_are_refused(origin: str, grey: str, asked: str):
    assert fetched(f"{origin}/p/{PARTNER}/thumbnail/entry_id/{grey}/{asked}").status_code == 400


# Housekeeping


def test_a_cache_that_grows_too_large_loses_its_oldest(tmp_path: Path):
    store = MediaStore(tmp_path)
    store.open()
    for number in range(6):
        store.cached(f"{number}").write_bytes(bytes(1000))
        os.utime(store.cached(f"{number}"), (1000 + number, 1000 + number))
    store.tidy(3500)
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["3", "4", "5"]


# Restarts


def test_a_conversion_goes_on_after_a_restart(tmp_path: Path, film: Path):
    with serving(tmp_path) as own:
        ana = client_of(own, "ana")
        entry = KalturaMediaEntry()
        entry.name = "left behind"
        made = ana.media.add(entry)
        token = ana.uploadToken.add(KalturaUploadToken())
        with film.open("rb") as file:
            ana.uploadToken.upload(token.id, file)
        ana.media.addContent(made.id, resource(token.id))
    with serving(tmp_path) as own:
        assert settled(client_of(own, "ana"), made.id).status.getValue() == "2"
    assert list((tmp_path / "staging").iterdir()) == []
