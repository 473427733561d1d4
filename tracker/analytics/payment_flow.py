"""Payments out of their events: what the questions about payments share."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import Condition, events_in
from tracker.analytics.query import Query
from tracker.columns.dialect import last_by
from tracker.columns.schema import events, persons
from tracker.domain import payments as known
from tracker.domain.period import DAY

LONGEST = 7 * DAY
"""A payment's first event is looked for so long before the period: what began earlier is not of it."""
STATES = ("credited", "completed", "failed", "pending")


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment. Times in epoch ms, None where that stage was not told.

    `verified` is whether a server or a signed token told that it was completed; webhooks and credits count
    from these only.
    """

    reference: str
    person: str | None
    name: str | None
    email: str | None
    amount: Decimal | None
    currency: str | None
    status: str
    stuck: bool
    verified: bool
    webhook_received: bool
    credited: bool
    error_message: str | None
    started_at: int
    completed_at: int | None
    webhook_at: int | None
    credited_at: int | None
    failed_at: int | None


def each_payment(query: Query, reference: str | None = None) -> sa.Select[Any]:
    """A row for each payment that begins in the period, or the one with this reference."""
    conditions = [
        events.c.site_id == query.site_id,
        events.c.name.in_(known.EVENTS),
        events.c.reference.is_not(None),
    ]
    if not query.include_bots:
        conditions.append(events.c.bot.is_(None))
    if reference is not None:
        conditions.append(events.c.reference == reference)
    else:
        conditions.append(events.c.at >= query.period.since - LONGEST)
    statement = sa.select(
        events.c.reference,
        last_by(events.c.person_id, events.c.id).label("person_id"),
        sa.func.max(events.c.amount).label("amount"),
        last_by(events.c.currency, events.c.id).label("currency"),
        last_by(events.c.error_message, events.c.id).label("error_message"),
        sa.func.min(events.c.at).label("started_at"),
        _first(events.c.name == known.COMPLETED).label("completed_at"),
        _first(sa.and_(events.c.name == known.COMPLETED, events.c.verified)).label("verified_at"),
        _first(_vouched(known.WEBHOOK, events.c.status.is_distinct_from("failed"))).label("webhook_at"),
        _first(_vouched(known.CREDITED)).label("credited_at"),
        _first(
            sa.or_(events.c.name == known.FAILED, _vouched(known.WEBHOOK, events.c.status == "failed"))
        ).label("failed_at"),
    ).where(*conditions)
    grouped = statement.group_by(events.c.reference)
    if reference is None:
        first = sa.func.min(events.c.at)
        grouped = grouped.having(first >= query.period.since, first < query.period.until)
    return grouped


def with_state(query: Query, each: sa.FromClause) -> sa.Select[Any]:
    """Rows of `each_payment` with `state`, `stuck` (0 or 1) and who it is, filters and segment applied."""
    paid = sa.func.coalesce(each.c.completed_at, each.c.webhook_at)
    state = sa.case(
        (each.c.credited_at.is_not(None), "credited"),
        (paid.is_not(None), "completed"),
        (each.c.failed_at.is_not(None), "failed"),
        else_="pending",
    )
    late = sa.and_(each.c.credited_at.is_(None), paid <= query.now - known.STUCK_AFTER_MS)
    stuck = sa.case((late, 1), else_=0)
    statement = sa.select(
        *each.c,
        state.label("state"),
        stuck.label("stuck"),
        sa.func.coalesce(persons.c.user_id, persons.c.visitor).label("person"),
        persons.c.name,
        persons.c.email,
    ).outerjoin_from(
        each,
        persons,
        sa.and_(persons.c.person_id == each.c.person_id, persons.c.site_id == query.site_id),
    )
    if query.filters or query.segment:
        passing = sa.select(events.c.reference).where(*events_in(query), events.c.reference.is_not(None))
        statement = statement.where(each.c.reference.in_(passing))
    return statement


def read(row: Any) -> Payment:
    """A row of `with_state`. Some engines put empty texts and zeros where a joined row is missing."""
    return Payment(
        row.reference,
        row.person or None,
        row.name or None,
        row.email or None,
        row.amount,
        row.currency or None,
        row.state,
        bool(row.stuck),
        row.verified_at is not None or row.webhook_at is not None,
        row.webhook_at is not None,
        row.credited_at is not None,
        row.error_message or None,
        row.started_at,
        row.completed_at,
        row.webhook_at,
        row.credited_at,
        row.failed_at,
    )


def _vouched(name: str, *conditions: Condition) -> Condition:
    return sa.and_(events.c.name == name, events.c.verified, *conditions)


def _first(condition: Condition) -> sa.ColumnElement[Any]:
    return sa.func.min(sa.case((condition, events.c.at), else_=None))
