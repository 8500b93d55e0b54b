"""The control API, `/v1/avatar-session`, and the addresses at which sessions are watched (WHEP).

Shapes and routes only. Errors are `{"success": false, "error": text, "code": CODE}`.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rostra.apiv3.api import base, bearer, place
from rostra.errors import InputError, KsError, MediaError, RostraError, UnknownNameError
from rostra.identity.gate import Gate
from rostra.identity.ks import Ks
from rostra.identity.ledger import WIDGET
from rostra.live.dimensions import dimensions
from rostra.live.errors import LiveError
from rostra.live.ice import Ice
from rostra.live.session import Look
from rostra.live.sessions import Place, Sessions
from rostra.live.speaker import Wanted
from rostra.live.viewer import MOST_SDP

PREFIX = "/v1/avatar-session"
WATCH = "/live/watch"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Expose-Headers": "Location, Retry-After",
    "Access-Control-Max-Age": "86400",
}
LARGEST_BODY = 1 << 18  # bytes of JSON
LARGEST_SOUND = 25 << 20  # bytes of a recording
LARGEST_FORM = LARGEST_SOUND + (1 << 16)
MOST_TEXT = 20_000  # characters of a chunk
PARTS = ("audio", "audioFile", "file")  # names under which a recording comes
BURST = 20  # chunks of text in a second

log = structlog.get_logger()

Read = TypeVar("Read", bound=BaseModel)
Resolve = Callable[[Ks, str, str | None, float], Awaitable[tuple[Look, Wanted]]]


class Shape(BaseModel):
    """A body; fields that are not listed are ignored."""

    model_config = ConfigDict(extra="ignore")


class Sized(Shape):
    """What is shown, and in which size; none: the server's own. The vendor's API has no size."""

    width: int | None = None  # pixels
    height: int | None = None

    def on(self, look: Look, where: str = "") -> Look:
        """The look in this size.

        Raises:
            InputError: no picture can have it.
        """
        if self.width is None and self.height is None:
            return look
        if self.width is None or self.height is None:
            missing = "width" if self.width is None else "height"
            raise InputError(
                f"{where}{missing} is missing.",
                "Give both sides of the picture, or neither.",
                where + missing,
            )
        return replace(look, size=dimensions(self.width, self.height, where))


class Visual(Sized):
    """Who is shown."""

    avatarId: str = Field(min_length=1, max_length=64)


class Voice(Shape):
    """How they speak."""

    id: str | None = Field(default=None, max_length=64)
    speed: float = Field(default=1.0, ge=0.5, le=2.0, allow_inf_nan=False)


class Create(Shape):
    """A new session."""

    visualConfig: Visual
    voiceConfig: Voice | None = None


class SayText(Shape):
    """A chunk of a turn."""

    text: str | None = None
    turnId: str | None = Field(default=None, max_length=200)
    isFinal: bool = True


@dataclass
class Live:
    """What the routes need.

    Args:
        gate: knows who may come in.
        sessions: all of them.
        resolve: (KS, avatar, voice or None, speed) -> who is seen and how they speak; raises
            UnknownNameError.
        ice: how peers find us.
    """

    gate: Gate
    sessions: Sessions
    resolve: Resolve
    ice: Ice

    async def create(self, request: Request) -> dict[str, Any]:
        """`POST /v1/avatar-session`."""
        ks = await self._caller(request)
        body = await read_body(request, Create)
        voice = body.voiceConfig or Voice()
        try:
            look, wanted = await self.resolve(ks, body.visualConfig.avatarId, voice.id, voice.speed)
        except UnknownNameError as error:
            raise LiveError("NOT_FOUND", str(error)) from error
        look = body.visualConfig.on(look, "visualConfig.")
        session, token = await self.sessions.create(ks.partner, ks.user, look, wanted)
        return {"sessionId": session.id, "token": token}

    async def init_client(self, request: Request) -> dict[str, Any]:
        """What a page needs to watch."""
        seat = self._place(request)
        host = urlsplit(base(request)).hostname or "localhost"
        return {
            "whepUrl": f"{base(request)}{WATCH}/{seat.key}",
            "turn": self.ice.server(seat.session.id, host),
        }

    async def say_text(self, request: Request) -> dict[str, Any]:
        """A chunk of text."""
        seat = self._place(request)
        _slow_down(seat)
        body = await read_body(request, SayText)
        if body.text is None:
            raise LiveError("INVALID_REQUEST", "Text is required")
        if len(body.text) > MOST_TEXT:
            raise LiveError(
                "INVALID_REQUEST", f"Text is longer than {MOST_TEXT} characters. Send it in chunks."
            )
        turn = body.turnId or _turn()
        seat.session.say(turn, body.text, body.isFinal)
        return {"turnId": turn}

    async def say_audio(self, request: Request) -> dict[str, Any]:
        """A recording."""
        seat = self._place(request)
        form = await _form(request)
        try:
            parts = [part for name in PARTS if isinstance(part := form.get(name), UploadFile)]
            if not parts:
                raise LiveError("INVALID_REQUEST", "Audio is required: send it as the part 'audio'")
            data = await parts[0].read(LARGEST_SOUND + 1)
            turn = str(form.get("turnId") or _turn())[:200]
            final = _flag(form.get("isFinal"), "isFinal")
        finally:
            await form.close()
        if len(data) > LARGEST_SOUND:
            raise LiveError("TOO_LARGE", f"The recording is larger than {LARGEST_SOUND >> 20} MiB")
        try:
            await seat.session.say_recording(turn, data, final)
        except MediaError as error:
            if "longer" in error.message:
                raise LiveError("TOO_LARGE", str(error)) from error
            raise
        return {"turnId": turn}

    async def interrupt(self, request: Request) -> dict[str, Any]:
        """Stop speaking."""
        self._place(request).session.interrupt()
        return {}

    async def keep_alive(self, request: Request) -> dict[str, Any]:
        """A sign of life."""
        self._place(request)
        return {}

    async def end(self, request: Request) -> dict[str, Any]:
        """Over."""
        seat = self._place(request)
        await self.sessions.end(seat.session.id)
        return {}

    async def watch(self, request: Request) -> Response:
        """WHEP: an offer is answered."""
        seat = self.sessions.watched_at(request.path_params["key"])
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/sdp":
            raise LiveError("WRONG_TYPE", "The offer has to come as application/sdp")
        offer = (await _bytes(request, MOST_SDP)).decode("utf-8", "replace")
        name, answer = await seat.session.watch(offer)
        return Response(
            answer, 201, media_type="application/sdp", headers={"Location": f"{WATCH}/{seat.key}/{name}"}
        )

    async def leave(self, request: Request) -> Response:
        """WHEP: a viewer goes."""
        seat = self.sessions.watched_at(request.path_params["key"])
        if not await seat.session.leave(request.path_params["viewer"]):
            raise LiveError("NOT_FOUND", "No such viewer")
        return Response()

    async def _caller(self, request: Request) -> Ks:
        text = bearer(request)
        if not text:
            raise LiveError("INVALID_KS")
        try:
            ks = await self.gate.admit(text, place(request))
        except KsError as error:
            restricted = "RESTRICTED" in str(error)
            raise LiveError("KS_NOT_AUTHORIZED" if restricted else "INVALID_KS") from error
        if WIDGET in ks.privileges:
            raise LiveError("KS_NOT_AUTHORIZED")
        return ks

    def _place(self, request: Request) -> Place:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            raise LiveError("INVALID_TOKEN")
        return self.sessions.find(request.path_params["session"], token.strip())


def install(app: FastAPI, live: Live) -> None:
    """Add the routes."""
    calls = {
        "init-client": live.init_client, "say-text": live.say_text, "say-audio": live.say_audio,
        "interrupt": live.interrupt, "keep-alive": live.keep_alive, "end": live.end,
    }  # fmt: skip
    routes = [
        *(_post(f"{PREFIX}{tail}", live.create) for tail in ("", "/", "/create", "/create/")),
        *(_post(f"{PREFIX}/{{session}}/{name}", call) for name, call in calls.items()),
        _post(f"{WATCH}/{{key}}", live.watch),
        Route(f"{WATCH}/{{key}}/{{viewer}}", _answered(live.leave), methods=["DELETE", "OPTIONS"]),
        Route(f"{PREFIX}/{{rest:path}}", _answered(_nothing), methods=METHODS),
    ]
    app.router.routes.extend(routes)


def _post(path: str, call: Callable[[Request], Awaitable[Any]]) -> Route:
    return Route(path, _answered(call), methods=["POST", "OPTIONS"])


def _answered(call: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
    """The call with its answer, its errors and CORS in the shapes of this API."""

    async def answered(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=CORS)
        try:
            result = await call(request)
        except RostraError as error:
            response = refusal(error)
        except ClientDisconnect:
            response = refusal(LiveError("INVALID_REQUEST", "The body ended too early"))
        except Exception:
            log.exception("a call of the control API failed", path=request.url.path)
            response = refusal(LiveError("INTERNAL_ERROR"))
        else:
            response = result if isinstance(result, Response) else JSONResponse({"success": True, **result})
        response.headers.update(CORS)
        return response

    answered.__doc__, answered.__name__ = call.__doc__, call.__name__
    return answered


async def _nothing(request: Request) -> None:
    """An address of this API that is none."""
    raise LiveError("NOT_FOUND", f"There is no {request.method} {request.url.path}")


def refusal(error: RostraError) -> Response:
    """An error as this API tells it."""
    if isinstance(error, LiveError):
        code, status, after = error.wire_code, error.http, error.retry_after
    else:
        code = "INVALID_REQUEST" if error.status < 500 else "INTERNAL_ERROR"
        status, after = error.status, None
    headers = {"Retry-After": str(after)} if after else {}
    text = str(error) if status < 500 or code == "NO_CAPACITY" else "Internal server error"
    return JSONResponse({"success": False, "error": text, "code": code}, status, headers)


async def _bytes(request: Request, most: int) -> bytes:
    """The body.

    Raises:
        LiveError: it is larger than `most` bytes.
    """
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > most:
            raise LiveError("TOO_LARGE", f"The body is larger than {most} bytes")
    return bytes(data)


async def read_body(request: Request, shape: type[Read]) -> Read:
    """The body, as JSON of a shape.

    Raises:
        LiveError: it is none.
    """
    data = await _bytes(request, LARGEST_BODY)
    try:
        return shape.model_validate_json(data or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"]))
        told = f"{field}: {first['msg']}" if field else "The body is no JSON object"
        raise LiveError("INVALID_REQUEST", told) from error


async def _form(request: Request) -> FormData:
    """The body, as a form with files.

    Raises:
        LiveError: it is none, or too large.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise LiveError("WRONG_TYPE", "The recording has to come as multipart/form-data")
    counted = 0

    async def stream() -> AsyncGenerator[bytes, None]:
        nonlocal counted
        async for piece in request.stream():
            counted += len(piece)
            if counted > LARGEST_FORM:
                raise LiveError("TOO_LARGE", f"The recording is larger than {LARGEST_SOUND >> 20} MiB")
            yield piece

    try:
        return await MultiPartParser(request.headers, stream(), max_files=4, max_fields=16).parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise LiveError("INVALID_REQUEST", "The form cannot be read") from error


def _slow_down(seat: Place) -> None:
    """Count a chunk.

    Raises:
        LiveError: there were too many in the last second.
    """
    now = time.monotonic()
    while seat.chunks and now - seat.chunks[0] >= 1.0:
        seat.chunks.popleft()
    if len(seat.chunks) >= BURST:
        raise LiveError("RATE_LIMITED", retry_after=1)
    seat.chunks.append(now)


def _flag(value: object, name: str) -> bool:
    if value not in (None, "", "true", "false"):
        raise LiveError("INVALID_REQUEST", f"{name}: Give true or false")
    return value != "false"


def _turn() -> str:
    return f"turn-{int(time.time() * 1000)}-{secrets.token_hex(4)}"
