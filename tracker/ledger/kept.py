"""Days that are rolled up: until when, in which zone, and the figures that stay of them.

A day is closed in the transaction that keeps its figures. Nothing is added to a closed day any more, but for
payments, credits and sales, which are kept for ever; so what was counted stays right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace

from tracker.domain.event import Event
from tracker.domain.keeping import FOR_EVER
from tracker.ledger import deletions
from tracker.ledger.connect import Connection

FIELDS = (
    "grain, start, dimension, value, visitors, visits, page_views, bounces, duration_ms, events, persons, "
    "seen"
)
ALWAYS_TAKEN = ", ".join(f"'{name}'" for name in sorted(FOR_EVER))
ALL = ""
"""The dimension of a day's own figures."""
KNOWN, UNKNOWN = "=", "?"
"""How a value begins: known, and not known."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Up to which moment (epoch ms, half-open) a site's days are rolled up, and the zone they are days of."""

    until: int
    zone: str


@dataclass(frozen=True, slots=True)
class Rollup:
    """Figures of one day, week or month; `start` is the number of its first day.

    `visitors` and `persons` are None where they cannot be told. `seen` is the highest ledger id counted.
    """

    grain: str
    start: int
    dimension: str
    value: str
    visitors: int | None
    visits: int
    page_views: int
    bounces: int
    duration_ms: int
    events: int
    persons: int | None
    seen: int

    def plus(self, other: Rollup) -> Rollup:
        """Both parts of one day, or of one value: who came in both nobody can tell."""
        return replace(
            other,
            visitors=None,
            visits=self.visits + other.visits,
            page_views=self.page_views + other.page_views,
            bounces=self.bounces + other.bounces,
            duration_ms=self.duration_ms + other.duration_ms,
            events=self.events + other.events,
            persons=None,
        )


def closed(connection: Connection, site_id: int) -> Closed | None:
    """How far a site is rolled up, None where it is not."""
    row = connection.execute("SELECT closed, zone FROM kept WHERE site_id = ?", (site_id,)).fetchone()
    return Closed(*row) if row and row[0] else None


def note_words(connection: Connection, site_id: int, until: int, zone: str, at: int) -> None:
    """Say before which moment errors lose their words, inside the transaction before they do."""
    connection.execute(
        "INSERT INTO kept (site_id, closed, zone, at, words) VALUES (?, 0, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET words = max(words, excluded.words)",
        (site_id, zone, at, until),
    )


def close(
    connection: Connection, site_id: int, at: int, told: Closed, seen: int, found: Sequence[Rollup]
) -> bool:
    """Keep figures and close the days they are of, inside a transaction.

    `seen` is the highest ledger id they count in. False, and nothing is done, where an event of these days
    came in since.
    """
    late = connection.execute(
        "SELECT 1 FROM events WHERE id > ? AND site_id = ? AND at < ? "  # noqa: S608 - names of ours
        f"AND name NOT IN ({ALWAYS_TAKEN}) LIMIT 1",
        (seen, site_id, told.until),
    ).fetchone()
    if late is not None:
        return False
    for one in found:
        _put(connection, site_id, one)
    connection.execute(
        "INSERT INTO kept (site_id, closed, zone, at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "closed = max(closed, excluded.closed), zone = excluded.zone, at = excluded.at",
        (site_id, told.until, told.zone, at),
    )
    deletions.note(connection, site_id, at)
    return True


def of(connection: Connection, site_id: int, grain: str, start: int) -> list[Rollup]:
    """All figures of a day, week or month."""
    rows = connection.execute(
        f"SELECT {FIELDS} FROM rollups WHERE site_id = ? AND grain = ? AND start = ?",  # noqa: S608
        (site_id, grain, start),
    )
    return [Rollup(*row) for row in rows]


def rename(connection: Connection, number: int, value: str) -> None:
    """Give the figures of one row another value; where the value has figures already, both become one row.

    Two spellings of one text are one value from then on. What adds up is added; how many persons had either
    nobody can tell any more. For those who begin anew: followers who have the rows do not see it.
    """
    (other,) = connection.execute(
        "SELECT (SELECT o.id FROM rollups o WHERE o.site_id = r.site_id AND o.grain = r.grain "
        "AND o.start = r.start AND o.dimension = r.dimension AND o.value = ? AND o.id != r.id) "
        "FROM rollups r WHERE r.id = ?",
        (value, number),
    ).fetchone()
    if other is None:
        connection.execute("UPDATE rollups SET value = ? WHERE id = ?", (value, number))
        return
    sql = f"SELECT {FIELDS} FROM rollups WHERE id IN (?, ?) ORDER BY seen"  # noqa: S608 - names of ours
    one, later = (Rollup(*row) for row in connection.execute(sql, (number, other)))
    told = astuple(replace(one.plus(later), value=value))
    connection.execute("DELETE FROM rollups WHERE id = ?", (other,))
    fields = ", ".join(f"{name} = ?" for name in FIELDS.split(", "))
    connection.execute(f"UPDATE rollups SET {fields} WHERE id = ?", (*told, number))  # noqa: S608


def refused(connection: Connection, batch: Iterable[Event]) -> set[int]:
    """Places in a batch of events whose day is closed, inside the transaction that adds them."""
    until = dict(connection.execute("SELECT site_id, closed FROM kept").fetchall())
    if not until:
        return set()
    return {
        index
        for index, event in enumerate(batch)
        if event.at < until.get(event.site_id, event.at) and event.name not in FOR_EVER
    }


def _put(connection: Connection, site_id: int, one: Rollup) -> None:
    key = (site_id, one.grain, one.start, one.dimension, one.value)
    # Deleted and put anew, so that its id tells followers that it changed.
    rows = connection.execute(
        "DELETE FROM rollups WHERE site_id = ? AND grain = ? AND start = ? AND dimension = ? "  # noqa: S608
        f"AND value = ? RETURNING {FIELDS}",
        key,
    ).fetchall()
    if rows and one.grain == "day":
        one = Rollup(*rows[0]).plus(one)
    connection.execute(
        f"INSERT INTO rollups (site_id, {FIELDS}) VALUES (?{', ?' * 12})",  # noqa: S608 - names of ours
        (site_id, *astuple(one)),
    )
