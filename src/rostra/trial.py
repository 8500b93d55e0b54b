"""A trial: a server of its own, to be measured from outside."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx

from rostra.errors import EngineError

PORT = 18080  # or the next free one
WARM = 60.0  # s that a server has to get ready
PARTNER, SECRET, USER = 102, "bench", "bench"
PAGE = os.sysconf("SC_PAGE_SIZE")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
TICK = os.sysconf("SC_CLK_TCK")


class Line:
    """A connection that is kept, and asks so cheaply that the server is measured, not its client.

    Args:
        origin: of the server.
        headers: of every request.
    """

    def __init__(self, origin: str, headers: Mapping[str, str]) -> None:
        address = urlsplit(origin)
        self._place = address.hostname, address.port
        lines = {"Host": address.netloc, "Content-Type": "application/json", **headers}
        self._head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(*self._place)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def post(self, path: str, body: object) -> tuple[int, bytes]:
        """The status and the body of an answer.

        Raises:
            EngineError: it does not say how long it is.
        """
        data = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\n{self._head}Content-Length: {len(data)}\r\n\r\n"
        self._writer.write(head.encode() + data)
        told = await self._reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(told)
        if length is None:
            raise EngineError(f"The answer of {path} has no length.")
        return int(told[9:12]), await self._reader.readexactly(int(length.group(1)))


class Trial:
    """A server process with a Kaltura session.

    Args:
        home: its folder.
        settings: of `ROSTRA_*`, besides the defaults.
    """

    def __init__(self, home: Path, **settings: str) -> None:
        given = {"ROSTRA_HOME": str(home), "ROSTRA_ADMIN_SECRET": SECRET, "ROSTRA_PARTNER_ID": str(PARTNER)}
        given |= {"PYTHONUNBUFFERED": "1", **settings}
        self.process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-c", "from rostra.cli import main; main()", "serve", "--port", str(PORT)],
            stdout=subprocess.PIPE, text=True, env={**os.environ, **given},
        )  # fmt: skip

    def __enter__(self) -> Self:
        assert self.process.stdout  # noqa: S101
        line = self.process.stdout.readline()
        if not line:
            raise EngineError("The server did not start.", "Run: rostra serve")
        self.origin = line.split()[-1].replace("localhost", "127.0.0.1")
        self.client = httpx.Client(
            base_url=self.origin, timeout=120, transport=httpx.HTTPTransport(retries=50)
        )
        given = {"format": 1, "secret": SECRET, "partnerId": PARTNER, "userId": USER}
        self.ks = self.client.post("/api_v3/service/session/action/start", json=given).json()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.process.terminate()
        self.process.communicate(timeout=30)

    @property
    def headers(self) -> dict[str, str]:
        """Who asks."""
        return {"Authorization": f"Bearer {self.ks}"}

    def facts(self) -> dict[str, float]:
        """How its live sessions fare."""
        facts: dict[str, float] = self.client.get("/readyz").json()["live"]
        return facts

    def warm(self) -> None:
        """Wait until its engines are warm.

        Raises:
            EngineError: they do not get warm.
        """
        end = time.monotonic() + WARM
        while not self.facts()["ready"]:
            if time.monotonic() > end:
                raise EngineError("The server's engines are not ready.", "Look into its log.")
            time.sleep(0.2)

    def idle(self, seconds: float) -> tuple[float, float]:
        """Per cent of a core, and MiB, of the server while nobody asks."""
        before = ticks(self.process.pid)
        time.sleep(seconds)
        return 100 * (ticks(self.process.pid) - before) / TICK / seconds, self.memory()

    def memory(self) -> float:
        """MiB that the server holds, without its workers."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * PAGE / 2**20

    def cpu(self) -> float:
        """Processor seconds of the server and its workers, those that ended too."""
        pid = self.process.pid
        return sum(ticks(one, ended=True) for one in [pid, *_children(pid)]) / TICK

    def loop_cpu(self) -> float:
        """Processor seconds of the server's first thread, which runs the event loop."""
        pid = self.process.pid
        return _spent(Path(f"/proc/{pid}/task/{pid}/stat"), (11, 12)) / TICK


def ticks(pid: int, ended: bool = False) -> int:
    """Clock ticks that a process has used; with those of its children that ended."""
    return _spent(Path(f"/proc/{pid}/stat"), (11, 12, 13, 14) if ended else (11, 12))


def _spent(path: Path, places: tuple[int, ...]) -> int:
    fields = path.read_text().rpartition(")")[2].split()
    return sum(int(fields[place]) for place in places)


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
