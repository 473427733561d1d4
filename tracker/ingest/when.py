"""Step: when it happened, whatever the sender's clock says."""

from __future__ import annotations

from tracker.domain.arrival import Arrival
from tracker.domain.event import FUTURE_TOLERANCE_MS, Drop, DropReason, Event, Flag, RawEvent
from tracker.domain.times import epoch_ms
from tracker.ingest.tools import Tools


def event_time(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Read the time, correct it by the sender's clock error, and never let it lie in the future."""
    if raw.timestamp is None:
        event.at = arrival.received_at
        return None
    at = epoch_ms(raw.timestamp)
    if at is None:
        return Drop(
            raw.index,
            DropReason.INVALID_TIME,
            "timestamp",
            "timestamp must be milliseconds since 1970 or ISO 8601, not before the year 2000.",
        )
    at += arrival.clock_offset
    if at > arrival.received_at + FUTURE_TOLERANCE_MS:
        at = arrival.received_at
        event.flags |= Flag.CLOCK
    event.at = at
    return None
