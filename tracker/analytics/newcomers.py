"""Newcomers by the day they first came, and how many of them were active so many days later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa

from tracker.analytics.presence import persons_in, presence
from tracker.analytics.query import Query
from tracker.columns.schema import persons
from tracker.domain.period import Period, day_number, day_of_number


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Persons whose first ever activity was on a local day.

    `active[n]` is how many of them were active on the n-th day after it, None while that day is not over.
    `left_out` came on the same day but could not be told again on another one.
    """

    day: date
    size: int
    left_out: int
    active: dict[int, int | None]


def newcomers(connection: sa.Connection, query: Query, days: Sequence[int]) -> list[Newcomers]:
    """Everybody who first came in the period, day by day, oldest first; days without anybody are missing.

    With filters, those who had activity in the period that passes them; coming back is any activity.
    """
    sizes = {row.first_day: row for row in connection.execute(_sizes(query))}
    returned = _returned(connection, query, days) if sizes else {}
    today = day_number(query.today)
    return [
        Newcomers(
            day_of_number(first),
            int(sizes[first].size),
            int(sizes[first].left_out),
            {n: returned.get((first, n), 0) if first + n < today else None for n in days},
        )
        for first in sorted(sizes)
    ]


def _sizes(query: Query) -> sa.Select[int, int, int]:
    first_day = query.day(persons.c.first_at).label("first_day")
    stable = sa.func.count(sa.case((persons.c.stable, 1)))
    return (
        sa.select(first_day, stable.label("size"), (sa.func.count() - stable).label("left_out"))
        .where(*_came_first(query))
        .group_by(first_day)
    )


def _returned(connection: sa.Connection, query: Query, days: Sequence[int]) -> dict[tuple[int, int], int]:
    """How many were active, by first day and days since."""
    later = _observed(query, max(days))
    if later is None:
        return {}
    members = (
        sa.select(persons.c.person_id, later.day(persons.c.first_at).label("first_day"))
        .where(*_came_first(query), persons.c.stable)
        .subquery("members")
    )
    present = presence(replace(later, filters=(), segment=None)).subquery("present")
    since = later.day(present.c.at) - members.c.first_day
    visits = (
        sa.select(members.c.first_day, since.label("n"), members.c.person_id)
        .select_from(present.join(members, present.c.person_id == members.c.person_id))
        .subquery("visits")
    )
    counted = (
        sa.select(visits.c.first_day, visits.c.n, sa.func.count(visits.c.person_id.distinct()))
        .where(visits.c.n.in_(days))
        .group_by(visits.c.first_day, visits.c.n)
    )
    return {(int(first), int(n)): int(active) for first, n, active in connection.execute(counted)}


def _came_first(query: Query) -> list[sa.ColumnElement[bool]]:
    conditions = [
        persons.c.site_id == query.site_id,
        persons.c.first_at >= query.period.since,
        persons.c.first_at < query.period.until,
    ]
    if query.filters:
        return [*conditions, *persons_in(query)]
    if query.segment is not None:
        conditions.append(persons.c.person_id.in_(query.segment.persons(query)))
    return conditions


def _observed(query: Query, days: int) -> Query | None:
    """The query over all days that matter and are over; None where there is none yet."""
    first = query.period.first
    last = min(query.today - timedelta(days=1), query.period.last + timedelta(days=days))
    if last < first:
        return None
    return query.over(Period.days(query.zone, first, last))
