"""Putting the line together from the settings: the only place where the command line does so."""

from __future__ import annotations

import os
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from rostra.errors import InputError, MissingError, UnknownNameError
from rostra.presenters.catalogue import Catalogue
from rostra.presenters.own import Shelf
from rostra.presenters.own import home as own_home
from rostra.settings import settings

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI

    from rostra.app import OnAir
    from rostra.identity.gate import Gate
    from rostra.identity.partners import Partner
    from rostra.production.company import Parts
    from rostra.production.order import Encoding
    from rostra.production.script import Limits
    from rostra.speech.speakers import Speaker
    from rostra.storage.database import Database

Found = TypeVar("Found")


def catalogue() -> Catalogue:
    """The presenters of this machine."""
    return Catalogue([shelf().folder])


def shelf(partner: int | None = None) -> Shelf:
    """The own presenters of this machine: everybody's, or those of one partner."""
    return Shelf(settings().presenters or own_home(), partner)


def check_partner(id_: int) -> None:
    """Refuse a partner that is not there.

    Raises:
        UnknownNameError: there is none of this id.
        MissingError: what the server stands on is not installed.
    """

    async def found(gate: Gate) -> Partner:
        await first_partner(gate)  # it is made when it is first needed
        return await gate.partners.get(id_)

    try:
        at_gate(found)
    except UnknownNameError as error:
        error.field = "partner"
        raise


def home() -> Path:
    """The folder of what the server keeps; made, for its owner alone, if it is not there.

    Raises:
        OutputError: it cannot be made.
    """
    from rostra.drafts import refusal

    place = settings().home
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(error, place, "home", "Set ROSTRA_HOME to a folder that you may write to.") from error
    return place


def database() -> Database:
    """The database of this machine, not yet opened."""
    from rostra.storage.database import Database

    return Database(settings().database_url or f"sqlite:///{home() / 'rostra.db'}")


def at_gate(act: Callable[[Gate], Awaitable[Found]]) -> Found:
    """Do something with the partners and sessions of this machine.

    Raises:
        MissingError: what the server stands on is not installed.
    """
    import asyncio

    with serving():
        from rostra.identity.gate import Gate
        from rostra.identity.ledger import Ledger
        from rostra.identity.partners import Partners

    async def whole() -> Found:
        async with database() as opened:
            return await act(Gate(Partners(opened), Ledger(opened)))

    return asyncio.run(whole())


def application() -> FastAPI:
    """The server.

    Raises:
        MissingError: what it stands on is not installed.
    """
    with serving():
        from rostra.app import Engines, Fixed, create
        from rostra.picture.backdrop import catalogue as known
        from rostra.storage.media import MediaStore
        from rostra.studio.llm import composer

    chosen = settings()
    setup = {
        "presenters": [str(shelf().folder)],
        "models": str(chosen.models or ""),
        "threads": chosen.speech_threads,
        "form": chosen.studio_voices,
        "previews": chosen.studio_previews,
        "memory": str((home() / "cache" / "speech").resolve()),
        "encoding": [chosen.encoder_preset, chosen.encoder_crf, chosen.encoder_threads],
    }
    names = {entry.id: entry.name for entry in known().values()}
    key = chosen.llm_key.get_secret_value() if chosen.llm_key else ""
    writes = composer(chosen.llm_model, chosen.llm_url, key)
    engines = Engines(catalogue(), names, setup, chosen.renderers, writes)
    fixed = Fixed(
        *_fixed(), chosen.public_url, chosen.max_upload_bytes, chosen.max_cache_bytes, chosen.fetch_private,
        chosen.max_library_bytes, chosen.max_calls, chosen.unknown_as_200,
    )  # fmt: skip
    return create(database(), MediaStore(home(), chosen.media_url), engines, fixed, _on_air())


def _on_air() -> OnAir:
    """What live sessions need.

    Raises:
        InputError: the ports or the size are none.
    """
    from rostra.app import OnAir
    from rostra.live.dimensions import read
    from rostra.live.ice import Ice
    from rostra.live.sessions import Terms

    chosen = settings()
    terms = Terms(
        _live_key(), chosen.live_idle, chosen.live_life, chosen.live_sessions, chosen.live_sessions_each,
        _udp_ports(chosen.udp_ports),
    )  # fmt: skip
    secret, password = chosen.turn_secret, chosen.turn_password
    ice = Ice(
        chosen.turn_url,
        secret.get_secret_value() if secret else "",
        chosen.turn_user,
        password.get_secret_value() if password else "",
    )
    addresses = [one.strip() for one in chosen.public_addresses.split(",") if one.strip()]
    size = read(chosen.live_size, "ROSTRA_LIVE_SIZE")
    return OnAir(terms, chosen.models, check_voice, ice, addresses, chosen.live_page, size)


def _udp_ports(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    first, last = map(int, text.split("-"))
    if not 1 <= first <= last <= 65535:
        raise InputError(f"ROSTRA_UDP_PORTS is {text}.", "Give two ports, as 40000-40100.", "udp_ports")
    return first, last


def _live_key() -> bytes:
    """What signs the tokens of live sessions: made once, kept for its owner alone."""
    place = home() / "live.key"
    with suppress(FileExistsError), open(place, "xb", opener=_private) as file:
        file.write(secrets.token_bytes(32))
    return place.read_bytes()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _fixed() -> tuple[int | None, str, str]:
    """Id and secrets of the first partner, as far as the owner has fixed them."""
    chosen = settings()
    admin, user = chosen.admin_secret, chosen.user_secret
    return (
        chosen.partner_id,
        admin.get_secret_value() if admin else "",
        user.get_secret_value() if user else "",
    )


@contextmanager
def serving() -> Iterator[None]:
    """Say which extra is missing when something is."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingError(
            f"{error.name} is not installed.", "Run: pip install 'rostra[serve]'", "serve"
        ) from error


async def first_partner(gate: Gate) -> Partner:
    """The first partner, with what the settings fix of it."""
    return await gate.partners.settle(*_fixed())


def check_voice(name: str) -> None:
    """Refuse a voice that is not there.

    Raises:
        UnknownNameError, MissingError: as `rostra.speech.catalogue.voice`.
    """
    from rostra.speech.catalogue import voice

    voice(name, settings().models)


def photo_python() -> Path | None:
    """The Python that runs the face finder, if one is set."""
    return settings().photo_python


def limits() -> Limits:
    """How large a script may be here."""
    from rostra.production.script import Limits

    return Limits(settings().max_script_bytes, settings().max_scenes)


def encoding() -> Encoding:
    """How videos are encoded here."""
    from rostra.production.order import Encoding

    chosen = settings()
    return Encoding(chosen.encoder_preset, chosen.encoder_crf, chosen.encoder_threads)


def line_parts(partner: int | None = None) -> Parts:
    """Everything that a production is made from; with a partner, its own presenters too."""
    from rostra.production.company import Parts
    from rostra.speech.catalogue import voice

    chosen = settings()
    presenters = catalogue() if partner is None else catalogue().of(partner)
    return Parts(presenters, lambda name: voice(name, chosen.models, chosen.speech_threads))


def backgrounds() -> list[tuple[str, str]]:
    """(id, what it shows) of each background of the library."""
    from rostra.picture.backdrop import catalogue as known

    return [(entry.id, f"{entry.name}. {entry.description}") for entry in known().values()]


def voices() -> list[tuple[str, str, str]]:
    """(name, what it sounds like, which forms are ready) of each voice."""
    from rostra.speech.catalogue import has_fine
    from rostra.speech.catalogue import voices as known

    folder = settings().models
    return [(speaker.name, speaker.description, _forms(has_fine(speaker, folder))) for speaker in known()]


def auditioning(names: Sequence[str], forms: Sequence[str]) -> tuple[list[Speaker], list[str]]:
    """The presenters' voices of these names, or all, and the forms, or both.

    Raises:
        UnknownNameError: no presenter's voice or form has such a name.
    """
    from rostra.speech.catalogue import FAST, FINE
    from rostra.speech.speakers import cast

    known = cast()
    for kind, asked, there in (("voice", names, known), ("form", forms, (FINE, FAST))):
        for name in asked:
            if name not in there:
                raise UnknownNameError(kind, name, there)
    return [known[name] for name in names or known], list(forms or (FINE, FAST))


def _forms(fine: bool) -> str:
    return "fast, fine" if fine else "fast (fine: rostra models fetch)"
