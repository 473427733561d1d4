"""The figures beside the feed: events an hour, people, popular events."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tracker.domain.period import DAY, HOUR, offset
from tracker.ledger.connect import Connection
from tracker.ledger.reads import Filter
from tracker.ledger.tally import Tally, tally
from tracker.web.dashboard.feed_words import period_words
from tracker.web.dashboard.local_time import minute
from tracker.web.event_filter import EventFilter

BARS = 24
POPULAR = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of the chart. `count` is None where not everything was counted; `height` is 0 to 1."""

    label: str
    count: int | None
    height: float
    present: bool


@dataclass(frozen=True, slots=True)
class Popular:
    """One event name; `share` is of the most frequent one, 0 to 1."""

    name: str
    count: int
    share: float
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands beside the feed. `counted_since` is set when the figures are of the latest events only."""

    total: int
    people: int
    per_hour: float
    bars: list[Bar]
    popular: list[Popular]
    rest: list[Popular]
    period: str
    counted_since: str

    @property
    def busiest(self) -> Bar | None:
        """The hour with most events, None when there were none."""
        counted = [bar for bar in self.bars if bar.count]
        return max(counted, key=lambda bar: bar.count or 0, default=None)


def figures(
    connection: Connection, wanted: EventFilter, site_id: int, zone: str, now_ms: int, base: str
) -> Figures:
    """Count for the filter's period, or for the last 24 hours where it names none."""
    start, end = _period(wanted, zone, now_ms)
    hours = last_hours(zone, min(end, now_ms))
    asked = replace(_ledger_filter(wanted, site_id, zone, now_ms), since=start)
    found = tally(connection, asked, hours=hours)
    counted_from = start if found.counted_since is None else found.counted_since
    popular = _popular(found, wanted, base)
    return Figures(
        total=found.total,
        people=found.people,
        per_hour=found.total / max(1.0, (min(end, now_ms) - counted_from) / HOUR),
        bars=_bars(found, hours, zone, now_ms),
        popular=popular[:POPULAR],
        rest=popular[POPULAR:],
        period=period_words(wanted) or "last 24 hours",
        counted_since="" if found.counted_since is None else minute(found.counted_since, zone, now_ms),
    )


def last_hours(zone: str, end: int) -> list[tuple[int, int]]:
    """24 hours by the site's clock up to and including the one that `end` lies in (epoch ms, half-open)."""
    # Zones such as India's are half an hour off, so their hours begin at another minute.
    shift = offset(zone, end) % HOUR
    last = (end - 1 + shift) // HOUR * HOUR - shift
    return [(last - back * HOUR, last - back * HOUR + HOUR) for back in reversed(range(BARS))]


def _period(wanted: EventFilter, zone: str, now_ms: int) -> tuple[int, int]:
    since, until = wanted.range(zone, now_ms)
    end = now_ms if until is None else until
    if since is not None:
        return since, end
    return min(end, now_ms) - DAY, end


def _ledger_filter(wanted: EventFilter, site_id: int, zone: str, now_ms: int) -> Filter:
    return wanted.ledger(site_id, zone, now_ms, bots=False)


def _bars(found: Tally, hours: list[tuple[int, int]], zone: str, now_ms: int) -> list[Bar]:
    top = max((count or 0 for count in found.hours), default=0) or 1
    return [
        Bar(minute(start, zone, now_ms), count, (count or 0) / top, start <= now_ms < end)
        for (start, end), count in zip(hours, found.hours, strict=True)
    ]


def _popular(found: Tally, wanted: EventFilter, base: str) -> list[Popular]:
    top = max((count for _, count in found.names), default=1)
    return [
        Popular(name, count, count / top, base + replace(wanted, name=name).query(), name == wanted.name)
        for name, count in found.names
    ]
