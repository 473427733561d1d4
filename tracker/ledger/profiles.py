"""Putting names to events: most events carry a user's id only, their name came with another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from tracker.ledger.connect import Connection
from tracker.ledger.reads import Stored

LOOKED_AT = 200
"""Events of a user that are looked at from either end: names come when somebody is identified."""

_NEAREST = """
SELECT p.body FROM (
    SELECT profile_id FROM events WHERE site_id = :site AND user_id = :user ORDER BY at {order} LIMIT :most
) e JOIN profiles p ON p.id = e.profile_id LIMIT 1
"""


def named(connection: Connection, site_id: int, events: Sequence[Stored]) -> list[Stored]:
    """The events, those of known users with the profile that user last (else first) came with."""
    known: dict[str, dict[str, object]] = {}
    found: list[Stored] = []
    for event in events:
        if event.user_id is None or event.profile:
            found.append(event)
            continue
        if event.user_id not in known:
            known[event.user_id] = _profile(connection, site_id, event.user_id)
        found.append(replace(event, profile=known[event.user_id]))
    return found


def _profile(connection: Connection, site_id: int, user_id: str) -> dict[str, object]:
    values = {"site": site_id, "user": user_id, "most": LOOKED_AT}
    for order in ("DESC", "ASC"):
        row = connection.execute(_NEAREST.format(order=order), values).fetchone()
        if row is not None:
            profile: dict[str, object] = msgspec.json.decode(row[0])
            return profile
    return {}
