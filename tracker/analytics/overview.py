"""Overview: visitors, visits, page views, and how visits went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics import rolled
from tracker.analytics.filters import sessions_in
from tracker.analytics.presence import each_event, packed
from tracker.analytics.query import Query
from tracker.analytics.rates import change, ratio, share
from tracker.analytics.registry import question
from tracker.analytics.rolled import Sums
from tracker.columns.dialect import integer
from tracker.columns.schema import sessions
from tracker.domain.period import Interval


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one stretch of time; `visit_duration` in seconds, None where there was no visit.

    `visitors` is None where the details that tell are gone.
    """

    visitors: int | None
    visits: int
    page_views: int
    views_per_visit: float | None
    bounce_rate: float | None
    visit_duration: float | None


@dataclass(frozen=True, slots=True)
class Step(Figures):
    """The figures of one step of the chart. `start` is epoch ms, `date` its name in local time."""

    date: str
    start: int


@dataclass(frozen=True, slots=True)
class Changes:
    """Per cent against the previous period; None where there was nothing before."""

    visitors: float | None
    visits: float | None
    page_views: float | None
    views_per_visit: float | None
    bounce_rate: float | None
    visit_duration: float | None


@dataclass(frozen=True, slots=True)
class Overview(Figures):
    """`series` has a step for each hour, day, week or month; `previous…` only where a comparison is asked."""

    series: tuple[Step, ...]
    previous: Figures | None = None
    previous_series: tuple[Step, ...] | None = None
    changes: Changes | None = None


Told = tuple[int | None, int, int, float | None, float | None, float | None]


@question(name="overview", title="Overview", rows="series", rolled=rolled.plain)
def answer(connection: sa.Connection, query: Query) -> Overview:
    """How many came, how often, what they looked at.

    - **Visitors**: distinct persons with at least one interactive event in the period (or step of the
      chart). A person who comes in several steps counts in each, so steps add up to more than the whole.
    - **Visits**: sessions with at least one interactive event that start in the period.
    - **Page views**: page views of known persons in the period, by their own time.
    - **Views per visit**: page views ÷ visits.
    - **Bounce rate**: per cent of the visits with at most one page view and no other interactive event.
    - **Visit duration**: mean seconds from a visit's first to its last event; 0 for bounces.

    Bots are left out. With filters on events (page, event name, properties …) page views are those that
    pass, visits those with such an event. With a comparison the same figures of the same length of time
    just before follow, and the change in per cent. Of days whose details are gone the same figures are kept
    by day, week and month; distinct visitors of other stretches cannot be told any more.
    """
    total, series = _figures(connection, query)
    if not query.compare:
        return Overview(*_told(total), series)
    before, earlier = _figures(connection, query.previous())
    pairs = zip(_told(total), _told(before), strict=True)
    changes = Changes(*(None if a is None or b is None else change(a, b) for a, b in pairs))
    return Overview(*_told(total), series, Figures(*_told(before)), earlier, changes)


def _told(sums: Sums) -> Told:
    return (
        sums.visitors,
        sums.visits,
        sums.views,
        ratio(sums.views, sums.visits),
        share(sums.bounces, sums.visits),
        ratio(sums.duration_ms / 1000, sums.visits),
    )


def _figures(connection: sa.Connection, query: Query) -> tuple[Sums, tuple[Step, ...]]:
    done = rolled.reaches(connection, query)
    if done is None:
        total, steps = counted(connection, query)
    else:
        rest = rolled.whole_part(query, done)
        fresh = counted(connection, rest) if rest is not None else (Sums(), {})
        kept = rolled.read(connection, query, done, rolled.ALL)
        key = (rolled.ALL, rolled.ALL)
        total, steps = kept.joined(key, *fresh)
    return total, tuple(Step(*_told(steps.get(b.key, Sums())), b.name, b.start) for b in query.buckets())


def counted(connection: sa.Connection, query: Query) -> tuple[Sums, dict[int, Sums]]:
    """Sums of the period and of each step (by the key of its bucket), out of details."""
    total, steps = Sums(), {bucket.key: Sums() for bucket in query.buckets()}
    for whole, key, visitors, views in connection.execute(_seen(query)):
        sums = total if whole else steps[key]
        sums.visitors, sums.views = visitors, int(views or 0)
    for key, visits, bounces, duration_ms in connection.execute(_visits(query)):
        steps[key].visits, steps[key].bounces, steps[key].duration_ms = visits, bounces, int(duration_ms)
    for each in steps.values():
        total.visits += each.visits
        total.bounces += each.bounces
        total.duration_ms += each.duration_ms
    return total, steps


def _seen(query: Query) -> sa.CompoundSelect[int, Any, Any, Any]:
    """Rows (1, 0, visitors, views) of the period and (0, step, visitors, views) of each step."""
    found = (each_event(query) if query.interval is Interval.HOUR else packed(query)).subquery("packed")
    step = query.bucket(found.c.at).label("step")
    active, views = sa.func.max(found.c.events).label("active"), sa.func.sum(found.c.views).label("views")
    seen = sa.select(step, found.c.person_id, active, views).group_by(step, found.c.person_id).cte("seen")
    visitor = sa.case((seen.c.active > 0, seen.c.person_id), else_=None)
    return sa.union_all(
        sa.select(
            integer(1).label("whole"),
            integer(0).label("step"),
            sa.func.count(visitor.distinct()),
            sa.func.sum(seen.c.views),
        ),
        sa.select(integer(0), seen.c.step, sa.func.count(visitor), sa.func.sum(seen.c.views)).group_by(
            seen.c.step
        ),
    )


def _visits(query: Query) -> sa.Select[int, int, Any, Any]:
    step = query.bucket(sessions.c.started_at).label("step")
    bounces = sa.func.sum(sa.case((sessions.c.bounce, 1), else_=0))
    duration = sa.func.sum(sessions.c.duration_ms)
    return sa.select(step, sa.func.count(), bounces, duration).where(*sessions_in(query)).group_by(step)
