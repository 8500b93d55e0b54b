"""The network under a session's peers: which addresses and ports, and how soon a lost viewer is noticed.

aioice has no settings for these; this is the only place that reaches into it.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import aioice.ice

CONSENT = (2, 4)  # s between two checks of a peer, checks that may fail: RFC 7675 allows 30 s in all
HIDDEN = re.compile(r"^a=candidate:\S+ \d+ \S+ \d+ \S+\.local .*\r?\n?", re.MULTILINE | re.IGNORECASE)
END = re.compile(r"^a=end-of-candidates\r?\n?", re.MULTILINE)
CANDIDATE = re.compile(r"^(a=candidate:\S+ \d+ udp \d+ )(\S+)( \d+ typ host.*)$", re.MULTILINE)


def settle(ports: tuple[int, int] | None = None) -> None:
    """Set up the running loop for peers.

    Args:
        ports: first and last UDP port that peers may use; None: any.
    """
    aioice.ice.CONSENT_INTERVAL, aioice.ice.CONSENT_FAILURES = CONSENT
    if ports is None:
        return
    loop: Any = asyncio.get_running_loop()
    make = loop.create_datagram_endpoint

    async def within(factory: Any, local_addr: Any = None, **more: Any) -> Any:
        if not local_addr or local_addr[1]:
            return await make(factory, local_addr=local_addr, **more)
        choice = list(range(ports[0], ports[1] + 1))
        random.shuffle(choice)
        for port in choice:
            with suppress(OSError):
                return await make(factory, local_addr=(local_addr[0], port), **more)
        raise OSError(f"No UDP port from {ports[0]} to {ports[1]} is free.")

    loop.create_datagram_endpoint = within


def without_hidden(offer: str) -> str:
    """An offer without the candidates that hide their address behind a name for multicast DNS.

    To resolve one takes a second that the viewer would wait for its answer, mostly in vain: the browser knows
    our addresses from the answer, and it is by its checks that it is found. So more candidates always come;
    aioice would not even begin if there were none.
    """
    return END.sub("", HIDDEN.sub("", offer))


def announced(sdp: str, addresses: Sequence[str]) -> str:
    """An answer whose host candidates name the addresses under which the world reaches us."""
    if not addresses:
        return sdp

    def named(match: re.Match[str]) -> str:
        if ":" in match[2]:  # IPv6 is not translated on the way
            return match[0]
        return "\r\n".join(f"{match[1]}{address}{match[3].rstrip()}" for address in addresses) + "\r"

    return CANDIDATE.sub(named, sdp)
