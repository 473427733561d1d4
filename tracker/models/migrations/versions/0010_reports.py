"""A channel is told what it is to be told: stuck payments, as all are until now, and reports."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("alert_channels", sa.Column("stuck", sa.Boolean(), nullable=False, server_default="1"))
    op.add_column("alert_channels", sa.Column("report", sa.Text(), nullable=True))
    op.add_column("alert_channels", sa.Column("report_since", sa.Integer(), nullable=True))
