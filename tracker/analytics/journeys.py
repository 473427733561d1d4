"""Journeys: the pages visits begin with, where they come in and leave, and what leads to goals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics import definition
from tracker.analytics.common_paths import CommonPath, common_paths
from tracker.analytics.conversion_paths import GoalPaths, conversion_paths
from tracker.analytics.filters import sessions_in
from tracker.analytics.goals.goal import Goal
from tracker.analytics.occurrence import FIELDS, Occurrence
from tracker.analytics.query import Query
from tracker.analytics.rates import ratio, share
from tracker.analytics.registry import Parameter, question
from tracker.columns.schema import sessions

MAX_GOALS = 10


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """`count` visits began at `page`; `bounce_rate` in per cent."""

    page: str
    count: int
    bounce_rate: float | None


@dataclass(frozen=True, slots=True)
class ExitPoint:
    """`count` visits ended with a view of `page`, `avg_time_before_exit` seconds after they began."""

    page: str
    count: int
    avg_time_before_exit: float | None


@dataclass(frozen=True, slots=True)
class Journeys:
    """Most visits first; each list has `limit` rows at most, and `offset` skips common paths."""

    common_paths: tuple[CommonPath, ...]
    entry_points: tuple[EntryPoint, ...]
    exit_points: tuple[ExitPoint, ...]
    conversion_paths: tuple[GoalPaths, ...]


def goals(text: str) -> tuple[Goal, ...]:
    """An event's name, a page (`/thanks`), or JSON: an object with event or page and filters, or a list.

    A goal that is given no name is called by what happens.
    """
    if not text.startswith(("{", "[")):
        return (_named(Occurrence.parse({"page" if text.startswith("/") else "event": text}, "goals")),)
    value = definition.from_text(text, "goals")
    return definition.several(value if isinstance(value, list) else [value], "goals", _goal, 1, MAX_GOALS)


def _goal(value: Any, path: str) -> Goal:
    if isinstance(value, dict) and value.get("name") is not None:
        return Goal.parse(value, path)
    return _named(Occurrence.parse(definition.fields(value, path, FIELDS), path))


def _named(what: Occurrence) -> Goal:
    return Goal(what.words, what)


GOALS = Parameter(
    "goals",
    'What to reach: an event\'s name, a page such as /thanks, or JSON such as {"event": "purchase"}; or '
    "numbers of stored goals, separated by commas. The site's own, ten at most, if left out.",
    goals,
    (),
    kind="goals",
    many=True,
)


@question(name="journeys", title="Journeys", parameters=(GOALS,), rows="common_paths")
def answer(connection: sa.Connection, query: Query, goals: tuple[Goal, ...] = ()) -> Journeys:
    """How visits go: the visits with at least one interactive event that start in the period, without bots'.

    - **Common path**: the pages a visit views one after the other, the same page twice in a row counted once,
      the first five. Its frequency is the number of visits with this very path.
    - **Completion**: of the visits that begin with the path's first page, the per cent that view all its
      pages in this order, one after the other. **Drop-off** at a step: of those that came so far, the per
      cent that did not go on to the path's next page.
    - **Entry point**: a visit's first page, with the per cent of bounces among its visits.
    - **Exit point**: a visit's last page, with the mean seconds from the start of the visit to that view.
    - **Conversion path**: the last five pages before the goal was first reached in a visit. Its rate: of the
      visits that viewed all its pages, in whatever order, the per cent that reached the goal by this path;
      for the path without pages, of all visits.

    With filters on events (page, event name, properties …) visits are those with such an event.
    """
    return Journeys(
        common_paths(connection, query),
        tuple(EntryPoint(page, n, share(of, n)) for page, n, of in connection.execute(_entries(query))),
        tuple(ExitPoint(page, n, ratio(of / 1000, n)) for page, n, of in connection.execute(_exits(query))),
        tuple(conversion_paths(connection, query, goal) for goal in goals[:MAX_GOALS]),
    )


def _entries(query: Query) -> sa.Select[Any]:
    return _ends(query, sessions.c.entry_page, sa.func.sum(sa.case((sessions.c.bounce, 1), else_=0)))


def _exits(query: Query) -> sa.Select[Any]:
    return _ends(query, sessions.c.exit_page, sa.func.sum(sessions.c.exit_at - sessions.c.started_at))


def _ends(query: Query, page: sa.ColumnElement[Any], figure: sa.ColumnElement[Any]) -> sa.Select[Any]:
    visits = sa.func.count().label("visits")
    return (
        sa.select(page, visits, figure)
        .where(*sessions_in(query), page.is_not(None))
        .group_by(page)
        .order_by(visits.desc(), page)
        .limit(query.limit)
    )
