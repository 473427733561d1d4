"""Alembic's entry: runs on the connection that `tracker.accounts.database` hands over."""

from alembic import context

import tracker.models  # noqa: F401 - so that the tables are known
from tracker.extensions import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
