"""Files that nothing refers to any more, until the store has deleted them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table("orphans", sa.Column("key", sa.String, primary_key=True))
