"""What a server and a command beside it make alike, each in its own process."""

from __future__ import annotations

import os

from tracker import logs
from tracker.accounts import database
from tracker.backup import place
from tracker.config import Settings, unknown
from tracker.ledger.writer import Writer


def ready(settings: Settings) -> None:
    """Begin to log, and make the files of the data directory ready: restored, made or migrated.

    Raises Unavailable where the data directory cannot be used.
    """
    logs.configure(settings.log_level, settings.log_format)
    for name in unknown(os.environ):
        logs.warn(f"{name} is no setting; see `desirepath settings`")
    place.finish(settings.data)
    database.prepare(settings.meta_path)


def writer(settings: Settings) -> Writer:
    """What writes to the ledger; not begun."""
    return Writer(
        settings.ledger_path,
        cache_mb=settings.ledger_cache_mb,
        queue_events=settings.queue_events,
        queue_bytes=settings.queue_mb << 20,
    )
