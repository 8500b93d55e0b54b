"""Every endpoint that clients know is served, and answers as they expect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

import rostra.app  # noqa: F401 - so that all services are known
from endpoints import ADDRESSES, CAPTIONS, FILES, V1, V3, Row, Served, World, fits
from rostra.apiv3.service import Service
from serving import PARTNER, serving

PICTURE = b"PICTURE"  # stands for the world's picture


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, people: Path):
    with serving(tmp_path_factory.mktemp("server"), people) as origin:
        yield World(origin, tmp_path_factory.mktemp("files"))


def asked(world: World, row: Row, form: int) -> httpx.Response:
    service, action = row.path.split(".")
    url = f"{world.origin}/api_v3/service/{service}" + (f"/action/{action}" if action else "")
    given = {"format": form, "ks": world.admin if row.admin else world.ks, **row.give(world)}
    if not row.file:
        return httpx.post(url, json=given, timeout=60)
    data = (world.folder / "green.png").read_bytes() if row.file == PICTURE else row.file
    return httpx.post(url, data={"json": json.dumps(given)}, files={"fileData": ("C:\\a\\b.png", data)})


@pytest.mark.parametrize("row", V3, ids=str)
def test_api_v3_serves(world: World, row: Row):
    answer = asked(world, row, 1)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    checked(answer, row.answer)
    if not isinstance(row.answer, Served):  # what the vendor's clients ask for
        result = ElementTree.fromstring(asked(world, row, 2).content).find("result")
        assert result is not None
        if isinstance(row.answer, dict) and "code" not in row.answer:
            assert result.findtext("objectType") == row.answer.get("objectType", "KalturaCaptionLines")


@pytest.mark.parametrize("row", V1, ids=str)
def test_the_vod_api_serves(world: World, row: Row):
    headers = {"Authorization": f"Bearer {world.ks}"}
    url = f"{world.origin}/api/v1/{row.path}"
    answer = httpx.post(url, json=row.give(world), headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    checked(answer, row.answer)
    if isinstance(row.answer, dict):
        assert "code" not in answer.json()
    assert httpx.get(url).status_code in (404, 405)


def checked(answer: httpx.Response, shape: Any) -> None:
    kind = answer.headers.get("content-type", "")
    if isinstance(shape, Served):
        assert kind.startswith(shape.kind), answer.text
        assert shape.holds in answer.content
        assert bool(answer.content) == bool(shape.kind)
    else:
        assert kind == "application/json"
        assert fits(answer.json(), shape), json.dumps(answer.json(), indent=1)


@pytest.mark.parametrize(("path", "status", "kind", "begins"), ADDRESSES)
def test_addresses_give_files(world: World, path: Any, status: int, kind: str, begins: bytes):
    url = f"{world.origin}/p/{PARTNER}/{path(world)}"
    answer = httpx.get(url, follow_redirects=True)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (status, kind)
    assert answer.content.startswith(begins) and answer.content
    assert answer.headers["access-control-allow-origin"] == "*"
    assert httpx.head(url, follow_redirects=True).status_code == status


@pytest.mark.parametrize("called", [f"{CAPTIONS}.getUrl", f"{FILES}.getUrl", "thumbAsset.getUrl"])
def test_urls_that_are_given_out_work_without_a_session(world: World, called: str):
    id_ = world[{"caption": "caption", "attachm": "attachment", "thumbAs": "thumb"}[called[:7]]]
    url = world.v3(called, id=id_)
    good = httpx.get(url)
    assert good.status_code == 200 and good.headers["content-type"] != "text/xml; charset=utf-8"
    worse = url[:-1] + ("0" if url[-1] != "0" else "1")
    assert "MISSING_KS" in httpx.get(worse).text


def test_every_action_and_route_has_its_row(world: World):
    """A row that is forgotten here would be an endpoint that nobody looks at."""
    walked = {row.path.lower() for row in V3}
    names = {"document_documents": "documents", "elasticsearch_esearch": "elasticsearch_esearch"}
    for service in of(Service):
        own = names.get(service.name.lower(), service.name.lower())
        for name in dir(service):
            if hasattr(getattr(service, name), "rule"):
                assert f"{own}.{name.rstrip('_').lower()}" in walked, f"{service.name}.{name}"
    paths = httpx.get(f"{world.origin}/openapi.json").json()["paths"]
    routes = {path.removeprefix("/api/v1/") for path in paths if path.startswith("/api/v1/")}
    assert routes == {row.path for row in V1}


def of(kind: type[Service]) -> list[type[Service]]:
    """The services that have a name, and no services made of them."""
    found = [one for below in kind.__subclasses__() for one in of(below)]
    return found or ([kind] if hasattr(kind, "name") else [])
