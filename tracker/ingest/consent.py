"""Step: a record of consent must say whether it was given, in words short enough to be kept."""

from __future__ import annotations

from typing import Any

from tracker.domain import consent
from tracker.domain.arrival import Arrival
from tracker.domain.event import Drop, DropReason, Event, RawEvent
from tracker.ingest.tools import Tools


def readable(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Refuse records of consent that prove nothing; other events pass."""
    if event.name != consent.NAME:
        return None
    told: Any = raw.properties if type(raw.properties) is dict else {}
    if type(told.get("given")) is not bool:
        return _bad(raw, "given", "must be true or false")
    for key in ("version", "scope"):
        value = told.get(key)
        if value is not None and not (type(value) is str and 1 <= len(value) <= consent.MAX_TEXT):
            return _bad(raw, key, f"must be text of 1 to {consent.MAX_TEXT} characters")
    return None


def _bad(raw: RawEvent, key: str, words: str) -> Drop:
    field = f"properties.{key}"
    return Drop(raw.index, DropReason.INVALID_PROPERTIES, field, f"{field} of {consent.NAME} {words}.")
