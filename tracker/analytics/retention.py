"""Retention: how many newcomers are back so many days later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from tracker.analytics.lasting import unavailable
from tracker.analytics.newcomers import Newcomers, newcomers
from tracker.analytics.query import Query, whole_number
from tracker.analytics.rates import share
from tracker.analytics.registry import Parameter, question

USUAL, LONGEST = 30, 365


@dataclass(frozen=True, slots=True)
class Point:
    """The n-th day: share (per cent) and number of newcomers active on it; None while it is over for none."""

    day: int
    retention_rate: float | None
    active_users: int | None


@dataclass(frozen=True, slots=True)
class Retention:
    """`observed` goes with the curve: of how many persons each share is. `previous` where compared."""

    new_users: int
    left_out: int
    retention_curve: tuple[Point, ...]
    observed: tuple[int, ...]
    previous: tuple[Point, ...] | None = None
    unavailable: str | None = None


def _days(text: str) -> int:
    return whole_number(text, "days", 1, LONGEST)


@question(
    name="retention",
    title="Retention",
    rows="retention_curve",
    parameters=(
        Parameter(
            "days",
            "How many days the curve goes on.",
            _days,
            USUAL,
            {"type": "integer", "minimum": 1, "maximum": LONGEST, "default": USUAL},
        ),
    ),
)
def answer(connection: sa.Connection, query: Query, days: int = USUAL) -> Retention:
    """Of the persons whose first activity ever was in the period, the share active again on the very n-th
    local day after it (day 0 is 100 %).

    Each day's share pools the newcomers of all days of the period for whom that day is over, so large days
    weigh more; it is unknown (null) while it is over for none. Coming back is looked for up to yesterday,
    also after the period. Activity is interactive events of people, not bots.

    Only persons with a lasting id count, a user or a visitor told again tomorrow; `leftOut` is how many
    newcomers had none. Where nobody had one, `unavailable` says so. With filters: newcomers with activity in
    the period that passes them, who come back for anything.
    """
    span = range(days + 1)
    found = newcomers(connection, query, span)
    before = newcomers(connection, query.previous(), span) if query.compare else None
    size, left_out = sum(day.size for day in found), sum(day.left_out for day in found)
    return Retention(
        new_users=size,
        left_out=left_out,
        retention_curve=curve(found, span),
        observed=tuple(_observed(found, n) for n in span),
        previous=curve(before, span) if before is not None else None,
        unavailable=unavailable(size, left_out),
    )


def curve(found: list[Newcomers], span: Sequence[int]) -> tuple[Point, ...]:
    """The days of `span` of all newcomers together."""
    points = []
    for n in span:
        known = [day.active[n] or 0 for day in found if day.active[n] is not None]
        points.append(Point(n, share(sum(known), _observed(found, n)), sum(known) if known else None))
    return tuple(points)


def _observed(found: list[Newcomers], n: int) -> int:
    return sum(day.size for day in found if day.active[n] is not None)
