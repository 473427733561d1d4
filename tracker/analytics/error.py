"""One error: how often by day, whom and what it hits, what came before, and its latest occurrences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from tracker.analytics import errors
from tracker.analytics.errors import Earlier, Hit, failures
from tracker.analytics.query import Filter, Operator, Query
from tracker.analytics.rates import Trend
from tracker.analytics.registry import Parameter, question
from tracker.columns.schema import events, persons

MOST_VALUES = 10
"""Values told of each of browsers, systems, pages and events."""
PARTS = {"browsers": "browser", "systems": "os", "pages": "page", "events": "name"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the period; `date` is its name in local time."""

    date: str
    errors: int
    persons: int


@dataclass(frozen=True, slots=True)
class Value:
    """How many of the errors tell this (None: nothing)."""

    value: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One such error; `id` is its event's, `at` epoch ms, `person` None where nobody is known."""

    id: int
    at: int
    event: str
    person: str | None
    name: str | None
    page: str | None
    browser: str | None
    os: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class OneError:
    """Everything about one message (None: what failed without one). Times in epoch ms, None where there is
    no such error in the period."""

    message: str | None
    total: int
    persons: int
    sessions: int
    first_seen: int | None
    last_seen: int | None
    count_before: int | None
    trend: Trend | None
    steps: tuple[Step, ...]
    browsers: tuple[Value, ...]
    systems: tuple[Value, ...]
    pages: tuple[Value, ...]
    events: tuple[Value, ...]
    before: tuple[Earlier, ...]
    people: tuple[Hit, ...]
    occurrences: tuple[Occurrence, ...]


MESSAGE = Parameter("message", "The error's message; left out: what failed without one.", default=None)


@question(name="error", title="One error", parameters=(MESSAGE,), rows="occurrences")
def answer(connection: sa.Connection, query: Query, message: str | None = None) -> OneError:
    """One error of the question *Errors*, by its message.

    - **Count, persons, sessions, first and last seen, trend, before, people**: as *Errors* has them.
    - **By day** (or hour, week, month): its errors, and the distinct persons they hit; a person counts in
      each step.
    - **Browsers, systems, pages, events**: how many of its errors tell each, as the event itself does; the
      ten most frequent.
    - **Occurrences**: the latest ones, with whom they hit.
    """
    only = replace(query, filters=(*query.filters, *_wanted(message)))
    found = errors.answer(connection, replace(only, limit=1, offset=0)).errors
    one = found[0] if found else None
    parts = {name: _values(connection, only, column) if one else () for name, column in PARTS.items()}
    return OneError(
        message,
        one.count if one else 0,
        one.persons if one else 0,
        one.sessions if one else 0,
        one.first_seen if one else None,
        one.last_seen if one else None,
        one.count_before if one else 0,
        one.trend if one else None,
        _steps(connection, only),
        before=one.before if one else (),
        people=one.people if one else (),
        occurrences=_occurrences(connection, only) if one else (),
        **parts,
    )


def _wanted(message: str | None) -> tuple[Filter, ...]:
    if message is None:
        return (Filter("error", Operator.UNKNOWN),)
    return (Filter("error", Operator.IS, (message,)),)


def _steps(connection: sa.Connection, query: Query) -> tuple[Step, ...]:
    step = query.bucket(events.c.at).label("step")
    each = failures(query, step, events.c.person_id).subquery("each")
    persons_hit = sa.func.count(each.c.person_id.distinct()).label("persons")
    rows = connection.execute(
        sa.select(each.c.step, sa.func.count().label("errors"), persons_hit).group_by(each.c.step)
    )
    found = {row.step: (int(row.errors), int(row.persons)) for row in rows}
    return tuple(Step(one.name, *found.get(one.key, (0, 0))) for one in query.buckets())


def _values(connection: sa.Connection, query: Query, column: str) -> tuple[Value, ...]:
    value = events.c[column].label("value")
    each = failures(query, value).subquery("each")
    count = sa.func.count().label("times")
    rows = connection.execute(
        sa.select(each.c.value, count)
        .group_by(each.c.value)
        .order_by(count.desc(), sa.func.coalesce(each.c.value, ""))
        .limit(MOST_VALUES)
    )
    return tuple(Value(row.value, int(row.times)) for row in rows)


def _occurrences(connection: sa.Connection, query: Query) -> tuple[Occurrence, ...]:
    names = ("id", "at", "name", "person_id", "page", "browser", "os", "country")
    each = failures(query, *(events.c[name] for name in names)).subquery("each")
    latest = (
        sa.select(*each.c)
        .order_by(each.c.at.desc(), each.c.id.desc())
        .limit(query.limit)
        .offset(query.offset)
        .subquery("latest")
    )
    known = (
        sa.select(
            persons.c.person_id,
            sa.func.coalesce(persons.c.user_id, persons.c.visitor).label("person"),
            persons.c.name.label("called"),
        )
        .where(
            persons.c.site_id == query.site_id,
            persons.c.person_id.in_(sa.select(latest.c.person_id).where(latest.c.person_id.is_not(None))),
        )
        .subquery("known")
    )
    rows = connection.execute(
        sa.select(latest, known.c.person, known.c.called)
        .outerjoin_from(latest, known, latest.c.person_id == known.c.person_id)
        .order_by(latest.c.at.desc(), latest.c.id.desc())
    )
    return tuple(_occurrence(row) for row in rows)


def _occurrence(row: Any) -> Occurrence:
    told = (row.person or None, row.called or None, row.page, row.browser, row.os, row.country)
    return Occurrence(row.id, row.at, row.name, *told)
