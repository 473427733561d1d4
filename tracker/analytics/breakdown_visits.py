"""Visits in which values of events occur, and visitors; one of either may have several values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from tracker.analytics import filters
from tracker.analytics.filters import OF_BOTH, OF_EVENTS, Condition
from tracker.analytics.presence import overlapping_sessions
from tracker.analytics.query import Filter, Query
from tracker.columns.dialect import bit_at, either_bits, integer, once, where_bit
from tracker.columns.schema import events, sessions

BITS = 62
"""Values that one whole number tells apart."""
FEW = 2 * BITS
"""So many values are looked up by bits; more would mean to read the events too often."""
BOUNCE = 1 << 31
"""More than there are visits: so many are counted in one number with the bounces among them."""
Had = dict[Any, tuple[int, int, int]]
"""Visits, bounces and summed duration (ms) by value."""


def people_and_visits(
    connection: sa.Connection, query: Query, dimension: str, values: Sequence[Any]
) -> tuple[dict[Any, int], Had]:
    """How many persons were active with each of few values, and the figures of the visits that have it.

    Both out of one pass over the events, in which each visit gets a bit for each value: half of what it took
    to count persons distinctly, and then visits.
    """
    persons: dict[Any, int] = {}
    had: Had = {}
    for some in parts(values):
        row = [int(one or 0) for one in connection.execute(_by_bits(query, dimension, some)).one()]
        number = len(some)
        counts, durations = row[number : 2 * number], row[2 * number :]
        for n, one in enumerate(some):
            persons[one] = row[n]
            had[one] = (counts[n] % BOUNCE, counts[n] // BOUNCE, durations[n])
    return persons, had


def visits_having(connection: sa.Connection, query: Query, dimension: str, values: Sequence[Any]) -> Had:
    """Figures of the visits that have each value in events that pass the filters on events."""
    if not values:
        return {}
    if len(values) <= FEW:
        return people_and_visits(connection, query, dimension, values)[1]
    value = filters.dimension(dimension, events)
    of_events, visits = _conditions(query)
    rows = connection.execute(_by_pairs(value, [*of_events, *visits, _one_of(value, values)]))
    return {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in rows}


def parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """As many values at a time as have a bit in one number."""
    return (values[start : start + BITS] for start in range(0, len(values), BITS))


def _conditions(query: Query) -> tuple[list[Condition], list[Condition]]:
    """Conditions on `events` and on `sessions`."""
    asked = [f for f in query.filters if _of_event(f)]
    of_events = [
        events.c.site_id == query.site_id,
        events.c.at >= query.period.since,  # a visit that starts in the period may have it later
        *([] if query.include_bots else [events.c.bot.is_(None)]),
        *filters.passing(query, asked),
    ]
    others = tuple(f for f in query.filters if not _of_event(f))
    return of_events, filters.sessions_in(replace(query, filters=others))


def _one_of(value: sa.ColumnElement[Any], values: Sequence[Any]) -> Condition:
    known = value.in_([one for one in values if one is not None])
    return known if None not in values else sa.or_(value.is_(None), known)


def _by_pairs(value: sa.ColumnElement[Any], conditions: list[Condition]) -> sa.Select[Any]:
    """A row for each visit and value between."""
    visit = (
        sa.select(value.label("value"), *_of_visit())
        .join_from(events, sessions, events.c.session_id == sessions.c.session_id)
        .where(*conditions)
        .group_by(events.c.session_id, value)
        .subquery("visit")
    )
    return sa.select(visit.c.value, *_sums(visit)).group_by(visit.c.value)


def _by_bits(query: Query, dimension: str, values: Sequence[Any]) -> sa.Select[*tuple[Any, ...]]:
    """One row: of each value the persons, then the visits + BOUNCE × bounces, then their durations."""
    each = _each_visit(query, dimension, values)
    of_person = (
        sa.select(either_bits(each.c.active).label("bits")).group_by(each.c.person_id).subquery("of_person")
    )
    places, one = range(len(values)), integer(1).label("one")
    sums = (sa.func.sum(bit_at(of_person.c.bits, n)).label(f"persons_{n}") for n in places)
    persons = sa.select(one, *sums).subquery("persons")
    sums = (
        sa.func.sum(where_bit(bit_at(each.c.had, n), each.c[figure])).label(f"{figure}_{n}")
        for figure in ("counts", "duration_ms")
        for n in places
    )
    visits = sa.select(one, *sums).where(each.c.starts).subquery("visits")
    columns = [column for row in (persons, visits) for column in row.c if column.name != "one"]
    return sa.select(*columns).join_from(persons, visits, persons.c.one == visits.c.one)


def _each_visit(query: Query, dimension: str, values: Sequence[Any]) -> sa.CTE:
    """Rows (person_id, had, active, starts, counts, duration_ms) of visits that reach into the period, or on.

    `had` are bits of the values in any of its events, `active` of those that make somebody active in the
    period; `starts` is whether it is one of the period's visits.
    """
    value = filters.dimension(dimension, events)
    of_events, visits = _conditions(query)
    bit, joined = bits(value, values, events)
    both = tuple(f for f in query.filters if f.dimension in OF_BOTH)
    acts = sa.and_(events.c.interactive, events.c.at < query.period.until, *filters.passing(query, both))
    chosen = overlapping_sessions(replace(query, filters=tuple(f for f in query.filters if f not in both)))
    alike = [filters.compare(filters.dimension(f.dimension, sessions), f) for f in both]
    if alike:
        chosen.append(sa.or_(~sessions.c.uniform, sa.and_(*alike)))
    if query.filters or query.segment is not None:  # else they are nearly all
        of_events.append(events.c.session_id.in_(sa.select(sessions.c.session_id).where(*chosen)))
    seen = (
        sa.select(
            events.c.session_id,
            either_bits(bit).label("had"),
            either_bits(sa.case((acts, bit), else_=integer(0))).label("active"),
        )
        .select_from(joined)
        .where(*of_events, events.c.session_id.is_not(None))
        .group_by(events.c.session_id)
        .subquery("seen")
    )
    counts = sa.case((sessions.c.bounce, integer(BOUNCE + 1)), else_=integer(1))
    return once(
        sa.select(
            sessions.c.person_id,
            seen.c.had,
            seen.c.active,
            sa.func.coalesce(sa.and_(*visits), sa.false()).label("starts"),
            sa.cast(counts, sa.BigInteger).label("counts"),
            sessions.c.duration_ms,
        )
        .join_from(seen, sessions, sessions.c.session_id == seen.c.session_id)
        .where(*chosen),
        "each_visit",
    )


def bits(
    value: sa.ColumnElement[Any], values: Sequence[Any], of: sa.FromClause
) -> tuple[sa.ColumnElement[int], sa.Join]:
    """The bit of a row's value, and its table `of` joined to what tells it."""
    codes = sa.union_all(
        *(sa.select(_text(one).label("value"), integer(1 << n).label("bit")) for n, one in enumerate(values))
    ).cte("codes")
    bit: sa.ColumnElement[int] = codes.c.bit
    if None in values:
        other = sa.func.coalesce(codes.c.bit, integer(0))
        bit = sa.case((value.is_(None), integer(1 << values.index(None))), else_=other)
    return bit, of.join(codes, value == codes.c.value, isouter=True)


def _of_visit() -> tuple[sa.ColumnElement[Any], ...]:
    bounce = sa.case((sessions.c.bounce, integer(1)), else_=integer(0))
    return sa.func.max(bounce).label("bounce"), sa.func.max(sessions.c.duration_ms).label("duration_ms")


def _sums(visit: sa.Subquery) -> tuple[sa.ColumnElement[Any], ...]:
    summed = (sa.func.sum(visit.c[name]).label(name) for name in ("bounce", "duration_ms"))
    return sa.func.count().label("visits"), *summed


def _of_event(wanted: Filter) -> bool:
    return wanted.dimension in OF_EVENTS or wanted.dimension.startswith("property.")


def _text(value: str | None) -> sa.ColumnElement[Any]:
    return sa.null() if value is None else sa.literal(value)
