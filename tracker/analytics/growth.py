"""Growth: who comes and goes from step to step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from tracker.analytics import clockwork
from tracker.analytics.lasting import unavailable
from tracker.analytics.presence import each_event, presence
from tracker.analytics.query import Query
from tracker.analytics.registry import question
from tracker.columns.dialect import floordiv, integer
from tracker.columns.schema import events, persons
from tracker.domain.period import HOUR, Interval, Period, bucket_key, day_of_number, day_start, local_day


@dataclass(frozen=True, slots=True)
class Step:
    """One hour, day, week or month; `net` is new + reactivated − churned. `start` is epoch ms."""

    date: str
    start: int
    active: int
    new: int
    returning: int | None
    reactivated: int | None
    churned: int | None
    net: int | None


@dataclass(frozen=True, slots=True)
class Growth:
    """`left_out` persons of the period have an id that changes daily: nobody can tell how they come and go.

    `unavailable` says so where nobody had another, in the period or the step before it.
    """

    left_out: int
    series: tuple[Step, ...]
    unavailable: str | None = None


@question(name="growth", title="Growth", rows="series")
def answer(connection: sa.Connection, query: Query) -> Growth:
    """How the active persons of each hour, day, week or month came to be, and how many were lost.

    - **New**: active in the step, and their first interactive event ever lies in it.
    - **Returning**: active in the step and in the one before.
    - **Reactivated**: all others who are active in the step: seen before, but not in the step before.
    - **Churned**: active in the step before, not in this one.
    - **Net**: new + reactivated − churned.

    Active = new + returning + reactivated in every step. Before the first step lies the calendar hour, day,
    week or month before it, up to the beginning of the period. Bots are left out.

    Only persons with a lasting id count, a user or a visitor told again tomorrow; `leftOut` is how many
    others were active in the period. Where all were others, `unavailable` says so.
    """
    statement = _transitions(query, _presence(query))
    found = {int(row[0]): [int(value) for value in row[1:]] for row in connection.execute(statement)}
    series = []
    for index, bucket in enumerate(query.buckets()):
        active, new, returning, reactivated, churned = found.get(index, [0] * 5)
        if index == 0 and not query.knows(_with_the_step_before(query)):
            series.append(Step(bucket.name, bucket.start, active, new, None, None, None, None))
            continue
        net = new + reactivated - churned
        series.append(Step(bucket.name, bucket.start, active, new, returning, reactivated, churned, net))
    left_out = _left_out(connection, query)
    counted = sum(step.active + (step.churned or 0) for step in series)
    return Growth(left_out, tuple(series), unavailable(counted, left_out))


def _presence(query: Query) -> sa.CTE:
    """Rows (person_id, step): steps count from 0; -1 is the one before the period."""
    horizon = query.over(_with_the_step_before(query))
    if query.interval is Interval.HOUR:
        found = each_event(horizon).where(events.c.interactive).subquery("present")
    else:
        found = presence(horizon, [query.period.since]).subquery("present")
    step = _step(query, horizon, found.c.at).label("step")
    return sa.select(found.c.person_id, step).distinct().cte("person_steps")


def _with_the_step_before(query: Query) -> Period:
    period = query.period
    if query.interval is Interval.HOUR:
        since = period.since - HOUR
        return replace(period, since=since, first=local_day(query.zone, since))
    first = day_of_number(bucket_key(period.first, query.interval)) - timedelta(days=1)
    first = day_of_number(bucket_key(first, query.interval))
    return replace(period, since=day_start(query.zone, first), first=first)


def _step(query: Query, horizon: Query, at: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The index of the step of times in `horizon`; earlier ones count as -1."""
    buckets = query.buckets()
    if query.interval is Interval.MONTH:
        latest_first = [(at >= integer(b.start), integer(n)) for n, b in reversed(list(enumerate(buckets)))]
        return sa.case(*latest_first, else_=integer(-1))
    if query.interval is Interval.HOUR:
        step = clockwork.elapsed_hours(at, query.period.since)
    else:
        days = 7 if query.interval is Interval.WEEK else 1
        step = floordiv(horizon.bucket(at) - integer(buckets[0].key), integer(days))
    return sa.case((at < integer(query.period.since), integer(-1)), else_=step)


def _transitions(query: Query, seen: sa.CTE) -> sa.Select[*tuple[Any, ...]]:
    """Rows (step, active, new, returning, reactivated, churned)."""
    one, none = integer(1), integer(0)
    marks = sa.union_all(
        sa.select(seen.c.person_id, seen.c.step, one.label("here"), none.label("before")),
        sa.select(seen.c.person_id, seen.c.step + one, none, one),
    ).subquery("marks")
    each = (
        sa.select(
            marks.c.person_id,
            marks.c.step,
            sa.func.max(marks.c.here).label("here"),
            sa.func.max(marks.c.before).label("before"),
        )
        .where(marks.c.step >= none, marks.c.step < integer(len(query.buckets())))
        .group_by(marks.c.person_id, marks.c.step)
        .subquery("each_step")
    )
    here, before = each.c.here == one, each.c.before == one
    new = _first_step(query) >= each.c.step
    counts = (
        here,
        sa.and_(here, new),
        sa.and_(here, ~new, before),
        sa.and_(here, ~new, ~before),
        sa.and_(~here, before),
    )
    same = sa.and_(
        persons.c.person_id == each.c.person_id, persons.c.site_id == query.site_id, persons.c.stable
    )
    return (
        sa.select(each.c.step, *(sa.func.sum(sa.case((this, one), else_=none)) for this in counts))
        .select_from(each.join(persons, same))
        .group_by(each.c.step)
    )


def _first_step(query: Query) -> sa.ColumnElement[Any]:
    # Somebody only bots are known of has never been active: the first that was seen of them must do.
    return _step(query, query, sa.func.coalesce(persons.c.first_at, persons.c.first_seen))


def _left_out(connection: sa.Connection, query: Query) -> int:
    found = presence(query).subquery("present")
    daily = sa.select(persons.c.person_id).where(persons.c.site_id == query.site_id, ~persons.c.stable)
    count = sa.select(sa.func.count(found.c.person_id.distinct())).where(found.c.person_id.in_(daily))
    return int(connection.scalar(count) or 0)
