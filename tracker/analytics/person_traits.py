"""Traits of persons: which names there are, and the values that many share, for whoever builds a segment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from tracker.analytics.event_properties import flat, text_of
from tracker.analytics.query import Query
from tracker.analytics.registry import question
from tracker.columns.schema import persons

LOOKED_AT = 5_000
"""Persons that are looked at, so that the answer comes at once however many there are."""
SHARED_BY = 5
"""Persons who must have a value before it is told."""
KINDS = 20
"""Different values a trait may have for any of them to be told: with more it tells people apart."""
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Trait:
    """One name, as filters take it, of `persons` of those looked at; `values` are those that many share, most
    frequent first."""

    name: str
    persons: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonTraits:
    """`looked_at` persons were looked at; `traits` most frequent first."""

    looked_at: int
    traits: tuple[Trait, ...]


@question(name="person-traits", title="Traits of persons", ever=True, rows="traits")
def answer(connection: sa.Connection, query: Query) -> PersonTraits:
    """The names of traits that persons have, and values that tell nobody apart.

    Looked at are the 5,000 persons with traits who were seen last, whatever the period and filters; bots are
    left out. A value is told only where at least 5 of them have it and the trait has at most 20 different
    ones, so that names, addresses and other words about one person do not show. Traits inside others are
    named with a dot, three deep.
    """
    rows = connection.execute(
        sa.select(persons.c.traits)
        .where(
            persons.c.site_id == query.site_id,
            persons.c.traits.is_not(None),
            *([] if query.include_bots else [persons.c.events > 0]),
        )
        .order_by(persons.c.last_seen.desc(), persons.c.person_id.desc())
        .limit(LOOKED_AT)
    )
    documents = [row.traits for row in rows]
    found = _counted(msgspec.json.decode(document) for document in documents)
    return PersonTraits(len(documents), tuple(found[query.offset : query.offset + query.limit]))


def _counted(documents: Iterable[dict[str, Any]]) -> list[Trait]:
    values: dict[str, Counter[str | None]] = {}
    for document in documents:
        for name, value in flat(document):
            values.setdefault(name, Counter())[text_of(value)] += 1
    found = [Trait(name, told.total(), _shared(told)) for name, told in values.items()]
    return sorted(found, key=lambda one: (-one.persons, one.name))


def _shared(values: Counter[str | None]) -> tuple[str, ...]:
    if len(values) > KINDS:
        return ()
    told = [(value, count) for value, count in values.items() if value is not None and len(value) <= LONGEST]
    shared = [(value, count) for value, count in told if count >= SHARED_BY]
    return tuple(value for value, _ in sorted(shared, key=lambda item: (-item[1], item[0])))
