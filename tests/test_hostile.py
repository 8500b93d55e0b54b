"""Requests that mean no good: odd values at every endpoint, and files that lie."""

from __future__ import annotations

import io
import json
import resource
import struct
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest

from endpoints import ADDRESSES, V1, V3, Row, World
from rostra.library.convert import _announced
from serving import PARTNER, serving

ODD = [
    "../../../../etc/passwd", "a\r\nSet-Cookie: x=y\r\n\r\n", "\x00\ud800",
    "'; DROP TABLE x; --%s%n{1:result}",
    "x" * 70_000, 10**30, 2**63, -1, 1e308, None, [], [[{}]], {"a": {"b": 1}},
]  # fmt: skip
ODD_IN_URLS = [
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "%0d%0aX-Evil:%20y",
    "9" * 400,
    "-1",
    "NaN",
]
JSON = {"Content-Type": "application/json"}
PAGES = {"pageSize": 2, "pageIndex": 1, "offset": 0, "limit": 2}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, people: Path):
    with serving(tmp_path_factory.mktemp("server"), people) as origin:
        yield World(origin, tmp_path_factory.mktemp("files"))


def spoilt(value: Any, odd: Any) -> Iterator[Any]:
    """The same with one of the values in it replaced, each in turn."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield {**value, name: odd}
            yield from ({**value, name: worse} for worse in spoilt(one, odd))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from ([*value[:place], worse, *value[place + 1 :]] for worse in spoilt(one, odd))


def paged(row: Row) -> dict[str, Any]:
    """What can be asked of lists, too."""
    return {"pager": PAGES} if row.path.lower().endswith(("list", "searchentry")) else {}


SPOILT = [row for row in V3 if not row.file and row.path not in ("multirequest.", "session.end")]


@pytest.mark.parametrize("row", SPOILT, ids=str)
def test_odd_values_are_refused_by_api_v3(world: World, row: Row):
    service, action = row.path.split(".")
    url = f"{world.origin}/api_v3/service/{service}/action/{action}"
    given = {name: one for name, one in row.give(world).items() if name != "ks"} | paged(row)
    ks = world.admin if row.admin else world.ks
    with httpx.Client() as client:
        for odd in ODD:
            for body in spoilt(given, odd):
                answer = client.post(url, content=json.dumps({"format": 1, "ks": ks, **body}), headers=JSON)
                assert answer.status_code == 200, body
                assert "INTERNAL_SERVER_ERROR" not in answer.text, body
                assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("row", V1, ids=str)
def test_odd_values_are_refused_by_the_vod_api(world: World, row: Row):
    url = f"{world.origin}/api/v1/{row.path}"
    given = {**row.give(world), **paged(row)}
    with httpx.Client(headers={"Authorization": f"Bearer {world.ks}"}) as client:
        for odd in ODD:
            for body in spoilt(given, odd):
                answer = client.post(url, content=json.dumps(body), headers=JSON)
                assert answer.status_code < 500, (body, answer.text)
    world.calm(row, given)


@pytest.mark.parametrize("odd", ODD_IN_URLS)
def test_odd_addresses_lead_nowhere(world: World, odd: str):
    with httpx.Client() as client:
        for path, status, *_ in ADDRESSES:
            parts = path(world).split("/")
            for place in range(1, len(parts)):
                url = f"{world.origin}/p/{PARTNER}/{'/'.join([*parts[:place], odd, *parts[place + 1 :]])}"
                answer = client.get(url)
                assert answer.status_code in (200, 400, 403, 404, status), url
                assert b"root:" not in answer.content
                assert "x-evil" not in answer.headers


def test_names_cannot_write_headers(world: World):
    name = 'drill"\r\nSet-Cookie: x=y\r\n\r\n<script>'
    world.v3("media.update", entryId=world["film"], mediaEntry={"name": name})
    answer = httpx.get(world.v3("media.get", entryId=world["film"])["downloadUrl"])
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "\r" not in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    "scenes",
    [
        [{}] * 10_000,
        [{"narration": {"text": "Hello."}}] * 10_000,
        [{"narration": {"text": "x" * 5001}}],
        [{"broll": {"entryId": "1_a", "startTime": 1e300}}],
    ],
)
def test_too_many_scenes_are_refused(world: World, scenes: list[Any]):
    headers = {"Authorization": f"Bearer {world.ks}"}
    body = {"name": "x", "avatarId": world["avatar"], "scenes": scenes}
    answer = httpx.post(f"{world.origin}/api/v1/video/add", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["args"]["field"].startswith("scenes")
    assert len(answer.content) < 1000


def peak() -> int:
    """Most bytes that this process, with the server in it, has taken so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def bomb(told: int | None = None) -> bytes:
    """A document of 300 MB in 300 kB; `told` is how large it says that it is."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("word/document.xml", bytes(300 << 20))
    whole = bytearray(data.getvalue())
    if told is not None:
        for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
            struct.pack_into("<I", whole, whole.index(mark) + place, told)
    return bytes(whole)


@pytest.mark.parametrize("told", [None, 1000])
def test_a_document_that_unpacks_to_too_much_is_refused(world: World, told: int | None):
    data = bomb(told)
    before = peak()
    id_ = world.filled("documents", data, "bomb.docx", {})
    assert world.v3("documents.get", entryId=id_)["status"] == -1
    assert peak() - before < 50 << 20


def film(path: Path, seconds: float = 1.0) -> bytes:
    """A film that browsers play as it is."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as file:
        pictures, sound = (
            file.add_stream("libx264", rate=25),
            file.add_stream("aac", rate=48_000, layout="mono"),
        )
        pictures.width, pictures.height, pictures.pix_fmt = 160, 90, "yuv420p"
        for _ in range(round(25 * seconds)):
            file.mux(
                pictures.encode(av.VideoFrame.from_ndarray(np.full((135, 160), 90, np.uint8), "yuv420p"))
            )
        file.mux(pictures.encode(None))
        for number in range(round(48_000 * seconds / 1024)):
            piece = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            piece.sample_rate, piece.pts, piece.time_base = 48_000, 1024 * number, Fraction(1, 48_000)
            file.mux(sound.encode(piece))
        file.mux(sound.encode(None))
    return path.read_bytes()


def lying(data: bytes, kind: bytes, place: int, times: int) -> bytes:
    """A film one of whose boxes says that something lasts so many times as long."""
    made, at = bytearray(data), data.index(kind)
    (length,) = struct.unpack_from(">I", made, at + place)
    struct.pack_into(">I", made, at + place, min(length * times, 2**32 - 1))
    return bytes(made)


def test_a_film_that_lies_about_its_length_gets_its_true_one(world: World, tmp_path: Path):
    data = film(tmp_path / "film.mp4")
    lie = lying(data, b"mvhd", 20, 100_000)
    for sent, itself in ((data, True), (lie, False)):
        entry = world.v3("media.get", entryId=world.filled("media", sent, "film.mp4", {}))
        assert entry["status"] == 2
        assert abs(entry["msDuration"] - 1000) < 200
        played = httpx.get(entry["dataUrl"]).content
        assert (played == sent) is itself
        assert abs(_announced(kept(tmp_path / "played.mp4", played)) - 1) < 0.2


def kept(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_film_whose_pictures_stand_for_days_is_refused(world: World, tmp_path: Path):
    lie = lying(film(tmp_path / "film.mp4"), b"stts", 16, 4_000_000)
    entry = world.v3("media.get", entryId=world.filled("media", lie, "film.mp4", {}))
    assert entry["status"] == -1


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7])
def test_a_film_that_is_cut_off_ends(world: World, tmp_path: Path, share: float):
    data = film(tmp_path / "film.mp4", 2.0)
    entry = world.v3(
        "media.get", entryId=world.filled("media", data[: int(len(data) * share)], "cut.mp4", {})
    )
    assert entry["status"] in (2, -1)
    assert entry["msDuration"] < 2200
