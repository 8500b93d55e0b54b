"""Tables: what all of them share."""

from __future__ import annotations

import secrets
import time
from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlalchemy.orm import DeclarativeBase


class Table(DeclarativeBase):
    """The base of every table."""

    type_annotation_map = {  # noqa: RUF012 - as SQLAlchemy wants it
        int: BigInteger,
        list[str]: JSON,
        list[list[int]]: JSON,
        list[dict[str, Any]]: JSON,
        dict[str, Any]: JSON,
    }


def fresh_id() -> str:
    """A new id: 24 hexadecimal digits that nobody can guess."""
    return secrets.token_hex(12)


def now() -> int:
    """Milliseconds of Unix time."""
    return time.time_ns() // 1_000_000
