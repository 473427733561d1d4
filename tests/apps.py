"""Apps in this process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from tracker.app import create_app
from tracker.config import Settings
from tracker.extensions import db


@contextmanager
def running(settings: Settings) -> Iterator[Flask]:
    """An app with its services started, stopped at the end; pytest's log handlers stay."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    app = create_app(settings)
    root.handlers[:] = handlers
    root.setLevel(level)
    services = app.extensions["desirepath"]
    services.start()
    try:
        yield app
    finally:
        services.stop()
        with app.app_context():
            db.engine.dispose()
