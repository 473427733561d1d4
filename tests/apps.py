"""Apps in this process."""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from tracker.accounts import database
from tracker.app import create_app
from tracker.config import Settings
from tracker.extensions import db


class Compiled(BytecodeCache):
    """Templates as they were compiled for an earlier app of this process: each app has an environment."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give back what was compiled; Jinja compares the checksum of the source."""
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._known[bucket.key] = bucket.bytecode_to_string()


_compiled = Compiled()


@contextmanager
def running(settings: Settings) -> Iterator[Flask]:
    """An app with its services started, stopped at the end; pytest's log handlers stay."""
    _prepared(settings)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    app = create_app(settings)
    app.jinja_env.bytecode_cache = _compiled
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


def _prepared(settings: Settings) -> None:
    """Let a new directory begin with the file of accounts that migrations make, copied: they take longer."""
    if not settings.meta_path.exists():
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(_empty_accounts() / settings.meta_path.name, settings.meta_path)


@cache
def _empty_accounts() -> Path:
    """A directory with such a file, made once by every worker and removed when it ends."""
    folder = tempfile.TemporaryDirectory(prefix="desirepath-accounts-")
    atexit.register(folder.cleanup)
    made = Settings.read({}, data=folder.name)
    database.prepare(made.meta_path)
    return made.data
