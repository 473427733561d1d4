"""Receipts tell what was done; those that are there already are of erasures."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("erasures", sa.Column("kind", sa.Text(), nullable=False, server_default="erased"))
