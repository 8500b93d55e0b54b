"""Checks: whether a KS whose signature is right may be used here and now.

Its end, the addresses and the places that it is good for, in the order that clients expect; `ledger`
goes on with what the KS does not know of itself.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address, ip_address

from rostra.errors import KsError
from rostra.identity.ks import Ks

ODD = re.compile(r"%(?:2e|2f|5c|00)|[\\\x00-\x20\x7f]", re.IGNORECASE)  # ways to disguise a path


@dataclass(frozen=True)
class Call:
    """Where a KS is used.

    Args:
        uri: path and query as the client sent them.
        address: of the client; empty if unknown.
        now: Unix seconds.
    """

    uri: str
    address: str
    now: float


def check(ks: Ks, call: Call) -> None:
    """Refuse a KS that may not be used for a call.

    Raises:
        KsError: says why.
    """
    if ks.expiry <= call.now:
        raise KsError("EXPIRED", ks.short)
    if not _from_there(ks, call.address):
        raise KsError("EXCEEDED_RESTRICTED_IP", ks.short)
    if not _to_there(ks, call.uri):
        raise KsError("EXCEEDED_RESTRICTED_URI", ks.short)


def matches(pattern: str, uri: str) -> bool:
    """Whether a pattern of `urirestrict` covers a request URI: the same, or the same up to a final `*`."""
    return uri.startswith(pattern[:-1]) if pattern.endswith("*") else uri == pattern


def plain_uri(uri: str) -> str | None:
    """A request URI without `..` and double slashes; None if its path is disguised."""
    path, mark, query = uri.partition("?")
    if ODD.search(path) or not path.startswith("/"):
        return None
    normal = "/" + posixpath.normpath(path).lstrip("/")
    if path.endswith("/") and normal != "/":
        normal += "/"
    return normal + mark + query


def _to_there(ks: Ks, uri: str) -> bool:
    patterns = ks.privileges.patterns
    if patterns is None:
        return True
    plain = plain_uri(uri)
    return plain is not None and any(matches(pattern, plain) for pattern in patterns)


def _from_there(ks: Ks, address: str) -> bool:
    if "iprestrict" not in ks.privileges:
        return True
    here = _address(address)
    return here is not None and any(here == _address(one) for one in ks.privileges.values("iprestrict"))


def _address(text: str) -> object:
    """An address to compare; one of IPv4 that came over IPv6 is the one of IPv4."""
    try:
        address = ip_address(text)
    except (AddressValueError, ValueError):
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
