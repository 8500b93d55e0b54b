"""A server that is killed while it renders: the next one goes on, and nothing is lost, left or done twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from rostra.identity.ks import USER, Ks
from rostra.identity.partners import Partners
from rostra.identity.privileges import Privileges
from rostra.library.entries import Entries
from rostra.storage.database import Database
from rostra.storage.media import MediaStore
from serving import PARTNER, SECRET
from test_apiv3 import ask, started
from test_studio import api_of, avatar, scene

MAIN = "from rostra.cli import main; main()"
DICE = random.Random(5)
SCENES = ("One.", "Two and three.")

# Moments of a generation, in order: what is seen in the project's folder, and up to how many seconds later
# the server is killed. Each line is one video, which is killed again and again.
Seen = Callable[[Path], object]
MOMENTS: list[list[tuple[str, Seen, float]]] = [
    [
        ("accepted", Path.exists, 0.0),
        ("a scene has begun", lambda folder: list(folder.glob("scene-*/.*")), 0.5),
        ("a scene is done", lambda folder: list(folder.glob("scene-*/*.json")), 0.5),
        ("another one is done", lambda folder: len(list(folder.glob("scene-*/*.json"))) > 1, 0.2),
    ],
    [
        ("all are done", lambda folder: len(list(folder.glob("scene-*/*.json"))) == len(SCENES), 0.0),
        ("joining", lambda folder: (folder / "gathered").exists(), 0.1),
        ("joined", lambda folder: (folder / "video.mp4").exists(), 0.1),
    ],
    [
        ("an entry is announced", lambda folder: (folder / "entry").exists(), 0.0),
        ("it is in the library", lambda folder: list(folder.parent.glob("convert-*")), 0.02),
        ("it is converted", lambda folder: list(folder.parent.glob("convert-*/*")), 0.05),
    ],
]


def begin(home: Path, people: Path) -> subprocess.Popen[str]:
    """A server process."""
    given = {
        "ROSTRA_HOME": str(home), "ROSTRA_PRESENTERS": str(people), "ROSTRA_PARTNER_ID": str(PARTNER),
        "ROSTRA_ADMIN_SECRET": SECRET, "ROSTRA_ENCODER_PRESET": "ultrafast", "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, "serve", "--port", str(DICE.randint(20_000, 50_000))],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **given},
    )  # fmt: skip


def reach(process: subprocess.Popen[str]) -> str:
    """The address of a server, once it answers."""
    assert process.stdout
    origin = process.stdout.readline().split()[-1].replace("localhost", "127.0.0.1")
    with httpx.Client(transport=httpx.HTTPTransport(retries=50)) as client:
        client.get(f"{origin}/healthz", timeout=30)
    return origin


def end(process: subprocess.Popen[str], number: signal.Signals) -> None:
    process.send_signal(number)
    process.communicate(timeout=30)


def workers(home: Path) -> list[int]:
    """Processes that a server started which kept its data in a folder: workers, voices and conversions."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            environment = (entry / "environ").read_bytes()
        except OSError:
            continue
        if f"={home}\0".encode() in environment:
            found.append(int(entry.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")
def test_a_server_that_is_killed_at_ten_moments_still_ends_its_videos(tmp_path: Path, people: Path):
    home, made, kills = tmp_path / "kept", [], 0
    process = begin(home, people)
    try:
        origin = reach(process)
        for moments in MOMENTS:
            ana = api_of(origin, started(origin, userId="ana"))
            scenes = [scene(text) for text in SCENES]
            id_ = ana("video/add", name="Stubborn", avatarId=avatar(ana), scenes=scenes)["id"]
            ana("video/generate", id=id_)
            folder, finished = home / "staging" / f"video-{id_}", {}
            for name, seen, later in moments:
                watch(folder, seen, finished, name)
                time.sleep(DICE.uniform(0, later))
                end(process, signal.SIGKILL)
                kills += 1
                assert state(home, id_) == "generating", f"too late for: {name}"
                done_once(folder, finished)
                gone(home)
                process = begin(home, people)
            origin = reach(process)
            watch(folder, lambda folder: not folder.exists(), finished, "the end")
            ana = api_of(origin, started(origin, userId="ana"))
            ended = ana("video/get", id=id_)
            assert (ended["status"], ended["error"]) == ("ready", None)
            made.append(ended["entryId"])
        assert kills == 10
        ks = started(origin, userId="ana")
        found = ask(origin, "service/media/action/list", ks=ks, filter={"statusIn": "-2,-1,0,1,2,4,7"})
        assert sorted(one["id"] for one in found["objects"]) == sorted(made)
        for entry in made:
            of_entry = {"filter": {"entryIdEqual": entry}}
            captions = ask(origin, "service/caption_captionAsset/action/list", ks=ks, **of_entry)
            assert captions["totalCount"] == 1
    finally:
        end(process, signal.SIGTERM)
    assert process.returncode == 0
    gone(home)
    assert list((home / "staging").iterdir()) == []
    with closing(sqlite3.connect(home / "rostra.db")) as database:
        keys = {key for (key,) in database.execute("SELECT key FROM assets")}
    media = home / "media"
    assert {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()} == keys
    assert [path for path in (home / "cache").rglob(".*") if path.is_file()] == []


def watch(folder: Path, seen: Seen, finished: dict[Path, int], name: str) -> None:
    """Wait for a moment; meanwhile no finished scene may be rendered again."""
    late = time.monotonic() + 60
    while not seen(folder):
        assert time.monotonic() < late, f"never seen: {name}"
        done_once(folder, finished)
        time.sleep(0.002)


def done_once(folder: Path, finished: dict[Path, int]) -> None:
    for path in folder.glob("scene-*/*.json"):
        try:
            at = path.stat().st_mtime_ns
        except FileNotFoundError:  # the video is ready
            continue
        assert finished.setdefault(path, at) == at, "a scene was rendered again"


def gone(home: Path) -> None:
    """Make sure that no process of a server is left."""
    late = time.monotonic() + 10
    while workers(home) and time.monotonic() < late:
        time.sleep(0.05)
    assert not workers(home)


def state(home: Path, id_: str) -> str:
    """The state of a video, whether a server runs or not."""
    with closing(sqlite3.connect(home / "rostra.db", timeout=10)) as database:
        [(status,)] = database.execute("SELECT status FROM videos WHERE id = ?", (id_,))
    return str(status)


def test_a_server_that_was_killed_after_it_moved_a_file_finds_it(tmp_path: Path):
    async def story() -> None:
        store = MediaStore(tmp_path)
        store.open()
        async with Database(f"sqlite:///{tmp_path / 'rostra.db'}") as database:
            entries = Entries(database, store, Partners(database))
            entry = await entries.add(Ks(PARTNER, "ana", USER, 0, Privileges()), {})
            path = store.staged("video.mp4")
            path.write_bytes(b"abc")
            await store.keep(f"{PARTNER}/{entry.id}/1/source", path)
            assert (await entries.fill(entry, path, "mp4")).version == 1
            assert [asset.size for asset in await entries.assets(entry.id)] == [3]

    asyncio.run(story())
