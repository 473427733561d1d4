"""Cohorts: newcomers of the same day, week or month, and how many are back later."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from tracker.analytics.lasting import unavailable
from tracker.analytics.newcomers import Newcomers, newcomers
from tracker.analytics.query import Query
from tracker.analytics.rates import share
from tracker.analytics.registry import question
from tracker.domain.period import Interval, bucket_key

DAYS = (1, 7, 14, 30, 60, 90)


@dataclass(frozen=True, slots=True)
class Returned:
    """The share (per cent) active on that very day after their first; None while it is not over for all."""

    day1: float | None
    day7: float | None
    day14: float | None
    day30: float | None
    day60: float | None
    day90: float | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """`cohort_date` is the first local day of the day, week or month, as far as it lies in the period."""

    cohort_date: str
    cohort_size: int
    retention: Returned


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Oldest first; stretches without newcomers are missing."""

    cohorts: tuple[Cohort, ...]
    new_users: int
    left_out: int
    unavailable: str | None = None


@question(name="cohorts", title="Cohorts", rows="cohorts")
def answer(connection: sa.Connection, query: Query) -> Cohorts:
    """Persons by the local day, week or month (`interval`) of their first activity ever, which lies in the
    period, and the share of them active on the very 1st, 7th, 14th, 30th, 60th and 90th local day after it.

    Each person's days are counted from their own first day. A share is unknown (null) until that day is over
    for the whole cohort; it is looked for up to yesterday, also after the period. Activity is interactive
    events of people, not bots.

    Only persons with a lasting id count, a user or a visitor told again tomorrow; `leftOut` is how many
    newcomers had none. Where nobody had one, `unavailable` says so. With filters: newcomers with activity in
    the period that passes them, who come back for anything.
    """
    found = newcomers(connection, query, DAYS)
    size, left_out = sum(day.size for day in found), sum(day.left_out for day in found)
    return Cohorts(together(query, found), size, left_out, unavailable(size, left_out))


def together(query: Query, found: list[Newcomers]) -> tuple[Cohort, ...]:
    """Newcomers of single days, with at least DAYS, put into cohorts."""
    interval = Interval.DAY if query.interval is Interval.HOUR else query.interval
    days_of: dict[int, list[Newcomers]] = {}
    for day in found:
        if day.size:
            days_of.setdefault(bucket_key(day.day, interval), []).append(day)
    names = {step.key: step.name for step in query.period.buckets(interval)}
    return tuple(_cohort(names[key], days) for key, days in sorted(days_of.items()))


def _cohort(name: str, days: list[Newcomers]) -> Cohort:
    size = sum(day.size for day in days)
    return Cohort(name, size, Returned(*(_rate(days, n, size) for n in DAYS)))


def _rate(days: list[Newcomers], n: int, size: int) -> float | None:
    active = [day.active[n] for day in days]
    return None if None in active else share(sum(part or 0 for part in active), size)
