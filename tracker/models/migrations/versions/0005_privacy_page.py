"""A public page of what a site records, and whom to ask."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for column in (
        sa.Column("privacy_page", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("privacy_contact", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("sites", column)
