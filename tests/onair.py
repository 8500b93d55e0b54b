"""Live sessions on the control API without a network: in the loop of the test, with a clock of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
from fastapi import FastAPI

from packs import synthetic
from rostra.errors import KsError, UnknownNameError
from rostra.identity.ks import USER, Ks
from rostra.identity.privileges import Privileges
from rostra.live import sessions as module
from rostra.live.api import PREFIX, Live, install
from rostra.live.ice import Ice
from rostra.live.session import Kit, Look, Session
from rostra.live.sessions import Sessions, Terms
from rostra.live.speaker import Wanted
from rostra.picture.frame import Size
from rostra.speech.voice import Pace
from talking import Parrot

KEY = b"a key of thirty-two bytes or more."
PACK = synthetic(step=48.0, detail=0.25)
SMALL = Size(128, 128)
SOON = 60.0  # s, that anything may take on a slow machine


class Clock:
    def __init__(self) -> None:
        self.now = time.monotonic()

    def __call__(self) -> float:
        return self.now


class Door:
    """Stands for the gate: the text of a KS is its partner and user, or what is wrong with it."""

    async def admit(self, text: str, _: object) -> Ks:
        if text in ("INVALID_KS", "ACTION_RESTRICTED"):
            raise KsError(text, "")
        partner, _, user = text.partition(":")
        return Ks(int(partner), user, USER, int(time.time()) + 3600, Privileges())


class House:
    """What a test has in hand."""

    def __init__(self, sessions: Sessions, clock: Clock, client: httpx.AsyncClient, parrot: Any) -> None:
        self.sessions, self.clock, self.client, self.parrot = sessions, clock, client, parrot

    async def create(self, ks: str = "7:ana", **body: Any) -> Guest:
        given = {"visualConfig": {"avatarId": "jane"}, **body}
        answer = await self.client.post(f"{PREFIX}/create", json=given, headers={"Authorization": f"KS {ks}"})
        assert answer.status_code == 200, answer.text
        return Guest(self, answer.json()["sessionId"], answer.json()["token"])

    async def round(self) -> None:
        """Let the sessions be looked at once more."""
        await asyncio.sleep(5 * module.ROUND)


class Guest:
    """One session as its owner controls it."""

    def __init__(self, house: House, id_: str, token: str) -> None:
        self.house, self.id, self.token = house, id_, token

    @property
    def session(self) -> Session:
        return self.house.sessions._places[self.id].session

    async def post(
        self, name: str, id_: str | None = None, token: str | None = None, **more: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.token}", **more.pop("headers", {})}
        path = f"{PREFIX}/{id_ or self.id}/{name}"
        return await self.house.client.post(path, headers=headers, **more)

    async def ok(self, name: str, **more: Any) -> dict[str, Any]:
        answer = await self.post(name, **more)
        assert answer.status_code == 200, answer.text
        assert answer.json()["success"] is True
        told: dict[str, Any] = answer.json()
        return told

    async def say(self, text: str, turn: str = "t", final: bool = True) -> None:
        await self.ok("say-text", json={"text": text, "turnId": turn, "isFinal": final})


@asynccontextmanager
async def on_air(
    speaker: Any = None, ice: Ice | None = None, size: Size = SMALL, **terms: Any
) -> AsyncIterator[House]:
    """Sessions whose rounds take no time."""
    parrot, clock = speaker or Parrot(), Clock()
    made = replace(Terms(KEY, most=50), **terms)
    sessions = Sessions(Kit(parrot, ThreadPoolExecutor(2)), made, clock)

    async def resolve(ks: Ks, avatar: str, voice: str | None, speed: float) -> tuple[Look, Wanted]:
        if avatar != "jane":
            raise UnknownNameError("avatar", avatar, ["jane"])
        return Look(PACK, "#204060", size), Wanted(voice or "heart:fast", Pace(rate=speed))

    app = FastAPI()
    app.state.public_url = ""
    install(app, Live(Door(), sessions, resolve, ice or Ice()))
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    usual, module.ROUND = module.ROUND, 0.01
    sessions.start()
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://rostra.test") as client:
            yield House(sessions, clock, client, parrot)
    finally:
        await sessions.stop()
        module.ROUND = usual
