"""Captions of entries."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    texts = ("label", "language", "content")
    numbers = ("partner", "format", "accuracy", "status", "version", "created", "updated")
    op.create_table(
        "captions",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("entry", sa.String, nullable=False, index=True),
        *(sa.Column(name, sa.String, nullable=False) for name in texts),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in numbers),
        sa.Column("chosen", sa.Boolean, nullable=False),
    )
