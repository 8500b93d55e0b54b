"""Seals: addresses that show a file to whoever has them, without a session, for a day."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Protocol

from rostra.identity.partners import Partners

LIFE = 86400  # s


class Sealable(Protocol):
    """Anything of a partner that has an id."""

    @property
    def id(self) -> str:
        """Its own."""
        ...

    @property
    def partner(self) -> int:
        """Whose it is."""
        ...


class Seals:
    """Makes and checks them.

    Args:
        partners: whose secrets sign.
    """

    def __init__(self, partners: Partners) -> None:
        self._partners = partners

    async def address(self, base: str, service: str, kind: str, asset: Sealable) -> str:
        """Where a service gives out an asset.

        Args:
            base: our origin.
            service: by its wire name.
            kind: `caption`, `thumb` or `attachment`.
            asset: what is shown.
        """
        where = f"{base}/api_v3/service/{service}/action/serve/{kind}AssetId/{asset.id}"
        return f"{where}/{await self.sealed(asset.partner, f'{kind} {asset.id}')}"

    async def sealed(self, partner: int, what: str) -> str:
        """The end of an address that shows a thing of a partner: until when, and the key."""
        until = int(time.time()) + LIFE
        return f"until/{until}/key/{(await self._keys(partner, what, until))[0]}"

    async def good(self, partner: int, what: str, until: int, key: str) -> bool:
        """Whether a key opens a thing now."""
        if not key or until <= time.time():
            return False
        keys = await self._keys(partner, what, until)
        return any(hmac.compare_digest(key.encode(), one.encode()) for one in keys)

    async def _keys(self, partner: int, what: str, until: int) -> list[str]:
        """Under each of the partner's secrets, the newest first."""
        found = await self._partners.get(partner)
        told = f"{what} {until}".encode()
        return [
            hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()[:32] for secret in found.admin_secrets
        ]
