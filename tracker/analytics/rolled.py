"""Days whose details may be gone: their figures out of roll-ups, put together with those of days still whole.

What can be added up (visits, views, events) is right for any stretch of days. Persons cannot: they are told
for a whole day, week or month that was counted while all of it was there, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa

from tracker.analytics.query import Query
from tracker.columns.schema import events, kept, rollups
from tracker.domain.period import (
    Bucket,
    Interval,
    bucket_key,
    day_number,
    day_of_number,
    day_start,
    local_day,
)

ALL = ""
EVENT = "event"
KNOWN, UNKNOWN = "=", "?"
"""As the ledger spells values (`ledger/kept.py`)."""
FEW = 3
"""A value that fewer persons had is not kept by itself: it might tell who they are."""
DIMENSIONS = (
    *("channel", "source", "referrer", "page", "entry_page", "exit_page", "country", "language"),
    *("utm_campaign", "utm_source", "utm_medium", "utm_term", "utm_content"),
    *("device", "browser", "os", "screen"),
)
"""What the overview cuts its figures by, besides the event."""
GRAINS = {Interval.DAY: "day", Interval.WEEK: "week", Interval.MONTH: "month"}


@dataclass(frozen=True, slots=True)
class Closed:
    """Up to which moment (epoch ms) days are rolled up, and the zone they are days of."""

    until: int
    zone: str


@dataclass(slots=True)
class Sums:
    """Figures that are added up; persons are None where they cannot be told."""

    visitors: int | None = 0
    visits: int = 0
    views: int = 0
    bounces: int = 0
    duration_ms: int = 0
    events: int = 0
    persons: int | None = 0
    entire: bool = False
    """Whether they are of all of a step, so that nothing is added to them."""


Key = tuple[str, str]
"""Dimension, value."""


def closed(connection: sa.Connection, site_id: int) -> Closed | None:
    """How far a site is rolled up, None where nothing is."""
    wanted = sa.select(kept.c.closed, kept.c.zone).where(kept.c.site_id == site_id, kept.c.closed > 0)
    row = connection.execute(wanted).fetchone()
    return Closed(int(row[0]), row[1]) if row else None


def wordless(connection: sa.Connection, site_id: int) -> int:
    """Before which moment (epoch ms) errors have lost their words; 0: never."""
    return int(connection.scalar(sa.select(kept.c.words).where(kept.c.site_id == site_id)) or 0)


def reaches(connection: sa.Connection, query: Query) -> Closed | None:
    """How far days are rolled up, where the query asks of such days what roll-ups can tell; else None."""
    found = closed(connection, query.site_id)
    if found is None or query.period.since >= found.until or not plain(query):
        return None
    return found


def plain(query: Query, **options: object) -> bool:
    """Whether roll-ups can answer it: whole days, everybody, no bots."""
    return (
        not query.filters
        and query.segment is None
        and not query.include_bots
        and query.interval in GRAINS
        and query.period.whole_days
    )


def whole_part(query: Query, done: Closed) -> Query | None:
    """The part of the query whose details are there, None where there is none."""
    period = query.period
    if period.until <= done.until:
        return None
    first = local_day(query.zone, done.until)
    return query.over(replace(period, since=done.until, first=max(first, period.first)))


@dataclass(frozen=True, slots=True)
class Rolled:
    """Roll-ups of a query: sums of its closed days by step and key, and persons of whole steps.

    `steps[key][bucket.key]` holds sums of closed days, or of all of the step where that was counted while its
    details were there: persons are known then.
    """

    total: dict[Key, Sums]
    steps: dict[Key, dict[int, Sums]]
    whole: bool
    """Whether the period has closed days only."""
    entire: bool = False
    """Whether the period was counted at once: a value that is not in `total` had too few people."""

    def joined(self, key: Key, total: Sums, steps: Mapping[int, Sums]) -> tuple[Sums, dict[int, Sums]]:
        """Sums of the period and of each step: those kept of a key, and those counted out of details."""
        old = self.steps.get(key, {})
        found = {step: joined(old.get(step), steps.get(step)) for step in old.keys() | steps.keys()}
        return joined(self.total.get(key), total), found


def read(
    connection: sa.Connection, query: Query, done: Closed, dimension: str, values: Iterable[str] | None = None
) -> Rolled:
    """What roll-ups tell of a query; of all values of the dimension, or of some."""
    days = _days(query, done)
    total: dict[Key, Sums] = {}
    steps: dict[Key, dict[int, Sums]] = {}
    for row in connection.execute(_rows(query, "day", days[0], days[1], dimension, values)):
        key = (row.dimension, row.value)
        step = bucket_key(day_of_number(int(row.start)), query.interval)
        _add(total.setdefault(key, Sums(None, persons=None)), row)
        _add(steps.setdefault(key, {}).setdefault(step, Sums(None, persons=None)), row)
    _put_steps(connection, query, done, dimension, values, steps)
    entire = _put_unit(connection, query, done, dimension, values, total)
    if entire and dimension in DIMENSIONS:
        # Of a value that is kept of some days only, nobody can tell how much there was.
        total = {key: sums for key, sums in total.items() if sums.entire}
    return Rolled(total, steps, query.period.until <= done.until, entire)


def joined(old: Sums | None, new: Sums | None) -> Sums:
    """Both together. Where not all of it was counted at once, nobody knows who came in both."""
    if old is None:
        return new or Sums()
    if old.entire:
        return old
    new = new or Sums()
    return Sums(
        old.visitors,
        old.visits + new.visits,
        old.views + new.views,
        old.bounces + new.bounces,
        old.duration_ms + new.duration_ms,
        old.events + new.events,
        old.persons,
    )


def _put_steps(
    connection: sa.Connection,
    query: Query,
    done: Closed,
    dimension: str,
    values: Iterable[str] | None,
    steps: dict[Key, dict[int, Sums]],
) -> None:
    """Figures of steps that are whole days, weeks or months, where they are known."""
    buckets = [one for one in query.buckets() if one.start < done.until and _is_whole(query, one)]
    if not buckets:
        return
    late = _late(connection, query, done)
    low, high = buckets[0].key, buckets[-1].key + 1
    known = {one.key: one for one in buckets}
    for row in connection.execute(_rows(query, GRAINS[query.interval], low, high, dimension, values)):
        bucket = known.get(int(row.start))
        if bucket is None or row.visitors is None:
            continue
        if bucket.end <= done.until or _still_true(query, done, row, late):
            steps.setdefault((row.dimension, row.value), {})[bucket.key] = _entire(row)


def _put_unit(
    connection: sa.Connection,
    query: Query,
    done: Closed,
    dimension: str,
    values: Iterable[str] | None,
    total: dict[Key, Sums],
) -> bool:
    """Figures of a period that is one whole day, week or month; whether they are known."""
    interval = _one_unit(query)
    if interval is None:
        return False
    start = bucket_key(query.period.first, interval)
    late = None if query.period.until <= done.until else _late(connection, query, done)

    def is_known(row: sa.Row[*tuple[object, ...]]) -> bool:
        closed = query.period.until <= done.until
        return row.visitors is not None and (closed or _still_true(query, done, row, late))

    for row in connection.execute(_rows(query, GRAINS[interval], start, start + 1, dimension, values)):
        if is_known(row):
            total[row.dimension, row.value] = _entire(row)
    of_all = connection.execute(_rows(query, GRAINS[interval], start, start + 1, ALL, None)).all()
    return any(is_known(row) for row in of_all)


def _one_unit(query: Query) -> Interval | None:
    """Whether the period is one whole day, week or month."""
    period = query.period
    for interval in GRAINS:
        start = day_of_number(bucket_key(period.first, interval))
        if (
            start == period.first
            and bucket_key(period.last + timedelta(days=1), interval)
            == day_number(period.last + timedelta(days=1))
            and bucket_key(period.last, interval) == day_number(start)
        ):
            return interval
    return None


def _is_whole(query: Query, bucket: Bucket) -> bool:
    """Whether the period cuts nothing off a step."""
    first = day_of_number(bucket.key)
    following = local_day(query.zone, bucket.end)
    return bucket.start == day_start(query.zone, first) and bucket_key(
        following, query.interval
    ) == day_number(following)


def _still_true(query: Query, done: Closed, row: sa.Row[*tuple[object, ...]], late: int | None) -> bool:
    """Whether a step that was counted while its last days went on taking events is as it was."""
    return query.zone == done.zone and (late is None or late <= int(row.seen))


def _late(connection: sa.Connection, query: Query, done: Closed) -> int | None:
    """The highest ledger id in the rest of the step that is closed in part."""
    end = local_day(query.zone, done.until)
    key = bucket_key(end, query.interval)
    while bucket_key(end, query.interval) == key:
        end += timedelta(days=1)
    found = connection.scalar(
        sa.select(sa.func.max(events.c.id)).where(
            events.c.site_id == query.site_id,
            events.c.at >= done.until,
            events.c.at < day_start(query.zone, end),
        )
    )
    return int(found) if found is not None else None


def _days(query: Query, done: Closed) -> tuple[int, int]:
    """Numbers of the closed days of the period, half-open, by their names in the zone they were closed in."""
    last = local_day(done.zone, done.until - 1)
    return day_number(query.period.first), min(day_number(query.period.last), day_number(last)) + 1


def _rows(
    query: Query, grain: str, low: int, high: int, dimension: str, values: Iterable[str] | None
) -> sa.Select[*tuple[object, ...]]:
    wanted = sa.select(rollups).where(
        rollups.c.site_id == query.site_id,
        rollups.c.grain == grain,
        rollups.c.start >= low,
        rollups.c.start < high,
        rollups.c.dimension == dimension,
    )
    return wanted.where(rollups.c.value.in_(list(values))) if values is not None else wanted


def _add(sums: Sums, row: sa.Row[*tuple[object, ...]]) -> None:
    sums.visits += int(row.visits)
    sums.views += int(row.page_views)
    sums.bounces += int(row.bounces)
    sums.duration_ms += int(row.duration_ms)
    sums.events += int(row.events)


def _entire(row: sa.Row[*tuple[object, ...]]) -> Sums:
    sums = Sums(row.visitors, persons=row.persons, entire=True)
    _add(sums, row)
    return sums
