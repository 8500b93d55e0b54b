"""The whole server on PostgreSQL: Debian's own, started for these tests by a user without rights."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import literal, select

from commands import rostra
from rostra.errors import MissingError, OutputError
from rostra.identity.partners import Partners
from rostra.settings import settings
from rostra.storage import database as module
from rostra.storage.database import Database
from serving import PARTNER, serving
from test_apiv3 import ask, started
from test_library import client_of, uploaded
from test_studio import api_of, avatar, ended, scene, video

CONTROL = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), reverse=True)), None)
WRITERS = 8  # at the same time
pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'rostra[postgres]'")
if CONTROL is None:
    pytest.skip("PostgreSQL is not installed: apt install postgresql", allow_module_level=True)


class Cluster:
    """A PostgreSQL of its own, which only listens in its folder.

    Args:
        folder: of another user, if we are root: PostgreSQL does not run as root.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made = 0
        if os.getuid() == 0:
            shutil.chown(folder, "nobody")
        self._run("initdb", "--username=rostra", "--auth=trust", "--encoding=UTF8", "--no-sync")
        self.control("start")

    def control(self, what: str) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c shared_buffers=16MB"
        self._run("pg_ctl", what, "-w", "-m", "fast", "-o", options, "-l", str(self.folder / "log"))

    def database(self) -> str:
        """The address of a new, empty database."""
        self._made += 1
        self._run("createdb", "-h", str(self.folder), "-U", "rostra", f"rostra{self._made}")
        return f"postgresql://rostra@/rostra{self._made}?host={self.folder}"

    def _run(self, name: str, *arguments: str) -> None:
        assert CONTROL is not None
        who: dict[str, Any] = {"user": "nobody", "extra_groups": []} if os.getuid() == 0 else {}
        known = {**os.environ, "PGDATA": str(self.folder / "data")}
        ran = subprocess.run(
            [str(CONTROL.with_name(name)), *arguments], env=known, cwd=self.folder, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **who,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:  # addresses of sockets must be short
        made = Cluster(Path(folder))
        yield made
        made.control("stop")


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory, people: Path, cluster: Cluster) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("server"), people, database=cluster.database()) as served:
        yield served


def test_of_many_who_ask_at_once_each_gets_the_same_avatar(origin: str):
    ana = api_of(origin, started(origin, userId="ana"))
    with ThreadPoolExecutor(WRITERS) as pool:
        made = set(pool.map(lambda _: avatar(ana, type="color", color="#123456"), range(3 * WRITERS)))
    assert len(made) == 1


def test_of_many_who_generate_at_once_one_does(origin: str):
    ana = api_of(origin, started(origin, userId="ana"))
    id_ = video(ana, scene("One."))
    with ThreadPoolExecutor(WRITERS) as pool:
        told = list(pool.map(lambda _: ana("video/generate", id=id_), range(WRITERS)))
    assert [one.get("status") for one in told].count("generating") == 1
    assert {one["code"] for one in told if "code" in one} == {"VIDEO_IS_BEING_GENERATED"}
    assert ended(ana, id_)["status"] == "ready"


def test_media_are_kept_listed_and_found(origin: str, tmp_path: Path):
    ks = started(origin, userId="ana")
    film = ask(origin, "service/media/action/add", ks=ks, entry={"name": "Ärger im 100% Büro", "tags": "a"})
    found = ask(origin, "service/media/action/list", ks=ks, filter={"nameLike": "ÄRGER", "statusEqual": 7})
    assert [one["id"] for one in found["objects"]] == [film["id"]]
    Image.new("RGB", (64, 36), "green").save(tmp_path / "green.png")
    entry = uploaded(client_of(origin, "ana"), tmp_path / "green.png")
    item = {"objectType": "KalturaESearchUnifiedItem", "searchTerm": "green", "itemType": 2}
    tree = {"objectType": "KalturaESearchEntryOperator", "operator": 1, "searchItems": [item]}
    path = "service/elasticsearch_esearch/action/searchEntry"
    hits = ask(origin, path, ks=ks, searchParams={"searchOperator": tree})
    assert [one["object"]["id"] for one in hits["objects"]] == [entry]


@pytest.mark.parametrize("odd", ["\0", "a\0b", "\U0001f600", "'; --"])
def test_any_text_is_kept_or_refused(origin: str, odd: str):
    ana = api_of(origin, started(origin, userId="ana"))
    made = ana("video/add", name=f"x{odd}y", avatarId=avatar(ana), scenes=[scene(f"One{odd}.")])
    assert ana("video/get", id=made["id"])["name"] == f"x{odd}y".replace("\0", "\ufffd")
    assert made["id"] in {one["id"] for one in ana("video/list", filter={"nameLike": odd})["objects"]}
    assert ana("video/get", id=f"{made['id']}{odd}", want=404)["code"] == "VIDEO_NOT_FOUND"


def test_the_server_goes_on_after_its_database_was_away(cluster: Cluster, origin: str):
    ana = api_of(origin, started(origin, userId="ana"))
    id_ = video(ana, scene("One."))
    cluster.control("stop")
    assert httpx.get(f"{origin}/readyz").status_code == 503
    cluster.control("start")
    assert ana("video/get", id=id_)["id"] == id_
    assert httpx.get(f"{origin}/readyz").status_code == 200


def test_what_was_kept_is_there_for_the_next_server(cluster: Cluster, tmp_path: Path, people: Path):
    url, made = cluster.database(), {}
    for round_ in range(2):
        with serving(tmp_path, people, database=url) as served:
            ana = api_of(served, started(served, userId="ana"))
            if round_ == 0:
                made = ana("video/get", id=video(ana, scene("One.")))
            assert ana("video/get", id=made["id"]) == made
    assert not list(tmp_path.rglob("*.db*"))


def test_the_commands_use_it(
    capfd: pytest.CaptureFixture[str], cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ROSTRA_HOME", str(tmp_path / "kept"))
    monkeypatch.setenv("ROSTRA_DATABASE_URL", cluster.database())
    settings.cache_clear()
    added = rostra(capfd, "partner", "add", "Acme", "--id", str(PARTNER))
    assert added.code == 0, added.err
    ks = rostra(capfd, "ks", "mint", "--user", "ana", "--id", str(PARTNER)).out.strip()
    assert "good" in rostra(capfd, "ks", "inspect", ks).out
    settings.cache_clear()


def test_servers_that_start_together_bring_it_up_to_date_once(cluster: Cluster):
    url = cluster.database()

    async def all_of_them() -> None:
        databases = [Database(url) for _ in range(WRITERS)]
        await asyncio.gather(*(database.migrate() for database in databases))
        assert await Partners(databases[0]).list() == []
        await databases[0].engine.dispose()

    asyncio.run(all_of_them())


def test_a_writer_that_waits_too_long_is_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "TURN", module.TURN.replace(str(module.WAIT), "50"))
    url = cluster.database()

    async def both() -> None:
        async with Database(url) as one, Database(url) as other, one.writing():
            assert await other.value(select(literal(1))) == 1  # readers do not wait
            with pytest.raises(Exception, match="lock timeout"):
                await Partners(other).add("Acme")

    asyncio.run(both())


def test_a_database_that_is_away_is_told_in_one_line(cluster: Cluster):
    async def opened() -> None:
        async with Database(f"postgresql://rostra@/nowhere?host={cluster.folder}"):
            pass

    with pytest.raises(OutputError, match="ROSTRA_DATABASE_URL") as refused:
        asyncio.run(opened())
    assert "nowhere" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_without_its_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingError, match=r"rostra\[postgres\]"):
        Database("postgresql://rostra@localhost/rostra")
