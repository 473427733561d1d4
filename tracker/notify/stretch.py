"""Which days a report is of, and when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from tracker.domain.period import local_day
from tracker.errors import Invalid

MORNING = time(7)
"""Reports of what ended at midnight go out at this hour of the site."""


class Every(StrEnum):
    """How often a report is sent."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @classmethod
    def read(cls, text: str) -> Every:
        """By its name. Raises Invalid (field `report`)."""
        try:
            return cls(text)
        except ValueError as error:
            raise Invalid(f"A report is of a {', a '.join(cls)}, or of nothing.", field="report") from error


@dataclass(frozen=True, slots=True)
class Stretch:
    """A day, a week from Monday to Sunday, or a calendar month: local days, both included."""

    every: Every
    first: date

    @property
    def last(self) -> date:
        """Its last day."""
        if self.every is Every.DAY:
            return self.first
        if self.every is Every.WEEK:
            return self.first + timedelta(days=6)
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def key(self) -> str:
        """What it is called in the outbox: `week:2026-11-16`."""
        return f"{self.every}:{self.first}"

    @classmethod
    def of_key(cls, key: str) -> Stretch:
        """The one of that name."""
        every, _, first = key.partition(":")
        return cls(Every(every), date.fromisoformat(first))

    @property
    def before(self) -> Stretch:
        """The one just before it."""
        return _around(self.every, self.first - timedelta(days=1))

    def due_at(self, zone: str) -> int:
        """When it is told (epoch ms): on the morning after it ended."""
        morning = datetime.combine(self.last + timedelta(days=1), MORNING, ZoneInfo(zone))
        return int(morning.astimezone(UTC).timestamp() * 1000)

    def words(self) -> str:
        """26 November 2026; 16 to 22 November 2026; November 2026."""
        if self.every is Every.MONTH:
            return f"{self.first:%B %Y}"
        if self.every is Every.DAY:
            return _day(self.first)
        same_month = self.first.month == self.last.month
        begins = str(self.first.day) if same_month else f"{self.first.day} {self.first:%B}"
        if self.first.year != self.last.year:
            begins = _day(self.first)
        return f"{begins} to {_day(self.last)}"


def ended(every: Every, zone: str, now_ms: int) -> Stretch:
    """The last one that is over."""
    return _around(every, local_day(zone, now_ms)).before


def due(every: Every, zone: str, now_ms: int) -> Stretch:
    """The last one whose morning has come."""
    last = ended(every, zone, now_ms)
    return last if last.due_at(zone) <= now_ms else last.before


def _around(every: Every, day: date) -> Stretch:
    if every is Every.WEEK:
        return Stretch(every, day - timedelta(days=day.weekday()))
    return Stretch(every, day.replace(day=1) if every is Every.MONTH else day)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
