"""The filter bar: what is set, in words, and what else can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.analytics.filters import OF_BOTH, OF_EVENTS, OF_PERSONS, OF_SESSIONS
from tracker.analytics.query import Filter, Operator
from tracker.definitions.stored import Definition
from tracker.domain.period import HOUR, Interval, Period
from tracker.web import countries, languages
from tracker.web.dashboard.local_time import short_day
from tracker.web.dashboard.look import Look

FRAMES: dict[str, str] = {
    "today": "Today",
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "12mo": "Last 12 months",
}
OPERATORS: dict[Operator, str] = {
    Operator.IS: "is",
    Operator.IS_NOT: "is not",
    Operator.CONTAINS: "contains",
    Operator.CONTAINS_NOT: "does not contain",
    Operator.STARTS: "starts with",
    Operator.ENDS: "ends with",
    Operator.OVER: "is over",
    Operator.UNDER: "is under",
    Operator.KNOWN: "is known",
    Operator.UNKNOWN: "is not known",
}
WORDS: dict[str, str] = {
    "os": "System",
    "os_version": "System version",
    "user": "User id",
    "email": "E-mail",
    "utm_source": "UTM source",
    "utm_medium": "UTM medium",
    "utm_campaign": "UTM campaign",
    "utm_term": "UTM term",
    "utm_content": "UTM content",
    "host": "Host name",
    "screen": "Screen size",
}
GROUPS: dict[str, tuple[str, ...]] = {
    "Visits": tuple(OF_SESSIONS),
    "People and devices": (*OF_BOTH, *OF_PERSONS),
    "Events": tuple(OF_EVENTS),
}
INTERVALS: dict[str, str] = {"hour": "Hours", "day": "Days", "week": "Weeks", "month": "Months"}


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in words; `url` is the page without it."""

    label: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """Everything the bar's template shows."""

    frames: tuple[Choice, ...]
    segments: tuple[Choice, ...]
    intervals: tuple[Choice, ...]
    period: str
    previous: str
    """The time before in words, "" where nothing is held against it."""
    chips: tuple[Chip, ...]
    dimensions: dict[str, tuple[Choice, ...]]
    operators: tuple[Choice, ...]
    texts: tuple[str, ...]
    """The filters as they stand in the address."""


def make(look: Look, segments: Sequence[Definition] = (), compares: bool = True) -> Bar:
    """The bar of a page, with the segments that the site keeps; `compares` as the page does."""
    wanted, chosen = look.query.interval, look.value("segment")
    return Bar(
        frames=tuple(Choice(value, label, value == look.frame) for value, label in FRAMES.items()),
        segments=tuple(Choice(str(one.id), one.value.name, str(one.id) == chosen) for one in segments),
        intervals=tuple(
            Choice(value, label, value == wanted) for value, label in INTERVALS.items() if _fits(value, look)
        ),
        period=period_words(look.query.period, look),
        previous=period_words(look.query.previous().period, look) if compares else "",
        chips=tuple(chip(look, n, wanted) for n, wanted in enumerate(look.filters)),
        dimensions=dimensions(),
        operators=tuple(Choice(operator, label) for operator, label in OPERATORS.items()),
        texts=tuple(value for key, value in look.pairs if key == "filter"),
    )


def dimensions() -> dict[str, tuple[Choice, ...]]:
    """Everything one can filter by, in groups."""
    return {
        title: tuple(Choice(name, dimension_words(name)) for name in names) for title, names in GROUPS.items()
    }


def chip(look: Look, index: int, wanted: Filter) -> Chip:
    """A filter as a chip that takes it away."""
    return Chip(dimension_words(wanted.dimension), filter_words(wanted), look.without(index))


def dimension_words(name: str) -> str:
    """A dimension as people call it: `utm_source` → UTM source, `property.plan` → plan."""
    kind, dot, key = name.partition(".")
    if dot and kind in ("property", "trait"):
        return key
    return WORDS.get(name) or name.replace("_", " ").capitalize()


def filter_words(wanted: Filter) -> str:
    """What a filter demands: is Germany or France."""
    verb = OPERATORS[wanted.operator]
    values = [value_words(wanted.dimension, value) for value in wanted.values]
    return f"{verb} {' or '.join(values)}".strip()


def value_words(dimension: str, value: str | None) -> str:
    """A value as people call it: countries and languages by their names, None as what it means."""
    if value is None:
        return "None" if dimension.startswith("utm_") or dimension == "referrer" else "Unknown"
    if dimension == "country":
        return countries.name(value)
    if dimension == "language":
        return languages.name(value)
    return value.capitalize() if dimension == "device" else value


def period_words(period: Period, look: Look) -> str:
    """A period's days: 28 Oct – 26 Nov 2026."""
    today = look.query.today
    first, last = short_day(period.first, today), short_day(period.last, today)
    return first if period.first == period.last else f"{first} – {last}"


def _fits(interval: str, look: Look) -> bool:
    period = look.query.period
    if interval == Interval.HOUR:
        return period.until - period.since <= 31 * 24 * HOUR
    return interval == Interval.DAY or period.length > {"week": 7, "month": 28}.get(interval, 0)
