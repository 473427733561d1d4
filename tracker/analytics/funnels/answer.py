"""Funnels: how many get from step to step, how fast, and where they give up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics import filters
from tracker.analytics.funnels.chain import Reached, reached
from tracker.analytics.funnels.funnel import TEMPLATES, Funnel, read
from tracker.analytics.query import Query
from tracker.analytics.rates import share
from tracker.analytics.registry import Parameter, question
from tracker.columns.dialect import median
from tracker.columns.schema import persons
from tracker.errors import Invalid


@dataclass(frozen=True, slots=True)
class StepReached:
    """One step. Rates in per cent, None of nothing; `median_seconds` from the step before, None of nobody.

    `overall_rate` is of all who started, `step_rate` of those at the step before, `dropoff_rate` the rest of
    those; `dropped` is how many they are.
    """

    step: str
    count: int
    overall_rate: float | None
    step_rate: float | None
    dropped: int
    dropoff_rate: float | None
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """Those whose start has this value (None: not known): how many came to each step, and the rate of all."""

    value: str | None
    counts: tuple[int, ...]
    conversion_rate: float | None


@dataclass(frozen=True, slots=True)
class FunnelAnswer:
    """`started` and `completed` are persons or sessions, `conversion_rate` is per cent.

    `median_seconds` is from the first step to the last. `one_day_persons`: how many of those who started
    could be told again on that day only (0 by session). `breakdown` has the largest parts first.
    """

    funnel: str
    per: str
    window: str
    started: int
    completed: int
    conversion_rate: float | None
    median_seconds: float | None
    one_day_persons: int
    steps: tuple[StepReached, ...]
    breakdown: tuple[Part, ...] | None = None
    previous_conversion_rate: float | None = None


@question(
    name="funnel",
    title="Funnel",
    rows="steps",
    parameters=(
        Parameter(
            "funnel",
            f"The number of a stored funnel, the name of a template ({', '.join(TEMPLATES)}), or JSON.",
            read,
            kind="funnels",
        ),
        Parameter("breakdown", "A dimension to cut by, as in filters.", lambda text: check(text), None),
    ),
)
def answer(
    connection: sa.Connection, query: Query, funnel: Funnel, breakdown: str | None = None
) -> FunnelAnswer:
    """How many persons (or sessions) who take the first step in the period also take the others, in order.

    Somebody has come as far as the best of their starts: every event of the first step in the period is a
    start, and from it each step is the earliest event after the step before that fits, no later than the
    window (14 days unless said otherwise) after the start. So a later start may succeed where the first one
    failed, and later steps may lie after the period. Times are those of the earliest start among the ones
    that got furthest. By session all steps must be of one session.

    One event is one step only; of events in the same millisecond any order counts. Events of bots do not
    count; system events do, such as a webhook's.

    Filters on pages, events and properties pick who had such an event in the period; all other filters, and
    the segment, must hold of the start. A breakdown goes by the start, too. All persons count; those known
    by a daily id only can be followed for one day, and `oneDayPersons` says how many they are.
    """
    total = len(funnel.steps)
    counts, medians, one_day = _all(connection, query, funnel)
    parts = _parts(connection, query, funnel, breakdown) if breakdown is not None else None
    before = _all(connection, query.previous(), funnel)[0] if query.compare else None
    return FunnelAnswer(
        funnel=funnel.name,
        per=funnel.per,
        window=funnel.window_text,
        started=counts[0],
        completed=counts[-1],
        conversion_rate=share(counts[-1], counts[0]),
        median_seconds=medians[-1],
        one_day_persons=one_day,
        steps=tuple(_step(funnel, n, counts, medians) for n in range(total)),
        breakdown=parts,
        previous_conversion_rate=share(before[-1], before[0]) if before else None,
    )


def check(breakdown: str) -> str:
    """The dimension, if there is one of that name. Raises Invalid."""
    if not filters.known(breakdown):
        raise Invalid(f"There is no dimension {breakdown[:60]!r} to cut by.", field="breakdown")
    return breakdown


def _all(
    connection: sa.Connection, query: Query, funnel: Funnel
) -> tuple[list[int], list[float | None], int]:
    """Counts for each step; medians (s) from the step before, then from the first to the last; one-day."""
    found = reached(query, funnel)
    gaps = [(found.at[n - 1], found.at[n]) for n in range(1, len(found.at))]
    gaps.append((found.at[0], found.at[-1]))
    row = connection.execute(
        sa.select(
            *_counts(found),
            *(median(until - since) for since, until in gaps),
            sa.func.count(sa.case((_one_day(query, funnel, found), 1))),
        )
    ).one()
    counts, times = list(row[: len(found.at)]), row[len(found.at) : -1]
    return counts, [None if ms is None else ms / 1000 for ms in times], int(row[-1])


def _parts(connection: sa.Connection, query: Query, funnel: Funnel, breakdown: str) -> tuple[Part, ...]:
    found = reached(query, funnel, breakdown)
    value = found.value.label("value")
    statement = (
        sa.select(value, *_counts(found))
        .select_from(found.rows)
        .group_by(value)
        .order_by(sa.func.count(found.at[0]).desc(), value)
        .limit(query.limit)
        .offset(query.offset)
    )
    rows: Any = connection.execute(statement)
    return tuple(Part(value or None, tuple(n), share(n[-1], n[0])) for value, *n in rows)


def _counts(found: Reached) -> list[sa.ColumnElement[int]]:
    return [sa.func.count(at).label(f"reached_{n}") for n, at in enumerate(found.at)]


def _one_day(query: Query, funnel: Funnel, found: Reached) -> sa.ColumnElement[bool]:
    if funnel.per == "session":
        return sa.false()
    return found.who.in_(
        sa.select(persons.c.person_id).where(persons.c.site_id == query.site_id, ~persons.c.stable)
    )


def _step(funnel: Funnel, n: int, counts: list[int], medians: list[float | None]) -> StepReached:
    before = counts[max(0, n - 1)]
    return StepReached(
        step=funnel.steps[n].name,
        count=counts[n],
        overall_rate=share(counts[n], counts[0]),
        step_rate=share(counts[n], before),
        dropped=before - counts[n],
        dropoff_rate=share(before - counts[n], before),
        median_seconds=medians[n - 1] if n else None,
    )
