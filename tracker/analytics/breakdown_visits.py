"""Visits in which values of events occur, of which one visit may have several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from tracker.analytics import filters
from tracker.analytics.filters import OF_EVENTS, Condition
from tracker.analytics.query import Filter, Query
from tracker.columns.dialect import either_bits, floordiv
from tracker.columns.schema import events, sessions

BITS = 62
"""Values that one whole number tells apart."""
FEW = 2 * BITS
"""So many values are looked up by bits; more would mean to read the events too often."""
Had = dict[Any, tuple[int, int, int]]
"""Visits, bounces and summed duration (ms) by value."""


def visits_having(connection: sa.Connection, query: Query, dimension: str, values: Sequence[Any]) -> Had:
    """Figures of the visits that have each value in events that pass the filters on events."""
    if not values:
        return {}
    value = filters.dimension(dimension, events)
    if len(values) > FEW:
        return _read(connection, _by_pairs(value, [*_conditions(query), _one_of(value, values)]))
    found: Had = {}
    for start in range(0, len(values), BITS):
        some = values[start : start + BITS]
        found |= _read(connection, _by_bits(value, some, _conditions(query)))
    return found


def _read(connection: sa.Connection, statement: sa.Select[Any]) -> Had:
    return {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in connection.execute(statement)}


def _conditions(query: Query) -> list[Condition]:
    of_events = [f for f in query.filters if _of_event(f)]
    return [
        events.c.site_id == query.site_id,
        events.c.at >= query.period.since,  # a visit that starts in the period may have it later
        *([] if query.include_bots else [events.c.bot.is_(None)]),
        *filters.passing(query, of_events),
        *filters.sessions_in(replace(query, filters=tuple(f for f in query.filters if not _of_event(f)))),
    ]


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


def _by_bits(
    value: sa.ColumnElement[Any], values: Sequence[Any], conditions: list[Condition]
) -> sa.Select[Any]:
    """A row for each visit between, with a bit for each value: many times fewer than pairs."""
    codes = sa.union_all(
        *(sa.select(_text(one).label("value"), _number(1 << n).label("bit")) for n, one in enumerate(values))
    ).cte("codes")
    bit: sa.ColumnElement[int] = codes.c.bit
    if None in values:
        bit = sa.case((value.is_(None), _number(1 << values.index(None))), else_=bit)
        # Some engines put zeros where a joined row is missing, others nothing.
        conditions = [*conditions, sa.or_(value.is_(None), codes.c.bit > 0)]
    joined = events.join(sessions, events.c.session_id == sessions.c.session_id)
    visit = (
        sa.select(either_bits(bit).label("bits"), *_of_visit())
        .select_from(joined.join(codes, value == codes.c.value, isouter=None in values))
        .where(*conditions)
        .group_by(events.c.session_id)
        .subquery("visit")
    )
    alike = sa.select(visit.c.bits, *_sums(visit)).group_by(visit.c.bits).subquery("alike")
    # Whatever has the bit is no less than it: said for SQLAlchemy, which looks for what joins them.
    has = floordiv(alike.c.bits, codes.c.bit) % _number(2) == 1
    had = sa.and_(alike.c.bits >= codes.c.bit, has)
    sums = (sa.func.sum(alike.c[name]) for name in ("visits", "bounce", "duration_ms"))
    return sa.select(codes.c.value, *sums).join_from(codes, alike, had).group_by(codes.c.value)


def _of_visit() -> tuple[sa.ColumnElement[Any], ...]:
    bounce = sa.case((sessions.c.bounce, _number(1)), else_=_number(0))
    return sa.func.max(bounce).label("bounce"), sa.func.max(sessions.c.duration_ms).label("duration_ms")


def _sums(visit: sa.Subquery) -> tuple[sa.ColumnElement[Any], ...]:
    summed = (sa.func.sum(visit.c[name]).label(name) for name in ("bounce", "duration_ms"))
    return sa.func.count().label("visits"), *summed


def _of_event(wanted: Filter) -> bool:
    return wanted.dimension in OF_EVENTS or wanted.dimension.startswith("property.")


def _text(value: str | None) -> sa.ColumnElement[Any]:
    return sa.null() if value is None else sa.literal(value)


def _number(value: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(value), sa.BigInteger)
