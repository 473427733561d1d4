"""Everything known of one event, in the groups a person looks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tracker.domain.event import Flag
from tracker.ledger.reads import Stored
from tracker.web import countries, event_json, languages
from tracker.web.dashboard.feed_rows import Row, Rows
from tracker.web.dashboard.local_time import LocalTime, duration, local_time
from tracker.web.event_filter import EventFilter

DEPTH = 6
PAGE = {
    "title": "Title",
    "url": "Address",
    "referrer": "Came from",
    "source": "Source",
    "channel": "Channel",
    "utm_source": "utm_source",
    "utm_medium": "utm_medium",
    "utm_campaign": "utm_campaign",
    "utm_term": "utm_term",
    "utm_content": "utm_content",
}
WORDS = {"country": countries.name, "language": languages.name}
"""What is kept as letters and told by name."""
DEVICE = {
    "device": "Device",
    "browser": "Browser",
    "os": "System",
    "screen": "Screen",
    "viewport": "Window",
    "language": "Language",
    "country": "Country",
    "user_agent": "User agent",
    "ip": "Address of the sender",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One known thing. `url` leads to all events that share it, "" where that cannot be asked for."""

    key: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """One event in full: `raw` is the JSON that the API gives."""

    row: Row
    properties: list[Line]
    page: list[Line]
    device: list[Line]
    traits: list[Line]
    received: LocalTime
    delay: str
    visitor: str
    session: str
    event_id: str
    clock_changed: bool
    daily_visitor: bool
    interactive: bool
    raw: str


def details(event: Stored, rows: Rows, base: str, wanted: EventFilter, zone: str, now_ms: int) -> Details:
    """Work out what to show of one event; links add to the filter of the page."""
    known = event.context | event.client
    return Details(
        row=rows.row(event),
        properties=[_property(key, value, base, wanted) for key, value in flat(event.properties)],
        page=_named(PAGE, known),
        device=_named(DEVICE, known),
        traits=[Line(key, text(value)) for key, value in flat(event.profile.get("traits") or {})],
        received=local_time(event.received_at, zone, now_ms),
        delay=duration(max(0, event.received_at - event.at)),
        visitor=event.visitor or "",
        session=event.session or "",
        event_id=event.event_id,
        clock_changed=bool(event.flags & Flag.CLOCK),
        daily_visitor=bool(event.flags & Flag.DAILY_VISITOR),
        interactive=bool(event.flags & Flag.INTERACTIVE),
        raw=json.dumps(event_json.event(event), indent=2, ensure_ascii=False),
    )


def flat(document: dict[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """(dotted key, value) of a nested document, in its order."""
    for key, value in document.items():
        if isinstance(value, dict) and value and depth < DEPTH:
            yield from flat(value, f"{prefix}{key}.", depth + 1)
        else:
            yield prefix + key, value


def text(value: Any) -> str:
    """A JSON value as people read it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _property(key: str, value: Any, base: str, wanted: EventFilter) -> Line:
    shown = text(value)
    # Only what the ledger compares as text can be asked for: no lists, and nothing that is not there.
    askable = isinstance(value, str | int | float) and 0 < len(shown) <= 200 and len(key) <= 200
    return Line(key, shown, base + wanted.with_property(key, shown).query() if askable else "")


def _named(names: dict[str, str], known: dict[str, Any]) -> list[Line]:
    lines = [Line(label, _with_version(key, known)) for key, label in names.items() if known.get(key)]
    return [line for line in lines if line.value]


def _with_version(key: str, known: dict[str, Any]) -> str:
    version = known.get(f"{key}_version")
    value = WORDS[key](str(known[key])) if key in WORDS else str(known[key])
    return f"{value} {version}" if version else value
