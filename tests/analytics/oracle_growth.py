"""Who comes and goes from step to step, the slow way: one set of persons for each step."""

from __future__ import annotations

from datetime import date, timedelta

from tests.analytics.oracle import History
from tests.analytics.oracle_overview import Asked
from tracker.domain.period import HOUR, Bucket, Period, day_start

Counts = tuple[int, int, int, int, int]


def growth(
    history: History, period: Period, buckets: list[Bucket], interval: str, wanted: dict[str, str | None]
) -> list[Counts]:
    """Active, new, returning, reactivated and churned of each step."""
    before = _active(history, _start_before(period, interval), period.since, wanted)
    found = []
    for bucket in buckets:
        now = _active(history, bucket.start, bucket.end, wanted)
        new = {person for person in now if history.first_ever()[person] >= bucket.start}
        old = now - new
        found.append((len(now), len(new), len(old & before), len(old - before), len(before - now)))
        before = now
    return found


def _active(history: History, since: int, until: int, wanted: dict[str, str | None]) -> set[str]:
    active = {str(e.person) for e in Asked(history, since, until, wanted).active()}
    return active & history.lasting()


def _start_before(period: Period, interval: str) -> int:
    """When the calendar step before the first one begins."""
    first = period.first
    if interval == "hour":
        return period.since - HOUR
    if interval == "day":
        return day_start(period.zone, first - timedelta(days=1))
    if interval == "week":
        return day_start(period.zone, first - timedelta(days=first.weekday() + 7))
    year, month = (first.year, first.month - 1) if first.month > 1 else (first.year - 1, 12)
    return day_start(period.zone, date(year, month, 1))
