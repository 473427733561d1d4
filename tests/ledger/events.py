"""Events for ledger tests, without the road that usually makes them."""

from __future__ import annotations

import os
from typing import Any

from tracker.domain.event import Event

NOON = 1_760_000_000_000


def event(**changes: Any) -> Event:
    """A page view with a random id."""
    values: dict[str, Any] = {
        "site_id": 1,
        "event_id": os.urandom(16),
        "name": "page_viewed",
        "at": NOON,
        "received_at": NOON,
        "visitor": "v1",
        "client": '{"browser":"Firefox"}',
        "context": '{"path":"/"}',
    }
    return Event(**values | changes)
