"""Payments: how far each came, which are stuck, and where they are lost."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from tracker.analytics.payment_flow import STATES, Payment, each_payment, read, with_state
from tracker.analytics.people import searched
from tracker.analytics.query import Query
from tracker.analytics.rates import share
from tracker.analytics.registry import Parameter, question
from tracker.columns.dialect import contains, median
from tracker.domain import payments as known
from tracker.errors import Invalid


@dataclass(frozen=True, slots=True)
class Stage:
    """`payments` came so far, `dropoff_rate` per cent of the stage before did not; the time is since then."""

    stage: str
    payments: int
    dropoff_rate: float | None
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class Payments:
    """Figures of all payments of the period, and one page of those asked for, of `total`, newest first."""

    payments_started: int
    completed: int
    credited: int
    failed: int
    pending: int
    stuck: int
    success_rate: float | None
    stages: tuple[Stage, ...]
    total: int
    payments: tuple[Payment, ...]


def chosen_state(text: str) -> str:
    """One of the states, or stuck. Raises Invalid."""
    if text not in (*STATES, "stuck"):
        raise Invalid(f"state is one of {', '.join(STATES)} or stuck.", field="state")
    return text


@question(
    name="payments",
    money=True,
    title="Payments",
    rows="payments",
    parameters=(
        Parameter("state", f"Only payments in this state: {', '.join(STATES)}, stuck.", chosen_state, ""),
        Parameter("search", "Part of a reference, user id, name or email.", searched, ""),
    ),
)
def answer(connection: sa.Connection, query: Query, state: str = "", search: str = "") -> Payments:
    """Payments that begin in the period, and how far they came.

    A payment is all events with one `reference` named `payment_initialized`, `payment_completed`,
    `webhook_received`, `credits_added` or `payment_failed`, in whatever order and however often they come; it
    begins with the first of them. Webhooks and credits count from verified senders only; a completion that
    just a browser told is shown as claimed. Bots are left out. With filters: payments with an event in the
    period that passes.

    - **State**: credited; else completed (or its webhook came); else failed; else pending.
    - **Stuck**: completed at least 15 minutes ago and not credited.
    - **Success rate**: payments completed or credited ÷ all that began, in per cent.
    - **Stages**: a payment has reached a stage when that or a later one was told; the drop-off is the share
      of the stage before that did not get there; the median time is that between both, where both were told.
    - **Amount**: the highest told; **error**: the one told last.
    """
    each = each_payment(query).cte("each_payment")
    found = with_state(query, each).cte("found")
    totals = connection.execute(_totals(found)).one()
    page = connection.execute(_page(query, found, state, search)).all()
    total = int(page[0].total) if page else _number(connection, query, found, state, search)
    counts = {name: int(getattr(totals, name) or 0) for name in (*STATES, "stuck", "whole")}
    completed = counts["credited"] + counts["completed"]
    return Payments(
        counts["whole"],
        completed,
        counts["credited"],
        counts["failed"],
        counts["pending"],
        counts["stuck"],
        share(completed, counts["whole"]),
        _stages(totals),
        total,
        tuple(read(row) for row in page),
    )


def _reached(found: sa.CTE) -> list[sa.ColumnElement[bool]]:
    """Whether a payment came as far as each stage."""
    credited = found.c.credited_at.is_not(None)
    webhook = sa.or_(credited, found.c.webhook_at.is_not(None))
    completed = sa.or_(webhook, found.c.completed_at.is_not(None))
    return [sa.true(), completed, webhook, credited]


def _totals(found: sa.CTE) -> sa.Select[Any]:
    """One row: whole, stuck, each state, and `stage_n`, `ms_n` of each stage."""
    states = [_count(found.c.state == state).label(state) for state in STATES]
    reached = [_count(far).label(f"stage_{n}") for n, far in enumerate(_reached(found))]
    times = (found.c.started_at, found.c.completed_at, found.c.webhook_at, found.c.credited_at)
    between = [
        median(later - earlier).label(f"ms_{n}") for n, (earlier, later) in enumerate(pairwise(times), 1)
    ]
    stuck = _count(found.c.stuck == 1).label("stuck")
    columns: list[Any] = [sa.func.count().label("whole"), stuck, *states, *reached, *between]
    return sa.select(*columns).select_from(found)


def _stages(totals: Any) -> tuple[Stage, ...]:
    counts = [int(getattr(totals, f"stage_{n}") or 0) for n in range(len(known.STAGES))]
    lost = [0.0 if counts[0] else None, *(share(a - b, a) for a, b in pairwise(counts))]
    seconds = [None, *(_seconds(getattr(totals, f"ms_{n}")) for n in range(1, len(counts)))]
    return tuple(Stage(*told) for told in zip(known.STAGES, counts, lost, seconds, strict=True))


def _seconds(ms: Any) -> float | None:
    # An engine that has no median of nothing says it is not a number.
    return None if ms is None or ms != ms else round(float(ms) / 1000, 2)


def _chosen(found: sa.CTE, state: str, search: str) -> sa.Select[Any]:
    chosen = sa.select(*found.c)
    if state == "stuck":
        chosen = chosen.where(found.c.stuck == 1)
    elif state:
        chosen = chosen.where(found.c.state == state)
    if search:
        told = (found.c.reference, found.c.person, found.c.name, found.c.email)
        wanted = sa.literal(search.lower())
        chosen = chosen.where(
            sa.or_(*(contains(sa.func.lower(sa.func.coalesce(column, "")), wanted) for column in told))
        )
    return chosen


def _page(query: Query, found: sa.CTE, state: str, search: str) -> sa.Select[Any]:
    chosen = _chosen(found, state, search).subquery("chosen")
    return (
        sa.select(*chosen.c, sa.func.count().over().label("total"))
        .order_by(chosen.c.started_at.desc(), chosen.c.reference)
        .limit(query.limit)
        .offset(query.offset)
    )


def _number(connection: sa.Connection, query: Query, found: sa.CTE, state: str, search: str) -> int:
    if not query.offset:
        return 0
    chosen = _chosen(found, state, search).subquery("chosen")
    return connection.scalar(sa.select(sa.func.count()).select_from(chosen)) or 0


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))
