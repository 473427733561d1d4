"""Stickiness: on how many days those who use the site at all use it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from tracker.analytics.lasting import lasting, unavailable
from tracker.analytics.presence import presence
from tracker.analytics.query import Query
from tracker.analytics.rates import ratio, share
from tracker.analytics.registry import question
from tracker.columns.schema import persons
from tracker.domain.period import DAY, Interval, Period

WEEK, MONTH = 7, 30
"""Days."""


@dataclass(frozen=True, slots=True)
class Habit:
    """So many persons were active on exactly so many days."""

    days: int
    persons: int


@dataclass(frozen=True, slots=True)
class Step:
    """One week or month. `stickiness` in per cent: mean active persons of a day ÷ active persons.

    `start` is epoch ms.
    """

    date: str
    start: int
    active: int
    daily_mean: float
    stickiness: float | None


@dataclass(frozen=True, slots=True)
class Stickiness:
    """Rates in per cent, None where nobody was active. `left_out` were active in the last 30 days, too."""

    daily_mean: float
    wau: int
    mau: int
    dau_mau: float | None
    dau_wau: float | None
    wau_mau: float | None
    days_per_week: tuple[Habit, ...]
    days_per_month: tuple[Habit, ...]
    series: tuple[Step, ...]
    left_out: int = 0
    unavailable: str | None = None


@question(name="stickiness", title="Stickiness", rows="series")
def answer(connection: sa.Connection, query: Query) -> Stickiness:
    """How regularly people come back, by local days with at least one interactive event.

    - **Daily mean, WAU, MAU**: the mean of the active persons of each of the last 30 days, and the persons
      active in the last 7 and 30 days, all ending with the period's last day.
    - **DAU/MAU**: daily mean ÷ MAU in per cent; of 30 days that is how many a person is active on.
      **DAU/WAU**: the same of the last 7 days, with their own daily mean. **WAU/MAU**: WAU ÷ MAU.
    - **Days per week, per month**: how many persons were active on exactly 1, 2, 3 … of the last 7 and of the
      last 30 days. Each adds up to WAU and to MAU.
    - **By week** (by month, where months are asked for): active persons, the daily mean, and its share.

    Only persons with a lasting id count, a user or a visitor told again tomorrow; `leftOut` is how many
    others were active in the last 30 days. Where all were others, `unavailable` says so. Bots are left out.
    """
    month, week, left_out = [0] * (MONTH + 1), [0] * (WEEK + 1), 0
    for stable, in_month, in_week, number in connection.execute(_habits(query)):
        if stable:
            month[in_month] += number
            week[in_week] += number
        else:
            left_out += number
    mau, wau = sum(month), sum(week[1:])
    month_days = sum(days * persons for days, persons in enumerate(month))
    week_days = sum(days * persons for days, persons in enumerate(week))
    return Stickiness(
        ratio(month_days, MONTH) or 0.0,
        wau,
        mau,
        share(month_days, MONTH * mau),
        share(week_days, WEEK * wau),
        share(wau, mau),
        tuple(Habit(days, week[days]) for days in range(1, WEEK + 1)),
        tuple(Habit(days, month[days]) for days in range(1, MONTH + 1)),
        _series(connection, query),
        left_out,
        unavailable(mau, left_out),
    )


def _habits(query: Query) -> sa.Select[*tuple[Any, ...]]:
    """Rows (have a lasting id, active days of the last 30, of the last 7, persons)."""
    zone, last = query.zone, query.period.last
    asked = query.over(Period.ending(zone, last, MONTH))
    since = Period.ending(zone, last, WEEK).since
    found = presence(asked).subquery("present")
    day = asked.day(found.c.at)
    each = (
        sa.select(
            found.c.person_id,
            sa.func.count(day.distinct()).label("in_month"),
            sa.func.count(sa.case((found.c.at >= since, day), else_=None).distinct()).label("in_week"),
        )
        .group_by(found.c.person_id)
        .subquery("each_person")
    )
    same = sa.and_(persons.c.person_id == each.c.person_id, persons.c.site_id == query.site_id)
    kind = (persons.c.stable, each.c.in_month, each.c.in_week)
    return sa.select(*kind, sa.func.count()).select_from(each.join(persons, same)).group_by(*kind)


def _series(connection: sa.Connection, query: Query) -> tuple[Step, ...]:
    period = Period.days(query.zone, query.period.first, query.period.last)
    interval = Interval.MONTH if query.interval is Interval.MONTH else Interval.WEEK
    asked = replace(query, period=period, interval=interval)
    found = presence(asked).subquery("present")
    step, day = asked.bucket(found.c.at).label("step"), asked.day(found.c.at).label("day")
    own = found.c.person_id.in_(lasting(query))
    days = sa.select(found.c.person_id, step, day).where(own).distinct().subquery("person_days")
    counts = sa.select(days.c.step, sa.func.count(), sa.func.count(days.c.person_id.distinct()))
    sums = {row[0]: (row[1], row[2]) for row in connection.execute(counts.group_by(days.c.step))}
    steps = []
    for bucket in asked.buckets():
        person_days, active = sums.get(bucket.key, (0, 0))
        length = round((bucket.end - bucket.start) / DAY)
        mean, stickiness = ratio(person_days, length) or 0.0, share(person_days, length * active)
        steps.append(Step(bucket.name, bucket.start, active, mean, stickiness))
    return tuple(steps)
