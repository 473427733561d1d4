"""A public page of what a site records, and whom to ask."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    off = sa.Column("privacy_page", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("sites", off)
    op.add_column("sites", sa.Column("privacy_contact", sa.Text(), nullable=False, server_default=""))
