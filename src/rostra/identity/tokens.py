"""Application tokens: keys with which an application starts sessions without knowing the partner's secret.

Who holds a token shows that by a hash over the session it has (a widget's, usually) and the token, so
the token itself never travels.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from rostra.apiv3.errors import ApiError
from rostra.errors import InputError
from rostra.identity.gate import mint
from rostra.identity.ks import ADMIN, USER, Ks
from rostra.identity.partners import Partner
from rostra.identity.privileges import Privileges
from rostra.storage.database import Database
from rostra.storage.rows import Listing
from rostra.storage.tables import Dated, Table, fresh_id, now

DISABLED, ACTIVE, DELETED = 1, 2, 3
HASHES = {"MD5": 16, "SHA1": 20, "SHA256": 32, "SHA512": 64}  # bytes, as many as the token has
NARROWING = ("iprestrict", "urirestrict", "actionslimit", "sessionid", "appid")
DEFAULT_LIFE = 86400  # s
LONGEST = 2000  # characters of a text


class AppToken(Dated, Table):
    """One token."""

    __tablename__ = "app_tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    partner: Mapped[int] = mapped_column(index=True)
    token: Mapped[str]
    hash: Mapped[str]  # a name of HASHES
    status: Mapped[int]
    type: Mapped[int]  # of the sessions that it starts
    user: Mapped[str]
    duration: Mapped[int]  # s; 0 for the usual one
    privileges: Mapped[str]
    expiry: Mapped[int]  # s; 0 for never
    description: Mapped[str]


class AppTokens:
    """The tokens of all partners.

    Args:
        database: where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, partner: int, values: Mapping[str, Any]) -> AppToken:
        """Make a token.

        Args:
            partner: whose.
            values: columns that are given.

        Raises:
            InputError: one of them cannot be; names it.
        """
        wanted = {
            "hash": "SHA1", "type": USER, "user": "", "duration": 0, "privileges": "", "expiry": 0,
            "description": "", **values,
        }  # fmt: skip
        _check(wanted)
        at = now()
        made = AppToken(
            id=fresh_id(),
            partner=partner,
            token=secrets.token_hex(HASHES[wanted["hash"]]),
            status=ACTIVE,
            created=at,
            updated=at,
            **wanted,
        )
        async with self._database.writing() as session:
            session.add(made)
        return made

    async def get(self, partner: int, id_: str) -> AppToken:
        """A token.

        Raises:
            ApiError: there is none.
        """
        found = await self._database.find(AppToken, id_)
        if found is None or found.partner != partner or found.status == DELETED:
            raise ApiError("INVALID_APP_TOKEN_ID", f"Invalid application token id [{id_}]", ID=id_)
        return found

    async def list(
        self, partner: int, equal: Mapping[str, Any], size: int, page: int
    ) -> tuple[Sequence[AppToken], int]:
        """A page of tokens, the newest first, and how many there are.

        Args:
            partner: whose.
            equal: columns and what they must be.
            size: of a page.
            page: from 1.
        """
        wanted = [AppToken.partner == partner, AppToken.status != DELETED]
        wanted += [getattr(AppToken, name) == value for name, value in equal.items()]
        listing = Listing(AppToken, wanted, (AppToken.created.desc(), AppToken.id))
        return await self._database.page(listing, size, size * (page - 1))

    async def update(self, partner: int, id_: str, values: Mapping[str, Any]) -> AppToken:
        """Change what is given of a token.

        Raises:
            ApiError: there is none.
            InputError: a value cannot be.
        """
        await self.get(partner, id_)
        async with self._database.writing() as session:
            found = await session.get_one(AppToken, id_)
            found.change(**values)
            _check({name: getattr(found, name) for name in ("hash", "type", "duration", "expiry", *TEXTS)})
        return found

    async def start(
        self, partner: Partner, caller: Ks, id_: str, shown: str, wanted: Ks | None = None, life: int = 0
    ) -> Ks:
        """A session that a token starts.

        Args:
            partner: whose token.
            caller: the session with which it is asked for.
            id_: of the token.
            shown: hex hash over the caller's KS and the token.
            wanted: user and further privileges that are asked for.
            life: seconds that are asked for; the token's without.

        Raises:
            ApiError: the token is not there, not active, over, or was not shown.
        """
        token = await self.get(partner.id, id_)
        proof = hashlib.new(
            token.hash, (caller.text + token.token).encode(), usedforsecurity=False
        ).hexdigest()
        if not hmac.compare_digest(proof, shown.lower()):
            raise ApiError("INVALID_APP_TOKEN_HASH", "Invalid application token hash")
        if token.status != ACTIVE:
            raise ApiError("APP_TOKEN_NOT_ACTIVE", f"Application token [{id_}] is not active", ID=id_)
        if token.expiry and token.expiry <= time.time():
            raise ApiError("EXPIRED_TOKEN", f"Application token [{id_}] has expired", ID=id_)
        most = token.duration or DEFAULT_LIFE
        asked = wanted.privileges if wanted else Privileges()
        user = token.user or (wanted.user if wanted else "")
        return mint(partner, user, token.type, min(life or most, most), _narrowed(token, asked))


TEXTS = ("user", "privileges", "description")


def _narrowed(token: AppToken, asked: Privileges) -> Privileges:
    """The token's privileges, with those asked for as far as they narrow the session."""
    own = Privileges.parse(token.privileges)
    more = {
        name: value
        for name, value in asked.items.items()
        if (name.lower() in NARROWING and name not in own) or (own.grants(name, value) and name in own)
    }
    return Privileges({**own.items, **more, "apptoken": token.id})


def _check(values: Mapping[str, Any]) -> None:
    if values["hash"] not in HASHES:
        raise InputError(f"There is no hash {values['hash']}.", f"Give {', '.join(HASHES)}.", "hashType")
    if values["type"] not in (USER, ADMIN):
        raise InputError(f"A session has no type {values['type']}.", "Give 0 or 2.", "sessionType")
    for name, field in (("duration", "sessionDuration"), ("expiry", "expiry")):
        if not 0 <= values[name] < 2**53:
            raise InputError(f"{values[name]} is no time.", "Give seconds from 0.", field)
    for name in TEXTS:
        if len(values[name]) > LONGEST:
            raise InputError(f"The {name} is longer than {LONGEST} characters.", "Shorten it.", name)
