"""Deleting events so that whoever follows the ledger can delete them too.

Every deletion is one row in `deletions`, written in the transaction that deletes. It names ledger ids only:
nothing of an erased person stays in it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tracker.ledger import known_as, products
from tracker.ledger.connect import Connection

SLICE = 5_000
"""Ids in one row at most."""


def delete(connection: Connection, site_id: int, ids: Sequence[int], at: int) -> int:
    """Delete events of a site by ledger id, inside the caller's transaction. Gives how many there were.

    `at` is the time of the deletion (epoch ms). Profiles nobody names any more go with them, so an
    `insert.Dictionary` that is in use must be cleared afterwards.
    """
    total = 0
    for start in range(0, len(ids), SLICE):
        rows = connection.execute(
            "DELETE FROM events WHERE site_id = ? AND id IN (SELECT value FROM json_each(?)) "
            "RETURNING id, profile_id, name, properties, received_at, bot, user_id",
            (site_id, _json(ids[start : start + SLICE])),
        ).fetchall()
        if not rows:
            continue
        total += len(rows)
        products.take_back(connection, ((site_id, *row[2:5]) for row in rows if row[5] is None))
        known_as.forget(connection, site_id, {row[6] for row in rows if row[6] is not None})
        forgotten = _forget_profiles(connection, site_id, {row[1] for row in rows if row[1] is not None})
        note(connection, site_id, at, [row[0] for row in rows], profiles=forgotten)
    return total


def note(
    connection: Connection,
    site_id: int,
    at: int,
    ids: Sequence[int] = (),
    *,
    profiles: Sequence[int] = (),
    traces: Sequence[int] = (),
    changed: Sequence[tuple[int, str]] = (),
) -> None:
    """Tell followers what went: events, profiles and traces by ledger id; and `changed` properties (JSON).

    Without any of it they only look at what stays of old events again.
    """
    lines = "\n".join(f"[{number},{properties}]" for number, properties in changed)
    connection.execute(
        "INSERT INTO deletions (site_id, at, ids, profiles, traces, changed) VALUES (?, ?, ?, ?, ?, ?)",
        (site_id, at, _json(sorted(ids)), _json(sorted(profiles)), _json(sorted(traces)), lines),
    )


def of_person(
    connection: Connection, site_id: int, user_id: str | None, visitors: Sequence[str]
) -> list[int]:
    """Ledger ids of all events that name this user or one of these visitors."""
    rows = connection.execute(
        "SELECT id FROM events WHERE site_id = ? AND user_id = ? UNION "
        "SELECT id FROM events WHERE site_id = ? AND visitor IN (SELECT value FROM json_each(?)) ORDER BY 1",
        (site_id, user_id, site_id, msgspec.json.encode(visitors).decode()),
    )
    return [row[0] for row in rows]


def older(connection: Connection, site_id: int, before: int, limit: int = SLICE) -> list[int]:
    """Ledger ids of the oldest events of a site that happened before a time (epoch ms)."""
    rows = connection.execute(
        "SELECT id FROM events WHERE site_id = ? AND at < ? ORDER BY at LIMIT ?", (site_id, before, limit)
    )
    return [row[0] for row in rows]


def forget(connection: Connection, up_to: int) -> None:
    """Drop the record of deletions that every follower has made (by their id), inside a transaction."""
    connection.execute("DELETE FROM deletions WHERE id <= ?", (up_to,))


def forget_profiles(connection: Connection, site_id: int, profiles: set[int], at: int) -> None:
    """Delete those of these profiles that no event names, inside the caller's transaction."""
    gone = _forget_profiles(connection, site_id, profiles)
    if gone:
        note(connection, site_id, at, profiles=gone)


def _forget_profiles(connection: Connection, site_id: int, profiles: set[int]) -> list[int]:
    if not profiles:
        return []
    bodies = connection.execute(
        "SELECT id, lower(trim(coalesce(json_extract(body, '$.email'), ''))) FROM profiles "
        "WHERE site_id = ? AND id IN (SELECT value FROM json_each(?))",
        (site_id, _json(sorted(profiles))),
    ).fetchall()
    free = [number for number, email in bodies if email and not _named(connection, site_id, number, email)]
    unsure = [number for number, email in bodies if not email]
    if unsure:
        # No index leads from these to their events, so all of the site's are looked through once.
        rows = connection.execute(
            "SELECT value FROM json_each(?) WHERE value NOT IN "
            "(SELECT profile_id FROM events WHERE site_id = ? AND profile_id IS NOT NULL)",
            (_json(unsure), site_id),
        ).fetchall()
        free += [row[0] for row in rows]
    gone = sorted(free)
    connection.execute("DELETE FROM profiles WHERE id IN (SELECT value FROM json_each(?))", (_json(gone),))
    return gone


def _named(connection: Connection, site_id: int, profile: int, email: str) -> bool:
    """Whether an event still comes with a profile: whoever did is known by its e-mail."""
    found = connection.execute(
        "SELECT 1 FROM known_as k JOIN events e ON e.site_id = k.site_id AND e.user_id = k.user_id "
        "WHERE k.site_id = ? AND k.email = ? AND e.profile_id = ? LIMIT 1",
        (site_id, email, profile),
    ).fetchone()
    return found is not None


def _json(ids: Sequence[int]) -> str:
    return msgspec.json.encode(ids).decode()
