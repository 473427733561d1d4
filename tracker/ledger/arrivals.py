"""What came in since a page last looked: the newest rows, and how many more there were."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.ledger import reads
from tracker.ledger.connect import Connection

FAR = 50_000
"""Ledger rows looked at in one go; a page that fell further behind is told so."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """`events` newest arrival first, `more` that match besides, and the ledger id looked up to.

    `skipped` tells that so much came in that the oldest part was not even looked at.
    """

    events: list[reads.Stored]
    more: int
    last_id: int
    skipped: bool = False


def since(connection: Connection, wanted: reads.Filter, after_id: int, *, limit: int = 50) -> Arrivals:
    """Matching events with a ledger id above `after_id`, the `limit` newest of them."""
    head = reads.last_id(connection)
    if head <= after_id:
        # A ledger that was restored from an older copy: begin again where it ends now.
        return Arrivals([], 0, head)
    low = max(after_id, head - FAR)
    where, values = reads.conditions(wanted)
    timed, times = _times(wanted)
    condition = f"e.id > ? AND e.id <= ? AND {where}{timed}"
    everything = (low, head, *values, *times)
    rows = connection.execute(
        f"SELECT {reads.FIELDS} FROM events e NOT INDEXED {reads.JOINS} WHERE {condition} "  # noqa: S608
        "ORDER BY e.id DESC LIMIT ?",
        (*everything, limit),
    ).fetchall()
    more = 0
    if len(rows) == limit:
        joins = reads.JOINS if wanted.text else ""
        counted = connection.execute(
            f"SELECT count(*) FROM events e NOT INDEXED {joins} WHERE {condition}",  # noqa: S608
            everything,
        ).fetchone()
        more = int(counted[0]) - limit
    return Arrivals([reads.stored(row) for row in rows], more, head, low > after_id)


def _times(wanted: reads.Filter) -> tuple[str, tuple[int, ...]]:
    parts = [("e.at >= ?", wanted.since), ("e.at < ?", wanted.until)]
    known = [(sql, value) for sql, value in parts if value is not None]
    return "".join(f" AND {sql}" for sql, _ in known), tuple(value for _, value in known)
