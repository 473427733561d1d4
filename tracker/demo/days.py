"""The days of a site: when its local hours begin, how busy they are, and what is special about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tracker.demo.chance import Wheel

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When somebody is active: how likely on each weekday (Monday first), and at which local hours."""

    week: tuple[float, ...]
    hours: Wheel[int]
    weekend_hours: Wheel[int]

    def wheel(self, weekday: int) -> Wheel[int]:
        """The hours of a day of the week."""
        return self.hours if weekday < 5 else self.weekend_hours


@dataclass(frozen=True, slots=True)
class Season:
    """What happens to a site: a campaign, a bad day, days on which people get paid.

    `campaign` and `incident` say when, as a share of the period before its end.
    """

    rhythm: Rhythm
    """Of most of its people."""
    campaign: float
    campaign_days: tuple[float, ...]
    """How busy its days are, as a multiple."""
    incident: float
    growth: float = 1.9
    """How much busier the end is than the beginning."""
    payday: float = 1.0
    """How busy the days around the turn of the month are, as a multiple."""
    calm: float = 1.0
    """How willing people are to come on ordinary days, beside a campaign or payday."""


@dataclass(frozen=True, slots=True)
class Day:
    """A site-local day. `hours` holds the epoch milliseconds of its hours 0 to 24.

    `opens` and `closes` say when its part in the period begins and ends: only the first and the last
    day are cut. `inside` is the share of the day's activity that falls into that part.
    """

    index: int
    weekday: int
    hours: tuple[int, ...]
    opens: int
    closes: int
    inside: float
    progress: float
    """0 on the first day, 1 on the last."""
    busy: float
    """How busy it is, beside its weekday."""
    pull: float
    """How willing people are to come on it rather than later."""
    campaign: bool
    incident: bool
    payday: bool

    def moment(self, hour: int, chance: float) -> int:
        """A moment of a local hour, epoch ms."""
        return self.hours[hour] + int(chance * HOUR_MS)


def _hours(text: str) -> Wheel[int]:
    """24 weights as a wheel of hours."""
    return Wheel((hour, float(weight)) for hour, weight in enumerate(text.split()))


_LAZY = _hours("2 1 .5 .3 .2 .3 .8 2 4 6 8 9 8 7 7 7 7 7 7 8 9 9 7 4")

OFFICE = Rhythm(
    (1, 1, 0.97, 0.95, 0.82, 0.06, 0.04),
    _hours(".2 .1 .1 .1 .1 .3 1 3 8 12 13 11 5 8 11 11 9 5 2 1.2 1.2 .8 .4 .2"),
    _LAZY,
)
EVENING = Rhythm(
    (0.82, 0.8, 0.85, 0.88, 0.8, 0.95, 1),
    _hours("2 1 .5 .3 .2 .3 .8 2 2.5 3 3 3.5 6 4.5 3 3 3.5 5 7 10 12 11 8 4"),
    _LAZY,
)
POCKET = Rhythm(
    (0.9, 0.88, 0.9, 0.92, 1, 0.95, 0.85),
    _hours("1 .5 .3 .2 .3 .8 2.5 6 9 10 8 7 7 6 5 5 6 8 10 11 10 7 4 2"),
    _hours("1 .6 .3 .2 .2 .5 1.5 3 6 9 11 11 9 7 6 7 8 10 11 10 8 6 4 2"),
)


def local_days(time_zone: str, start_ms: int, end_ms: int, season: Season) -> tuple[Day, ...]:
    """Every local day that has a part in the period from `start_ms` until before `end_ms`."""
    zone = ZoneInfo(time_zone)
    first, last = _date(start_ms, zone), _date(end_ms - 1, zone)
    count = (last - first).days + 1
    incident = _workday(first, count - 1 - round(season.incident * (count - 1)))
    campaign = count - 1 - round(season.campaign * (count - 1))
    days = []
    for index in range(count):
        date_ = first + timedelta(index)
        hours = tuple(_hour(date_, hour, zone) for hour in range(25))
        opens, closes = max(start_ms, hours[0]), min(end_ms, hours[24])
        wheel = season.rhythm.wheel(date_.weekday())
        since = index - campaign
        in_campaign = count >= 10 and 0 <= since < len(season.campaign_days)
        is_payday = season.payday != 1 and _is_payday(date_)
        progress = index / max(1, count - 1)
        busy = 1 + (season.growth - 1) * progress
        days.append(
            Day(
                index=index,
                weekday=date_.weekday(),
                hours=hours,
                opens=opens,
                closes=closes,
                inside=wheel.share_before(_clock(closes, hours)) - wheel.share_before(_clock(opens, hours)),
                progress=progress,
                busy=busy
                * (season.campaign_days[since] if in_campaign else 1)
                * (season.payday if is_payday else 1),
                pull=1.0 if in_campaign or is_payday else season.calm,
                campaign=in_campaign,
                incident=count >= 3 and index == incident,
                payday=is_payday,
            )
        )
    return tuple(days)


def _date(at: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at / 1000, zone).date()


def _clock(at: int, hours: tuple[int, ...]) -> float:
    """A moment of a day as its local hour, 0 to 24."""
    return (
        max(0.0, 24 - (hours[24] - at) / HOUR_MS) if at > hours[12] else max(0.0, (at - hours[0]) / HOUR_MS)
    )


def _hour(day: date, hour: int, zone: ZoneInfo) -> int:
    """Epoch ms at which a local hour begins; hour 24 is the next midnight."""
    if hour == 24:
        day, hour = day + timedelta(1), 0
    local = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
    return int(local.astimezone(UTC).timestamp()) * 1000


def _workday(first: date, index: int) -> int:
    """The day itself, or the last working day before it: incidents strike when people work."""
    weekday = (first + timedelta(index)).weekday()
    return max(0, index - max(0, weekday - 4))


def _is_payday(day: date) -> bool:
    return day.day <= 3 or (day + timedelta(1)).day == 1
