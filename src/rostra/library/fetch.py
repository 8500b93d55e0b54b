"""Fetching: a file from an address that somebody gave us, and from nowhere that they should not reach.

The name in an address is resolved once, every answer is checked, and the connection goes to the very
address that was checked, at each redirect anew: what a name leads to cannot change in between.
"""

from __future__ import annotations

import asyncio
import socket
import time
from ipaddress import ip_address
from pathlib import Path

import httpx

from rostra.errors import InputError, OutputError

FIELD = "url"
REDIRECTS = 5
CONNECT = 15.0  # s
SILENCE = 30.0  # s without a byte
PATIENCE = 3600.0  # s in all
LONGEST = 4096  # characters of an address


async def fetch(url: str, target: Path, largest: int, private: bool = False) -> str:
    """Fetch a file; returns the name that its address gives it.

    Args:
        url: http or https.
        target: where it goes.
        largest: bytes.
        private: whether addresses of this machine and its neighbours may be reached.

    Raises:
        InputError: the address is none, leads where it should not, or gives no file.
        OutputError: there is no room.
    """
    end = time.monotonic() + PATIENCE
    timeout = httpx.Timeout(SILENCE, connect=CONNECT)
    async with httpx.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False) as client:
        for _ in range(REDIRECTS + 1):
            asked = _parsed(url)
            request = await _pinned(client, asked, private)
            try:
                answer = await client.send(request, stream=True)
            except httpx.HTTPError as error:
                raise InputError(
                    f"{asked.host} cannot be reached ({type(error).__name__}).", "", FIELD
                ) from error
            try:
                if answer.is_redirect:
                    url = str(asked.join(answer.headers.get("location", "")))
                    continue
                if answer.status_code != httpx.codes.OK:
                    raise InputError(f"{asked.host} answers {answer.status_code}.", "", FIELD)
                await _kept(answer, target, largest, end)
                return asked.path.rpartition("/")[2]
            finally:
                await answer.aclose()
    raise InputError(f"The address leads on more than {REDIRECTS} times.", "", FIELD)


def _parsed(url: str) -> httpx.URL:
    try:
        asked = httpx.URL(url[: LONGEST + 1])
    except (httpx.InvalidURL, ValueError) as error:
        raise InputError("The address is none.", "Give http://... or https://...", FIELD) from error
    if asked.scheme not in ("http", "https") or not asked.host or len(url) > LONGEST or asked.userinfo:
        raise InputError("The address is none that is fetched.", "Give http://... or https://...", FIELD)
    return asked


async def _pinned(client: httpx.AsyncClient, asked: httpx.URL, private: bool) -> httpx.Request:
    """A request to the address that a name leads to, once that was checked."""
    port = asked.port or (443 if asked.scheme == "https" else 80)
    try:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(asked.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InputError(f"There is no {asked.host}.", "", FIELD) from error
    places = [str(one[4][0]) for one in found]
    if not private and not all(ip_address(place).is_global for place in places):
        raise InputError(f"{asked.host} is not a public address.", "Upload the file instead.", FIELD)
    headers = {"Host": asked.netloc.decode("ascii"), "Accept-Encoding": "identity"}
    pinned = asked.copy_with(host=places[0])
    return client.build_request("GET", pinned, headers=headers, extensions={"sni_hostname": asked.host})


async def _kept(answer: httpx.Response, target: Path, largest: int, end: float) -> None:
    size = 0
    try:
        with target.open("wb") as file:
            async for data in answer.aiter_raw():
                size += len(data)
                if size > largest:
                    raise InputError(f"The file is larger than {largest >> 20} MiB.", "", FIELD)
                if time.monotonic() > end:
                    raise InputError(f"The file takes longer than {PATIENCE:.0f} s.", "", FIELD)
                file.write(data)
    except httpx.HTTPError as error:
        raise InputError(f"The file broke off ({type(error).__name__}).", "Try again.", FIELD) from error
    except OSError as error:
        raise OutputError(f"The file cannot be kept ({error.strerror}).", "Make room.", FIELD) from error
