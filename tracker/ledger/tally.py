"""Counting what a feed shows: how many events, by whom, called what, hour by hour.

Work is capped: of more than `most` events the latest are counted, and the answer says since when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracker.ledger.connect import Connection
from tracker.ledger.reads import JOINS, Filter, conditions, in_range, rows_of_person

MOST_ROWS = 200_000
"""A quarter of a second of counting on a small machine."""
PERSON = "coalesce(e.user_id, e.visitor)"


@dataclass(frozen=True, slots=True)
class Tally:
    """Figures of a filter. `names` is most frequent first, of all names: as if none had been asked for.

    `people` counts users where known, else visitors. `hours` has a count for each hour asked for,
    None where it was not fully counted. `counted_since` (epoch ms) is set when older events were
    left out to keep the answer quick.
    """

    total: int
    people: int
    names: list[tuple[str, int]]
    hours: list[int | None]
    counted_since: int | None = None


def tally(
    connection: Connection, wanted: Filter, *, hours: Sequence[tuple[int, int]] = (), most: int = MOST_ROWS
) -> Tally:
    """Count the events of a filter; `hours` are stretches (epoch ms, half-open) to count one by one."""
    capped = _since_of_latest(connection, wanted, most)
    counted = wanted if capped is None else replace(wanted, since=capped)
    names = _names(connection, replace(counted, name=None))
    return Tally(
        total=sum(count for name, count in names if wanted.name in (None, name)),
        people=_people(connection, counted),
        names=names,
        hours=[_hour(connection, counted, stretch, capped) for stretch in hours],
        counted_since=capped,
    )


def names_of_latest(connection: Connection, wanted: Filter, most: int) -> list[tuple[str, int]]:
    """Names among the latest events of a filter's period with how often each came, most frequent first."""
    capped = _since_of_latest(connection, wanted, most)
    return _names(connection, wanted if capped is None else replace(wanted, since=capped))


def _since_of_latest(connection: Connection, wanted: Filter, most: int) -> int | None:
    """The time from which on at most about `most` rows lie in the period, None when all do."""
    if wanted.person is not None:
        return None  # one person's events are few, and found without looking at others'
    where, values = in_range(wanted)
    row = connection.execute(
        f"SELECT at FROM events e INDEXED BY events_by_time WHERE {where} "  # noqa: S608 - literals only
        "ORDER BY at DESC LIMIT 1 OFFSET ?",
        (*values, most),
    ).fetchone()
    # The row found is one too many, and others may share its millisecond.
    return int(row[0]) + 1 if row else None


def _names(connection: Connection, wanted: Filter) -> list[tuple[str, int]]:
    rows = connection.execute(*_over("e.name, count(*)", wanted, " GROUP BY e.name ORDER BY 2 DESC, 1"))
    return [(str(name), int(count)) for name, count in rows]


def _people(connection: Connection, wanted: Filter) -> int:
    return _number(connection, f"count(DISTINCT {PERSON})", wanted)


def _hour(connection: Connection, wanted: Filter, stretch: tuple[int, int], capped: int | None) -> int | None:
    start, end = stretch
    if capped is not None and start < capped:
        return None
    low = start if wanted.since is None else max(start, wanted.since)
    high = end if wanted.until is None else min(end, wanted.until)
    return _number(connection, "count(*)", replace(wanted, since=low, until=high)) if low < high else 0


def _number(connection: Connection, what: str, wanted: Filter) -> int:
    return int(connection.execute(*_over(what, wanted)).fetchone()[0])


def _over(what: str, wanted: Filter, rest: str = "") -> tuple[str, list[Any]]:
    source: str = "events e INDEXED BY events_by_time"
    source_values: list[Any] = []
    if wanted.person is not None:
        source, source_values = rows_of_person(wanted)
    narrow, narrow_values = in_range(wanted)
    where, values = conditions(wanted)
    # Profiles are looked at by text search only, and a join costs as much as the counting.
    joins = JOINS if wanted.text else ""
    sql = f"SELECT {what} FROM {source} {joins} WHERE {narrow} AND {where}{rest}"  # noqa: S608
    return sql, [*source_values, *narrow_values, *values]
