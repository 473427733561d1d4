"""What people looked at before they reached a goal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import sessions_in
from tracker.analytics.goals.goal import Goal
from tracker.analytics.occurrence import Occurrence
from tracker.analytics.query import Query
from tracker.analytics.rates import share
from tracker.columns.dialect import integer
from tracker.columns.schema import events, sessions

STEPS = 5
MOST = 10
"""Paths to a goal that are told."""


@dataclass(frozen=True, slots=True)
class ConversionPath:
    """`conversions` visits came to the goal by these pages: per cent of those that saw all the pages."""

    steps: tuple[str, ...]
    conversions: int
    conversion_rate: float | None


@dataclass(frozen=True, slots=True)
class GoalPaths:
    """The commonest paths to one goal."""

    goal: str
    paths: tuple[ConversionPath, ...]


def conversion_paths(connection: sa.Connection, query: Query, goal: Goal) -> GoalPaths:
    """The ten paths by which most visits came to the goal."""
    found = connection.execute(_before(query, goal.what)).all()
    paths = [(tuple(page for page in row[:STEPS] if page is not None), int(row[STEPS])) for row in found]
    pages = sorted({page for path, _ in paths for page in path})
    seen = _seen(connection, query, pages)
    return GoalPaths(
        goal.name,
        tuple(ConversionPath(path, n, share(n, seen(path))) for path, n in paths),
    )


def _before(query: Query, goal: Occurrence) -> sa.Select[Any]:
    """Rows (five pages, the first ones NULL where there are fewer; visits), most visits first."""
    reached = (
        sa.select(events.c.session_id, sa.func.min(events.c.at).label("reached_at"))
        .where(*_of_visits(query), goal.condition(query))
        .group_by(events.c.session_id)
        .cte("reached")
    )
    turns = _turns(query, reached)
    steps = [
        sa.func.max(sa.case((turns.c.back == n, turns.c.page), else_=None)).label(f"step_{STEPS + 1 - n}")
        for n in range(STEPS, 0, -1)
    ]
    each = (
        sa.select(*steps)
        .select_from(reached.outerjoin(turns, turns.c.session_id == reached.c.session_id))
        .group_by(reached.c.session_id)
        .subquery("each_visit")
    )
    visits = sa.func.count().label("visits")
    order = [visits.desc(), *(sa.func.coalesce(step, "") for step in each.c)]
    return sa.select(*each.c, visits).group_by(*each.c).order_by(*order).limit(MOST)


def _turns(query: Query, reached: sa.CTE) -> sa.Subquery:
    """Rows (session_id, page, back): pages before the goal, each other than the one before; the last is 1."""
    visit, order = events.c.session_id, (events.c.at, events.c.id)
    former = sa.func.coalesce(sa.func.lag(events.c.page).over(partition_by=visit, order_by=order), "")
    views = (
        sa.select(visit, events.c.at, events.c.id, events.c.page, former.label("former"))
        .join_from(events, reached, visit == reached.c.session_id)
        .where(*_frame(query), events.c.page_view, events.c.at < reached.c.reached_at)
        .subquery("views")
    )
    back = sa.func.row_number().over(
        partition_by=views.c.session_id, order_by=(views.c.at.desc(), views.c.id.desc())
    )
    return (
        sa.select(views.c.session_id, views.c.page, back.label("back"))
        .where(views.c.former != views.c.page)
        .subquery("turns")
    )


class _Seen:
    """How many visits saw all of some pages."""

    def __init__(self, visits: int, pages: list[str], masks: dict[int, int]) -> None:
        self._visits = visits
        self._bits = {page: 1 << n for n, page in enumerate(pages)}
        self._masks = masks

    def __call__(self, path: tuple[str, ...]) -> int:
        if not path:
            return self._visits
        wanted = 0
        for page in path:
            wanted |= self._bits[page]
        return sum(n for mask, n in self._masks.items() if mask & wanted == wanted)


def _seen(connection: sa.Connection, query: Query, pages: list[str]) -> _Seen:
    visits = connection.scalar(sa.select(sa.func.count()).select_from(sessions).where(*sessions_in(query)))
    if not pages:
        return _Seen(visits or 0, pages, {})
    bit = sa.case({page: integer(1 << n) for n, page in enumerate(pages)}, value=events.c.page)
    once = (
        sa.select(events.c.session_id, bit.label("bit"))
        .where(*_of_visits(query), events.c.page_view, events.c.page.in_(pages))
        .distinct()
        .subquery("once")
    )
    mask = sa.func.sum(once.c.bit).label("mask")
    each = sa.select(mask).group_by(once.c.session_id).subquery("each_visit")
    rows = connection.execute(sa.select(each.c.mask, sa.func.count()).group_by(each.c.mask))
    return _Seen(visits or 0, pages, {int(mask): n for mask, n in rows})


def _of_visits(query: Query) -> list[sa.ColumnElement[bool]]:
    visits = sa.select(sessions.c.session_id).where(*sessions_in(query))
    return [*_frame(query), events.c.session_id.in_(visits)]


def _frame(query: Query) -> list[sa.ColumnElement[bool]]:
    # A visit that begins in the period may go on after it.
    return [events.c.site_id == query.site_id, events.c.at >= query.period.since]
