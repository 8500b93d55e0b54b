"""Partners, sessions that were ended, budgets of calls, application tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "partners",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("admin_secrets", sa.JSON, nullable=False),
        sa.Column("user_secrets", sa.JSON, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "ended_sessions",
        sa.Column("partner", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "spent_calls",
        sa.Column("partner", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "app_tokens",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("partner", sa.BigInteger, nullable=False, index=True),
        sa.Column("token", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("status", sa.BigInteger, nullable=False),
        sa.Column("type", sa.BigInteger, nullable=False),
        sa.Column("user", sa.String, nullable=False),
        sa.Column("duration", sa.BigInteger, nullable=False),
        sa.Column("privileges", sa.String, nullable=False),
        sa.Column("expiry", sa.BigInteger, nullable=False),
        sa.Column("description", sa.String, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
    )
