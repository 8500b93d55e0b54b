"""Media in an object store: a bucket of moto, which others have written, in a process of its own."""

from __future__ import annotations

import asyncio
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import obstore
import pytest
from obstore.store import ObjectStore, from_url
from PIL import Image

from commands import clip
from rostra.errors import AwayError, InputError, OutputError
from rostra.library import intake
from rostra.storage.media import CHUNK_AFAR, MARK, MediaStore
from serving import PARTNER, serving
from test_apiv3 import ask, started
from test_library import client_of, uploaded
from test_studio import api_of, ended, scene, video

pytest.importorskip("moto.server")
URL = "s3://bucket/media"
SOON = 60  # s that anything may take on a slow machine


class Bucket:
    """A bucket in a process that can be ended and begun again; what is in it is gone then."""

    def __init__(self) -> None:
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        code = f"from moto.server import main; main(['--port', '{self.port}'])"
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen([sys.executable, "-c", code], **quiet)
        end = time.monotonic() + SOON
        while not self._made():
            assert time.monotonic() < end, "the object store does not start"
            time.sleep(0.05)

    def _made(self) -> bool:
        """Whether there is a bucket, made anew; moto loses one that is made while others call first."""
        return self._status("PUT") == self._status("HEAD") == HTTPStatus.OK

    def _status(self, method: str) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=SOON)) as connection:
            try:
                connection.request(method, "/bucket")
                return connection.getresponse().status
            except OSError:
                return 0

    def end(self) -> None:
        assert self._process
        self._process.kill()
        self._process.wait()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nothing answers for a while; what is in the bucket comes back with it."""
        kept = {key: bytes(obstore.get(self.store, key).bytes()) for key in self.names()}
        self.end()
        try:
            yield
        finally:
            self.begin()
            for key, data in kept.items():
                obstore.put(self.store, key, data)

    @property
    def store(self) -> ObjectStore:
        return from_url(URL)

    def names(self) -> list[str]:
        return sorted(one["path"] for one in obstore.list(self.store).collect())


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    made = Bucket()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{made.port}", "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "a key", "AWS_SECRET_ACCESS_KEY": "a secret", "AWS_REGION": "us-east-1",
        }.items():  # fmt: skip
            patch.setenv(name, value)
        patch.setattr(intake, "PAUSES", (0.2,) * 100)
        made.begin()
        yield made
        made.end()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def origin(bucket: Bucket, home: Path, people: Path) -> Iterator[str]:
    with serving(home, people, media=URL) as served:
        yield served


@pytest.fixture
def film(origin: str, tmp_path: Path) -> str:
    """An entry of ana's that is ready."""
    return uploaded(client_of(origin, "ana"), clip(tmp_path / "drill.mp4", 2.0))


def raw(origin: str, entry: str, **headers: str) -> httpx.Response:
    return httpx.get(
        f"{origin}/p/{PARTNER}/raw/entry_id/{entry}/direct_serve/1", headers=headers, timeout=SOON
    )


# Through the server


def test_what_is_uploaded_lies_in_the_bucket_and_nowhere_else(
    origin: str, bucket: Bucket, home: Path, film: str
):
    own = [key for key in bucket.names() if film in key]
    assert f"{PARTNER}/{film}/1/source" in own
    assert len(own) > 1  # a poster, and what browsers play
    assert not (home / "media").exists()
    assert [path for path in (home / "staging").rglob("*") if path.is_file()] == []


def test_it_is_delivered_whole_and_in_ranges(origin: str, film: str, tmp_path: Path):
    whole = raw(origin, film)
    assert whole.content == (tmp_path / "drill.mp4").read_bytes()
    part = raw(origin, film, Range="bytes=100-299")
    assert (part.status_code, part.content) == (206, whole.content[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{len(whole.content)}"
    assert raw(origin, film, Range="bytes=-7").content == whole.content[-7:]
    assert raw(origin, film, Range=f"bytes={len(whole.content)}-").status_code == 416


def test_pictures_and_streams_are_made_of_it(origin: str, film: str):
    shown = httpx.get(f"{origin}/p/{PARTNER}/thumbnail/entry_id/{film}/width/80/vid_sec/1", timeout=SOON)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    listed = httpx.get(f"{origin}/p/{PARTNER}/playManifest/entryId/{film}/format/applehttp", timeout=SOON)
    assert "#EXTM3U" in listed.text


def test_what_is_deleted_is_gone_from_the_bucket(origin: str, bucket: Bucket, film: str):
    assert ask(origin, "service/media/action/delete", ks=started(origin, userId="ana"), entryId=film) is None
    assert [key for key in bucket.names() if film in key] == []
    assert raw(origin, film).status_code == 404


def test_a_generated_video_ends_in_the_bucket(origin: str, bucket: Bucket, home: Path, film: str):
    ana = api_of(origin, started(origin, userId="ana"))
    id_ = video(ana, scene("One."), scene("Two.", layoutType="broll", broll={"entryId": film}))
    ana("video/generate", id=id_)
    made = ended(ana, id_)
    assert made["status"] == "ready", made
    assert f"{PARTNER}/{made['entryId']}/1/source" in bucket.names()
    assert raw(origin, made["entryId"]).content[4:8] == b"ftyp"
    assert list((home / "staging").glob("video-*")) == []


def test_a_background_comes_from_the_bucket(origin: str, tmp_path: Path):
    Image.new("RGB", (640, 360), "green").save(tmp_path / "green.png")
    entry = uploaded(client_of(origin, "ana"), tmp_path / "green.png")
    ana = api_of(origin, started(origin, userId="ana"))
    background = {"type": "entry", "entryId": entry}
    id_ = ana("avatar/upsert", templateId="ellipse", background=background)["id"]
    assert ana("avatar/preview", id=id_).startswith(b"\x89PNG")


# A bucket that is away


def test_an_upload_waits_for_a_bucket_that_is_away(origin: str, bucket: Bucket, tmp_path: Path):
    ks = started(origin, userId="ana")
    token = ask(origin, "service/uploadToken/action/add", ks=ks)["id"]
    film = clip(tmp_path / "drill.mp4", 1.0)
    taken = {"ks": ks, "format": 1, "uploadTokenId": token}
    path = f"{origin}/api_v3/service/uploadToken/action/upload"
    httpx.post(path, data=taken, files={"fileData": ("drill.mp4", film.read_bytes())}, timeout=SOON)
    entry = ask(origin, "service/media/action/add", ks=ks, entry={"name": "Drill", "mediaType": 1})["id"]
    resource = {"objectType": "KalturaUploadedFileTokenResource", "token": token}
    content = {"ks": ks, "entryId": entry, "resource": resource}
    with bucket.away():
        told = ask(origin, "service/media/action/addContent", **content)
        assert told["objectType"] == "KalturaAPIException"
        assert "does not answer" in told["message"]
        now = ask(origin, "service/media/action/get", ks=ks, entryId=entry)
        assert now["status"] == 7  # as before: without content
    ask(origin, "service/media/action/addContent", **content)
    assert until_ready(origin, ks, entry)
    assert raw(origin, entry).content == film.read_bytes()


def until_ready(origin: str, ks: str, entry: str) -> bool:
    for _ in range(10 * SOON):
        status = ask(origin, "service/media/action/get", ks=ks, entryId=entry)["status"]
        if status == 2:
            return True
        assert status in (0, 1), status
        time.sleep(0.1)
    return False


def test_delivery_says_that_the_bucket_is_away(origin: str, bucket: Bucket, film: str):
    with bucket.away():
        answer = raw(origin, film)
        assert (answer.status_code, answer.text) == (503, "STORE_AWAY")
        assert int(answer.headers["retry-after"]) > 0
    assert raw(origin, film).status_code == 200


def test_what_is_deleted_meanwhile_is_deleted_later(bucket: Bucket, people: Path, tmp_path: Path):
    with serving(tmp_path / "home", people, media=URL) as origin:
        entry = uploaded(client_of(origin, "ana"), clip(tmp_path / "drill.mp4", 1.0))
        with bucket.away():
            ask(origin, "service/media/action/delete", ks=started(origin, userId="ana"), entryId=entry)
        assert [key for key in bucket.names() if entry in key]
    with serving(tmp_path / "home", people, media=URL):  # sweeps when it starts
        end = time.monotonic() + SOON
        while [key for key in bucket.names() if entry in key]:
            assert time.monotonic() < end
            time.sleep(0.1)


def test_a_generation_says_that_the_bucket_was_away_and_keeps_its_work(
    origin: str, bucket: Bucket, home: Path
):
    ana = api_of(origin, started(origin, userId="ana"))
    id_ = video(ana, scene("One."))
    with bucket.away():
        ana("video/generate", id=id_)
        failed = ended(ana, id_)
        assert (failed["status"], failed["error"]["code"]) == ("generate-error", "STORE_AWAY")
    [piece] = (home / "staging" / f"video-{id_}").glob("scene-*/0.mp4")
    before = piece.stat().st_mtime_ns
    ana("video/resetStatus", id=id_)
    ana("video/generate", id=id_)
    assert piece.stat().st_mtime_ns == before
    assert ended(ana, id_)["status"] == "ready"


# The store alone


def test_a_file_is_fetched_once_however_many_ask(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    data = bytes(range(256)) * (CHUNK_AFAR // 128)  # two reads
    fetched = []
    whole = MediaStore._fetch

    async def counted(self: MediaStore, *arguments: Any) -> None:
        fetched.append(arguments)
        await whole(self, *arguments)

    monkeypatch.setattr(MediaStore, "_fetch", counted)

    async def run() -> None:
        store = MediaStore(tmp_path, URL)
        store.open()
        store.staged("x").write_bytes(data)
        assert await store.keep("7/x", store.staged("x")) == len(data)
        places = await asyncio.gather(*(store.local("7/x") for _ in range(8)))
        assert len(set(places)) == len(fetched) == 1
        assert places[0].read_bytes() == data
        assert b"".join([piece async for piece in store.read("7/x", 3, len(data) - 3)]) == data[3:-3]
        await store.forget("7/x")
        await store.forget("7/x")

    asyncio.run(run())


def test_a_file_that_breaks_off_leaves_nothing(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async def broken(*_: Any) -> Any:
        yield b"half"
        raise AwayError("The media store does not answer.")

    async def run() -> None:
        store = MediaStore(tmp_path, URL)
        store.open()
        store.staged("x").write_bytes(b"half and half")
        await store.keep("7/x", store.staged("x"))
        monkeypatch.setattr(store, "read", broken)
        with pytest.raises(AwayError):
            await store.local("7/x")
        assert list((tmp_path / "cache").iterdir()) == []

    asyncio.run(run())


@pytest.mark.parametrize("url", ["nonsense", "ftp://bucket", "memory:///", "s3://"])
def test_an_address_that_is_no_store_is_told(tmp_path: Path, url: str):
    with pytest.raises(InputError, match="ROSTRA_MEDIA_URL") as refused:
        MediaStore(tmp_path, url)
    assert "\n" not in str(refused.value)


def test_a_bucket_that_is_not_there_is_told_before_the_server_starts(bucket: Bucket, tmp_path: Path):
    assert MARK in bucket.names() or MediaStore(tmp_path, URL).open() is None
    with pytest.raises(OutputError, match="NoSuchBucket") as refused:
        MediaStore(tmp_path, "s3://nowhere/media").open()
    assert "ROSTRA_MEDIA_URL" in str(refused.value)
    assert "\n" not in str(refused.value)
