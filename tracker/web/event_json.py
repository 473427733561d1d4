"""An event as the API gives it, and as it is copied from a page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tracker.domain.event import Flag
from tracker.ledger.reads import Stored


def event(stored: Stored) -> dict[str, Any]:
    """One event; times are ISO 8601 in UTC with milliseconds."""
    return {
        "id": stored.id,
        "eventId": stored.event_id,
        "eventName": stored.name,
        "timestamp": iso(stored.at),
        "receivedAt": iso(stored.received_at),
        "user": user(stored),
        "visitor": stored.visitor,
        "session": stored.session,
        "properties": stored.properties,
        "context": stored.context | stored.client,
        "bot": stored.bot,
    }


def archived(stored: Stored) -> dict[str, Any]:
    """One event of the archive: the same without a ledger id, which it has no more."""
    told = event(stored)
    del told["id"]
    return told


def user(stored: Stored) -> dict[str, Any] | None:
    """Who did it, None for a visitor nobody named. `verified`: a server or a signed token said so."""
    if stored.user_id is None:
        return None
    profile = stored.profile
    return {
        "id": stored.user_id,
        "name": profile.get("name"),
        "email": profile.get("email"),
        "phone_number": profile.get("phone_number"),
        "traits": profile.get("traits") or {},
        "verified": bool(stored.flags & Flag.VERIFIED),
    }


def iso(at: int) -> str:
    """2026-11-21T09:38:12.123Z of epoch milliseconds."""
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"
