"""The server: the only place where its parts are put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from rostra import __version__
from rostra.apiv3.api import Api
from rostra.errors import RostraError
from rostra.identity.api import AppTokenService, Session, System
from rostra.identity.gate import Gate
from rostra.identity.ledger import Ledger
from rostra.identity.partners import Partners
from rostra.identity.tokens import AppTokens
from rostra.library.api import BaseEntry, Documents, Media
from rostra.library.assets_api import FlavorAsset, ThumbAsset
from rostra.library.captions import Captions
from rostra.library.captions_api import CaptionAsset
from rostra.library.delivery import Delivery
from rostra.library.entries import Entries
from rostra.library.intake import Intake
from rostra.library.search_api import ESearch
from rostra.library.uploads import Uploads
from rostra.library.uploads_api import UploadTokenService
from rostra.presenters.catalogue import Catalogue
from rostra.storage.database import Database
from rostra.storage.media import MediaStore
from rostra.studio.api import install
from rostra.studio.avatars import Avatars
from rostra.studio.composing import Composer, Composing
from rostra.studio.hands import Hands
from rostra.studio.rendering import Rendering
from rostra.studio.studio import Studio
from rostra.studio.videos import Videos

HOUR = 3600  # s

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
    """

    partner_id: int | None = None
    admin_secret: str = ""
    user_secret: str = ""
    public_url: str = ""
    largest_upload: int = 5 * 2**30
    largest_cache: int = 2 * 2**30
    fetch_private: bool = False


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


async def _keep_house(uploads: Uploads, store: MediaStore, largest_cache: int) -> None:
    """Once an hour, delete what nobody will come back for."""
    while True:
        try:
            await uploads.sweep()
            await asyncio.to_thread(store.tidy, largest_cache)
        except (RostraError, SQLAlchemyError, OSError):
            log.exception("the house could not be kept")
        await asyncio.sleep(HOUR)


def create(database: Database, store: MediaStore, engines: Engines, fixed: Fixed) -> FastAPI:
    """The application.

    Args:
        database: not yet opened; it is opened and closed with the application.
        store: of media, not yet opened.
        engines: speak and draw.
        fixed: by the owner.
    """
    partners = Partners(database)
    gate = Gate(partners, Ledger(database))
    entries = Entries(database, store)
    uploads = Uploads(database, store, fixed.largest_upload)
    intake = Intake(entries, fixed.largest_upload, fixed.fetch_private)
    captions = Captions(database)
    hands = Hands(engines.setup, engines.renderers)
    avatars = Avatars(database, engines.presenters, engines.backgrounds, entries)
    videos = Videos(database, avatars)
    composing = Composing(videos, entries, captions, engines.composer)
    rendering = Rendering(videos, avatars, entries, captions, intake, hands)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        store.open()
        async with database:
            await partners.settle(fixed.partner_id, fixed.admin_secret, fixed.user_secret)
            keeping = asyncio.create_task(_keep_house(uploads, store, fixed.largest_cache))
            await intake.resume()
            await composing.resume()
            await rendering.resume()
            warming = asyncio.create_task(hands.warm()) if engines.warm else None
            yield
            for task in (keeping, warming):
                if task:
                    task.cancel()
            await composing.stop()
            await rendering.stop()
            await hands.stop()
            await intake.stop()

    app = FastAPI(title="Rostra", version=__version__, lifespan=life)
    app.state.public_url = fixed.public_url
    services = [
        Session(gate), AppTokenService(gate, AppTokens(database)), System(), UploadTokenService(uploads),
        Media(entries, uploads, intake), BaseEntry(entries, uploads, intake),
        Documents(entries, uploads, intake), FlavorAsset(entries),
        ThumbAsset(entries), CaptionAsset(captions, entries, uploads, partners),
        ESearch(entries, captions),
    ]  # fmt: skip
    app.router.routes += Api(gate, services, fixed.largest_upload).routes()
    app.router.routes += Delivery(gate, entries).routes()
    install(app, Studio(gate, avatars, videos, composing, rendering, hands, store))

    @app.get("/", include_in_schema=False)
    async def home() -> RedirectResponse:
        """Where a visitor goes who opens the address that the server prints."""
        return RedirectResponse("/docs")

    @app.get("/healthz", response_class=PlainTextResponse, tags=["health"])
    async def healthz() -> str:
        """Whether the process lives."""
        return "ok"

    @app.get("/readyz", tags=["health"])
    async def readyz() -> JSONResponse:
        """Whether it can serve: 503 while the database cannot be read."""
        try:
            async with database.reading() as session:
                await session.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return JSONResponse({"database": False}, 503)
        return JSONResponse({"database": True})

    return app
