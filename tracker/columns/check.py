"""Proving that the column store says what the ledger says: counts and checksums, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.columns.base import Store
from tracker.columns.schema import cursor, events
from tracker.domain.period import DAY
from tracker.ledger.connect import Connection

Key = tuple[int, str, int]
"""Site, event name, UTC day number."""
Sums = tuple[int, int, int]
"""Events, sum of their ledger ids, sum of their times."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A day of one event name on which both disagree; zeros where one has nothing."""

    site_id: int
    name: str
    day: int
    ledger: Sums
    columns: Sums


@dataclass(frozen=True, slots=True)
class Checked:
    """What a comparison found, over the ledger up to the id that the store has read."""

    events: int
    until: int
    differences: tuple[Difference, ...]


def compare(ledger: Connection, store: Store) -> Checked:
    """Compare every site, event name and UTC day. Raises Unavailable while the store is not open."""
    with store.connect() as connection:
        until = int(connection.scalar(sa.select(cursor.c.last_id)) or 0)
        ours = {_key(row): _sums(row) for row in connection.execute(_columns(until))}
    theirs = {_key(row): _sums(row) for row in ledger.execute(_LEDGER, (DAY, until))}
    nothing = (0, 0, 0)
    differing = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    return Checked(
        sum(count for count, _, _ in theirs.values()),
        until,
        tuple(Difference(*key, theirs.get(key, nothing), ours.get(key, nothing)) for key in differing),
    )


_LEDGER = (
    "SELECT site_id, name, at / ? AS day, count(*), sum(id), sum(at) FROM events NOT INDEXED "
    "WHERE id <= ? GROUP BY 1, 2, 3"
)


def _columns(until: int) -> sa.Select[Any]:
    day = sa.cast(sa.func.floor(events.c.at / sa.literal(DAY)), sa.BigInteger)
    wide = sa.Numeric(38, 0)  # sums of times outgrow 64 bits at some ten million events
    return (
        sa.select(
            events.c.site_id,
            events.c.name,
            day,
            sa.func.count(),
            sa.func.sum(sa.cast(events.c.id, wide)),
            sa.func.sum(sa.cast(events.c.at, wide)),
        )
        .where(events.c.id <= until)
        .group_by(events.c.site_id, events.c.name, day)
    )


def _key(row: Any) -> Key:
    return int(row[0]), str(row[1]), int(row[2])


def _sums(row: Any) -> Sums:
    return int(row[3]), int(row[4]), int(row[5])
