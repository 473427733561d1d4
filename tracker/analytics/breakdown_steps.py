"""The breakdown's figures in each step of a period at once: what roll-ups of many days are made of."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tracker.analytics import filters
from tracker.analytics.filters import OF_BOTH, OF_SESSIONS
from tracker.analytics.presence import each_event
from tracker.analytics.query import Query
from tracker.analytics.rolled import Sums
from tracker.columns.schema import events, sessions

Found = dict[tuple[int, str | None], Sums]
"""Figures by the key of a step and a value."""


def counted(connection: sa.Connection, query: Query, dimension: str) -> Found:
    """Visitors, visits, page views, bounces and durations of each value in each step, as the breakdown of
    that step alone would tell them.
    """
    found: Found = {}
    for step, value, visitors, views in connection.execute(_acts(query, dimension)):
        sums = found.setdefault((int(step), value), Sums())
        sums.visitors, sums.views = int(visitors), int(views)
    of_visits = dimension in OF_SESSIONS or dimension in OF_BOTH
    statement = _visits(query, dimension) if of_visits else _visits_having(query, dimension)
    for step, value, visits, bounces, duration_ms in connection.execute(statement):
        sums = found.setdefault((int(step), value), Sums())
        sums.visits, sums.bounces, sums.duration_ms = int(visits), int(bounces), int(duration_ms)
    return found


def had_by(connection: sa.Connection, query: Query, dimension: str, few: int) -> dict[int, set[str | None]]:
    """Values that at least so many persons had in a step, by its key."""
    acts = _acts(query, dimension).subquery("acts")
    found: dict[int, set[str | None]] = {}
    for step, value in connection.execute(sa.select(acts.c.step, acts.c.value).where(acts.c.visitors >= few)):
        found.setdefault(int(step), set()).add(value)
    return found


def _acts(query: Query, dimension: str) -> sa.Select[Any]:
    """Rows (step, value, visitors, views)."""
    if dimension in OF_SESSIONS:
        value = filters.dimension(dimension, sessions).label("value")
        each = each_event(query).add_columns(value)
        each = each.join_from(events, sessions, events.c.session_id == sessions.c.session_id)
    else:
        each = each_event(query).add_columns(filters.dimension(dimension, events).label("value"))
    pieces = each.subquery("pieces")
    step = query.bucket(pieces.c.at).label("step")
    person = (
        sa.select(
            step,
            pieces.c.value,
            pieces.c.person_id,
            sa.func.max(pieces.c.events).label("events"),
            sa.func.sum(pieces.c.views).label("views"),
        )
        .group_by(step, pieces.c.value, pieces.c.person_id)
        .subquery("each_person")
    )
    visitors = sa.func.sum(_one_if(person.c.events > 0)).label("visitors")
    views = sa.func.sum(person.c.views).label("views")
    return sa.select(person.c.step, person.c.value, visitors, views).group_by(person.c.step, person.c.value)


def _visits(query: Query, dimension: str) -> sa.Select[Any]:
    """Rows (step, value, visits, bounces, duration) of a dimension of visits."""
    value = filters.dimension(dimension, sessions).label("value")
    step = query.bucket(sessions.c.started_at).label("step")
    bounces, duration = sa.func.sum(_one_if(sessions.c.bounce)), sa.func.sum(sessions.c.duration_ms)
    return (
        sa.select(step, value, sa.func.count(), bounces, duration)
        .where(*filters.sessions_in(query))
        .group_by(step, value)
    )


def _visits_having(query: Query, dimension: str) -> sa.Select[Any]:
    """The same of a dimension of events: visits that start in the step and have an event with the value."""
    value = filters.dimension(dimension, events)
    visit = (
        sa.select(
            value.label("value"),
            sa.func.max(sessions.c.started_at).label("started_at"),
            sa.func.max(_one_if(sessions.c.bounce)).label("bounce"),
            sa.func.max(sessions.c.duration_ms).label("duration_ms"),
        )
        .join_from(events, sessions, events.c.session_id == sessions.c.session_id)
        .where(
            events.c.site_id == query.site_id,
            events.c.at >= query.period.since,
            events.c.bot.is_(None),
            *filters.sessions_in(query),
        )
        .group_by(events.c.session_id, value)
        .subquery("visit")
    )
    step = query.bucket(visit.c.started_at).label("step")
    bounces, duration = sa.func.sum(visit.c.bounce), sa.func.sum(visit.c.duration_ms)
    return sa.select(step, visit.c.value, sa.func.count(), bounces, duration).group_by(step, visit.c.value)


def _one_if(condition: sa.ColumnElement[bool]) -> sa.Case[int]:
    one, none = (sa.literal_column(number, sa.BigInteger) for number in ("1", "0"))
    return sa.case((condition, one), else_=none)
