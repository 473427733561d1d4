"""Events of a site, written straight into the ledger of a running app."""

from __future__ import annotations

import os
import time
from typing import Any

from flask import Flask

from tracker.domain.event import Event
from tracker.services import Services


def write(app: Flask, site_id: int, at: int, *events: dict[str, Any]) -> list[int]:
    """Write events a second apart, the first at `at` (epoch ms); their ledger ids."""
    made = [
        Event(**{"site_id": site_id, "event_id": os.urandom(16), "name": "page_viewed", "at": at + 1000 * n,
                 "received_at": at + 1000 * n + 250, "visitor": "visitor-000001"} | event)
        for n, event in enumerate(events)
    ]  # fmt: skip
    ids = app.extensions["desirepath"].writer.write(made).ids
    return [number for number in ids if number is not None]


def until_counted(services: Services, patience: float = 60) -> None:
    """Wait until the column store is open and has all that was written."""
    deadline = time.monotonic() + patience
    while not services.sync.store_is_open:
        assert time.monotonic() < deadline, "the column store does not open"
        time.sleep(0.01)
    assert services.sync.wait_for(services.writer.last_id, patience)
