"""Goals: how often they are reached, by what share of people, and what they bring in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import Condition, events_in
from tracker.analytics.goals.goal import Goal, read
from tracker.analytics.presence import presence
from tracker.analytics.query import Query
from tracker.analytics.rates import share
from tracker.analytics.registry import Parameter, question
from tracker.columns.schema import events


@dataclass(frozen=True, slots=True)
class Revenue:
    """Exact amounts in one currency (None: not told); `verified` is the part from verified senders."""

    currency: str | None
    amount: Decimal
    verified: Decimal


@dataclass(frozen=True, slots=True)
class Reached:
    """One goal. `conversion_rate` is per cent, None where nobody was active; currencies by name."""

    goal: str
    conversions: int
    unique_users: int
    conversion_rate: float | None
    revenue: tuple[Revenue, ...]


@dataclass(frozen=True, slots=True)
class Goals:
    """The goals in the order they were asked for; `previous` where a comparison is asked."""

    goals: tuple[Reached, ...]
    active_users: int
    previous: tuple[Reached, ...] | None = None


@question(
    name="goals",
    title="Goals",
    rows="goals",
    parameters=(
        Parameter(
            "goals",
            "Goals as a JSON list, or numbers of stored ones; the site's own if left out.",
            read,
            (),
            kind="goals",
            many=True,
        ),
    ),
)
def answer(connection: sa.Connection, query: Query, goals: tuple[Goal, ...] = ()) -> Goals:
    """How often each goal was reached in the period: every event that fits is a conversion, except bots'.

    Unique users are the persons with at least one. The rate is the share of the active persons of the
    period (those with an interactive event) who reached the goal. Revenue adds up the amounts of the
    conversions by currency, all of them and those from verified senders (a secret key or user token).

    Conversions and activity must pass the filters: one on a page or property is about the very event.
    """
    found, active = _reached(connection, query, goals)
    before = _reached(connection, query.previous(), goals)[0] if query.compare else None
    return Goals(found, active, before)


def _reached(
    connection: sa.Connection, query: Query, goals: tuple[Goal, ...]
) -> tuple[tuple[Reached, ...], int]:
    fits = [goal.what.condition(query) for goal in goals]
    row = connection.execute(_counts(query, fits)).one()
    active, counted = int(row[0]), [int(n or 0) for n in row[1:]]
    money = _revenue(connection, query, fits) if goals else []
    return tuple(
        Reached(
            goal.name,
            conversions=counted[3 * n],
            unique_users=counted[3 * n + 1],
            conversion_rate=share(counted[3 * n + 2], active),
            revenue=money[n],
        )
        for n, goal in enumerate(goals)
    ), active


def _counts(query: Query, fits: list[Condition]) -> sa.Select[*tuple[Any, ...]]:
    """Active persons; then for each goal conversions, persons, and active persons among those."""
    present = presence(query).subquery("present")
    active = sa.select(present.c.person_id).distinct().cte("active")
    own = (
        sa.select(
            events.c.person_id,
            *(sa.func.count(sa.case((one, 1))).label(f"reached_{n}") for n, one in enumerate(fits)),
        )
        .where(*events_in(query), sa.or_(sa.false(), *fits))
        .group_by(events.c.person_id)
        .subquery("own")
    )
    known = own.c.person_id.is_not(None)
    was_active = own.c.person_id.in_(sa.select(active.c.person_id))
    columns: list[sa.ColumnElement[int]] = [sa.select(sa.func.count()).select_from(active).scalar_subquery()]
    for n in range(len(fits)):
        times = own.c[f"reached_{n}"]
        columns += [
            sa.func.sum(times),
            sa.func.count(sa.case((sa.and_(known, times > 0), 1))),
            sa.func.count(sa.case((sa.and_(was_active, times > 0), 1))),
        ]
    return sa.select(*columns).select_from(own) if fits else sa.select(*columns)


def _revenue(connection: sa.Connection, query: Query, fits: list[Condition]) -> list[tuple[Revenue, ...]]:
    """The money of each goal, by currency."""
    sums = [sa.func.sum(sa.case((one, events.c.amount))) for one in fits]
    statement = (
        sa.select(events.c.currency, events.c.verified, *sums)
        .where(*events_in(query), events.c.amount.is_not(None), sa.or_(*fits))
        .group_by(events.c.currency, events.c.verified)
    )
    totals: list[dict[str | None, dict[bool, Decimal]]] = [{} for _ in fits]
    for currency, verified, *amounts in connection.execute(statement):
        for total, amount in zip(totals, amounts, strict=True):
            if amount is not None:
                total.setdefault(currency, {})[bool(verified)] = amount
    return [_by_currency(total) for total in totals]


def _by_currency(total: dict[str | None, dict[bool, Decimal]]) -> tuple[Revenue, ...]:
    return tuple(
        Revenue(currency, sum(parts.values(), Decimal()), parts.get(True, Decimal()))
        for currency, parts in sorted(total.items(), key=lambda item: item[0] or "")
    )
