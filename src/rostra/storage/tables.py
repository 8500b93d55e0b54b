"""Tables: what all of them share."""

from __future__ import annotations

import secrets
import time
from typing import Any

from sqlalchemy import JSON, BigInteger, Dialect, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped


class Text(TypeDecorator[str]):
    """Text. PostgreSQL holds no U+0000: the sign for what cannot be shown stands for it, as in WebVTT."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as databases take it."""
        return value and value.replace("\0", "\ufffd")


class Table(DeclarativeBase):
    """The base of every table."""

    type_annotation_map = {  # noqa: RUF012 - as SQLAlchemy wants it
        int: BigInteger,
        str: Text,
        list[str]: JSON,
        list[list[int]]: JSON,
        list[dict[str, Any]]: JSON,
        dict[str, Any]: JSON,
    }


class Dated:
    """A row that knows when it was made and last changed."""

    created: Mapped[int]  # ms
    updated: Mapped[int]

    def change(self, **values: Any) -> None:
        """Set columns, as of now."""
        for name, value in values.items():
            setattr(self, name, value)
        self.updated = now()


def fresh_id() -> str:
    """A new id: 24 hexadecimal digits that nobody can guess."""
    return secrets.token_hex(12)


def now() -> int:
    """Milliseconds of Unix time."""
    return time.time_ns() // 1_000_000
