"""Who may stay away: persons by how lately and how often they came, and what such persons did before."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from tracker.analytics.lasting import lasting
from tracker.analytics.presence import presence
from tracker.analytics.query import Query
from tracker.domain.period import Period, day_number

DAYS = 30
"""Back to which days somebody is in a state at all, and until when they may come back."""
RECENCY = ((0, 6, "seen this week"), (7, 13, "away for a week"), (14, DAYS - 1, "away for two weeks or more"))
"""Days since the last active day, from and to, for people."""
HABIT = ((1, 1, "Once"), (2, 4, "Now and then"), (5, DAYS, "Often"))
"""Active days of the last thirty, from and to, for people."""
State = tuple[int, int]
"""Places in RECENCY and HABIT."""


@dataclass(frozen=True, slots=True)
class RiskSegment:
    """Persons in one state. `churn_probability` is 0 to 1, None where nobody was in that state before."""

    segment: str
    users: int
    churn_probability: float | None
    characteristics: tuple[str, ...]


def risk_segments(connection: sa.Connection, query: Query) -> tuple[RiskSegment, ...]:
    """The states persons are in on the last day of the period, the riskiest first; empty ones are missing."""
    now: Counter[State] = Counter()
    then: Counter[State] = Counter()
    gone: Counter[State] = Counter()
    for row in connection.execute(_states(query)):
        if row.days_now:
            now[row.recency_now, row.habit_now] += row.users
        if row.days_then:
            then[row.recency_then, row.habit_then] += row.users
            gone[row.recency_then, row.habit_then] += 0 if row.days_now else row.users
    found = [_segment(state, users, then[state], gone[state]) for state, users in now.items()]
    return tuple(sorted(found, key=lambda s: (-(s.churn_probability or 0), -s.users, s.segment)))


def _states(query: Query) -> sa.Select[int, int, int, int, int, int, int]:
    """How many persons are in each pair of states: on the last day, and thirty days before it."""
    last = min(query.today, query.period.last)
    end, middle = day_number(last), day_number(last - timedelta(days=DAYS))
    whole = query.over(Period.ending(query.zone, last, 2 * DAYS))
    each = _active_days(whole)
    late = each.c.day > middle
    own = (
        sa.select(
            each.c.person_id,
            sa.func.max(sa.case((late, each.c.day))).label("last_now"),
            sa.func.count(sa.case((late, 1))).label("days_now"),
            sa.func.max(sa.case((~late, each.c.day))).label("last_then"),
            sa.func.count(sa.case((~late, 1))).label("days_then"),
        )
        .group_by(each.c.person_id)
        .subquery("own")
    )
    states = (
        sa.select(
            _place(end - own.c.last_now, RECENCY).label("recency_now"),
            _place(own.c.days_now, HABIT).label("habit_now"),
            _place(middle - own.c.last_then, RECENCY).label("recency_then"),
            _place(own.c.days_then, HABIT).label("habit_then"),
            sa.case((own.c.days_now > 0, 1), else_=0).label("days_now"),
            sa.case((own.c.days_then > 0, 1), else_=0).label("days_then"),
        )
    ).subquery("states")
    return sa.select(*states.c, sa.func.count().label("users")).group_by(*states.c)


def _active_days(query: Query) -> sa.Subquery:
    """Each person with a lasting id and each local day they were active on, once."""
    present = presence(query).subquery("present")
    day = query.day(present.c.at)
    return (
        sa.select(present.c.person_id, day.label("day"))
        .where(present.c.person_id.in_(lasting(query)))
        .group_by(present.c.person_id, day)
        .subquery("each_day")
    )


def _place(value: sa.ColumnElement[int], steps: tuple[tuple[int, int, str], ...]) -> sa.ColumnElement[int]:
    return sa.case(*((value <= high, n) for n, (_, high, _) in enumerate(steps)), else_=len(steps) - 1)


def _segment(state: State, users: int, before: int, gone: int) -> RiskSegment:
    (since, until, lately), (least, most, often) = RECENCY[state[0]], HABIT[state[1]]
    days = (
        f"{least} day" if most == 1 else f"{least} to {most} days" if most < DAYS else f"{least} days or more"
    )
    earlier = f"of {before} like this {DAYS} days earlier, {gone} did not come back"
    return RiskSegment(
        f"{often}, {lately}",
        users,
        round(gone / before, 4) if before else None,
        (f"last active {since} to {until} days ago", f"active on {days} of the last {DAYS}", earlier),
    )
