"""The whole app, for the few commands that do what a server does: its jobs, its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tracker.app import create_app
from tracker.cli.data import read_settings
from tracker.columns.duckdb import DuckDBStore, Locked
from tracker.config import Settings
from tracker.services import Services


@contextmanager
def whole(data: str | None) -> Iterator[Services]:
    """All parts on the data, not serving, inside the app's context. Works while a server runs."""
    app = create_app(read_settings(data))
    with app.app_context():
        services: Services = app.extensions["desirepath"]
        yield services


def is_served(settings: Settings) -> bool:
    """Whether a server has the data open: it alone has the column store."""
    store = DuckDBStore(settings.columns_path)
    try:
        store.open()
    except Locked:
        return True
    store.close()
    return False
