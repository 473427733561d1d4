"""Who comes and goes: persons of a period against the period before it, in one pass over their days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics import engagement
from tracker.analytics.presence import presence
from tracker.analytics.query import Query
from tracker.columns.dialect import integer
from tracker.columns.schema import persons
from tracker.domain.period import Period, local_day


@dataclass(frozen=True, slots=True)
class Turnover:
    """Distinct persons; of those with a lasting id, which alone can be new, back or lost:

    active = new + returning + reactivated. `left_out` are active and have none.
    `windows` holds how many were active in each of the periods asked for, `days` the active persons of each
    local day number, the scores are means (0 of nobody). What needs details that
    are gone is None.
    """

    active: int
    new: int
    returning: int | None
    reactivated: int | None
    churned: int | None
    windows: tuple[int | None, ...]
    days: dict[int, int]
    score: float
    score_before: float | None
    left_out: int


def turnover(connection: sa.Connection, query: Query, windows: Sequence[Period] = ()) -> Turnover:
    """Persons of the query's period against the previous one, and how many were active in each window."""
    periods = [query.period, query.period.previous(), *windows]
    seen = _person_days(query, periods).cte("person_days")
    each = _persons(query, seen, periods).subquery("each_person")
    against = engagement.yardsticks(connection, query)
    rows = connection.execute(sa.union_all(_totals(query, each, against, len(periods)), _days(seen, periods)))
    days: dict[int, int] = {}
    totals: list[Any] = []
    for is_day, *values in rows:
        if is_day:
            days[int(values[0])] = int(values[1])
        else:
            totals = [value or 0 for value in values]
    new, returning, reactivated, churned, left_out, score, score_before, active, before, *rest = totals
    known = query.knows_before
    return Turnover(
        int(active),
        int(new),
        int(returning) if known else None,
        int(reactivated) if known else None,
        int(churned) if known else None,
        tuple(
            int(value) if query.knows(window) else None for value, window in zip(rest, windows, strict=True)
        ),
        days,
        float(score) / active if active else 0.0,
        (float(score_before) / before if before else 0.0) if known else None,
        int(left_out),
    )


def _person_days(query: Query, periods: Sequence[Period]) -> sa.Select[*tuple[Any, ...]]:
    """Rows (person_id, day, part): a person's local day, once.

    `part` counts the beginnings and ends of periods (`_edges`) up to then. Where they lie within days, a day
    may have several parts.
    """
    zone, edges = query.zone, _edges(periods)
    since, until = edges[0], edges[-1]
    horizon = query.over(Period(zone, local_day(zone, since), local_day(zone, until - 1), since, until))
    found = presence(horizon, edges[1:-1]).subquery("present")
    latest_first = [(found.c.at >= edges[n], integer(n)) for n in range(len(edges) - 2, 0, -1)]
    day = horizon.day(found.c.at).label("day")
    part = sa.case(*latest_first, else_=integer(0)).label("part")
    return sa.select(found.c.person_id, day, part).distinct()


def _edges(periods: Sequence[Period]) -> list[int]:
    return sorted({edge for p in periods for edge in (p.since, p.until)})


def _inside(seen: sa.CTE, period: Period, periods: Sequence[Period]) -> sa.ColumnElement[bool]:
    edges = _edges(periods)
    since, until = edges.index(period.since), edges.index(period.until)
    return sa.and_(seen.c.part >= integer(since), seen.c.part < integer(until))


def _persons(query: Query, seen: sa.CTE, periods: Sequence[Period]) -> sa.Select[*tuple[Any, ...]]:
    """Rows (person_id, days, days_before, in_0, in_1, …): active days in the first two, 1 or 0 for each."""
    flags = [_inside(seen, period, periods) for period in periods]
    days = [_active_days(seen, flag, whole=query.period.whole_days) for flag in flags[:2]]
    return sa.select(
        seen.c.person_id,
        days[0].label("days"),
        days[1].label("days_before"),
        *(sa.func.max(_one_if(flag)).label(f"in_{n}") for n, flag in enumerate(flags)),
    ).group_by(seen.c.person_id)


def _active_days(seen: sa.CTE, inside: sa.ColumnElement[bool], *, whole: bool) -> sa.ColumnElement[Any]:
    # Of whole days each has one row; of hours a day may be in parts.
    return _count(inside) if whole else sa.func.count(sa.case((inside, seen.c.day)).distinct())


def _totals(
    query: Query,
    each: sa.Subquery,
    against: tuple[engagement.Yardstick, engagement.Yardstick],
    number: int,
) -> sa.Select[*tuple[Any, ...]]:
    """One row (0, new, returning, reactivated, churned, left out, sums of scores, active in each period)."""
    now, before, lasts = each.c.in_0 == 1, each.c.in_1 == 1, persons.c.stable
    own = engagement.habits(query).subquery("habits")
    # Of somebody only bots are known of, the first that was seen must do.
    new = sa.func.coalesce(persons.c.first_at, persons.c.first_seen) >= query.period.since
    length = query.period.length
    score = engagement.score(each.c.days, length, own.c.events, own.c.length, against[0])
    earlier = engagement.score(
        each.c.days_before, length, own.c.events_before, own.c.length_before, against[1]
    )
    same = sa.and_(persons.c.person_id == each.c.person_id, persons.c.site_id == query.site_id)
    return sa.select(
        integer(0).label("is_day"),
        _count(sa.and_(now, lasts, new)),
        _count(sa.and_(now, lasts, ~new, before)),
        _count(sa.and_(now, lasts, ~new, ~before)),
        _count(sa.and_(~now, lasts, before)),
        _count(sa.and_(now, ~lasts)),
        sa.func.sum(sa.case((now, score), else_=0.0)),
        sa.func.sum(sa.case((before, earlier), else_=0.0)),
        *(sa.func.sum(each.c[f"in_{n}"]) for n in range(number)),
    ).select_from(each.join(persons, same).outerjoin(own, own.c.person_id == each.c.person_id))


def _days(seen: sa.CTE, periods: Sequence[Period]) -> sa.Select[*tuple[Any, ...]]:
    """Rows (1, day, active persons, …) of the first period, as wide as the totals."""
    active = sa.func.count(seen.c.person_id.distinct())
    nothing = sa.literal_column("0.0", sa.Double)  # in the place of the scores
    fill = (*(integer(0) for _ in range(3)), nothing, nothing, *(integer(0) for _ in periods))
    return (
        sa.select(integer(1), seen.c.day, active, *fill)
        .where(_inside(seen, periods[0], periods))
        .group_by(seen.c.day)
    )


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    return sa.func.sum(_one_if(condition))


def _one_if(condition: sa.ColumnElement[bool]) -> sa.Case[int]:
    return sa.case((condition, integer(1)), else_=integer(0))
