"""Stretches of time as people in a site's zone mean them: days of 23 and 25 hours come out right."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from tracker.domain import zones
from tracker.errors import Invalid

HOUR = 3_600_000
DAY = 86_400_000
"""Milliseconds."""
EPOCH = date(1970, 1, 1)
LONGEST_DAYS = 3_700
"""Ten years: as far as one period may reach."""


class Interval(StrEnum):
    """How a chart cuts a period."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Bucket:
    """One step of a chart: `start` to `end` (epoch ms, half-open) and its name in local time.

    The name is the first local day (`2026-03-29`), or the local hour (`2026-03-29T03:00+02:00`).
    `key` is what `Query.bucket` yields for events in it.
    """

    key: int
    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open stretch `since` … `until` (epoch ms) with the local days it touches, both included."""

    zone: str
    first: date
    last: date
    since: int
    until: int

    @classmethod
    def days(cls, zone: str, first: date, last: date) -> Period:
        """Whole local days, both included."""
        return cls(zone, first, last, day_start(zone, first), day_start(zone, last + timedelta(days=1)))

    @classmethod
    def ending(cls, zone: str, last: date, days: int) -> Period:
        """So many local days that end with `last`."""
        return cls.days(zone, last - timedelta(days=days - 1), last)

    @classmethod
    def hours(cls, zone: str, hours: int, now_ms: int) -> Period:
        """So many hours by the clock, the present one included."""
        until = (now_ms // HOUR + 1) * HOUR
        return cls._between(zone, until - hours * HOUR, until)

    @classmethod
    def _between(cls, zone: str, since: int, until: int) -> Period:
        return cls(zone, local_day(zone, since), local_day(zone, until - 1), since, until)

    @property
    def whole_days(self) -> bool:
        """Whether it begins and ends at local midnight."""
        return self.since == day_start(self.zone, self.first) and self.until == day_start(
            self.zone, self.last + timedelta(days=1)
        )

    @property
    def length(self) -> int:
        """Local days; a stretch of hours counts as the days it fills, at least one."""
        if self.whole_days:
            return (self.last - self.first).days + 1
        return max(1, round((self.until - self.since) / DAY))

    def previous(self) -> Period:
        """The same length just before it."""
        if self.whole_days:
            return Period.ending(self.zone, self.first - timedelta(days=1), self.length)
        return self._between(self.zone, self.since - (self.until - self.since), self.since)

    def trailing(self, days: int) -> Period:
        """So many days that end where this period ends."""
        if self.whole_days:
            return Period.ending(self.zone, self.last, days)
        return self._between(self.zone, self.until - days * DAY, self.until)

    def each_day(self) -> list[date]:
        """Every local day it touches, oldest first."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def buckets(self, interval: Interval) -> list[Bucket]:
        """The steps of a chart, oldest first, without holes; the outer ones are cut to the period."""
        if interval is Interval.HOUR:
            return self._hours()
        starts: dict[int, date] = {}
        for day in self.each_day():
            starts.setdefault(bucket_key(day, interval), day)
        firsts = [*starts.values(), self.last + timedelta(days=1)]
        return [
            Bucket(
                key,
                day.isoformat(),
                max(self.since, day_start(self.zone, day)),
                min(self.until, day_start(self.zone, following)),
            )
            for (key, day), following in zip(starts.items(), firsts[1:], strict=True)
        ]

    def _hours(self) -> list[Bucket]:
        zone = zoneinfo.ZoneInfo(self.zone)
        return [
            Bucket(
                (start - self.since) // HOUR,
                datetime.fromtimestamp(start / 1000, zone).isoformat(timespec="minutes"),
                start,
                min(start + HOUR, self.until),
            )
            for start in range(self.since, self.until, HOUR)
        ]


def bucket_key(day: date, interval: Interval) -> int:
    """The day number of the first day of the week (Monday) or month that `day` lies in, or its own."""
    number = day_number(day)
    if interval is Interval.WEEK:
        return number - day.weekday()
    if interval is Interval.MONTH:
        return day_number(day.replace(day=1))
    return number


def check_zone(zone: str) -> str:
    """The zone, if there is one of that name. Raises Invalid."""
    if zone not in zones.names():
        raise Invalid(
            f"There is no time zone called {zone[:60]!r}; use a name such as Europe/Berlin.", field="timezone"
        )
    return zone


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_of_number(number: int) -> date:
    """The day so many days after 1970-01-01."""
    return EPOCH + timedelta(days=number)


def local_day(zone: str, at: int) -> date:
    """The local day of a moment (epoch ms)."""
    return day_of_number((at + offset(zone, at)) // DAY)


@lru_cache(maxsize=4096)
def day_start(zone: str, day: date) -> int:
    """The first moment (epoch ms) of a local day, also where the clock jumps over midnight."""
    local = datetime.combine(day, time(), zoneinfo.ZoneInfo(zone))
    start = round(local.astimezone(UTC).timestamp() * 1000)
    # Where midnight is skipped, zoneinfo answers with the offset before the jump: that is the jump itself
    # or a moment after it. Where midnight comes twice, fold=0 is the first of them.
    number = day_number(day)
    steps = offset_steps(zone, start - DAY, start + DAY)
    jumps = [
        at
        for at, _ in steps[1:]
        if (at + offset(zone, at)) // DAY >= number > (at - 1 + offset(zone, at - 1)) // DAY
    ]
    return min([start, *jumps]) if jumps else start


def offset(zone: str, at: int) -> int:
    """Milliseconds that local time is ahead of UTC at a moment (epoch ms)."""
    found = datetime.fromtimestamp(at // 1000, zoneinfo.ZoneInfo(zone)).utcoffset()
    return round((found or timedelta()).total_seconds() * 1000)


@lru_cache(maxsize=1024)
def offset_steps(zone: str, since: int, until: int) -> tuple[tuple[int, int], ...]:
    """(moment, offset from then on), the first at `since`: every change of the clock before `until`.

    Changes are looked for every six hours, so two within six hours would be taken for none or one.
    """
    steps = [(since, offset(zone, since))]
    step = 6 * HOUR
    at = since
    while at < until:
        following = min(at + step, until)
        if offset(zone, following) != steps[-1][1]:
            change = _change(zone, at, following, steps[-1][1])
            steps.append((change, offset(zone, change)))
        at = following
    return tuple(pair for pair in steps if pair[0] < until or pair[0] == since)


def _change(zone: str, low: int, high: int, before: int) -> int:
    """The first millisecond after `low` whose offset is not `before`; `high` has another one."""
    while high - low > 1:
        middle = (low + high) // 2
        if offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high
