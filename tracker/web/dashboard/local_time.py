"""Times as people of a site read them: their own clock, and how long ago that was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tracker.domain.period import DAY, HOUR, local_day
from tracker.web.event_json import iso

MINUTE = 60_000
SECOND = 1000
UNITS = ((SECOND, 1, "ms"), (MINUTE, SECOND, "s"), (HOUR, MINUTE, "min"), (DAY, HOUR, "h"))


@dataclass(frozen=True, slots=True)
class LocalTime:
    """One moment for a page: `iso` is for machines; `day` is empty for today."""

    iso: str
    clock: str
    day: str
    exact: str
    ago: str


def local_time(at: int, zone: str, now_ms: int) -> LocalTime:
    """A moment (epoch ms) in a zone, as seen now."""
    moment = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    today = local_day(zone, now_ms)
    return LocalTime(
        iso=iso(at),
        clock=f"{moment:%H:%M:%S}",
        day="" if moment.date() == today else short_day(moment.date(), today),
        exact=f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M:%S}.{at % 1000:03d} {zone}",
        ago=ago(now_ms - at),
    )


def short_day(day: date, today: date) -> str:
    """21 Nov, with the year where it is another one."""
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"


def minute(at: int, zone: str, now_ms: int) -> str:
    """A moment to the minute, with the day unless that is today."""
    known = local_time(at, zone, now_ms)
    return f"{known.day} {known.clock[:5]}".strip()


def ago(milliseconds: int) -> str:
    """How long ago in its largest unit. The browser keeps it true with the same words (times.js)."""
    return "now" if milliseconds < 5 * SECOND else duration(milliseconds) + " ago"


def duration(milliseconds: int) -> str:
    """A stretch of time in its largest unit: 340 ms, 12 s, 3 min, 2 h, 4 d."""
    for limit, size, unit in UNITS:
        if milliseconds < limit:
            return f"{milliseconds // size} {unit}"
    return f"{milliseconds // DAY} d"
