"""Who was active when, packed into few rows: what counts of persons by day and by period stand on.

Most sessions lie within one local day, and their row tells all there is to know of the person on that day;
of those that lie within two it tells that the person was active on both. Only the events of the others are
looked at. Where a filter asks about single events there is no such shortcut, and each event counts by itself.
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
from tracker.columns.dialect import integer, once
from tracker.columns.schema import events, persons, sessions
from tracker.domain.period import day_start, local_day

Rows = sa.Select[int, int]


def presence(query: Query, cuts: Sequence[int] = ()) -> Rows:
    """Rows (person_id, at): times a person was active at in the period.

    At least one for each local day, and for each side of each of `cuts` (epoch ms), the person was active on;
    often several.
    """
    both, others = _apart(query)
    if not by_session(others):
        return _acts(query)
    # Of sessions that are one throughout, their own row tells whether all of their events pass.
    alike = [compare(dimension(f.dimension, sessions), check(f)) for f in both.filters]
    active = _active_sessions(others)
    each = _ends(query, cuts, [*active, *([sessions.c.uniform, *alike] if alike else ())])
    told, begun = each.c.steps < each.c.inside, each.c.first < query.period.since
    whole = (
        sa.select(each.c.person_id, each.c.first.label("at")).where(told, ~begun),
        sa.select(each.c.person_id, each.c.last).where(
            told, each.c.last < query.period.until, sa.or_(begun, each.c.steps > 0)
        ),
    )
    # Few sessions are left, mostly none: then the engine does not read the events at all.
    rest = [sa.select(each.c.session_id).where(~told)]
    if alike:
        rest.append(sa.select(sessions.c.session_id).where(*active, ~sessions.c.uniform))
    looked_at = events.c.session_id.in_(sa.union_all(*rest))
    found = sa.union_all(*whole, _acts(both).where(looked_at)).subquery("pieces")
    return sa.select(found.c.person_id, found.c.at)


def _acts(query: Query) -> Rows:
    return sa.select(events.c.person_id, events.c.at).where(*personal(query), events.c.interactive)


def _active_sessions(query: Query) -> list[Condition]:
    """Conditions on `sessions`: those whose interactive events reach into the period."""
    return [
        *overlapping_sessions(query),
        sessions.c.first_active_at < query.period.until,
        sessions.c.last_active_at >= query.period.since,
    ]


def _ends(query: Query, cuts: Sequence[int], chosen: list[Condition]) -> sa.CTE:
    """Rows (person_id, session_id, first, last, steps, inside): a session's first and last interactive event,
    how many local midnights and cuts of the period lie between them, and how many of them lie in the period.

    The two tell of every day and side of a cut where there are fewer steps than of them inside.
    """
    first, last = sessions.c.first_active_at, sessions.c.last_active_at
    since, until = integer(query.period.since), integer(query.period.until)
    return once(
        sa.select(
            sessions.c.person_id,
            sessions.c.session_id,
            first.label("first"),
            last.label("last"),
            _steps(query, cuts, sa.func.greatest(first, since), sa.func.least(last, until - 1)).label(
                "steps"
            ),
            (_one_if(first >= since) + _one_if(last < until)).label("inside"),
        ).where(*chosen)
    )


def _steps(
    query: Query, cuts: Sequence[int], first: sa.ColumnElement[int], last: sa.ColumnElement[int]
) -> sa.ColumnElement[int]:
    steps = query.day(last) - query.day(first)
    for cut in sorted(set(cuts)):
        if day_start(query.zone, local_day(query.zone, cut)) != cut:  # those that are no midnight
            steps = steps + _one_if(sa.and_(first < integer(cut), last >= integer(cut)))
    return steps


def packed(query: Query, value: str | None = None) -> sa.Select[Any, Any, Any, Any]:
    """Rows (person_id, at, events, views): how many interactive events and page views of a person, all on the
    local day of `at`. Either may be 0; a person may have several rows for a day.

    With a dimension of sessions, or of both, there is a column `value` of it, the event's own where events
    have it; days do not matter then, only the period.
    """
    both, others = _apart(query)
    if not by_session(others):
        return _each_with(query, value)
    # Of sessions that are one throughout, their own row tells whether all of their events pass.
    alike = [compare(dimension(f.dimension, sessions), check(f)) for f in both.filters]
    told = [sessions.c.uniform, *alike] if alike or value in OF_BOTH else []
    overlapping = overlapping_sessions(others)
    crossing = edge_sessions(others) if value else _crossing(others)
    whole = sa.select(
        sessions.c.person_id,
        sessions.c.started_at.label("at"),
        sessions.c.interactive.label("events"),
        sessions.c.page_views.label("views"),
        *([dimension(value, sessions).label("value")] if value else ()),
    ).where(*overlapping, ~crossing, *told)
    looked_at = sa.or_(~sessions.c.uniform, sa.and_(crossing, *alike)) if told else crossing
    cut = _each_with(both, value).where(
        events.c.session_id.in_(sa.select(sessions.c.session_id).where(*overlapping, looked_at))
    )
    return sa.select(*sa.union_all(whole, cut).subquery("pieces").c)


def _each_with(query: Query, value: str | None) -> sa.Select[Any, Any, Any, Any]:
    each = each_event(query)
    if value is None or value in OF_BOTH:
        return each.add_columns(*([dimension(value, events).label("value")] if value else ()))
    joined = each.add_columns(dimension(value, sessions).label("value"))
    return joined.join_from(events, sessions, events.c.session_id == sessions.c.session_id)


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


def _crossing(query: Query) -> Condition:
    return sa.or_(edge_sessions(query), query.day(sessions.c.started_at) != query.day(sessions.c.ended_at))


def _one_if(condition: Condition) -> sa.Case[int]:
    return sa.case((condition, integer(1)), else_=integer(0))
