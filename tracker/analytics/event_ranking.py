"""Events: what happens most, to how many, and whether it grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import events_in
from tracker.analytics.query import Query
from tracker.analytics.rates import Trend, change, share, trend
from tracker.analytics.registry import question
from tracker.columns.schema import events


@dataclass(frozen=True, slots=True)
class Ranked:
    """One event name. `share` is per cent of all events, `change` per cent against the previous period."""

    event: str
    events: int
    persons: int
    share: float | None
    events_before: int
    change: float | None
    trend: Trend


@dataclass(frozen=True, slots=True)
class Ranking:
    """`rows` as many as asked for, of `names` different event names; `total` events of all names."""

    total: int
    names: int
    rows: tuple[Ranked, ...]


@question(name="event-ranking", title="Events", rows="rows")
def answer(connection: sa.Connection, query: Query) -> Ranking:
    """Which events happen, most first.

    - **Events**: all events of that name in the period, those of servers and pings too; bots are left out.
    - **Persons**: the distinct known persons they are of.
    - **Share**: per cent of all events in the period.
    - **Change** and **trend**: against the same length of time just before; within ±10 % it is stable.
    """
    found = connection.execute(_by_name(query)).all()
    before = {name: int(n) for name, n in connection.execute(_counts(query.previous()))}
    total = sum(int(row.events) for row in found)
    shown = found[query.offset : query.offset + query.limit]
    return Ranking(total, len(found), tuple(_ranked(row, total, before.get(row.name, 0)) for row in shown))


def _ranked(row: Any, total: int, before: int) -> Ranked:
    now = int(row.events)
    return Ranked(
        row.name,
        now,
        int(row.persons),
        share(now, total),
        before,
        change(now, before),
        trend(now, before),
    )


def _by_name(query: Query) -> sa.Select[Any]:
    """Rows (name, events, persons), most events first. Event names are few: all of them."""
    each = (
        sa.select(events.c.name, events.c.person_id, sa.func.count().label("events"))
        .where(*events_in(query))
        .group_by(events.c.name, events.c.person_id)
        .subquery("each_person")
    )
    total, persons = sa.func.sum(each.c.events), sa.func.count(each.c.person_id)
    return (
        sa.select(each.c.name, total.label("events"), persons.label("persons"))
        .group_by(each.c.name)
        .order_by(total.desc(), each.c.name)
    )


def _counts(query: Query) -> sa.Select[Any]:
    return sa.select(events.c.name, sa.func.count()).where(*events_in(query)).group_by(events.c.name)
