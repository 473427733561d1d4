"""Figures of days that are about to go, asked of the questions themselves: one definition for one number."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta

import sqlalchemy as sa

from tracker.analytics import breakdown, breakdown_steps, event_chart, event_ranking, overview, rolled
from tracker.analytics.query import Query
from tracker.analytics.rolled import Sums
from tracker.columns.schema import cursor, events
from tracker.domain.period import Interval, Period, bucket_key, day_number, day_of_number, day_start
from tracker.ledger.kept import Rollup

Kept = Callable[[str, int], list[Rollup]]
"""What is kept already of a week or month (grain, number of its first day)."""
Common = dict[str, set[str | None]]
"""Values by dimension that enough persons had, in the days at hand or their week or month, to tell nobody."""


def seen(connection: sa.Connection) -> int:
    """The highest ledger id in this view of the store."""
    return int(connection.scalar(sa.select(cursor.c.last_id)) or 0)


def figures(
    connection: sa.Connection, site_id: int, period: Period, now_ms: int, whole_from: int | None, old: Kept
) -> list[Rollup]:
    """Figures of each day of a period, and of the weeks and months it touches, all out of details.

    Weeks and months are counted where all of their details are there: those that begin at `whole_from` (epoch
    ms; None: nothing went so far) or later and are over by now. Where events came in after that, nobody can
    tell any more how many persons there were.
    """
    last = seen(connection)
    days = Query(site_id=site_id, period=period, now=now_ms, interval=Interval.DAY)
    common = {one: breakdown.had_by(connection, days, one, rolled.FEW) for one in rolled.DIMENSIONS}
    found: list[Rollup] = []
    wholes: list[tuple[Query, Collection[int]]] = []
    for interval in (Interval.WEEK, Interval.MONTH):
        units: dict[int, Period] = {}
        for first in dict.fromkeys(bucket_key(day, interval) for day in period.each_day()):
            unit = _unit(period.zone, day_of_number(first), interval)
            before = old(rolled.GRAINS[interval], first)
            _add_kept(common, before)
            if before and _latest(connection, site_id, period.since, unit.until) > before[0].seen:
                found += [replace(one, visitors=None, persons=None, seen=last) for one in before]
            elif not before and unit.until <= now_ms and (whole_from is None or unit.since >= whole_from):
                units[first] = unit
        if units:
            one, other = units[min(units)], units[max(units)]
            hull = Period(one.zone, one.first, other.last, one.since, other.until)
            query = Query(site_id=site_id, period=hull, now=now_ms, interval=interval)
            _add_counted(common, connection, query, units.keys())
            wholes.append((query, units.keys()))
    for query, keys in ((days, {bucket.key for bucket in days.buckets()}), *wholes):
        found += _rows(connection, query, keys, last, common)
    return found


def _add_kept(common: Common, kept: list[Rollup]) -> None:
    """Values that enough persons had, as was found when other days of that week or month were closed."""
    for one in kept:
        if one.dimension in common:
            common[one.dimension].add(
                None if one.value == rolled.UNKNOWN else one.value.removeprefix(rolled.KNOWN)
            )


def _add_counted(common: Common, connection: sa.Connection, query: Query, keys: Collection[int]) -> None:
    """The same as the details of whole weeks and months tell."""
    for dimension, values in common.items():
        for key, had in breakdown_steps.had_by(connection, query, dimension, rolled.FEW).items():
            if key in keys:
                values |= had


def _latest(connection: sa.Connection, site_id: int, since: int, until: int) -> int:
    """The highest ledger id of a stretch of time."""
    found = sa.select(sa.func.max(events.c.id)).where(
        events.c.site_id == site_id, events.c.at >= since, events.c.at < until
    )
    return int(connection.scalar(found) or 0)


def _unit(zone: str, first: date, interval: Interval) -> Period:
    last = first
    while bucket_key(last + timedelta(days=1), interval) == day_number(first):
        last += timedelta(days=1)
    return Period(zone, first, last, day_start(zone, first), day_start(zone, last + timedelta(days=1)))


def _rows(
    connection: sa.Connection, query: Query, keys: Collection[int], last: int, common: Common
) -> Iterator[Rollup]:
    """Figures of the steps with these keys."""
    grain = rolled.GRAINS[query.interval]
    _, steps = overview.counted(connection, query)
    _, everything = event_chart.counted(connection, query).get(None, (Sums(), {}))
    for key in keys:
        own, acts = steps.get(key, Sums()), everything.get(key, Sums())
        own.events, own.persons = acts.events, acts.persons
        yield _rollup(grain, key, rolled.ALL, rolled.ALL, own, last)
    names = tuple(event_ranking.by_name(connection, query))
    named = event_chart.counted(connection, query, names) if names else {}
    for name, (_, found) in named.items():
        for key in found.keys() & keys:
            yield _rollup(grain, key, rolled.EVENT, f"{rolled.KNOWN}{name}", found[key], last)
    for dimension in rolled.DIMENSIONS:
        for (key, value), sums in breakdown_steps.counted(connection, query, dimension).items():
            if key in keys and value in common[dimension]:
                spelt = rolled.UNKNOWN if value is None else f"{rolled.KNOWN}{value}"
                yield _rollup(grain, key, dimension, spelt, sums, last)


def _rollup(grain: str, start: int, dimension: str, value: str, sums: Sums, last: int) -> Rollup:
    return Rollup(
        grain,
        start,
        dimension,
        value,
        sums.visitors,
        sums.visits,
        sums.views,
        sums.bounces,
        sums.duration_ms,
        sums.events,
        sums.persons,
        last,
    )
