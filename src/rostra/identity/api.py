"""What of identity is called over API v3: `session`, `appToken`, `system`."""

from __future__ import annotations

import time
from collections import deque
from typing import Annotated, Any, ClassVar

from pydantic import Field

from rostra import __version__
from rostra.apiv3.answer import Thing, listing
from rostra.apiv3.errors import ApiError, forbidden
from rostra.apiv3.service import PLAYER, Call, Model, Service, action
from rostra.errors import AccessError, InputError, KsError
from rostra.identity.gate import Gate, mint
from rostra.identity.ks import ADMIN, USER, Ks
from rostra.identity.privileges import Privileges
from rostra.identity.tokens import DELETED, AppToken, AppTokens

TRIES, WINDOW = 10, 60.0  # wrong secrets, and seconds within which they count
REMEMBERED = 10_000  # of those who gave wrong secrets
WIDGET_LIFE = 86400  # s


class Pager(Model):
    """Which page of a list."""

    pageSize: int = Field(default=30, ge=1)
    pageIndex: int = Field(default=1, ge=1)

    @property
    def size(self) -> int:
        """Things on a page."""
        return min(self.pageSize, 500)


class Session(Service):
    """Sessions: started with a secret, looked at, ended."""

    name = "session"

    def __init__(self, gate: Gate) -> None:
        self._gate, self._throttle = gate, Throttle()

    @action(open=True)
    async def start(
        self,
        call: Call,
        secret: str,
        partnerId: int,
        userId: str = "",
        type: int = USER,
        expiry: int = 86400,
        privileges: str = "",
    ) -> str:
        """A new KS."""
        who = (partnerId, call.address)
        failed = ApiError(
            "START_SESSION_ERROR", f"Error while starting session for partner [{partnerId}]", PID=partnerId
        )
        if self._throttle.closed(who):
            raise failed
        _check_role(Privileges.parse(privileges))
        try:
            return (await self._gate.start(partnerId, secret, userId, type, expiry, privileges)).text
        except AccessError as error:
            self._throttle.count(who)
            raise failed from error
        except InputError as error:
            raise _unstarted(error) from error

    @action(open=True)
    async def startWidgetSession(self, call: Call, widgetId: str, expiry: int = WIDGET_LIFE) -> Thing:
        """A session that anybody gets: it sees what is public."""
        id_ = widgetId.removeprefix("_")
        partner = await self._gate.partners.find(int(id_)) if id_.isdecimal() and len(id_) < 12 else None
        if partner is None or not widgetId.startswith("_"):
            raise ApiError("INVALID_WIDGET_ID", f"Invalid widget id [{widgetId}]", WIDGET_ID=widgetId)
        if not partner.allows("session.widgets"):
            message = f"Error while starting session for widget id [{widgetId}]"
            raise ApiError("START_WIDGET_SESSION_ERROR", message, WIDGET_ID=widgetId)
        life = min(max(expiry, 1), WIDGET_LIFE)
        ks = mint(partner, "0", USER, life, Privileges.parse("view:*,widget:1"))
        return Thing(
            "KalturaStartWidgetSessionResponse", {"partnerId": partner.id, "ks": ks.text, "userId": "0"}
        )

    @action(widget=True, reads=True)
    async def get(self, call: Call, session: str = "") -> Thing:
        """What a KS says."""
        ks = await self._gate.read(session) if session else call.who
        if ks.partner != call.who.partner:
            raise KsError("INVALID_PARTNER", ks.short)
        return session_info(ks)

    @action(widget=True, reads=True)
    async def end(self, call: Call) -> None:
        """End the calling session, and its group."""
        await self._gate.ledger.end(call.who)

    @action()
    async def impersonate(self, call: Call) -> None:
        """Not ours to give."""
        raise forbidden(call.service, call.action)

    @action()
    async def impersonateByKs(self, call: Call) -> None:
        """Not ours to give."""
        raise forbidden(call.service, call.action)


class AppTokenIn(Model):
    """An application token as it is sent."""

    kinds: ClassVar[tuple[str, ...]] = ("KalturaAppToken",)
    COLUMNS: ClassVar[dict[str, str]] = {
        "hashType": "hash", "sessionType": "type", "sessionUserId": "user", "sessionDuration": "duration",
        "sessionPrivileges": "privileges", "expiry": "expiry", "description": "description",
        "status": "status",
    }  # fmt: skip

    hashType: str | None = None
    sessionType: int | None = None
    sessionUserId: str | None = None
    sessionDuration: int | None = None
    sessionPrivileges: str | None = None
    expiry: int | None = None
    description: str | None = None
    status: Annotated[int | None, Field(ge=1, le=2)] = None

    def columns(self) -> dict[str, Any]:
        """What was given, by the names of the table."""
        given = self.model_dump(exclude_none=True)
        return {self.COLUMNS[name]: value for name, value in given.items()}


class AppTokenFilter(Model):
    """Which application tokens are listed."""

    idEqual: str | None = None
    statusEqual: int | None = None
    sessionTypeEqual: int | None = None
    hashTypeEqual: str | None = None

    def columns(self) -> dict[str, Any]:
        """What must be equal, by the names of the table."""
        names = {
            "idEqual": "id",
            "statusEqual": "status",
            "sessionTypeEqual": "type",
            "hashTypeEqual": "hash",
        }
        return {names[name]: value for name, value in self.model_dump(exclude_none=True).items()}


ANY, FIRST = AppTokenFilter(), Pager()


class AppTokenService(Service):
    """Application tokens."""

    name = "appToken"

    def __init__(self, gate: Gate, tokens: AppTokens) -> None:
        self._gate, self._tokens = gate, tokens

    @action(admin=True)
    async def add(self, call: Call, appToken: AppTokenIn) -> Thing:
        """Make one."""
        values = appToken.columns()
        values.pop("status", None)
        return shown(await self._tokens.add(call.who.partner, values))

    @action(admin=True, reads=True)
    async def get(self, call: Call, id: str) -> Thing:
        """One."""
        return shown(await self._tokens.get(call.who.partner, id))

    @action(admin=True, reads=True)
    async def list(
        self,
        call: Call,
        filter: AppTokenFilter = ANY,
        pager: Pager = FIRST,
    ) -> Thing:
        """A page of them."""
        found, total = await self._tokens.list(
            call.who.partner, filter.columns(), pager.size, pager.pageIndex
        )
        return listing("KalturaAppTokenListResponse", [shown(one) for one in found], total)

    @action(admin=True)
    async def update(self, call: Call, id: str, appToken: AppTokenIn) -> Thing:
        """Change what is given; hash and type of session stay."""
        values, now = appToken.columns(), await self._tokens.get(call.who.partner, id)
        for column, field in (("hash", "hashType"), ("type", "sessionType")):
            if values.get(column, getattr(now, column)) != getattr(now, column):
                raise ApiError(
                    "PROPERTY_VALIDATION_NOT_UPDATABLE",
                    f'The property "{field}" cannot be updated',
                    PROP_NAME=field,
                )
        return shown(await self._tokens.update(call.who.partner, id, values))

    @action(admin=True)
    async def delete(self, call: Call, id: str) -> None:
        """Make it useless; sessions that it has started go on."""
        await self._tokens.update(call.who.partner, id, {"status": DELETED})

    @action(widget=True, reads=True)
    async def startSession(
        self,
        call: Call,
        id: str,
        tokenHash: str,
        userId: str = "",
        type: int | None = None,
        expiry: int = 0,
        sessionPrivileges: str = "",
    ) -> Thing:
        """A session of the token's kind."""
        partner = await self._gate.partners.get(call.who.partner)
        wanted = Ks(partner.id, userId, USER, 0, Privileges.parse(sessionPrivileges))
        return session_info(
            await self._tokens.start(partner, call.who, id, tokenHash, wanted, max(expiry, 0))
        )


class System(Service):
    """Signs of life."""

    name = "system"

    @action(open=True)
    async def ping(self, call: Call) -> bool:
        """Whether we are there."""
        return True

    @action(open=True)
    async def getTime(self, call: Call) -> int:
        """Unix seconds."""
        return int(time.time())

    @action(open=True)
    async def getVersion(self, call: Call) -> str:
        """Of Rostra."""
        return __version__


class Throttle:
    """Stops those who guess secrets: after some wrong ones, the right one does not help for a while."""

    def __init__(self) -> None:
        self._wrong: dict[object, deque[float]] = {}

    def closed(self, who: object) -> bool:
        """Whether somebody has guessed too often."""
        times = self._wrong.get(who)
        return times is not None and len(times) == TRIES and times[0] > time.monotonic() - WINDOW

    def count(self, who: object) -> None:
        """Remember a wrong secret."""
        if len(self._wrong) >= REMEMBERED:
            self._wrong.clear()
        self._wrong.setdefault(who, deque(maxlen=TRIES)).append(time.monotonic())


def session_info(ks: Ks) -> Thing:
    """A session as clients see it."""
    return Thing(
        "KalturaSessionInfo",
        {
            "ks": ks.text,
            "sessionType": ADMIN if ks.admin else USER,
            "partnerId": ks.partner,
            "userId": ks.user,
            "expiry": ks.expiry,
            "privileges": str(ks.privileges),
        },
    )


def shown(token: AppToken) -> Thing:
    """An application token as clients see it."""
    return Thing(
        "KalturaAppToken",
        {
            "id": token.id,
            "token": token.token,
            "partnerId": token.partner,
            "createdAt": token.created // 1000,
            "updatedAt": token.updated // 1000,
            "status": token.status,
            "expiry": token.expiry,
            "sessionType": token.type,
            "sessionUserId": token.user,
            "sessionDuration": token.duration,
            "sessionPrivileges": token.privileges,
            "hashType": token.hash,
            "description": token.description,
        },
    )


def _check_role(privileges: Privileges) -> None:
    role = privileges.items.get("setrole")
    if role is None or role == PLAYER:
        return
    if role.startswith("-"):
        raise ApiError("INVALID_SET_ROLE", f"Invalid role [{role}]", ROLE_ID=role)
    raise ApiError("UNKNOWN_ROLE_ID", f"Unknown role [{role}]", ROLE_ID=role)


def _unstarted(error: InputError) -> Exception:
    if "actionslimit" in error.message:
        return ApiError("INVALID_ACTIONS_LIMIT", "Invalid actions limit")
    return error
