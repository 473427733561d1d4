"""Activity: who is active, who comes and goes, and when they are here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date

import sqlalchemy as sa

from tracker.analytics import clockwork
from tracker.analytics.filters import sessions_in
from tracker.analytics.lasting import unavailable
from tracker.analytics.presence import personal
from tracker.analytics.query import Query
from tracker.analytics.rates import Trend, change, ratio, share, trend
from tracker.analytics.registry import question
from tracker.analytics.turnover import turnover
from tracker.columns.schema import events, sessions
from tracker.domain.period import day_of_number

SPANS = (1, 7, 30)
"""Days of DAU, WAU and MAU."""


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: distinct active persons, sessions that start, interactive events."""

    date: str
    active_users: int
    sessions: int
    events: int


@dataclass(frozen=True, slots=True)
class Metrics:
    """Rates are in per cent, `avg_session_duration` in seconds; 0 where there is nothing to divide by.

    A change is None where there was nothing before; new, returning, reactivated and churned users are None
    where nobody has an id that tells them again. What needs details that are gone is None, too.
    """

    dau: int | None
    wau: int | None
    mau: int | None
    dau_change: float | None
    wau_change: float | None
    mau_change: float | None
    new_users: int | None
    returning_users: int | None
    reactivated_users: int | None
    churned_users: int | None
    avg_sessions_per_user: float
    avg_session_duration: float
    bounce_rate: float
    engagement_score: float
    engagement_trend: Trend | None
    activity_by_hour: tuple[int, ...]
    activity_by_day_of_week: tuple[int, ...]
    activity_by_date: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Activity(Metrics):
    """With how many of the active are neither new nor back, as they have no lasting id."""

    left_out: int
    unavailable: str | None

    def metrics(self) -> Metrics:
        """The figures alone."""
        return Metrics(**{one.name: getattr(self, one.name) for one in fields(Metrics)})


@question(name="activity", title="Active users", rows="activity_by_date")
def answer(connection: sa.Connection, query: Query) -> Activity:
    """Distinct persons by day, week and month, how they come and go, and when they are active.

    Active is who has at least one interactive event; bots are left out. Times are in the site's zone.

    - **DAU, WAU, MAU**: persons active in the last 1, 7 and 30 days that end with the period. Each change is
      in per cent against the 1, 7 or 30 days before those.
    - **New**: active in the period, and their first event ever (of any kind a filter asks for or not) lies in
      it. **Returning**: active in the period and in the previous one of the same length. **Reactivated**:
      all others who are active; without filters they were seen before the previous period. **Churned**:
      active in the previous period, not in this one. Active = new + returning + reactivated. Of these only
      persons with a lasting id count, a user or a visitor told again tomorrow; `leftOut` is how many others
      were active. Where all were others, they are unknown (null) and `unavailable` says why.
    - **Sessions per user**: sessions that start in the period ÷ persons active in it. **Duration**: mean
      seconds from a session's first to its last event, 0 for bounces. **Bounce rate**: per cent of sessions
      with at most one page view and no other interactive event.
    - **Engagement**: the mean over active persons of 100 × (0.4 × active days ÷ days + 0.3 × events per
      session ÷ the site's 90th percentile of persons + 0.3 × mean session length ÷ its 90th percentile),
      each part 1 at most. Trend: against the previous period, stable within 10 per cent.
    - **By hour, weekday (Monday first) and date**: interactive events; by date active persons and sessions
      too.
    """
    spans = [query.period.trailing(days) for days in SPANS]
    found = turnover(connection, query, [*spans, *(span.previous() for span in spans)])
    (dau, wau, mau), before = found.windows[:3], found.windows[3:]
    days = {day: Day(day.isoformat(), 0, 0, 0) for day in query.period.each_day()}
    for number, active in found.days.items():
        at = day_of_number(number)
        days[at] = replace(days[at], active_users=active)
    hours = _add_events(connection, query, days)
    visits, bounces, duration_ms = _add_visits(connection, query, days)
    lifecycle = (found.new, found.returning, found.reactivated, found.churned)
    why = unavailable(sum(number or 0 for number in lifecycle), found.left_out)
    new, returning, reactivated, churned = (None if why else number for number in lifecycle)
    return Activity(
        dau,
        wau,
        mau,
        change(dau, before[0]),
        change(wau, before[1]),
        change(mau, before[2]),
        new,
        returning,
        reactivated,
        churned,
        ratio(visits, found.active) or 0.0,
        ratio(duration_ms / 1000, visits) or 0.0,
        share(bounces, visits) or 0.0,
        round(found.score, 2),
        None if found.score_before is None else trend(found.score, found.score_before),
        hours,
        _weekdays(days.values()),
        tuple(days.values()),
        found.left_out,
        why,
    )


def _add_visits(connection: sa.Connection, query: Query, days: dict[date, Day]) -> tuple[int, int, int]:
    """Put the visits into `days`; all visits, bounces and their summed duration (ms)."""
    day = query.day(sessions.c.started_at).label("day")
    bounces = sa.func.sum(sa.case((sessions.c.bounce, 1), else_=0))
    duration = sa.func.sum(sessions.c.duration_ms)
    statement = sa.select(day, sa.func.count(), bounces, duration).where(*sessions_in(query)).group_by(day)
    totals = [0, 0, 0]
    for number, *sums in connection.execute(statement):
        at = day_of_number(number)
        days[at] = replace(days[at], sessions=sums[0])
        totals = [total + int(more) for total, more in zip(totals, sums, strict=True)]
    return totals[0], totals[1], totals[2]


def _add_events(connection: sa.Connection, query: Query, days: dict[date, Day]) -> tuple[int, ...]:
    """Put the interactive events into `days`; those of each hour of the day."""
    hour = clockwork.local_hour(query.local(events.c.at)).label("hour")
    statement = sa.select(hour, sa.func.count()).where(*personal(query), events.c.interactive).group_by(hour)
    hours = [0] * 24
    for number, acts in connection.execute(statement):
        day, of_day = divmod(int(number), 24)
        at = day_of_number(day)
        days[at] = replace(days[at], events=days[at].events + acts)
        hours[of_day] += acts
    return tuple(hours)


def _weekdays(days: Iterable[Day]) -> tuple[int, ...]:
    sums = [0] * 7
    for day in days:
        sums[date.fromisoformat(day.date).weekday()] += day.events
    return tuple(sums)
