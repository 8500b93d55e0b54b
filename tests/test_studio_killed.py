"""A server that is killed while it renders: the next one goes on, and nothing is lost, left or done twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from serving import PARTNER, SECRET
from test_apiv3 import ask, started
from test_studio import api_of, avatar, scene

MAIN = "from rostra.cli import main; main()"


def serve(home: Path, people: Path) -> tuple[subprocess.Popen[str], str]:
    """A server process and its address."""
    given = {
        "ROSTRA_HOME": str(home), "ROSTRA_PRESENTERS": str(people), "ROSTRA_PARTNER_ID": str(PARTNER),
        "ROSTRA_ADMIN_SECRET": SECRET, "ROSTRA_ENCODER_PRESET": "ultrafast", "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, "serve", "--port", str(random.randint(20_000, 50_000))],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **given},
    )  # fmt: skip
    assert process.stdout
    origin = process.stdout.readline().split()[-1].replace("localhost", "127.0.0.1")
    with httpx.Client(transport=httpx.HTTPTransport(retries=50)) as client:
        client.get(f"{origin}/healthz", timeout=30)
    return process, origin


def end(process: subprocess.Popen[str], number: signal.Signals) -> None:
    process.send_signal(number)
    process.communicate(timeout=30)


def workers(home: Path) -> list[int]:
    """Worker processes whose server kept its data in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            command, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"rostra.studio.worker" in command and str(home).encode() in environment:
            found.append(int(entry.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")
def test_a_server_that_is_killed_again_and_again_still_ends_its_video(tmp_path: Path, people: Path):
    home = tmp_path / "kept"
    process, origin = serve(home, people)
    ana = api_of(origin, started(origin, userId="ana"))
    scenes = [scene(f"This is scene number {number}. It is short.") for number in range(5)]
    id_ = ana("video/add", name="Stubborn", avatarId=avatar(ana), scenes=scenes)["id"]
    ana("video/generate", id=id_)
    finished: dict[Path, int] = {}
    for _ in range(4):
        time.sleep(random.uniform(0.3, 4.0))
        end(process, signal.SIGKILL)
        for path, at in finished.items():  # what was done before was not done again
            assert not path.exists() or path.stat().st_mtime_ns == at
        pieces = (home / "staging").glob("video-*/scene-*/*.json")
        finished = {path: path.stat().st_mtime_ns for path in pieces}
        late = time.monotonic() + 10
        while workers(home) and time.monotonic() < late:
            time.sleep(0.05)
        assert not workers(home)
        process, origin = serve(home, people)
    try:
        ended = wait(origin, id_)
        assert (ended["status"], ended["error"]) == ("ready", None)
        found = ask(origin, "service/media/action/list", ks=started(origin, userId="ana"), filter={})
        assert [one["id"] for one in found["objects"]] == [ended["entryId"]]
        captions = ask(
            origin, "service/caption_captionAsset/action/list", ks=started(origin, userId="ana"),
            filter={"entryIdEqual": ended["entryId"]},
        )  # fmt: skip
        assert captions["totalCount"] == 1
    finally:
        end(process, signal.SIGTERM)
    assert process.returncode == 0
    assert list((home / "staging").iterdir()) == []
    assert not workers(home)


def wait(origin: str, id_: str) -> dict[str, Any]:
    ana = api_of(origin, started(origin, userId="ana"))
    for _ in range(1200):
        now: dict[str, Any] = ana("video/get", id=id_)
        if now["status"] != "generating":
            return now
        time.sleep(0.1)
    raise AssertionError("the generation did not end")
