"""Local time as whole-number arithmetic, the same on every engine.

The clock changes of a zone within a stretch of time are found with Python's own zone data and become a CASE
of a few offsets: no engine needs to know the zone, and ten million rows take milliseconds.
"""

from __future__ import annotations

import sqlalchemy as sa

from tracker.columns.dialect import first_of_month, floordiv, integer
from tracker.domain.period import DAY, HOUR, Interval, offset_steps

Time = sa.ColumnElement[int]
EARLIEST = 946_684_800_000
"""2000-01-01: no event is older (domain.times)."""


def local(at: Time, zone: str, since: int, until: int) -> Time:
    """Local milliseconds of times between `since` and `until` (epoch ms)."""
    # The next change after the last step does not matter; times rounded to days keep the cache small.
    steps = offset_steps(zone, since // DAY * DAY, -(-until // DAY) * DAY)
    if len(steps) == 1:
        return at + integer(steps[0][1])
    latest_first = [(at >= integer(change), integer(offset)) for change, offset in reversed(steps[1:])]
    return at + sa.case(*latest_first, else_=integer(steps[0][1]))


def day(local_ms: Time) -> Time:
    """Days since 1970-01-01."""
    return floordiv(local_ms, integer(DAY))


def local_hour(local_ms: Time) -> Time:
    """Hours since 1970-01-01, by the clock."""
    return floordiv(local_ms, integer(HOUR))


def hour(local_ms: Time) -> Time:
    """Hour of the day, 0 to 23."""
    return local_hour(local_ms) % integer(24)


def weekday(local_ms: Time) -> Time:
    """Monday 0 to Sunday 6. The day 0 was a Thursday."""
    return (day(local_ms) + integer(3)) % integer(7)


def bucket(local_ms: Time, interval: Interval) -> Time:
    """The day number of the first day of the day, week or month (`domain.period.bucket_key`)."""
    days = day(local_ms)
    if interval is Interval.WEEK:
        return days - (days + integer(3)) % integer(7)
    if interval is Interval.MONTH:
        return first_of_month(days)
    return days


def elapsed_hours(at: Time, since: int) -> Time:
    """Whole hours since a moment: on the days the clock changes there are 23 or 25 of them."""
    return floordiv(at - integer(since), integer(HOUR))
