"""The server: the only place where its parts are put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import structlog
from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from rostra import __version__, reference
from rostra.apiv3.api import Api
from rostra.errors import RostraError
from rostra.identity.api import AppTokenService, Session, System
from rostra.identity.gate import Gate
from rostra.identity.ks import Ks
from rostra.identity.ledger import Ledger
from rostra.identity.pace import Pace
from rostra.identity.partners import Partners
from rostra.identity.tokens import AppTokens
from rostra.library.api import BaseEntry, Data, Documents, Media
from rostra.library.assets_api import FlavorAsset, ThumbAsset
from rostra.library.attachments_api import AttachmentAsset
from rostra.library.captions import Captions
from rostra.library.captions_api import CaptionAsset
from rostra.library.collecting import Collecting
from rostra.library.delivery import Delivery
from rostra.library.entries import Entries
from rostra.library.extras import Extras
from rostra.library.intake import Intake
from rostra.library.resources import Resources
from rostra.library.seals import Seals
from rostra.library.search_api import ESearch
from rostra.library.uploads import Uploads
from rostra.library.uploads_api import UploadTokenService
from rostra.live.api import Live
from rostra.live.api import install as install_live
from rostra.live.cast import Cast
from rostra.live.dimensions import SQUARE
from rostra.live.ice import Ice, respond
from rostra.live.pages import Open, Pages
from rostra.live.pages import install as install_pages
from rostra.live.session import Kit
from rostra.live.sessions import Sessions, Terms
from rostra.live.speaker import Speaker
from rostra.picture.frame import Size
from rostra.presenters.catalogue import Catalogue
from rostra.production.machine import cores
from rostra.storage.database import Database
from rostra.storage.media import MediaStore
from rostra.studio.api import install
from rostra.studio.avatars import FIRST, Avatars, Owner
from rostra.studio.composing import Composer, Composing
from rostra.studio.errors import StudioError
from rostra.studio.hands import Hands
from rostra.studio.rendering import Rendering
from rostra.studio.studio import Check, Studio
from rostra.studio.videos import Videos

HOUR = 3600  # s
LEAST_ROOM = 1 << 30  # bytes that videos need while they are made

log = structlog.get_logger()


@dataclass(frozen=True)
class Fixed:
    """What the owner has fixed.

    Args:
        partner_id: of the first partner, or None.
        admin_secret, user_secret: its secrets, or empty.
        public_url: origin under which clients reach us, if it is another than the one that they call.
        largest_upload, largest_cache: bytes.
        fetch_private: whether files are fetched from this machine and its neighbours, too.
        largest_library: bytes of one partner's media; 0 for any number.
        calls: of one user, per second; 0 for any number.
        plain: whether the VOD API tells unknown ids with HTTP 200.
    """

    partner_id: int | None = None
    admin_secret: str = ""
    user_secret: str = ""
    public_url: str = ""
    largest_upload: int = 5 * 2**30
    largest_cache: int = 2 * 2**30
    fetch_private: bool = False
    largest_library: int = 0
    calls: float = 0
    plain: bool = False


@dataclass(frozen=True)
class Engines:
    """What speaks and draws.

    Args:
        presenters: whom there is.
        backgrounds: id -> name of each background of the library.
        setup: of the worker processes, see `rostra.studio.worker`.
        renderers: scenes that are rendered at the same time.
        composer: writes scenes.
        warm: whether the workers start with the server, not when they are first needed.
    """

    presenters: Catalogue
    backgrounds: Mapping[str, str]
    setup: Mapping[str, object]
    renderers: int
    composer: Composer
    warm: bool = True


class Work(Protocol):
    """What goes on by itself, and where it was after a restart."""

    async def resume(self) -> None:
        """Begin, with what was left undone."""
        ...

    async def stop(self) -> None:
        """Stop; what is undone is resumed by the next start."""
        ...


@dataclass(frozen=True)
class OnAir:
    """What live sessions need.

    Args:
        terms: what they may do.
        models: folder of the voices' models, or None for where they usually are.
        check_voice: raises UnknownNameError for the name of a voice that is not there.
        ice: how peers find us.
        addresses: under which the world reaches our UDP ports, if others than our own.
        page: who may use the page without an account.
        size: of pictures that are asked for without one.
    """

    terms: Terms
    models: Path | None
    check_voice: Callable[[str], object]
    ice: Ice = Ice()  # noqa: RUF009 - frozen
    addresses: Sequence[str] = ()
    page: Open = "local"
    size: Size = SQUARE


def _checks(store: MediaStore, hands: Hands) -> list[Check]:
    """What the studio needs of this machine."""

    def room() -> str:
        return "" if store.room() >= LEAST_ROOM else f"Less than {LEAST_ROOM >> 20} MiB are free."

    def voice() -> str:
        return "" if find_spec("hibari") else "No voice is installed. Run: pip install 'rostra[voices]'"

    return [("renderer", hands.trouble), ("tts", voice), ("composer", lambda: ""), ("storage", room)]


async def _keep_house(uploads: Uploads, entries: Entries, store: MediaStore, largest_cache: int) -> None:
    """Once an hour, delete what nobody will come back for."""
    while True:
        try:
            await uploads.sweep()
            await entries.sweep()
            await asyncio.to_thread(store.tidy, largest_cache)
        except (RostraError, SQLAlchemyError, OSError):
            log.exception("the house could not be kept")
        await asyncio.sleep(HOUR)


async def _warm(hands: Hands, sessions: Sessions, cast: Cast) -> None:
    """Get ready before somebody waits."""
    await hands.warm()
    try:
        look = await cast.look(FIRST)
        await sessions.measure(look)
        await sessions.kit.speaker.warm(cast.wanted(look.pack).voice)
        sessions.ready = True
    except RostraError:
        log.exception("live sessions are not ready")


async def _answer_stun(live: Live, listening: tuple[str, int] | None) -> asyncio.DatagramTransport | None:
    """Beside the HTTP port, where clients are sent to no TURN server."""
    if live.ice.turn_url or listening is None:
        return None
    transport = await respond(*listening)
    if transport:
        live.ice = replace(live.ice, stun_port=listening[1])
    else:
        log.warning("UDP is taken: nothing answers STUN", port=listening[1])
    return transport


async def _avatar(avatars: Avatars, ks: Ks, id_: str) -> tuple[str, str] | None:
    """Presenter and background of an avatar of the studio, for a live session."""
    try:
        avatar = await avatars.get(Owner.of(ks), id_)
        return avatar.template, await avatars.scenery(avatar)
    except StudioError:
        return None


def create(database: Database, store: MediaStore, engines: Engines, fixed: Fixed, on_air: OnAir) -> FastAPI:
    """The application.

    Args:
        database: not yet opened; it is opened and closed with the application.
        store: of media, not yet opened.
        engines: speak and draw.
        fixed: by the owner.
        on_air: for live sessions.

    Whoever opens the port says so in `app.state.listening`, host and number, before the application starts.
    """
    partners = Partners(database)
    gate, seals = Gate(partners, Ledger(database), Pace(fixed.calls)), Seals(partners)
    entries = Entries(database, store, partners, fixed.largest_library)
    uploads = Uploads(database, store, fixed.largest_upload)
    intake = Intake(entries, fixed.largest_upload, fixed.fetch_private)
    captions, extras = Captions(database), Extras(database, entries)
    collecting = Collecting(captions, store, fixed.fetch_private)
    resources = Resources(entries, uploads)
    hands = Hands(engines.setup, engines.renderers)
    avatars = Avatars(database, engines.presenters, engines.backgrounds, entries)
    videos = Videos(database, avatars)
    composing = Composing(videos, entries, captions, engines.composer)
    rendering = Rendering(videos, avatars, entries, captions, intake, hands)
    works: tuple[Work, ...] = (intake, collecting, composing, rendering)
    sessions = Sessions(
        Kit(Speaker(on_air.models), ThreadPoolExecutor(cores(), "live"), on_air.addresses), on_air.terms
    )
    cast = Cast(engines.presenters, partial(_avatar, avatars), on_air.check_voice, on_air.size)
    live = Live(gate, sessions, cast.resolve, on_air.ice)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        store.open()
        async with database:
            await partners.settle(fixed.partner_id, fixed.admin_secret, fixed.user_secret)
            keeping = asyncio.create_task(_keep_house(uploads, entries, store, fixed.largest_cache))
            for work in works:
                await work.resume()
            sessions.start()
            stun = await _answer_stun(live, app.state.listening)
            warming = asyncio.create_task(_warm(hands, sessions, cast)) if engines.warm else None
            yield
            for task in (keeping, warming):
                if task:
                    task.cancel()
            if stun:
                stun.close()
            await sessions.stop()
            for work in reversed(works):
                await work.stop()
            await hands.stop()

    app = FastAPI(title="Rostra", version=__version__, lifespan=life, docs_url=None, redoc_url=None)
    reference.install(app)
    app.state.public_url = fixed.public_url
    app.state.listening = None
    services = [
        Session(gate), AppTokenService(gate, AppTokens(database)), System(), UploadTokenService(uploads),
        Media(entries, uploads, intake), BaseEntry(entries, uploads, intake),
        Documents(entries, uploads, intake), Data(entries, uploads, intake), FlavorAsset(entries),
        ThumbAsset(entries, extras, resources, seals), AttachmentAsset(entries, extras, resources, seals),
        CaptionAsset(captions, entries, resources, collecting, seals), ESearch(entries, captions),
    ]  # fmt: skip
    app.router.routes += Api(gate, services, fixed.largest_upload).routes()
    app.router.routes += Delivery(gate, entries).routes()
    install_live(app, live)
    install_pages(app, Pages(cast, sessions, on_air.page))
    checks = _checks(store, hands)
    install(app, Studio(gate, avatars, videos, composing, rendering, hands, store, checks), fixed.plain)
    _add_health(app, database, sessions)
    return app


def _add_health(app: FastAPI, database: Database, sessions: Sessions) -> None:
    """The routes by which an operator sees whether it runs."""

    @app.get("/", include_in_schema=False)
    async def home() -> RedirectResponse:
        """Where a visitor goes who opens the address that the server prints."""
        return RedirectResponse(reference.PAGE)

    @app.get("/healthz", response_class=PlainTextResponse, tags=["health"])
    async def healthz() -> str:
        """Whether the process lives."""
        return "ok"

    @app.get("/readyz", tags=["health"])
    async def readyz() -> JSONResponse:
        """Whether it can serve: 503 while the database cannot be read."""
        try:
            await database.value(select(1))
        except SQLAlchemyError:
            return JSONResponse({"database": False}, 503)
        return JSONResponse({"database": True, "live": sessions.facts()})
