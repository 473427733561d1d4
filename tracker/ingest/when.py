"""Step: when it happened, whatever the sender's clock says."""

from __future__ import annotations

from tracker.domain.arrival import Arrival
from tracker.domain.event import FUTURE_TOLERANCE_MS, Drop, DropReason, Event, Flag, RawEvent
from tracker.domain.keeping import FOR_EVER
from tracker.domain.period import local_day
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


def still_open(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Refuse what happened on a day that is rolled up: its figures would be wrong afterwards.

    Payments, credits and sales are taken, whenever they are told.
    """
    closed = arrival.site.closed
    if event.at >= closed or event.name in FOR_EVER:
        return None
    day = local_day(arrival.site.time_zone, closed).isoformat()
    return Drop(
        raw.index,
        DropReason.TOO_OLD,
        "timestamp",
        f"Not kept: this site takes events from {day} on; earlier days are rolled up already.",
    )
