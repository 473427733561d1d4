"""The one value every question is asked with: which site, when, of whom, cut how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Protocol

import sqlalchemy as sa

from tracker.analytics import clockwork
from tracker.domain.period import DAY, EPOCH, HOUR, LONGEST_DAYS, Bucket, Interval, Period, local_day
from tracker.errors import Invalid

MINUTE = 60_000
MAX_LIMIT = 1_000
MAX_FILTERS = 20
MAX_VALUES = 100
FRAMES: dict[str, Callable[[str, int], Period]] = {
    "today": lambda zone, now: Period.ending(zone, local_day(zone, now), 1),
    "24h": lambda zone, now: Period.hours(zone, 24, now),
    "7d": lambda zone, now: Period.ending(zone, local_day(zone, now), 7),
    "30d": lambda zone, now: Period.ending(zone, local_day(zone, now), 30),
    "90d": lambda zone, now: Period.ending(zone, local_day(zone, now), 90),
    "12mo": lambda zone, now: _twelve_months(zone, local_day(zone, now)),
}
"""Timeframes by name; today is always included."""


class Operator(StrEnum):
    """How a filter compares. Text is compared as it is kept, upper and lower case apart."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    CONTAINS_NOT = "contains_not"
    STARTS = "starts"
    ENDS = "ends"
    OVER = "over"
    UNDER = "under"
    KNOWN = "known"
    UNKNOWN = "unknown"


WITHOUT_VALUES = frozenset({Operator.KNOWN, Operator.UNKNOWN})
NUMERIC = frozenset({Operator.OVER, Operator.UNDER})


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition: any of `values` (none of them for the operators that deny).

    `dimension` is a name of `filters.DIMENSIONS`, or `property.<name>`, or `trait.<name>`.
    """

    dimension: str
    operator: Operator = Operator.IS
    values: tuple[str, ...] = ()


class Segment(Protocol):
    """A kept set of conditions on persons. Must be hashable: it is part of the cache key."""

    def persons(self, query: Query) -> sa.Select[tuple[int]]:
        """The `person_id` of everybody in it, one column."""


class SiteLike(Protocol):
    """What a query needs to know of a site."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def time_zone(self) -> str:
        """Its zone, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked. `now` is the minute it is asked in (epoch ms), so that answers can be cached."""

    site_id: int
    period: Period
    now: int
    filters: tuple[Filter, ...] = ()
    segment: Segment | None = None
    interval: Interval = Interval.DAY
    compare: bool = False
    limit: int = 100
    offset: int = 0
    include_bots: bool = False
    details_from: int | None = None
    """The moment (epoch ms) before which details are gone; None: all are there."""

    def knows(self, period: Period) -> bool:
        """Whether all details of a period are there."""
        return self.details_from is None or period.since >= self.details_from

    @property
    def knows_before(self) -> bool:
        """Whether all details of the previous period are there."""
        return self.details_from is None or self.knows(self.period.previous())

    @property
    def zone(self) -> str:
        """The site's time zone, by name."""
        return self.period.zone

    @property
    def today(self) -> date:
        """The local day it is asked on."""
        return local_day(self.zone, self.now)

    @classmethod
    def parse(
        cls,
        site: SiteLike,
        params: Mapping[str, str | Sequence[str]],
        now_ms: int,
        segment: Segment | None = None,
    ) -> Query:
        """Read request parameters; raises Invalid naming the one at fault.

        `timeframe` (today, 24h, 7d, 30d, 90d, 12mo; 30d when nothing is said) or `from` and `to`
        (YYYY-MM-DD, both included); `filter` (any number of `dimension:operator:value|value`, the
        operator may be left out for `is`); `interval` (hour, day, week, month), `compare` (1), `limit`
        (1 to 1,000), `offset`, `bots` (1). `segment` is found by the caller. Other names are ignored.
        """
        period = _period(site.time_zone, params, now_ms)
        return cls(
            site_id=site.id,
            period=period,
            now=now_ms // MINUTE * MINUTE,
            filters=tuple(parse_filter(text) for text in _several(params, "filter")),
            segment=segment,
            interval=_interval(params, period),
            compare=_flag(params, "compare"),
            limit=_whole(params, "limit", 100, 1, MAX_LIMIT),
            offset=_whole(params, "offset", 0, 0, 1_000_000),
            include_bots=_flag(params, "bots"),
        )

    def previous(self) -> Query:
        """The same question about the same length of time just before."""
        return replace(self, period=self.period.previous())

    def trailing(self, days: int) -> Query:
        """The same question about so many days that end where this period ends."""
        return replace(self, period=self.period.trailing(days))

    def over(self, period: Period) -> Query:
        """The same question about another period."""
        return replace(self, period=period)

    def local(self, at: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
        """Local milliseconds of a time column whose rows lie in the period."""
        return clockwork.local(at, self.zone, self.period.since, self.period.until)

    def day(self, at: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
        """Local day number of a time column whose rows lie in the period."""
        return clockwork.day(self.local(at))

    def any_day(self, at: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
        """Local day number of a time column whose rows lie anywhere before the period's end."""
        return clockwork.day(clockwork.local(at, self.zone, clockwork.EARLIEST, self.period.until))

    def hour(self, at: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
        """Local hour of the day, 0 to 23, of a time column whose rows lie in the period."""
        return clockwork.hour(self.local(at))

    def weekday(self, at: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
        """Local weekday, Monday 0 to Sunday 6, of a time column whose rows lie in the period."""
        return clockwork.weekday(self.local(at))

    def bucket(self, at: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
        """The `key` of the bucket of `buckets()` that a time in the period falls into."""
        if self.interval is Interval.HOUR:
            return clockwork.elapsed_hours(at, self.period.since)
        return clockwork.bucket(self.local(at), self.interval)

    def buckets(self) -> list[Bucket]:
        """All steps of the period's chart, oldest first, empty ones too."""
        return self.period.buckets(self.interval)


def parse_filter(text: str) -> Filter:
    """Read `dimension:operator:value|value`, or `dimension:value`. A backslash keeps a `|` in a value."""
    dimension, colon, rest = text.partition(":")
    name, second, values = rest.partition(":")
    operator = Operator.IS
    if name in Operator.__members__.values():
        operator, rest = Operator(name), values if second else ""
    found = tuple(_split(rest)) if rest or (colon and operator not in WITHOUT_VALUES) else ()
    return Filter(dimension, operator, found)


def format_filter(wanted: Filter) -> str:
    """The text `parse_filter` reads."""
    values = "|".join(v.replace("\\", "\\\\").replace("|", "\\|") for v in wanted.values)
    return f"{wanted.dimension}:{wanted.operator}:{values}"


def _split(text: str) -> list[str]:
    parts, escaped = [""], False
    for char in text:
        if escaped or char not in "\\|":
            parts[-1] += char
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            parts.append("")
    return parts


def _period(zone: str, params: Mapping[str, Any], now_ms: int) -> Period:
    first, last = _one(params, "from"), _one(params, "to")
    frame = _one(params, "timeframe")
    if first is None and last is None:
        if frame is not None and frame not in FRAMES:
            raise Invalid(
                f"timeframe is one of {', '.join(FRAMES)}; for other dates use from and to.",
                field="timeframe",
            )
        return FRAMES[frame or "30d"](zone, now_ms)
    if frame is not None:
        raise Invalid("Give either timeframe, or from and to.", field="timeframe")
    today = local_day(zone, now_ms)
    until = _date(last, "to") if last is not None else today
    if first is None:
        raise Invalid("Say from which day on: from=YYYY-MM-DD.", field="from")
    since = _date(first, "from")
    if since > until:
        raise Invalid("from must not be after to.", field="from")
    if (until - since).days >= LONGEST_DAYS:
        raise Invalid(f"A period may have {LONGEST_DAYS} days at most.", field="from")
    return Period.days(zone, since, until)


def _twelve_months(zone: str, today: date) -> Period:
    try:
        year_ago = today.replace(year=today.year - 1)
    except ValueError:  # 29 February
        year_ago = today.replace(year=today.year - 1, day=28)
    return Period.days(zone, year_ago + timedelta(days=1), today)


def _date(text: str, name: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{name} must be a date such as 2026-03-29.", field=name) from None
    if not EPOCH <= day <= date(2200, 1, 1):
        raise Invalid(f"{name} must lie between 1970 and 2200.", field=name)
    return day


def _interval(params: Mapping[str, Any], period: Period) -> Interval:
    text = _one(params, "interval")
    if text is None:
        return Interval.HOUR if period.until - period.since <= 26 * HOUR else _for_length(period)
    if text not in Interval.__members__.values():
        raise Invalid("interval is hour, day, week or month.", field="interval")
    if text == Interval.HOUR and period.until - period.since > 32 * DAY:
        raise Invalid("Hours can be shown for 31 days at most; use interval=day.", field="interval")
    return Interval(text)


def _for_length(period: Period) -> Interval:
    return Interval.DAY if period.length <= 100 else Interval.MONTH


def _one(params: Mapping[str, Any], name: str) -> str | None:
    found = _several(params, name)
    if len(found) > 1:
        raise Invalid(f"{name} may be given once only.", field=name)
    return found[0] if found else None


def _several(params: Mapping[str, Any], name: str) -> list[str]:
    value = params.get(name)
    found = [value] if isinstance(value, str) else list(value or ())
    found = [text for text in found if text != ""]
    if len(found) > MAX_FILTERS:
        raise Invalid(f"{name} may be given {MAX_FILTERS} times at most.", field=name)
    return found


def _flag(params: Mapping[str, Any], name: str) -> bool:
    text = _one(params, name)
    if text not in (None, "0", "1", "true", "false"):
        raise Invalid(f"{name} must be 1 or 0.", field=name)
    return text in ("1", "true")


def _whole(params: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    text = _one(params, name)
    return default if text is None else whole_number(text, name, low, high)


def whole_number(text: str, name: str, low: int, high: int) -> int:
    """A parameter that is a number. Raises Invalid naming it."""
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise Invalid(f"{name} must be a whole number from {low} to {high}.", field=name)
    return int(text)
