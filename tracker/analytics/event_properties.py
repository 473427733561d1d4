"""Event properties: which names events carry, and with what values, for whoever types a filter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from tracker.analytics.filters import events_in
from tracker.analytics.query import Query
from tracker.analytics.registry import Parameter, question
from tracker.columns.schema import events

LOOKED_AT = 5_000
"""Events that are looked at, so that the answer comes at once however many there are."""
VALUES = 10
LONGEST = 200
DEPTH = 3


@dataclass(frozen=True, slots=True)
class Property:
    """One name, as filters take it (`card.brand` of what is inside), on `events` of those looked at; `values`
    are the most frequent ones, long texts and lists left out."""

    name: str
    events: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventProperties:
    """`looked_at` events were looked at; `properties` most frequent first."""

    looked_at: int
    properties: tuple[Property, ...]


EVENT = Parameter("event", "Of events with this name only.", default=None)


@question(name="event-properties", title="Event properties", parameters=(EVENT,), rows="properties")
def answer(connection: sa.Connection, query: Query, event: str | None = None) -> EventProperties:
    """The names of properties that events carry, each with its ten most frequent values.

    Looked at are the latest 5,000 events with properties in the period, those of servers and pings too; bots
    are left out. Properties inside others are named with a dot, three deep; a list counts as a name without
    values. Texts over 200 characters are not told.
    """
    wanted = [events.c.name == event] if event is not None else []
    rows = connection.execute(
        sa.select(events.c.properties)
        .where(*events_in(query), *wanted, events.c.properties.is_not(None))
        .order_by(events.c.at.desc(), events.c.id.desc())
        .limit(LOOKED_AT)
    )
    documents = [row.properties for row in rows]
    found = _counted(msgspec.json.decode(document) for document in documents)
    shown = found[query.offset : query.offset + query.limit]
    return EventProperties(len(documents), tuple(shown))


def _counted(documents: Iterable[dict[str, Any]]) -> list[Property]:
    names: Counter[str] = Counter()
    values: dict[str, Counter[str]] = {}
    for document in documents:
        for name, value in flat(document):
            names[name] += 1
            told = text_of(value)
            if told is not None:
                values.setdefault(name, Counter())[told] += 1
    return [
        Property(name, count, _most(values.get(name, Counter())))
        for name, count in sorted(names.items(), key=lambda item: (-item[1], item[0]))
    ]


def _most(values: Counter[str]) -> tuple[str, ...]:
    return tuple(value for value, _ in sorted(values.items(), key=lambda item: (-item[1], item[0]))[:VALUES])


def flat(document: dict[str, Any], prefix: str = "", depth: int = 1) -> Iterator[tuple[str, Any]]:
    """Names and values of a document, those inside others named with a dot, three deep; lists as they are."""
    for key, value in document.items():
        if isinstance(value, dict):
            if depth < DEPTH:
                yield from flat(value, f"{prefix}{key}.", depth + 1)
        else:
            yield prefix + key, value


def text_of(value: Any) -> str | None:
    """A value as filters compare it; None for what they cannot, and for long texts."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        told = str(value)
        return told if 0 < len(told) <= LONGEST else None
    return None
