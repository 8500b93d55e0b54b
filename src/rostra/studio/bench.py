"""The benchmark of the studio service: a server of its own, asked over HTTP as clients do."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import av
import httpx

from rostra.errors import EngineError

CLIENTS, CALLS = 50, 10  # of each client
IDLE = 5.0  # s
SCENES = (
    "Good afternoon, and thank you for joining. Today we practise leaving the building when the bell rings.",
    "Stay calm, close the windows, and leave your bag where it is. Take the nearest stairs, never the lift.",
    "If there is smoke, keep low and feel each door before you open it. A warm door stays shut.",
    "The meeting point is the north car park, next to the bicycle stands. Please wait there with your group.",
    "Your floor warden counts everyone. Tell them at once if somebody is missing, and where you saw them.",
    "We practise on Monday at ten. It takes eight minutes. Thank you for your help, and see you there!",
)
SENTENCE = "Everything is ready, so we can begin."

# What to reach on two cores without a GPU
REACH = {
    "ratio": 2.1, "speed": 2.5, "accepted": 300.0, "crud": 60.0, "sound": 250.0, "idle_cpu": 3.0,
    "idle_memory": 400.0,
}  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """What was measured.

    Args:
        seconds: of the rendered video.
        ratio: processor seconds of server and workers against encoding the same pictures alone.
        speed: video seconds per wall second, from the call to `ready`.
        accepted: ms from the call of generate to the first scene at work.
        crud: ms, 95th percentile of reading and writing calls.
        errors: calls that failed.
        sound: ms to the first byte of a streamed preview, warm.
        idle_cpu: per cent of a core.
        idle_memory: MiB of the server without its workers.
    """

    seconds: float
    ratio: float
    speed: float
    accepted: float
    crud: float
    errors: int
    sound: float
    idle_cpu: float
    idle_memory: float

    def rows(self) -> list[tuple[str, str, str]]:
        """What, measured, to reach."""
        return [
            (
                f"generate, {len(SCENES)} scenes, {self.seconds:.0f} s: CPU / encoding alone",
                f"{self.ratio:.2f}",
                f"<= {REACH['ratio']}",
            ),
            ("video seconds per wall second", f"{self.speed:.2f}", f">= {REACH['speed']}"),
            ("generate to first scene at work", f"{self.accepted:.0f} ms", f"<= {REACH['accepted']:.0f} ms"),
            (
                f"reading and writing, {CLIENTS} clients, 95th percentile",
                f"{self.crud:.0f} ms, {self.errors} errors",
                f"<= {REACH['crud']:.0f} ms, 0",
            ),
            ("preview, first byte, warm", f"{self.sound:.0f} ms", f"<= {REACH['sound']:.0f} ms"),
            ("idle, processor", f"{self.idle_cpu:.1f} % of a core", f"<= {REACH['idle_cpu']:.0f} %"),
            ("idle, memory", f"{self.idle_memory:.0f} MiB", f"<= {REACH['idle_memory']:.0f} MiB"),
        ]

    def json(self) -> str:
        """Everything."""
        return json.dumps(asdict(self), indent=1) + "\n"


def measure(presenter: str, report: Callable[[float], None]) -> Figures:
    """Measure a server on this machine.

    Raises:
        EngineError: the server did not start, or a video failed.
    """
    with tempfile.TemporaryDirectory(prefix="rostra-bench-") as folder, _Server(Path(folder)) as server:
        avatar = server.call(
            "avatar/upsert", templateId=presenter, background={"type": "library", "id": "office-1"}
        )["id"]
        report(0.05)
        crud, errors = asyncio.run(_crud(server, avatar))
        report(0.15)
        idle_cpu, idle_memory = server.idle()
        report(0.25)
        sound = _sound(server, avatar)
        report(0.3)
        _film(server, avatar, [SENTENCE])  # warm
        cpu, start = server.cpu(), time.perf_counter()
        accepted, entry = _film(server, avatar, list(SCENES))
        wall, cpu = time.perf_counter() - start, server.cpu() - cpu
        report(0.8)
        path = server.fetch(entry)
        seconds, alone = _encoded(path)
        report(1.0)
    return Figures(seconds, cpu / alone, seconds / wall, accepted, crud, errors, sound, idle_cpu, idle_memory)


class _Server:
    """A server process with a session."""

    def __init__(self, home: Path) -> None:
        self._home = home
        given = {"ROSTRA_HOME": str(home), "ROSTRA_ADMIN_SECRET": "bench", "PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from rostra.cli import main; main()", "serve", "--port", "18080"],
            stdout=subprocess.PIPE, text=True, env={**os.environ, **given},
        )  # fmt: skip

    def __enter__(self) -> _Server:
        assert self._process.stdout  # noqa: S101
        line = self._process.stdout.readline()
        if not line:
            raise EngineError("The server did not start.", "Run: rostra serve")
        self.origin = line.split()[-1].replace("localhost", "127.0.0.1")
        self.client = httpx.Client(
            base_url=self.origin, timeout=120, transport=httpx.HTTPTransport(retries=50)
        )
        given = {"format": 1, "secret": "bench", "partnerId": 102, "userId": "bench"}
        self.ks = self.client.post("/api_v3/service/session/action/start", json=given).json()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self._process.terminate()
        self._process.communicate(timeout=30)

    @property
    def headers(self) -> dict[str, str]:
        """Who asks."""
        return {"Authorization": f"Bearer {self.ks}"}

    def call(self, path: str, **body: Any) -> Any:
        """A call of the VOD API."""
        return self.client.post(f"/api/v1/{path}", json=body, headers=self.headers).json()

    def fetch(self, entry: str) -> Path:
        """The file of an entry."""
        given = {"format": 1, "ks": self.ks, "entryId": entry}
        url = self.client.post("/api_v3/service/media/action/get", json=given).json()["downloadUrl"]
        path = self._home / "video.mp4"
        path.write_bytes(self.client.get(url).content)
        return path

    def idle(self) -> tuple[float, float]:
        """Per cent of a core, and MiB, of the server while nobody asks."""
        before = _ticks(self._process.pid)
        time.sleep(IDLE)
        used = (_ticks(self._process.pid) - before) / os.sysconf("SC_CLK_TCK")
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return 100 * used / IDLE, pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def cpu(self) -> float:
        """Processor seconds of the server and its workers, those that ended too."""
        ticks = sum(_ticks(pid, ended=True) for pid in [self._process.pid, *_children(self._process.pid)])
        return ticks / os.sysconf("SC_CLK_TCK")


async def _crud(server: _Server, avatar: str) -> tuple[float, int]:
    """ms within which 95 of 100 calls were answered, and how many failed."""
    times: list[float] = []
    errors = 0
    limits = httpx.Limits(max_connections=CLIENTS)

    async with httpx.AsyncClient(base_url=server.origin, limits=limits, timeout=60) as client:

        async def ask(path: str, **body: Any) -> dict[str, Any]:
            nonlocal errors
            start = time.perf_counter()
            answer = await client.post(f"/api/v1/{path}", json=body, headers=server.headers)
            times.append((time.perf_counter() - start) * 1e3)
            told: dict[str, Any] = answer.json() if answer.content else {}
            errors += answer.status_code != 200 or "code" in told
            return told

        async def life(number: int) -> None:
            scene = {"narration": {"text": SENTENCE}}
            made = await ask("video/add", name=f"Number {number}", avatarId=avatar, scenes=[scene])
            for turn in range(CALLS - 3):
                if turn % 2:
                    await ask("video/update", id=made["id"], name=f"Turn {turn}")
                else:
                    await ask("video/get", id=made["id"])
            await ask("video/list", pager={"limit": 30})
            await ask("video/delete", id=made["id"])

        await asyncio.gather(*(life(number) for number in range(CLIENTS)))
    return quantiles(times, n=20)[-1], errors


def _sound(server: _Server, avatar: str) -> float:
    """ms to the first byte of a preview of words that were not said before."""
    taken = []
    for words in ("One moment, please.", SENTENCE, "Would you like me to say that again?"):
        scene = {"narration": {"text": words}}
        id_ = server.call("video/add", name="sound", avatarId=avatar, scenes=[scene])["id"]
        start = time.perf_counter()
        body = {"id": id_, "sceneId": 0}
        where = "/api/v1/video/previewAudioStream"
        with server.client.stream("POST", where, json=body, headers=server.headers) as answer:
            next(answer.iter_bytes())
            taken.append((time.perf_counter() - start) * 1e3)
    return min(taken[1:])


def _film(server: _Server, avatar: str, texts: list[str]) -> tuple[float, str]:
    """Render; ms until the first scene was at work, and the entry."""
    scenes = [{"narration": {"text": text}} for text in texts]
    id_ = server.call("video/add", name="bench", avatarId=avatar, scenes=scenes)["id"]
    start, accepted = time.perf_counter(), 0.0
    server.call("video/generate", id=id_)
    while True:
        video = server.call("video/get", id=id_)
        if video["status"] != "generating":
            break
        if not accepted and video["progress"]["stage"] != "waiting":
            accepted = (time.perf_counter() - start) * 1e3
        time.sleep(0.02 if not accepted else 0.2)
    if video["status"] != "ready":
        raise EngineError(f"The video was not made: {video['error']}.")
    return accepted, video["entryId"]


def _encoded(path: Path) -> tuple[float, float]:
    """Seconds of a film, and processor seconds of encoding its pictures again, alone."""
    spent, count, rate = 0.0, 0, 25.0
    with av.open(str(path)) as file, tempfile.NamedTemporaryFile(suffix=".mp4") as target:
        film = file.streams.video[0]
        film.thread_type = "NONE"
        rate = float(film.average_rate or 25)
        with av.open(target.name, "w") as out:
            stream = out.add_stream(
                "libx264", rate=film.average_rate, options={"preset": "veryfast", "crf": "21"}
            )
            stream.width, stream.height, stream.pix_fmt = film.width, film.height, "yuv420p"
            stream.codec_context.thread_count = 1
            for frame in file.decode(film):
                frame.pict_type = av.video.frame.PictureType.NONE
                start = time.thread_time()
                packets = stream.encode(frame)
                spent += time.thread_time() - start
                out.mux(packets)
                count += 1
            out.mux(stream.encode(None))
    return count / rate, spent


def _ticks(pid: int, ended: bool = False) -> int:
    """Clock ticks that a process has used; with those of its children that ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(fields[number]) for number in ((11, 12, 13, 14) if ended else (11, 12)))


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(one) for one in text.split()]
