"""Events of a site, written straight into the ledger of a running app."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask

from tracker.domain.event import Event


def write(app: Flask, site_id: int, at: int, *events: dict[str, Any]) -> list[int]:
    """Write events a second apart, the first at `at` (epoch ms); their ledger ids."""
    made = [
        Event(**{"site_id": site_id, "event_id": os.urandom(16), "name": "page_viewed", "at": at + 1000 * n,
                 "received_at": at + 1000 * n + 250, "visitor": "visitor-000001"} | event)
        for n, event in enumerate(events)
    ]  # fmt: skip
    ids = app.extensions["desirepath"].writer.write(made).ids
    return [number for number in ids if number is not None]
