"""ICE: how browsers find us. TURN credentials that live for a while, and our own answers to STUN.

Where no TURN server is set, clients are sent to a STUN responder of ours, on the UDP port with the number of
the HTTP port: it tells them their address at once, where a server that is not there would keep them waiting.

Source: RFC 8489 (STUN); draft-uberti-behave-turn-rest-00 (credentials from a shared secret).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from aioice import stun

CREDENTIALS_LIVE = 6 * 3600  # s, longer than a session
LARGEST_QUESTION = 1500  # bytes


@dataclass(frozen=True)
class Ice:
    """The servers that clients are told.

    Args:
        turn_url: `turn:host:port?transport=udp`, or empty.
        secret: shared with the TURN server, for credentials of their own for each session.
        user, password: fixed credentials, where there is no shared secret.
        stun_port: of our own responder; 0: there is none.
    """

    turn_url: str = ""
    secret: str = ""
    user: str = ""
    password: str = ""
    stun_port: int = 0

    def server(self, session: str, host: str) -> dict[str, str] | None:
        """What a client of a session is told: one address and its credentials.

        Args:
            session: its id.
            host: under which the client reaches us.
        """
        if self.turn_url and self.secret:
            user = f"{int(time.time()) + CREDENTIALS_LIVE}:{session}"
            return {"url": self.turn_url, "username": user, "credential": credential(self.secret, user)}
        if self.turn_url:
            return {"url": self.turn_url, "username": self.user, "credential": self.password}
        if self.stun_port:
            shown = f"[{host}]" if ":" in host else host
            return {"url": f"stun:{shown}:{self.stun_port}", "username": "", "credential": ""}
        return None


def credential(secret: str, user: str) -> str:
    """The password that a TURN server with this secret expects of a user."""
    return base64.b64encode(hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()).decode()


class Responder(asyncio.DatagramProtocol):
    """Tells whoever asks from where the question came."""

    def __init__(self) -> None:
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        """For asyncio."""
        self._transport = transport

    def datagram_received(self, data: bytes, address: tuple[Any, ...]) -> None:
        """A question; anything else gets no answer."""
        if len(data) > LARGEST_QUESTION:
            return
        with suppress(ValueError, OSError):
            asked = stun.parse_message(data)
            if asked.message_method == stun.Method.BINDING and asked.message_class == stun.Class.REQUEST:
                told = stun.Message(
                    stun.Method.BINDING, stun.Class.RESPONSE, transaction_id=asked.transaction_id
                )
                told.attributes["XOR-MAPPED-ADDRESS"] = (_plain(address[0]), address[1])
                self._transport.sendto(bytes(told), address)


async def respond(host: str, port: int) -> asyncio.DatagramTransport | None:
    """Answer STUN on a UDP port until the transport is closed; None if the port is taken."""
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_datagram_endpoint(Responder, local_addr=(host, port))
    except OSError:
        return None
    return transport


def _plain(host: str) -> str:
    """An IPv4 address that came by an IPv6 socket, as IPv4."""
    found = ip_address(host.partition("%")[0])
    return str(getattr(found, "ipv4_mapped", None) or found)
