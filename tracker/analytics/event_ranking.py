"""Events: what happens most, to how many, and whether it grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics import rolled
from tracker.analytics.filters import events_in
from tracker.analytics.query import Query
from tracker.analytics.rates import Trend, change, share, trend
from tracker.analytics.registry import question
from tracker.columns.schema import events


@dataclass(frozen=True, slots=True)
class Ranked:
    """One event name. `share` is per cent of all events, `change` per cent against the previous period.

    `persons` is None where the details that tell are gone.
    """

    event: str
    events: int
    persons: int | None
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


@question(name="event-ranking", title="Events", rows="rows", rolled=rolled.plain)
def answer(connection: sa.Connection, query: Query) -> Ranking:
    """Which events happen, most first.

    - **Events**: all events of that name in the period, those of servers and pings too; bots are left out.
    - **Persons**: the distinct known persons they are of.
    - **Share**: per cent of all events in the period.
    - **Change** and **trend**: against the same length of time just before; within ±10 % it is stable.
    """
    found = by_name(connection, query)
    before = by_name(connection, query.previous())
    total = sum(events for events, _ in found.values())
    ranked = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
    shown = ranked[query.offset : query.offset + query.limit]
    rows = (_ranked(name, *told, total, before.get(name, (0, 0))[0]) for name, told in shown)
    return Ranking(total, len(found), tuple(rows))


def by_name(connection: sa.Connection, query: Query) -> dict[str, tuple[int, int | None]]:
    """(events, persons) of each name in the period; persons are None where they cannot be told."""
    done = rolled.reaches(connection, query)
    rest = query if done is None else rolled.whole_part(query, done)
    rows = connection.execute(_by_name(rest)).all() if rest is not None else []
    found: dict[str, tuple[int, int | None]] = {row.name: (int(row.events), int(row.persons)) for row in rows}
    if done is None:
        return found
    for (_, value), sums in rolled.read(connection, query, done, rolled.EVENT).total.items():
        name = value.removeprefix(rolled.KNOWN)
        found[name] = (sums.events + found.get(name, (0, None))[0], sums.persons)
    return found


def _ranked(name: str, now: int, persons: int | None, total: int, before: int) -> Ranked:
    return Ranked(
        name,
        now,
        persons,
        share(now, total),
        before,
        change(now, before),
        trend(now, before),
    )


def _by_name(query: Query) -> sa.Select[Any]:
    """Rows (name, events, persons). Event names are few: all of them."""
    each = (
        sa.select(events.c.name, events.c.person_id, sa.func.count().label("events"))
        .where(*events_in(query))
        .group_by(events.c.name, events.c.person_id)
        .subquery("each_person")
    )
    total, persons = sa.func.sum(each.c.events), sa.func.count(each.c.person_id)
    return sa.select(each.c.name, total.label("events"), persons.label("persons")).group_by(each.c.name)
