"""Whether a site writes old events to files before they go."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("keeping", sa.Column("archive", sa.Boolean(), nullable=False, server_default=sa.false()))
