"""The gate: from the text of a KS to somebody who may make this call, and from secrets to a new KS."""

from __future__ import annotations

import hmac
import time
from functools import lru_cache

from rostra.errors import AccessError, InputError, KsError
from rostra.identity.checks import Call, check
from rostra.identity.ks import ADMIN, LARGEST, USER, Ks, claimed, decode, encode
from rostra.identity.ledger import WIDGET, Ledger
from rostra.identity.pace import Pace
from rostra.identity.partners import Partner, Partners
from rostra.identity.privileges import Privileges

LONGEST_LIFE = 10 * 365 * 86400  # s
REMEMBERED = 1000  # sessions that need not be decoded again


class Gate:
    """Who may come in.

    Args:
        partners: the accounts.
        ledger: ended sessions and spent calls.
        pace: how often everybody may call; without it, as often as they like.
    """

    def __init__(self, partners: Partners, ledger: Ledger, pace: Pace | None = None) -> None:
        self.partners, self.ledger, self._pace = partners, ledger, pace or Pace(0)

    async def read(self, text: str) -> Ks:
        """What a KS says, its signature checked and nothing else.

        Raises:
            KsError: it is none.
        """
        partner = await self.partners.find(claimed(text))
        return _decoded(text, tuple(partner.admin_secrets) if partner else ())

    async def admit(self, text: str, call: Call) -> Ks:
        """Let a KS make a call.

        Raises:
            KsError: it may not; says why.
        """
        ks = await self.read(text)
        check(ks, call)
        await self.ledger.admit(ks)
        return ks

    async def meet(self, text: str, call: Call) -> Ks | None:
        """Let somebody make a call, not too often; None for those who come without a KS.

        Raises:
            KsError: their KS may not make it; says why.
            BusyError: they have made too many.
        """
        try:
            ks = await self.admit(text, call) if text else None
        except KsError:
            self._pace.take(call.address)
            raise
        own = ks is not None and WIDGET not in ks.privileges  # all visitors have the same session of a widget
        self._pace.take((ks.partner, ks.user) if ks and own else call.address)
        return ks

    async def standing(self, ks: Ks) -> None:
        """Make sure that a session is not over; places, addresses and budgets are not looked at.

        Raises:
            KsError: it is; says why.
        """
        if ks.expiry <= time.time():
            raise KsError("EXPIRED", ks.short)
        await self.ledger.standing(ks)

    async def start(
        self,
        partner_id: int,
        secret: str,
        user: str = "",
        type_: int = 0,
        life: int = 86400,
        privileges: str = "",
    ) -> Ks:
        """A new KS for somebody who knows a secret.

        Args:
            partner_id: of whom.
            secret: the admin secret; for a user's session the user secret will do.
            user: for whom, may be empty.
            type_: USER or ADMIN.
            life: seconds.
            privileges: comma list.

        Raises:
            AccessError: there is no such partner, or the secret is wrong. The two look alike.
            InputError: a value cannot be.
        """
        partner = await self.partners.find(partner_id)
        if partner is None or not _knows(partner, secret, type_):
            raise AccessError("The partner or the secret is wrong.", "See: rostra partner show", "secret")
        return mint(partner, user, type_, life, Privileges.parse(privileges))


def mint(partner: Partner, user: str, type_: int, life: int, privileges: Privileges) -> Ks:
    """A new KS of a partner, signed with its newest secret.

    Raises:
        InputError: a value cannot be.
    """
    if type_ not in (USER, ADMIN):
        raise InputError(
            f"A session has no type {type_}.", "Give 0 for a user, 2 for an administrator.", "type"
        )
    if not 0 < life <= LONGEST_LIFE:
        raise InputError(f"A session cannot last {life} s.", f"Give 1 to {LONGEST_LIFE}.", "expiry")
    budget = privileges.items.get("actionslimit")
    if budget is not None and not (budget.isdecimal() and int(budget) > 0):
        raise InputError("actionslimit is no number of calls.", "Give a positive number.", "privileges")
    ks = Ks(partner.id, user, type_, int(time.time()) + life, privileges)
    text = encode(ks, partner.admin_secrets[0])
    if len(text) > LARGEST:
        raise InputError("The session is too long.", "Give fewer privileges.", "privileges")
    return decode(text, lambda _: partner.admin_secrets)


@lru_cache(REMEMBERED)
def _decoded(text: str, secrets: tuple[str, ...]) -> Ks:
    return decode(text, lambda _: secrets)


def _knows(partner: Partner, secret: str, type_: int) -> bool:
    """Whether a secret is one of the partner's for a type of session."""
    good = partner.admin_secrets + (partner.user_secrets if type_ < ADMIN else [])
    return any(hmac.compare_digest(secret.encode(), one.encode()) for one in good)
