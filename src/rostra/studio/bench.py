"""The benchmark of the studio service: a server of its own, asked over HTTP as clients do."""

from __future__ import annotations

import json
import tempfile
import time
from asyncio import gather, run, timeout
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import av

from rostra.errors import EngineError
from rostra.picture.encoder import SEARCH
from rostra.trial import Line, Trial

CLIENTS, CALLS, ROUNDS = 50, 10, 4  # calls of each client in a round
PATIENCE = 300  # s for all of them
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
    "ratio": 2.1, "speed": 2.5, "accepted": 300.0, "crud": 60.0, "call": 1.0, "sound": 250.0, "idle_cpu": 3.0,
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
        call: ms of the server's processor for one of them.
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
    call: float
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
            (
                "reading and writing, processor of a call",
                f"{self.call:.2f} ms",
                f"<= {REACH['call']:.1f} ms",
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
    with (
        tempfile.TemporaryDirectory(prefix="rostra-bench-") as folder,
        _Studio(Path(folder), ROSTRA_MAX_CALLS="0") as server,
    ):
        server.warm()
        avatar = server.call(
            "avatar/upsert", templateId=presenter, background={"type": "library", "id": "office-1"}
        )["id"]
        report(0.05)
        crud, call, errors = run(_crud(server, avatar))
        report(0.15)
        idle_cpu, idle_memory = server.idle(IDLE)
        report(0.25)
        sound = _sound(server, avatar)
        report(0.3)
        _film(server, avatar, [SENTENCE])  # warm
        cpu, start = server.cpu(), time.perf_counter()
        accepted, entry = _film(server, avatar, list(SCENES))
        wall, cpu = time.perf_counter() - start, server.cpu() - cpu
        report(0.8)
        path = server.fetch(entry, Path(folder) / "video.mp4")
        seconds, alone = _encoded(path)
        report(1.0)
    return Figures(
        seconds, cpu / alone, seconds / wall, accepted, crud, call, errors, sound, idle_cpu, idle_memory
    )


class _Studio(Trial):
    """A server whose studio is asked."""

    def call(self, path: str, **body: Any) -> Any:
        """A call of the VOD API."""
        return self.client.post(f"/api/v1/{path}", json=body, headers=self.headers).json()

    def fetch(self, entry: str, place: Path) -> Path:
        """The file of an entry."""
        given = {"format": 1, "ks": self.ks, "entryId": entry}
        url = self.client.post("/api_v3/service/media/action/get", json=given).json()["downloadUrl"]
        place.write_bytes(self.client.get(url).content)
        return place


async def _crud(server: _Studio, avatar: str) -> tuple[float, float, int]:
    """ms within which 95 of 100 calls were answered, ms of the server's processor for one, and failures.

    The clients live in this process, apart from the server; each asks again as soon as it has its answer.
    """
    times: list[float] = []
    errors = 0

    async def life(line: Line, number: int) -> None:
        async def ask(path: str, **body: Any) -> dict[str, Any]:
            nonlocal errors
            start = time.perf_counter()
            status, answer = await line.post(f"/api/v1/{path}", body)
            times.append((time.perf_counter() - start) * 1e3)
            told: dict[str, Any] = json.loads(answer or b"{}")
            errors += status != 200 or "code" in told
            return told

        scene = {"narration": {"text": SENTENCE}}
        made = await ask("video/add", name=f"Number {number}", avatarId=avatar, scenes=[scene])
        for turn in range(CALLS - 3):
            if turn % 2:
                await ask("video/update", id=made["id"], name=f"Turn {turn}")
            else:
                await ask("video/get", id=made["id"])
        await ask("video/list", pager={"limit": 30})
        await ask("video/delete", id=made["id"])

    async with timeout(PATIENCE), AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Line(server.origin, server.headers)) for _ in range(CLIENTS)]
        await life(lines[0], 0)  # warm
        times.clear()
        cpu = server.cpu()
        for _ in range(ROUNDS):
            await gather(*(life(line, number) for number, line in enumerate(lines)))
        spent = (server.cpu() - cpu) * 1e3 / len(times)
    return quantiles(times, n=20)[-1], spent, errors


def _sound(server: _Studio, avatar: str) -> float:
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


def _film(server: _Studio, avatar: str, texts: list[str]) -> tuple[float, str]:
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
            options = {"preset": "veryfast", "crf": "21", **SEARCH["veryfast"]}
            stream = out.add_stream("libx264", rate=film.average_rate, options=options)
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
