"""The VOD Avatar Studio API: `POST /api/v1/{controller}/{action}` with a JSON body, read or not.

Shapes and routes only: each route translates, calls one function of the studio, and translates back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import to_json
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rostra.apiv3.api import bearer, place
from rostra.errors import BusyError, KsError, RostraError
from rostra.identity.ks import Ks
from rostra.identity.ledger import WIDGET
from rostra.studio.avatars import Owner
from rostra.studio.composing import Wish
from rostra.studio.errors import StudioError
from rostra.studio.studio import Studio
from rostra.studio.tables import Avatar, Video

PREFIX = "/api/v1"
MOST_SCENES = 20
LARGEST_BODY = 1 << 20  # bytes
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "authorization, content-type",
}
FEATURE = "studio.enabled"  # option of a partner
RESTRICTED = ("EXCEEDED_RESTRICTED_IP", "EXCEEDED_RESTRICTED_URI")
TOO_MANY = 429
PREVIEW, SMALL = (1280, 720), (640, 360)  # pixels of the pictures of avatars and of templates

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Shape(BaseModel):
    """A body; fields that are not listed are ignored."""

    model_config = ConfigDict(extra="ignore")


class Nothing(Shape):
    """A body without fields."""


class ById(Shape):
    """A body that names a record."""

    id: Id


class ColorBackground(Shape):
    """One colour."""

    type: Literal["color"]
    color: str = Field(pattern=r"^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$")


class LibraryBackground(Shape):
    """A background of the library."""

    type: Literal["library"]
    id: str = Field(pattern=r"^[a-z0-9-]{1,64}$")


class EntryBackground(Shape):
    """An own picture."""

    type: Literal["entry"]
    entryId: Id


Background = Annotated[ColorBackground | LibraryBackground | EntryBackground, Field(discriminator="type")]


class Upsert(Shape):
    """A presenter before a background."""

    templateId: Id
    background: Background


class Narration(Shape):
    """What is said in a scene."""

    text: Annotated[Text, Field(max_length=5000)]
    avatarId: Id | None = None


class Broll(Shape):
    """The clip behind the presenter."""

    entryId: Id
    startTime: float = Field(default=0, ge=0, le=86400 * 7, allow_inf_nan=False)


class Scene(Shape):
    """One scene."""

    layoutType: Literal["full-screen", "broll"] = "full-screen"
    narration: Narration | None = None
    broll: Broll | None = None


Scenes = Annotated[list[Scene], Field(max_length=MOST_SCENES)]
Name = Annotated[Text, Field(max_length=255)]


class AddVideo(Shape):
    """A new project."""

    name: Name
    avatarId: Id
    scenes: Scenes = []


class UpdateVideo(ById):
    """What is changed of a project."""

    name: Name | None = None
    avatarId: Id | None = None
    scenes: Scenes | None = None


class Filter(Shape):
    """Which projects are listed."""

    orderBy: Literal["-createdAt", "createdAt", "-updatedAt", "updatedAt"] = "-createdAt"
    statusIn: list[str] | None = None
    nameLike: str | None = None


class Pager(Shape):
    """Which part of a list."""

    offset: int = Field(default=0, ge=0, le=2**31)
    limit: int = Field(default=30, ge=1, le=500)


class ListVideos(Shape):
    """A list of projects."""

    filter: Filter = Field(default_factory=Filter)
    pager: Pager = Field(default_factory=Pager)


class Compose(ById):
    """What is to be composed."""

    formatType: Literal["session-highlights", "video-explainer"]
    duration: float = Field(ge=1, le=1200, allow_inf_nan=False)
    entryIds: Annotated[list[Id], Field(max_length=100)]
    userBrief: Annotated[str, Field(max_length=5000)] | None = None
    generateName: bool = False


class OfScene(ById):
    """A scene of a project."""

    sceneId: int = Field(ge=-(2**31), le=2**31)


class Refusal(BaseModel):
    """Why something was not done."""

    code: str
    message: str
    objectType: Literal["KalturaAPIException"]
    args: dict[str, str] | None = None


class Answer(Response):
    """What was asked for; written at once, where FastAPI would go through every value first."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """As JSON."""
        return to_json(content)


BEARER = HTTPBearer(auto_error=False, description="A Kaltura session (KS)")
REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Refusal, "description": "The request cannot be done"},
    500: {"model": Refusal, "description": "Something is wrong here"},
}
api = APIRouter(prefix=PREFIX, tags=["studio"], responses=REFUSALS, dependencies=[Depends(BEARER)])
NOTHING, EVERYTHING = Nothing(), ListVideos()


async def here(request: Request) -> Studio:
    """The studio of the application."""
    studio: Studio = request.app.state.studio
    return studio


async def caller(request: Request) -> Ks:
    """Who asks.

    Raises:
        StudioError: they do not say so, or are nobody who may ask.
        KsError: their session is not good.
        BusyError: they ask too often.
    """
    studio = await here(request)
    ks = await studio.gate.meet(bearer(request), place(request))
    if ks is None:
        raise StudioError("MISSING_KS", "The Authorization header holds no KS")
    if WIDGET in ks.privileges:
        raise StudioError("SERVICE_FORBIDDEN", "A widget's session may not do this")
    return ks


async def user(request: Request) -> Ks:
    """Who asks, where the studio is switched on.

    Raises:
        StudioError: it is not.
    """
    ks, studio = await caller(request), await here(request)
    partner = await studio.gate.partners.get(ks.partner)
    if not partner.allows(FEATURE):
        raise StudioError("FEATURE_FORBIDDEN", "The studio is not switched on for this partner")
    return ks


Here = Annotated[Studio, Depends(here)]
Anybody = Annotated[Ks, Depends(caller)]
Who = Annotated[Ks, Depends(user)]


@api.post("/partner/checkConfiguration")
async def check_configuration(
    studio: Here, who: Anybody, body: Annotated[Nothing, Body()] = NOTHING
) -> Answer:
    """What this installation needs, and whether it has it."""
    checks = [{"name": name, "valid": not why, "message": why or None} for name, why in studio.checks()]
    valid = all(check["valid"] for check in checks)
    return Answer({"valid": valid, "checks": checks, "objects": checks, "totalCount": len(checks)})


@api.post("/avatarTemplate/list")
async def templates(studio: Here, who: Who, body: Annotated[Nothing, Body()] = NOTHING) -> Answer:
    """Whom one can choose."""
    known = studio.avatars.templates(who.partner)
    return _listed([{"id": one.id, "name": one.name, "gender": one.kind} for one in known])


@api.post("/avatarTemplate/preview", response_class=Response)
async def preview_template(request: Request, studio: Here, who: Who, body: ById) -> Response:
    """A picture of whom one can choose. An extension."""
    return _picture(request, await studio.likeness(who.partner, body.id, SMALL))


@api.post("/background/list")
async def backgrounds(studio: Here, who: Who, body: Annotated[Nothing, Body()] = NOTHING) -> Answer:
    """The library of backgrounds. An extension."""
    known = studio.avatars.backgrounds
    return _listed([{"id": id_, "name": name, "previewUrl": None} for id_, name in known.items()])


@api.post("/avatar/upsert")
async def upsert(studio: Here, who: Who, body: Upsert) -> Answer:
    """The avatar of a presenter and a background; the same two give the same one."""
    background = body.background.model_dump(exclude_none=True)
    return Answer(shown_avatar(await studio.avatars.upsert(who, body.templateId, background)))


@api.post("/avatar/get")
async def get_avatar(studio: Here, who: Who, body: ById) -> Answer:
    """An avatar."""
    return Answer(shown_avatar(await studio.avatars.get(Owner.of(who), body.id)))


@api.post("/avatar/preview", response_class=Response)
async def preview_avatar(request: Request, studio: Here, who: Who, body: ById) -> Response:
    """A picture of an avatar."""
    avatar = await studio.avatars.get(Owner.of(who), body.id)
    return _picture(request, await studio.picture(avatar, PREVIEW))


def _picture(request: Request, picture: bytes) -> Response:
    """A PNG that clients need to fetch only once."""
    etag = f'"{hashlib.sha256(picture).hexdigest()[:24]}"'
    headers = {"ETag": etag, "Cache-Control": "private, max-age=3600"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(picture, headers=headers, media_type="image/png")


@api.post("/video/add")
async def add(studio: Here, who: Who, body: AddVideo) -> Answer:
    """A new project."""
    scenes = [_scene(scene) for scene in body.scenes]
    return Answer(shown_video(await studio.videos.add(Owner.of(who), body.name, body.avatarId, scenes)))


@api.post("/video/get")
async def get(studio: Here, who: Who, body: ById) -> Answer:
    """A project."""
    return Answer(shown_video(await studio.videos.get(Owner.of(who), body.id)))


@api.post("/video/update")
async def update(studio: Here, who: Who, body: UpdateVideo) -> Answer:
    """Change what is given of a project."""
    given: dict[str, Any] = {}
    if body.name is not None:
        given["name"] = body.name
    if "avatarId" in body.model_fields_set:
        given["avatar"] = body.avatarId
    if body.scenes is not None:
        given["scenes"] = [_scene(scene) for scene in body.scenes]
    return Answer(shown_video(await studio.videos.update(Owner.of(who), body.id, given)))


@api.post("/video/list")
async def list_(studio: Here, who: Who, body: Annotated[ListVideos, Body()] = EVERYTHING) -> Answer:
    """The caller's projects."""
    where: list[Any] = []
    if body.filter.statusIn:
        where.append(Video.status.in_(body.filter.statusIn))
    if body.filter.nameLike:
        where.append(Video.name.icontains(body.filter.nameLike, autoescape=True))
    found, total = await studio.videos.page(
        Owner.of(who), body.filter.orderBy, body.pager.offset, body.pager.limit, where
    )
    return Answer({"objects": [shown_video(one) for one in found], "totalCount": total})


@api.post("/video/delete", response_class=Response)
async def delete(studio: Here, who: Who, body: ById) -> Response:
    """Delete a project; what it was rendered to stays."""
    await studio.videos.delete(Owner.of(who), body.id)
    return Response()


@api.post("/video/resetStatus")
async def reset(studio: Here, who: Who, body: ById) -> Answer:
    """Leave an error behind."""
    return Answer(shown_video(await studio.videos.reset(Owner.of(who), body.id)))


@api.post("/video/compose")
async def compose(studio: Here, who: Who, body: Compose) -> Answer:
    """Begin to write scenes from what is said in entries."""
    wish = Wish(body.formatType, body.duration, body.userBrief or "")
    return Answer(
        shown_video(await studio.composing.start(who, body.id, wish, body.entryIds, body.generateName))
    )


@api.post("/video/generate")
async def generate(studio: Here, who: Who, body: ById) -> Answer:
    """Begin to render."""
    return Answer(shown_video(await studio.generate(who, body.id)))


@api.post("/video/cancel")
async def cancel(studio: Here, who: Who, body: ById) -> Answer:
    """Stop rendering; finished scenes are kept. An extension."""
    return Answer(shown_video(await studio.cancel(Owner.of(who), body.id)))


@api.post("/video/previewAudio", response_class=Response)
async def preview(studio: Here, who: Who, body: OfScene) -> Response:
    """The narration of a scene as MP3."""
    pieces = [piece async for piece in await studio.speech(Owner.of(who), body.id, body.sceneId)]
    return Response(b"".join(pieces), media_type="audio/mpeg")


@api.post("/video/previewAudioStream", response_class=Response)
async def preview_stream(studio: Here, who: Who, body: OfScene) -> Response:
    """The same, sent while it is spoken."""
    pieces = await studio.speech(Owner.of(who), body.id, body.sceneId)
    return StreamingResponse(pieces, media_type="audio/mpeg")


@api.options("/{rest:path}", include_in_schema=False)
async def preflight(rest: str) -> Response:
    """Browsers may ask from anywhere."""
    return Response(status_code=204, headers=CORS)


class Bounds:
    """Around the routes: no body grows beyond LARGEST_BODY, and browsers may read every answer.

    Args:
        app: what is bounded.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or not scope["path"].startswith(f"{PREFIX}/"):
            await self._app(scope, receive, send)
            return
        size = 0

        async def limited() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST_BODY:
                raise HTTPException(400, f"The body is larger than {LARGEST_BODY >> 10} KiB")
            return message

        async def opened(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(CORS)
            await send(message)

        await self._app(scope, limited, opened)


def install(app: FastAPI, studio: Studio, plain: bool = False) -> None:
    """Put the routes into the application, and give errors under them the shape that clients know.

    Args:
        app: the application.
        studio: what the routes call.
        plain: whether unknown ids are told with HTTP 200, as other refusals about content are.
    """
    app.state.studio = studio
    app.include_router(api)

    app.add_middleware(Bounds)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
        return _refusal("VALIDATION_ERROR", f"{where}: {first['msg']}", 400, {"field": where})

    @app.exception_handler(HTTPException)
    async def unread(request: Request, error: HTTPException) -> Response:
        if not request.url.path.startswith(f"{PREFIX}/"):
            return await http_exception_handler(request, error)
        return _refusal("VALIDATION_ERROR", str(error.detail), error.status_code)

    @app.exception_handler(RostraError)
    async def refused(request: Request, error: RostraError) -> Response:
        if isinstance(error, StudioError):
            http = 200 if plain and error.http == 404 else error.http
            return _refusal(error.wire_code, error.message, http, error.about)
        if isinstance(error, BusyError):
            return _refusal(error.code, str(error), TOO_MANY, after=error.after)
        if isinstance(error, KsError):
            http = 403 if error.reason in RESTRICTED else 401
            return _refusal("INVALID_KS", str(error), http, {"reason": error.reason})
        code = "VALIDATION_ERROR" if error.status == 400 else "INTERNAL_SERVER_ERROR"
        return _refusal(code, str(error), error.status)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        """What nobody foresaw; the server logs it. This is outside of `Bounds`."""
        answer = _refusal("INTERNAL_SERVER_ERROR", "Something is wrong here; the log says what.", 500)
        answer.headers.update(CORS)
        return answer


def shown_avatar(avatar: Avatar) -> dict[str, Any]:
    """An avatar as clients see it."""
    return {
        "id": avatar.id,
        "templateId": avatar.template,
        "background": avatar.background,
        "createdAt": _time(avatar.created),
        "updatedAt": _time(avatar.updated),
    }


def shown_video(video: Video) -> dict[str, Any]:
    """A project as clients see it."""
    return {
        "id": video.id,
        "partnerId": video.partner,
        "userId": video.user,
        "status": video.status,
        "name": video.name,
        "avatarId": video.avatar,
        "scenes": video.scenes,
        "entryId": video.entry,
        "composeParams": video.composition,
        "createdAt": _time(video.created),
        "updatedAt": _time(video.updated),
        "progress": video.progress,
        "error": video.error,
    }


def _scene(scene: Scene) -> dict[str, Any]:
    return scene.model_dump(exclude_none=True)


def _listed(objects: list[dict[str, Any]]) -> Answer:
    return Answer({"objects": objects, "totalCount": len(objects)})


@lru_cache(10_000)  # of records that are asked for again and again
def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _refusal(
    code: str, message: str, http: int, about: Mapping[str, str] | None = None, after: int = 2
) -> Response:
    body: dict[str, Any] = {"code": code, "message": message, "objectType": "KalturaAPIException"}
    if about:
        body["args"] = dict(about)
    return JSONResponse(body, http, {"Retry-After": str(after)} if http == TOO_MANY else None)
