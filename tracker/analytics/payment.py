"""One payment: its state, and everything that was told of it in order."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from tracker.analytics.payment_flow import Payment, each_payment, read, with_state
from tracker.analytics.query import Query
from tracker.analytics.registry import Parameter, question
from tracker.columns.schema import events
from tracker.errors import Invalid, NotFound

MAX_REFERENCE = 500
MOST = 200
"""Events that are told, the first ones."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event with the payment's reference. `at` in epoch ms; `id` is the ledger's."""

    id: int
    event: str
    at: int
    verified: bool
    status: str | None
    amount: Decimal | None
    currency: str | None
    error_message: str | None


@dataclass(frozen=True, slots=True)
class Flow:
    """A payment and its events, oldest first."""

    payment: Payment
    events: tuple[Told, ...]


def reference(text: str) -> str:
    """A payment's reference. Raises Invalid."""
    if not 0 < len(text.strip()) <= MAX_REFERENCE:
        raise Invalid(f"reference must have 1 to {MAX_REFERENCE} characters.", field="reference")
    return text.strip()


@question(
    name="payment",
    money=True,
    title="Payment",
    rows="events",
    parameters=(Parameter("reference", "The payment's reference.", reference),),
)
def answer(connection: sa.Connection, query: Query, reference: str) -> Flow:
    """One payment by its reference, whenever it began, with all events that carry the reference.

    State, stuck and times mean what they mean in *Payments*. Filters and segment do not matter here.
    """
    each = each_payment(query, reference).cte("each_payment")
    plain = Query(site_id=query.site_id, period=query.period, now=query.now)
    row = connection.execute(with_state(plain, each)).one_or_none()
    if row is None:
        raise NotFound(f"There is no payment {reference[:60]!r} here.", field="reference")
    told = connection.execute(_events(query, reference))
    return Flow(read(row), tuple(_told(one) for one in told))


def _events(query: Query, reference: str) -> sa.Select[Any]:
    conditions = [events.c.site_id == query.site_id, events.c.reference == reference]
    if not query.include_bots:
        conditions.append(events.c.bot.is_(None))
    return (
        sa.select(
            events.c.id,
            events.c.name,
            events.c.at,
            events.c.verified,
            events.c.status,
            events.c.amount,
            events.c.currency,
            events.c.error_message,
        )
        .where(*conditions)
        .order_by(events.c.at, events.c.id)
        .limit(MOST)
    )


def _told(row: Any) -> Told:
    return Told(
        row.id,
        row.name,
        row.at,
        bool(row.verified),
        row.status,
        row.amount,
        row.currency,
        row.error_message,
    )
