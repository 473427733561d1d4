"""Steps: what happened - the event's name, id, kind and properties."""

from __future__ import annotations

import os
import re
import uuid
from typing import Any

import msgspec

from tracker.domain import consent
from tracker.domain.arrival import Arrival
from tracker.domain.event import (
    MAX_ID,
    MAX_NAME,
    MAX_PROPERTIES,
    MAX_PROPERTIES_BYTES,
    PAGE_VIEW,
    PAGE_VIEW_ALIASES,
    Drop,
    DropReason,
    Event,
    Flag,
    RawEvent,
    Trust,
)
from tracker.domain.payments import RESERVED_IDS, SERVERS_ONLY
from tracker.ingest import scrub
from tracker.ingest.tools import Tools

SYSTEM_NAMES = frozenset(
    {"user_identified", "ping", "heartbeat", "webhook_received", "credits_added", consent.NAME}
)
"""Events no person causes, whoever sends them."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_encode = msgspec.json.Encoder().encode


def name(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Check the name: 1 to 120 characters without control characters."""
    value = raw.name
    if type(value) is not str:
        problem = "eventName is missing." if value is None else "eventName must be text."
        return Drop(raw.index, DropReason.INVALID_NAME, "eventName", problem)
    value = value.strip()
    if not 1 <= len(value) <= MAX_NAME:
        return Drop(
            raw.index,
            DropReason.INVALID_NAME,
            "eventName",
            f"eventName must have 1 to {MAX_NAME} characters.",
        )
    if not value.isprintable() and _CONTROL.search(value):
        return Drop(
            raw.index, DropReason.INVALID_NAME, "eventName", "eventName must not hold control characters."
        )
    event.name = PAGE_VIEW if value in PAGE_VIEW_ALIASES else scrub.text(value)
    return None


def event_id(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Keep the sender's id (a UUID as its 16 bytes) or make one that sorts by time."""
    value = raw.id
    if value is None:
        event.event_id = _new_id(arrival.received_at)
        return None
    if type(value) is not str or not 1 <= len(value) <= MAX_ID:
        return Drop(
            raw.index,
            DropReason.INVALID_ID,
            "id",
            f"id must be text of 1 to {MAX_ID} characters, or left out.",
        )
    if value.startswith(RESERVED_IDS) and arrival.trust is not Trust.SECRET:
        return Drop(
            raw.index, DropReason.INVALID_ID, "id", f"Ids that begin with {value[:8]!r} are for servers."
        )
    event.event_id = _compact(value)
    return None


def interactive(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Tell what a person caused from what machines say among themselves.

    Runs after the steps that say who: an event of nobody cannot be a person's doing.
    """
    if raw.interactive is not None and type(raw.interactive) is not bool:
        return Drop(
            raw.index, DropReason.INVALID_PROPERTIES, "interactive", "interactive must be true or false."
        )
    nobody = event.user_id is None and event.visitor is None
    if raw.interactive is False or nobody or (raw.interactive is None and event.name in SYSTEM_NAMES):
        event.flags &= ~Flag.INTERACTIVE
    if arrival.trust is Trust.SECRET or (arrival.trust is Trust.TOKEN and event.name not in SERVERS_ONLY):
        event.flags |= Flag.VERIFIED
    return None


def properties(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Check size and shape, take secrets out, and turn into the JSON that is kept."""
    value = raw.properties
    if value is None or value == {}:
        return None
    if type(value) is not dict:
        return _bad_properties(raw, "properties must be an object.")
    if len(value) > MAX_PROPERTIES:
        return _bad_properties(raw, f"properties must have at most {MAX_PROPERTIES} keys.")
    try:
        text = _encode(value)
    except (OverflowError, RecursionError):
        return _bad_properties(
            raw, "properties hold a whole number of more than 64 bits, or nest too deeply."
        )
    if len(text) > MAX_PROPERTIES_BYTES:
        return _bad_properties(raw, f"properties must take at most {MAX_PROPERTIES_BYTES // 1024} KB.")
    clean = scrub.properties(value)
    event.properties = (text if clean is value else _encode(clean)).decode()
    return None


def _bad_properties(raw: RawEvent, message: str) -> Drop:
    return Drop(raw.index, DropReason.INVALID_PROPERTIES, "properties", message)


def _new_id(now_ms: int) -> bytes:
    """A UUID of version 7: neighbours in time are neighbours in the index."""
    noise = bytearray(os.urandom(10))
    noise[0] = noise[0] & 0x0F | 0x70
    noise[2] = noise[2] & 0x3F | 0x80
    return now_ms.to_bytes(6, "big") + noise


def _compact(value: str) -> bytes | str:
    # Only the canonical spelling becomes bytes: the sender gets back exactly what was sent.
    if len(value) == 36 and value[8] == value[13] == value[18] == value[23] == "-":
        try:
            packed = bytes.fromhex(value.replace("-", ""))
        except ValueError:
            return value
        if len(packed) == 16 and value == _spelled(packed):
            return packed
    return value


def _spelled(packed: bytes) -> Any:
    return str(uuid.UUID(bytes=packed))
