"""Letting old events go, a few at a time, on the writer's thread; senders are served in between.

Other than when somebody is erased, what was counted of these events stays: products keep their counts, days
their roll-ups, and people their traces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tracker.domain.keeping import FIGURES
from tracker.ledger import deletions, known_as, traces
from tracker.ledger.connect import Connection
from tracker.ledger.transaction import Transaction

SLICE = 500
"""Events of one transaction: some 20 ms."""
PAGES = 512
IN = "IN (SELECT value FROM json_each(?))"
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def events(transaction: Transaction, site_id: int, ids: Sequence[int], at: int) -> int:
    """Delete events of closed days by ledger id; gives how many there were. Others are left alone."""
    connection = transaction.connection
    rows = connection.execute(
        f"DELETE FROM events WHERE site_id = ? AND id {IN} "  # noqa: S608 - a literal
        "AND at < (SELECT closed FROM kept WHERE kept.site_id = events.site_id) "
        "RETURNING id, at, visitor, user_id, flags, bot, profile_id",
        (site_id, _json(ids)),
    ).fetchall()
    if not rows:
        return 0
    left = [trace for row in rows if (trace := traces.of_event(*row)) is not None]
    gone = traces.keep(connection, site_id, left)
    deletions.note(connection, site_id, at, [row[0] for row in rows], traces=gone)
    known_as.forget(connection, site_id, {row[3] for row in rows if row[3] is not None})
    return len(rows)


def words(transaction: Transaction, site_id: int, ids: Sequence[int], at: int) -> int:
    """Take out of events what no figure is made of, by ledger id; gives how many said something."""
    connection = transaction.connection
    rows = connection.execute(
        f"SELECT id, properties FROM events WHERE site_id = ? AND id {IN}",  # noqa: S608 - a literal
        (site_id, _json(ids)),
    ).fetchall()
    changed = [(number, fewer) for number, told in rows if (fewer := bare(told)) != told]
    for number, fewer in changed:
        connection.execute("UPDATE events SET properties = ? WHERE id = ?", (fewer, number))
    if changed:
        deletions.note(connection, site_id, at, changed=changed)
    return len(changed)


def bare(properties: str) -> str:
    """Properties (JSON) without all that no figure is made of."""
    told: Any = _decode(properties)
    return _encode({key: value for key, value in told.items() if key in FIGURES}).decode()


def unnamed_profiles(connection: Connection, site_id: int) -> list[int]:
    """Profiles that no event names, nor what stayed of somebody who has events.

    Read beside the writer, since it looks at all of a site's events.
    """
    rows = connection.execute(
        "SELECT id FROM profiles WHERE site_id = :site AND id NOT IN "
        "(SELECT profile_id FROM events WHERE site_id = :site AND profile_id IS NOT NULL) AND id NOT IN "
        "(SELECT json_extract(told.value, '$[0]') FROM traces t, json_each(t.profiles) told "
        "WHERE t.site_id = :site AND EXISTS "
        "(SELECT 1 FROM events e WHERE e.site_id = t.site_id AND e.user_id = t.user_id))",
        {"site": site_id},
    )
    return [row[0] for row in rows]


def profiles(transaction: Transaction, site_id: int, found: Sequence[int], last: int, at: int) -> int:
    """Delete profiles that no event named up to ledger id `last`, nor since."""
    connection = transaction.connection
    since = connection.execute(
        "SELECT DISTINCT profile_id FROM events WHERE id > ? AND profile_id IS NOT NULL", (last,)
    )
    gone = sorted(set(found) - {row[0] for row in since})
    if not gone:
        return 0
    connection.execute(f"DELETE FROM profiles WHERE id {IN}", (_json(gone),))  # noqa: S608 - a literal
    deletions.note(connection, site_id, at, profiles=gone)
    transaction.forget_texts()
    return len(gone)


def give_back(transaction: Transaction) -> int:
    """Give a few free pages of the file back to the disk; gives how many are left."""
    connection = transaction.connection
    connection.execute(f"PRAGMA incremental_vacuum({PAGES})").fetchall()
    return int(connection.execute("PRAGMA freelist_count").fetchone()[0])


def _json(ids: Sequence[int]) -> str:
    return _encode(ids).decode()
