"""What people say of the files that they add to entries; the rights with which a video was begun."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("assets", sa.Column("extra", sa.JSON, nullable=False, server_default="{}"))
    op.add_column("videos", sa.Column("rights", sa.JSON, nullable=False, server_default="{}"))
