"""Who was active when, packed into few rows: what counts of persons by day and by period stand on.

Most sessions lie within one local day, and their row tells all there is to know of the person on that day.
Only the events of the others are looked at. Where a filter asks about single events there is no such
shortcut, and each event counts by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import (
    OF_BOTH,
    OF_PERSONS,
    OF_SESSIONS,
    Condition,
    check,
    compare,
    dimension,
    events_in,
)
from tracker.analytics.query import Filter, Query
from tracker.columns.schema import events, persons, sessions

Rows = sa.Select[Any, Any, Any]


def presence(query: Query, cuts: Sequence[int] = ()) -> Rows:
    """Rows (person_id, at, events): so many interactive events, at least one, of a person in the period.

    All of them happened on the local day of `at`, and on the same side of each of `cuts` (epoch ms).
    A person may have several rows for a day.
    """
    found = packed(query, cuts).subquery("packed")
    return sa.select(found.c.person_id, found.c.at, found.c.events).where(found.c.events > 0)


def packed(query: Query, cuts: Sequence[int] = ()) -> sa.Select[Any, Any, Any, Any]:
    """As `presence`, with page views: rows (person_id, at, events, views) where `events` may be 0."""
    both, others = _apart(query)
    if not by_session(others):
        return each_event(query)
    # Of sessions that are one throughout, their own row tells whether all of their events pass.
    alike = [compare(dimension(f.dimension, sessions), check(f)) for f in both.filters]
    overlapping, crossing = overlapping_sessions(others), _crossing(query, cuts)
    whole = sa.select(
        sessions.c.person_id,
        sessions.c.started_at.label("at"),
        sessions.c.interactive.label("events"),
        sessions.c.page_views.label("views"),
    ).where(*overlapping, ~crossing, *([sessions.c.uniform, *alike] if alike else ()))
    looked_at = sa.or_(~sessions.c.uniform, sa.and_(crossing, *alike)) if alike else crossing
    cut = each_event(both).where(
        events.c.session_id.in_(sa.select(sessions.c.session_id).where(*overlapping, looked_at))
    )
    found = sa.union_all(whole, cut).subquery("pieces")
    return sa.select(found.c.person_id, found.c.at, found.c.events, found.c.views)


def persons_in(query: Query) -> list[Condition]:
    """Conditions on `persons`: those active in the period through something that passes the filters.

    Without filters and segment that is everybody with an interactive event in the period.
    """
    active = presence(query).subquery("active")
    return [persons.c.site_id == query.site_id, persons.c.person_id.in_(sa.select(active.c.person_id))]


def each_event(query: Query) -> sa.Select[Any, Any, Any, Any]:
    """As `packed`, with one row for each event: exact to the millisecond."""
    return sa.select(
        events.c.person_id,
        events.c.at.label("at"),
        _one_if(events.c.interactive).label("events"),
        _one_if(events.c.page_view).label("views"),
    ).where(*personal(query), sa.or_(events.c.interactive, events.c.page_view))


def personal(query: Query) -> list[Condition]:
    """Conditions on `events`: as `events_in`, of known persons only; the quickest way to say it."""
    known = events.c.person_id.is_not(None)
    if not by_session(query) or not (query.filters or query.segment):
        return [*events_in(query), known]
    # Ten times fewer sessions than events are held against the filters.
    wanted = sa.select(sessions.c.session_id).where(*overlapping_sessions(query))
    return [*events_in(replace(query, filters=(), segment=None)), known, events.c.session_id.in_(wanted)]


def by_session(query: Query) -> bool:
    """Whether the query's filters pick whole sessions, so that sessions can stand for their events."""
    return all(f.dimension in OF_SESSIONS or _of_person(f) for f in query.filters)


def _apart(query: Query) -> tuple[Query, Query]:
    """The query with only those filters that are looked up in the table at hand, and with the rest."""
    both = tuple(f for f in query.filters if f.dimension in OF_BOTH)
    others = tuple(f for f in query.filters if f.dimension not in OF_BOTH)
    return replace(query, filters=both, segment=None), replace(query, filters=others)


def overlapping_sessions(query: Query) -> list[Condition]:
    """Conditions on `sessions`: those that reach into the period, whenever they started, idle ones too."""
    conditions = [
        sessions.c.site_id == query.site_id,
        sessions.c.started_at < query.period.until,
        sessions.c.ended_at >= query.period.since,
    ]
    if not query.include_bots:
        conditions.append(~sessions.c.bot)
    for wanted in query.filters:
        if wanted.dimension in OF_SESSIONS:
            conditions.append(compare(dimension(wanted.dimension, sessions), check(wanted)))
    conditions += _of_persons([f for f in query.filters if _of_person(f)])
    if query.segment is not None:
        conditions.append(sessions.c.person_id.in_(query.segment.persons(query)))
    return conditions


def edge_sessions(query: Query) -> Condition:
    """The condition on `sessions` that reach over the period's beginning or end."""
    return sa.or_(sessions.c.started_at < query.period.since, sessions.c.ended_at >= query.period.until)


def _of_persons(filters: list[Filter]) -> list[Condition]:
    if not filters:
        return []
    passing = [compare(dimension(f.dimension, persons), check(f)) for f in filters]
    return [sessions.c.person_id.in_(sa.select(persons.c.person_id).where(*passing))]


def _of_person(wanted: Filter) -> bool:
    return wanted.dimension in OF_PERSONS or wanted.dimension.startswith("trait.")


def _crossing(query: Query, cuts: Sequence[int]) -> Condition:
    first, last = sessions.c.started_at, sessions.c.ended_at
    return sa.or_(
        edge_sessions(query),
        query.day(first) != query.day(last),
        *(sa.and_(first < cut, last >= cut) for cut in cuts),
    )


def _one_if(condition: Condition) -> sa.Case[int]:
    return sa.case((condition, _number(1)), else_=_number(0))


def _number(value: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(value), sa.BigInteger)
