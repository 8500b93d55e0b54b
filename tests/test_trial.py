"""The client of the benchmarks asks as any client does."""

import asyncio
import json
from pathlib import Path

import pytest

from rostra.errors import EngineError
from rostra.trial import Line
from serving import PARTNER, serving


def test_a_line_is_kept_and_gives_status_and_body(tmp_path: Path):
    async def story(origin: str) -> None:
        async with Line(origin, {"Authorization": "KS none"}) as line:
            status, body = await line.post("/api_v3/service/system/action/ping", {"format": 1})
            assert (status, json.loads(body)["code"]) == (200, "INVALID_KS")
            status, body = await line.post("/api/v1/video/list", {})
            assert (status, json.loads(body)["code"]) == (401, "INVALID_KS")
            given = {"format": 1, "secret": "wrong", "partnerId": PARTNER}
            status, body = await line.post("/api_v3/service/session/action/start", given)
            assert (status, json.loads(body)["objectType"]) == (200, "KalturaAPIException")

    with serving(tmp_path) as origin:
        asyncio.run(story(origin))


def test_an_answer_without_a_length_is_told():
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")
        writer.close()

    async def story() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, Line(f"http://127.0.0.1:{port}", {}) as line:
            with pytest.raises(EngineError, match="has no length"):
                await line.post("/anything", {})

    asyncio.run(story())
