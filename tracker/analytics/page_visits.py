"""Pages and the visits that have them: what figures by page stand on.

A visit's own row tells the pages of its events, so that events are looked at only of visits over an end of
the period and, where a filter asks for a device or a country, of those that had several.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import OF_BOTH, Condition, compare, dimension, passing, sessions_in
from tracker.analytics.presence import by_session, edge_sessions, overlapping_sessions
from tracker.analytics.query import Query
from tracker.columns.dialect import integer
from tracker.columns.lists import items
from tracker.columns.schema import events, sessions

PageVisits = sa.Select[*tuple[Any, ...]]


def told_by_visits(query: Query) -> bool:
    """Whether visits tell which pages pass: no filter asks about single events."""
    return by_session(_without_both(query))


def page_visits(query: Query) -> PageVisits:
    """Rows (person_id, value, acts, views, visits, bounces, duration), one for each page of a visit.

    `acts` are its interactive events in the period and `views` its page views, those that pass the filters.
    `visits` is 1 where the visit is one of the period's, `bounces` and `duration` are those of such visits.
    """
    others = _without_both(query)
    both = [f for f in query.filters if f.dimension in OF_BOTH]
    alike = [compare(dimension(f.dimension, sessions), f) for f in both]
    reaching, edge = overlapping_sessions(others), edge_sessions(others)
    # Of visits that are one throughout, their own row tells whether all of their events pass.
    whole = [~edge, sessions.c.uniform, *alike] if alike else [~edge]
    apart = sa.or_(~sessions.c.uniform, sa.and_(edge, *alike)) if alike else edge
    value, acts, views = items(sessions.c.pages, sessions.c.pages_acts, sessions.c.pages_views)
    told = sa.select(
        sessions.c.person_id,
        value.label("value"),
        acts.label("acts"),
        views.label("views"),
        *_visit(sessions.c.interactive > 0),
    ).where(*reaching, *whole)
    each = sa.union_all(told, _looked_at(query, [*reaching, apart])).subquery("page_visits")
    return sa.select(*each.c)


def _looked_at(query: Query, chosen: list[Condition]) -> PageVisits:
    """The same of chosen visits, out of their events."""
    both = [f for f in query.filters if f.dimension in OF_BOTH]
    passes = sa.and_(events.c.at < query.period.until, *passing(query, both))
    seen = (
        sa.select(
            events.c.session_id,
            events.c.page.label("value"),
            _count(sa.and_(events.c.interactive, passes)).label("acts"),
            _count(sa.and_(events.c.page_view, passes)).label("views"),
        )
        .where(
            events.c.site_id == query.site_id,
            events.c.at >= query.period.since,  # a visit that starts in the period may have a page later
            events.c.session_id.in_(sa.select(sessions.c.session_id).where(*chosen)),
        )
        .group_by(events.c.session_id, events.c.page)
        .subquery("seen")
    )
    starts = sa.func.coalesce(sa.and_(*sessions_in(query)), sa.false())
    return sa.select(
        sessions.c.person_id, seen.c.value, seen.c.acts, seen.c.views, *_visit(starts)
    ).join_from(seen, sessions, sessions.c.session_id == seen.c.session_id)


def _visit(counts: Condition) -> list[sa.ColumnElement[int]]:
    return [
        _one_if(counts).label("visits"),
        _one_if(sa.and_(counts, sessions.c.bounce)).label("bounces"),
        sa.case((counts, sessions.c.duration_ms), else_=integer(0)).label("duration"),
    ]


def _without_both(query: Query) -> Query:
    return replace(query, filters=tuple(f for f in query.filters if f.dimension not in OF_BOTH))


def _count(condition: Condition) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.sum(_one_if(condition)), sa.BigInteger)  # as wide as in the lists


def _one_if(condition: Condition) -> sa.Case[int]:
    return sa.case((condition, integer(1)), else_=integer(0))
