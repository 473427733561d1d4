"""One event as the text that is sent."""

from __future__ import annotations

import os
import uuid
from typing import Any

from tracker.client.notes import Notes
from tracker.client.values import epoch_ms, to_json

MAX_NAME = 120
MAX_ID = 200
MAX_BYTES = 100_000
"""Larger ones are refused here: the server takes 32 KB of properties."""
WHO = ("id", "name", "email", "phone_number", "traits")


def encode(name: Any, now_ms: int, notes: Notes, **parts: Any) -> bytes | None:
    """The event's JSON, or None where there is no event without what is wrong.

    `parts` are properties, user, visitor, session, timestamp, context, interactive and event_id as the
    program gave them; what is no such thing is left out and noted.
    """
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= MAX_NAME:
        notes.bad(f"An event's name must be text of 1 to {MAX_NAME} characters; an event was left out.")
        return None
    event: dict[str, Any] = {
        "id": _identifier("event_id", parts.get("event_id"), notes) or new_id(now_ms),
        "eventName": name,
        "timestamp": _moment(parts.get("timestamp"), now_ms, notes),
    }
    for key in ("properties", "context"):
        if parts.get(key) is not None:
            event[key] = _mapping(key, parts[key], notes)
    for key in ("visitor", "session"):
        if parts.get(key) is not None:
            event[key] = _identifier(key, parts[key], notes)
    if parts.get("user") is not None:
        event["user"] = _user(parts["user"], notes)
    if parts.get("interactive") is not None:
        event["interactive"] = bool(parts["interactive"])
    text = to_json(event, notes.bad).encode()
    if len(text) > MAX_BYTES:
        notes.bad(f"An event named {name} takes more than {MAX_BYTES // 1000} KB and was left out.")
        return None
    return text


def new_id(now_ms: int) -> str:
    """A UUID of version 7: neighbours in time are neighbours in the server's index."""
    noise = int.from_bytes(os.urandom(10), "big")
    number = (now_ms & (1 << 48) - 1) << 80 | noise
    number = number & ~(0xF << 76) | 7 << 76
    return str(uuid.UUID(int=number & ~(0b11 << 62) | 0b10 << 62))


def _moment(value: Any, now_ms: int, notes: Notes) -> int | str:
    if value is None:
        return now_ms
    moment = epoch_ms(value)
    if moment is None:
        notes.bad("timestamp must be a datetime, ISO 8601 or a number; the present moment was taken.")
        return now_ms
    return moment


def _mapping(key: str, value: Any, notes: Notes) -> dict[Any, Any] | None:
    try:
        return dict(value)
    except (TypeError, ValueError):
        notes.bad(f"{key} must be a mapping; they were left out of an event.")
        return None


def _identifier(key: str, value: Any, notes: Notes) -> str | None:
    if value is None:
        return None
    if (
        isinstance(value, str | int | uuid.UUID)
        and value is not True
        and value is not False
        and 1 <= len(str(value)) <= MAX_ID
    ):
        return str(value)
    notes.bad(f"{key} must be text of 1 to {MAX_ID} characters, a whole number or a UUID; it was left out.")
    return None


def _user(value: Any, notes: Notes) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        user_id = _identifier("user", value, notes)
        return None if user_id is None else {"id": user_id}
    user = {key: value[key] for key in WHO if value.get(key) is not None}
    more = {key: item for key, item in value.items() if key not in WHO}
    if more:
        user["traits"] = more | dict(user.get("traits", {}))
    if "id" in user:
        user["id"] = _identifier("user", user["id"], notes)
    return user or None
