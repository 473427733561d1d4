"""How much persons use a site: a score from 0 to 100 for each of them, against the site's own habits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import sessions_in
from tracker.analytics.presence import presence
from tracker.analytics.query import Query
from tracker.columns.dialect import quantile
from tracker.columns.schema import sessions

HIGH = 0.9
"""The quantile that counts as much use."""
DAYS, EVENTS, LENGTH = 0.4, 0.3, 0.3
"""How much active days, events per session and the length of sessions weigh."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """The site's 90th percentiles over its persons: events per session, mean session length (ms)."""

    events: float
    length: float


def yardsticks(connection: sa.Connection, query: Query) -> tuple[Yardstick, Yardstick]:
    """The yardsticks of the query's period and of the previous one.

    They are of everybody on the site whatever the filters and the segment, so that the scores of a segment
    can be held against those of everybody.
    """
    names = ("events", "length", "events_before", "length_before")
    events, length, events_before, length_before = _high(connection, habits(_everybody(query)), names)
    return Yardstick(events, length), Yardstick(events_before, length_before)


def yardstick(connection: sa.Connection, query: Query) -> Yardstick:
    """The first of `yardsticks`."""
    return Yardstick(*_high(connection, habits_now(_everybody(query)), ("events", "length")))


def _everybody(query: Query) -> Query:
    return replace(query, filters=(), segment=None)


def _high(connection: sa.Connection, rows: sa.Select[*tuple[Any, ...]], names: Sequence[str]) -> list[float]:
    found = rows.subquery("habits")
    row = connection.execute(sa.select(*(quantile(found.c[name], HIGH) for name in names))).one()
    return [float(value or 0) for value in row]


def habits_now(query: Query) -> sa.Select[*tuple[Any, ...]]:
    """Rows (person_id, events, length): what `habits` tells of the period alone."""
    return (
        sa.select(
            sessions.c.person_id,
            sa.func.avg(sessions.c.interactive).label("events"),
            sa.func.avg(sessions.c.duration_ms).label("length"),
        )
        .where(*sessions_in(query))
        .group_by(sessions.c.person_id)
    )


def habits(query: Query) -> sa.Select[*tuple[Any, ...]]:
    """Rows (person_id, events, length, events_before, length_before) of who has a session in either period.

    Interactive events per session and mean session length (ms), of the sessions that start in the query's
    period and in the previous one; NULL where a person has none.
    """
    since, before = query.period.since, query.previous().period
    both = query.over(replace(query.period, first=before.first, since=before.since))
    now = sessions.c.started_at >= since
    return (
        sa.select(
            sessions.c.person_id,
            _mean(sessions.c.interactive, now).label("events"),
            _mean(sessions.c.duration_ms, now).label("length"),
            _mean(sessions.c.interactive, ~now).label("events_before"),
            _mean(sessions.c.duration_ms, ~now).label("length_before"),
        )
        .where(*sessions_in(both))
        .group_by(sessions.c.person_id)
    )


def score(
    days: sa.ColumnElement[Any],
    of_days: int,
    events: sa.ColumnElement[Any],
    length: sa.ColumnElement[Any],
    against: Yardstick,
) -> sa.ColumnElement[float]:
    """A person's score, 0 to 100, of the days active and of what `habits` says.

    100 × (0.4 × active days ÷ days + 0.3 × events per session ÷ the site's 90th percentile + 0.3 × mean
    session length ÷ the site's 90th percentile), each part 1 at most.
    """
    return 100 * (
        DAYS * _at_most_one(days, of_days)
        + EVENTS * _at_most_one(events, against.events)
        + LENGTH * _at_most_one(length, against.length)
    )


def scores(query: Query, against: Yardstick) -> sa.Select[Any, Any]:
    """Rows (person_id, score) of everybody active in the period.

    Active days are local days with an interactive event. Sessions are those that start in the period; who is
    active in an older session only has nothing but active days.
    """
    present = presence(query).subquery("present")
    count = sa.func.count(query.day(present.c.at).distinct()).label("days")
    days = sa.select(present.c.person_id, count).group_by(present.c.person_id).subquery("active_days")
    own = habits_now(query).subquery("habits")
    value = score(days.c.days, query.period.length, own.c.events, own.c.length, against)
    return sa.select(days.c.person_id, value.label("score")).select_from(
        days.outerjoin(own, own.c.person_id == days.c.person_id)
    )


def _mean(value: sa.ColumnElement[Any], condition: sa.ColumnElement[bool]) -> sa.ColumnElement[float]:
    return sa.func.avg(sa.case((condition, value), else_=None))


def _at_most_one(value: sa.ColumnElement[Any], high: float) -> sa.ColumnElement[Any]:
    """`value` ÷ `high`, 1 at most; where the site's own high is 0, 1 for anything above it."""
    part = sa.cast(value, sa.Double) / high if high else sa.literal_column("0.0", sa.Double)
    return sa.case((value.is_(None), 0.0), (value <= 0, 0.0), (value >= high, 1.0), else_=part)
