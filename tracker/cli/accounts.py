"""The data for commands that read or change accounts and sites."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from tracker.accounts.binding import bind
from tracker.cli.data import opened
from tracker.cli.desk import Desk
from tracker.extensions import db, metadata_changed


@contextmanager
def with_accounts(data: str | None) -> Iterator[Desk]:
    """The data as `opened` gives it, with accounts and sites bound."""
    with opened(data) as desk:
        app = Flask("tracker", static_folder=None, template_folder=None)
        bind(app, desk.settings.meta_path)
        metadata_changed.connect(lambda sender: desk.changed(), sender=app, weak=False)
        with app.app_context():
            try:
                yield desk
            finally:
                db.session.remove()
                db.engine.dispose()
