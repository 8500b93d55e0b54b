"""What browsers get: the page `/live` with what it asks for, and the client library `/sdk/session`.

The page needs no account, so by default it makes sessions only for browsers on this machine.
"""

from __future__ import annotations

import asyncio
import io
import os
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Literal

from fastapi import FastAPI, Request
from PIL import Image
from pydantic import Field
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from rostra.acting.actor import Actor
from rostra.acting.manner import Manner
from rostra.apiv3.api import address
from rostra.errors import RostraError, UnknownNameError
from rostra.live.api import Sized, read_body, refusal
from rostra.live.cast import Cast
from rostra.live.errors import LiveError
from rostra.live.session import FPS, Look
from rostra.live.sessions import Sessions
from rostra.picture.backdrop import backdrop
from rostra.picture.frame import Size, Yuv420, to_rgb
from rostra.picture.layout import Layout
from rostra.picture.stage import Stage
from rostra.web import LIVE, SESSION_SDK, built

Open = Literal["local", "everyone", "nobody"]

PREVIEW = Size(320, 320)
NICENESS = 10  # of the thread that draws previews: sessions come first
NOBODY = 0  # partner of sessions that the page makes
SHARED = {"Access-Control-Allow-Origin": "*"}  # pages of other origins import the library


class Begin(Sized):
    """A session for the page."""

    avatarId: str = Field(default="jane", max_length=64)


@dataclass
class Pages:
    """The page's own addresses.

    Args:
        cast, sessions: whom sessions can be made with, and all of them.
        open: who may make sessions without an account.
    """

    cast: Cast
    sessions: Sessions
    open: Open = "local"
    _drawn: dict[str, bytes] = field(default_factory=dict)
    _easel: asyncio.Lock = field(default_factory=asyncio.Lock)
    _painter: Executor = field(
        default_factory=lambda: ThreadPoolExecutor(1, "preview", lambda: _step_back(NICENESS))
    )

    async def presenters(self, _: Request) -> Response:
        """Whom one can choose."""
        cards = self.cast.presenters.cards()
        shown = [
            {"id": one.id, "name": one.name, "preview": f"/live/presenters/{one.id}.webp"} for one in cards
        ]
        return JSONResponse({"presenters": shown})

    async def preview(self, request: Request) -> Response:
        """A presenter's picture."""
        try:
            drawn = await self._picture(request.path_params["name"])
        except UnknownNameError as error:
            return refusal(LiveError("NOT_FOUND", str(error)))
        return Response(drawn, media_type="image/webp", headers={"Cache-Control": "max-age=3600"})

    async def _picture(self, name: str) -> bytes:
        """One is drawn at a time, and once."""
        async with self._easel:
            if name not in self._drawn:
                look = await self.cast.look(name)
                loop = asyncio.get_running_loop()
                self._drawn[name] = await loop.run_in_executor(self._painter, _draw, look)
        return self._drawn[name]

    async def begin(self, request: Request) -> Response:
        """A session for the page."""
        try:
            self._let_in(request)
            body = await read_body(request, Begin)
            look = body.on(await self.cast.look(body.avatarId))
            wanted = await asyncio.to_thread(self.cast.wanted, look.pack)
            session, token = await self.sessions.create(NOBODY, "", look, wanted)
        except RostraError as error:
            return refusal(error)
        return JSONResponse({"success": True, "sessionId": session.id, "token": token})

    def _let_in(self, request: Request) -> None:
        if self.open == "everyone" or (self.open == "local" and _is_local(address(request))):
            return
        raise LiveError(
            "KS_NOT_AUTHORIZED",
            "This page makes sessions only on the server's own machine. ROSTRA_LIVE_PAGE=everyone opens it.",
        )


def install(app: FastAPI, pages: Pages) -> None:
    """Add the routes; those of files only where they were built."""
    routes: list[Any] = [
        Route("/live/presenters.json", pages.presenters),
        Route("/live/presenters/{name}.webp", pages.preview),
        Route("/live/session", pages.begin, methods=["POST"]),
    ]
    if built():
        routes += [
            Route("/live", lambda request: RedirectResponse(request.url.replace(path="/live/"))),
            Mount("/live", StaticFiles(directory=LIVE, html=True)),
            Mount("/sdk/session", _Shared(directory=SESSION_SDK)),
        ]
    app.router.routes.extend(routes)


class _Shared(StaticFiles):
    """Files that pages of any origin may use."""

    async def get_response(self, path: str, scope: Any) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(SHARED)
        return response


def _is_local(text: str) -> bool:
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False


def _step_back(niceness: int) -> None:
    """Let all other threads go first."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


def _draw(look: Look) -> bytes:
    frame = Yuv420.empty(PREVIEW)
    row = Actor(Manner.of(look.pack.manifest.manner), 0, FPS).rest(1.0).curves[-1]
    Stage(look.pack, Layout.FULL, PREVIEW, backdrop(look.background, PREVIEW)).draw(row, frame)
    out = io.BytesIO()
    Image.fromarray(to_rgb(frame)).save(out, "WEBP", quality=82)
    return out.getvalue()
