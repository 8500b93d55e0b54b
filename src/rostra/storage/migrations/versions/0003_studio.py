"""Avatars and video projects."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "avatars",
        sa.Column("id", sa.String, primary_key=True),
        *map(_number, ("partner", "created", "updated")),
        *map(_text, ("user", "template", "canonical")),
        sa.Column("background", sa.JSON, nullable=False),
        sa.UniqueConstraint("partner", "user", "template", "canonical", name="uq_avatars"),
    )
    op.create_table(
        "videos",
        sa.Column("id", sa.String, primary_key=True),
        *map(_number, ("partner", "created", "updated")),
        *map(_text, ("user", "status", "name")),
        sa.Column("avatar", sa.String),
        sa.Column("entry", sa.String),
        sa.Column("scenes", sa.JSON, nullable=False),
        *(sa.Column(name, sa.JSON) for name in ("composition", "error", "progress")),
        sa.Column("composed", sa.Boolean, nullable=False),
        sa.Index("ix_videos_owner", "partner", "user", "created"),
    )
