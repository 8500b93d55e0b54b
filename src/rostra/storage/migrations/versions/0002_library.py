"""Entries, their files, uploads."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "entries",
        sa.Column("id", sa.String, primary_key=True),
        *map(_number, ("partner", "kind", "media", "status", "version", "duration", "width", "height")),
        *map(_number, ("plays", "views", "played", "created", "updated")),
        *map(_text, ("user", "name", "description", "tags", "admin_tags", "reference")),
        sa.Column("extra", sa.JSON, nullable=False),
        sa.Index("ix_entries_owner", "partner", "user", "created"),
        sa.Index("ix_entries_partner", "partner", "status", "created"),
    )
    op.create_table(
        "assets",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("entry", sa.String, nullable=False, index=True),
        *map(_text, ("role", "key", "extension", "codec", "container")),
        *map(_number, ("partner", "status", "size", "width", "height", "bitrate", "version")),
        *map(_number, ("created", "updated")),
        sa.Column("rate", sa.Double, nullable=False),
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("partner", sa.BigInteger, nullable=False, index=True),
        *map(_text, ("user", "name", "entry")),
        *map(_number, ("status", "chunks", "created", "updated")),
        sa.Column("size", sa.BigInteger),
        sa.Column("ranges", sa.JSON, nullable=False),
        sa.Column("closes", sa.Boolean, nullable=False),
    )
