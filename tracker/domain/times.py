"""Times as senders write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

EARLIEST_MS = 946_684_800_000
"""2000-01-01: an older time is seconds taken for milliseconds, or no time at all."""
LATEST_MS = 10**15
OFFSET_TOLERANCE_MS = 5_000
"""A smaller difference between two clocks is the way through the network."""


def epoch_ms(value: Any) -> int | None:
    """Epoch milliseconds of a number or an ISO 8601 text (UTC where it names no zone), else None."""
    if type(value) is str:
        return _iso(value)
    if type(value) is float and abs(value) < LATEST_MS:
        value = int(value)
    if type(value) is int and EARLIEST_MS <= value < LATEST_MS:
        return value
    return None


def clock_offset(sent_at: int, received_at: int) -> int:
    """Milliseconds to add to the sender's times so that its `sent_at` becomes `received_at`."""
    difference = received_at - sent_at
    return difference if abs(difference) > OFFSET_TOLERANCE_MS else 0


def _iso(text: str) -> int | None:
    if not 10 <= len(text) <= 40:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        at = round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
    return at if at >= EARLIEST_MS else None
