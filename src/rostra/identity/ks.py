"""Kaltura sessions: the tokens with which every call says who makes it.

A KS carries partner, user, type, end and privileges, signed with the partner's admin secret, whatever
its type. So a client that knows the secret can make one without asking, and we keep none of them.

Version 2, which we issue, encrypts what it carries:

    fields = urlencode(privileges..., _e=end, _t=type, _u=user)
    hashed = SHA1(random + fields) + random + fields, padded with zeros
    KS     = base64url("v2|" + partner + "|" + AES-128-CBC(SHA1(secret)[:16], iv=0, hashed))

Version 1, which we accept: `base64(hex(SHA1(secret + info)) + "|" + info)` with the fields of `info`
joined by semicolons.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from rostra.errors import KsError
from rostra.identity.privileges import Privileges

USER, ADMIN = 0, 2  # types; from 2 on all are admins
LARGEST = 8192  # characters of a KS
MARK = b"v2|"
BLOCK, HASH, RANDOM = 16, 20, 16  # bytes
NUMBER = re.compile(r"\d{1,18}")

SecretsOf = Callable[[int], Sequence[str]]
"""The admin secrets of a partner, the newest first; none when there is no such partner."""


@dataclass(frozen=True)
class Ks:
    """What a KS says.

    Args:
        partner: id.
        user: empty when there is none.
        type: USER or ADMIN.
        expiry: Unix seconds.
        privileges: what it may do.
        key: hex of its hash: what names it when it is revoked.
        text: the KS itself.
    """

    partner: int
    user: str
    type: int
    expiry: int
    privileges: Privileges
    key: str = ""
    text: str = ""

    @property
    def admin(self) -> bool:
        """Whether it is an administrator's."""
        return self.type >= ADMIN

    @property
    def short(self) -> str:
        """Enough of the KS to recognise it in a log, too little to use it."""
        return shortened(self.text)


def shortened(text: str) -> str:
    """A KS without its middle."""
    return f"{text[:4]}…{text[-6:]}" if len(text) > 16 else "…"


def encode(ks: Ks, secret: str, random: bytes | None = None) -> str:
    """The text of a KS, version 2.

    Args:
        ks: what it says; `key` and `text` are not looked at.
        secret: the partner's admin secret.
        random: 16 bytes; fresh ones if not given.
    """
    fields = {**ks.privileges.items, "_e": str(ks.expiry), "_t": str(ks.type), "_u": ks.user}
    body = (random or os.urandom(RANDOM)) + urlencode(fields).encode()
    plain = _sha1(body) + body
    padded = plain + bytes(-len(plain) % BLOCK)
    sealed = MARK + str(ks.partner).encode() + b"|" + _cipher(secret).encryptor().update(padded)
    return base64.urlsafe_b64encode(sealed).decode()


def decode(text: str, secrets_of: SecretsOf) -> Ks:
    """What a KS says, if its signature is right; nothing else is checked.

    Args:
        text: the KS.
        secrets_of: the admin secrets of a partner.

    Raises:
        KsError: it is none, is damaged, or was not made with a secret of its partner.
    """
    raw = _unwrapped(text)
    return _version_2(raw, text, secrets_of) if raw.startswith(MARK) else _version_1(raw, text, secrets_of)


def claimed(text: str) -> int:
    """The partner that a KS says it is of; nothing is checked.

    Raises:
        KsError: it is none.
    """
    raw = _unwrapped(text)
    name = re.split(rb"[|;]", raw, maxsplit=2)[1:2] or [b""]
    return _number(name[0].decode("ascii", "replace"), text)


def _unwrapped(text: str) -> bytes:
    """The bytes in the base64; spaces were plus signs once, and padding may be missing.

    Bits that stand for nothing must be zero, so that no other text is the same KS.
    """
    if len(text) > LARGEST:
        raise _bad(text)
    plain = text.replace("-", "+").replace("_", "/").replace(" ", "+").rstrip("=")
    try:
        raw = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad(text) from error
    if base64.b64encode(raw).decode().rstrip("=") != plain:
        raise _bad(text)
    return raw


def _version_2(raw: bytes, text: str, secrets_of: SecretsOf) -> Ks:
    parts = raw.split(b"|", 2)
    if len(parts) < 3 or not parts[2] or len(parts[2]) % BLOCK:
        raise _bad(text)
    partner = _number(parts[1].decode("ascii", "replace"), text)
    for secret in secrets_of(partner):
        plain = _cipher(secret).decryptor().update(parts[2]).rstrip(b"\0")
        key, body = plain[:HASH], plain[HASH:]
        if len(body) >= RANDOM and hmac.compare_digest(key, _sha1(body)):
            return _of_fields(partner, body[RANDOM:], key.hex(), text)
    raise _bad(text)


def _of_fields(partner: int, query: bytes, key: str, text: str) -> Ks:
    try:
        fields = dict(parse_qsl(query.decode(), keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError as error:
        raise _bad(text) from error
    items = {name: value for name, value in fields.items() if not name.startswith("_")}
    return Ks(
        partner=partner,
        user=fields.get("_u", ""),
        type=_number(fields.get("_t", "0"), text),
        expiry=_number(fields.get("_e", "0"), text),
        privileges=Privileges(items),
        key=key,
        text=text,
    )


def _version_1(raw: bytes, text: str, secrets_of: SecretsOf) -> Ks:
    signature, _, info = raw.partition(b"|")
    try:
        parts = info.decode().split(";")
    except UnicodeDecodeError as error:
        raise _bad(text) from error
    if len(parts) < 3:
        raise _bad(text)
    partner = _number(parts[0], text)
    for secret in secrets_of(partner):
        if hmac.compare_digest(signature, _sha1(secret.encode() + info).hex().encode()):
            given = dict(enumerate(parts))
            return Ks(
                partner=partner,
                user=given.get(5, ""),
                type=_number(given.get(3, "0"), text),
                expiry=_number(parts[2], text),
                privileges=Privileges.parse(given.get(6, ""), repeated=True),
                key=signature.decode(),
                text=text,
            )
    raise _bad(text)


def _cipher(secret: str) -> Cipher[CBC]:
    return Cipher(AES(_sha1(secret.encode())[:BLOCK]), CBC(bytes(BLOCK)))


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data).digest()  # noqa: S324 - the format's own hash


def _number(text: str, ks: str) -> int:
    if not NUMBER.fullmatch(text):
        raise _bad(ks)
    return int(text)


def _bad(text: str) -> KsError:
    return KsError("INVALID_STR", shortened(text))
