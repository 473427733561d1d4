"""Numbers, money, shares, durations and dates as pages write them. Nothing known is a dash, never a zero."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup, escape

from tracker import clock
from tracker.domain.money import places, written
from tracker.domain.period import local_day
from tracker.web import countries
from tracker.web.dashboard.local_time import local_time, minute, short_day

NOTHING = "–"
HUGE = 100_000_000
SCALES = ((1_000_000_000_000, "T"), (1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k"))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def whole(value: float | None) -> str:
    """12,345."""
    return NOTHING if value is None else f"{round(value):,}"


def number(value: float | None, digits: int = 2) -> str:
    """At most so many decimals: 1.75, 2, 12,345."""
    if value is None:
        return NOTHING
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def short(value: float | None) -> str:
    """Three digits at a glance: 950, 1.2k, 12.3k, 4.56M."""
    if value is None:
        return NOTHING
    for size, letter in SCALES:
        if abs(value) >= size * 0.9995:
            scaled = value / size
            digits = max(0, 2 - int(math.log10(max(abs(scaled), 1))))
            return number(scaled, min(digits, 2 if size > 1_000 else 1)) + letter
    return number(value, 0 if float(value).is_integer() else 1)


def percent(value: float | None, digits: int = 1) -> str:
    """Of a value in per cent: 41.3%."""
    return NOTHING if value is None else f"{value:,.{digits}f}".removesuffix(".0") + "%"


def seconds(value: float | None) -> str:
    """A stretch of time given in seconds, in its two largest units: 42s, 3m 05s, 1h 20m, 3d 4h."""
    if value is None:
        return NOTHING
    total = round(value)
    if total < 60:
        return f"{total}s"
    if total < 3600:
        return f"{total // 60}m {total % 60:02d}s"
    if total < 86_400:
        return f"{total // 3600}h {total % 3600 // 60:02d}m"
    return f"{total // 86_400}d {total % 86_400 // 3600}h"


def window(text: str) -> str:
    """A stretch of time as definitions write it, in words: `14d` is 14 days, `1h` 1 hour."""
    units = {"d": "day", "h": "hour", "m": "minute"}
    return f"{text[:-1]} {units[text[-1]]}{'' if text[:-1] == '1' else 's'}"


def amount(value: Any, currency: str | None = None) -> str:
    """An amount with the decimals that its currency has, two if none is told: 1,299.00, in JPY 1,299."""
    return NOTHING if value is None else f"{Decimal(str(value)):,.{places(currency)}f}"


def money(value: Any, currency: str | None = None) -> str:
    """The same with the currency where one is told: 1,299.00 INR."""
    return (
        f"{amount(value, currency)} {currency}" if currency and value is not None else amount(value, currency)
    )


def amount_short(value: Any, currency: str | None = None) -> str:
    """An amount as a tile has room for: from a hundred million on in three digits, 123M."""
    if value is None or abs(Decimal(str(value))) < HUGE:
        return amount(value, currency)
    return short(float(value))


def exact(value: Any, currency: str | None = None) -> str:
    """An amount with all its decimals, at least its currency's: what somebody owns is never rounded."""
    return NOTHING if value is None else written(Decimal(str(value)), currency)


def change_words(value: float | None) -> str:
    """A change in per cent in words, for those who do not see the arrow: up 12.5%."""
    if value is None:
        return "nothing to compare with"
    if not value:
        return "no change"
    return f"{'up' if value > 0 else 'down'} {percent(abs(value))}"


def day(value: str | None, now_ms: int | None = None, zone: str = "UTC") -> str:
    """A local day (`2026-03-29`) as 29 Mar, with the year where it is another one; hours as 29 Mar, 03:00."""
    if not value:
        return NOTHING
    today = local_day(zone, clock.now_ms() if now_ms is None else now_ms)
    if "T" in value:
        moment = datetime.fromisoformat(value)
        return f"{short_day(moment.date(), today)}, {moment:%H:%M}"
    return short_day(date.fromisoformat(value), today)


def step(value: str, interval: str) -> str:
    """The name of a chart's step, short enough for an axis: 14:00, 29 Mar, Mar 2026."""
    if interval == "hour":
        return datetime.fromisoformat(value).strftime("%H:%M")
    found = date.fromisoformat(value)
    if interval == "month":
        return f"{MONTHS[found.month - 1]} {found.year}"
    return f"{found.day} {MONTHS[found.month - 1]}"


def step_title(value: str, interval: str) -> str:
    """The same in full, for tooltips and tables: Sun 29 Mar 2026, week from 23 Mar 2026."""
    if interval == "hour":
        moment = datetime.fromisoformat(value)
        return f"{_weekday(moment.date())} {step(value[:10], 'day')}, {moment:%H:%M}"
    if interval == "month":
        return step(value, interval)
    found = date.fromisoformat(value)
    words = f"{step(value, 'day')} {found.year}"
    return f"Week from {words}" if interval == "week" else f"{_weekday(found)} {words}"


def moment(at: int | None, zone: str) -> str:
    """A moment (epoch ms) in full, in the site's time."""
    return NOTHING if at is None else local_time(at, zone, at).exact


def when(at: int | None, zone: str) -> str:
    """A moment (epoch ms) to the minute: 14:05 of today, 25 Nov 14:05 before."""
    return NOTHING if at is None else minute(at, zone, clock.now_ms())


def when_exactly(at: int | None, zone: str) -> str:
    """A moment (epoch ms) to the second: 14:05:09 of today, 25 Nov 14:05:09 before."""
    if at is None:
        return NOTHING
    known = local_time(at, zone, clock.now_ms())
    return f"{known.day} {known.clock}".strip()


def clock_time(at: int | None, zone: str) -> str:
    """The time of day of a moment (epoch ms): 14:05."""
    return NOTHING if at is None else datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).strftime("%H:%M")


def email(value: str) -> Markup:
    """An e-mail address that goes on a new line after its @ or before a dot where one line is short."""
    return Markup(re.sub(r"(?<=@)|(?=\.)", "<wbr>", str(escape(value))))  # noqa: S704  escaped just before


def register(app: Flask) -> None:
    """Add everything here as filters of the same names, and `country`."""
    filters = (
        whole,
        number,
        short,
        percent,
        seconds,
        money,
        amount,
        amount_short,
        exact,
        change_words,
        day,
        step,
        step_title,
        moment,
        window,
        email,
    )
    for one in (*filters, when, when_exactly, clock_time):
        app.add_template_filter(one, one.__name__)
    app.add_template_filter(countries.name, "country")


def _weekday(found: date) -> str:
    return WEEKDAYS[found.weekday()]
