"""A filter in words: what is set, and the address without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tracker.web.dashboard.feed_rows import SHORT_ID
from tracker.web.event_filter import EventFilter

TIMEFRAMES: dict[str, str] = {
    "": "Any time",
    "today": "Today",
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "12mo": "Last 12 months",
}
LONG_ID = 20


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that is asked for; `url` is the page without it."""

    label: str
    value: str
    url: str


def chips(wanted: EventFilter, base: str) -> list[Chip]:
    """Everything asked for, each to be taken away by itself."""
    return [Chip(label, value, base + rest.query()) for label, value, rest in _set(wanted)]


def period_words(wanted: EventFilter) -> str:
    """The filter's period, "" when it has none."""
    if wanted.timeframe:
        return TIMEFRAMES.get(wanted.timeframe, wanted.timeframe).lower()
    ends = (("from", wanted.since), ("to", wanted.until))
    return " ".join(f"{word} {_day(text)}" for word, text in ends if text)


def _set(wanted: EventFilter) -> Iterator[tuple[str, str, EventFilter]]:
    if wanted.text:
        yield "Text", wanted.text, replace(wanted, text="")
    if wanted.name:
        yield "Event", wanted.name, replace(wanted, name="")
    if wanted.person:
        yield "Person", _short(wanted.person), replace(wanted, person="")
    for key, value in wanted.properties:
        yield key, value or "(empty)", wanted.without_property(key)
    period = period_words(wanted)
    if period:
        yield "Time", period, replace(wanted, timeframe="", since="", until="")
    if wanted.bots:
        yield "Bots", "shown", replace(wanted, bots=None)


def _short(person: str) -> str:
    return person if len(person) <= LONG_ID else "… " + person[-SHORT_ID:]


def _day(text: str) -> str:
    return text.replace("T", " ")
