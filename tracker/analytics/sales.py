"""What counts as a sale: the one rule behind every figure of revenue."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import Condition, events_in
from tracker.analytics.query import Query
from tracker.columns.schema import events


def is_sale() -> Condition:
    """Whether a row of `events` is one: a purchase or completed payment with an amount that did not fail."""
    # Anybody can send a payment under a public key; what is bought is told by browsers as well.
    paid = sa.and_(events.c.name == "payment_completed", events.c.verified)
    return sa.and_(
        sa.or_(events.c.name == "purchase", paid),
        events.c.amount.is_not(None),
        sa.or_(events.c.status.is_(None), events.c.status != "failed"),
    )


def sale_key() -> sa.ColumnElement[str]:
    """What tells one sale from another: its reference, else the event itself."""
    return sa.func.coalesce(events.c.reference, sa.cast(events.c.id, sa.Text))


def main_currency(connection: sa.Connection, query: Query) -> str | None:
    """The currency most of the period's sales are in; None where none tells one."""
    number = sa.func.count()
    statement = (
        sa.select(events.c.currency)
        .where(*events_in(query), is_sale(), events.c.currency.is_not(None))
        .group_by(events.c.currency)
        .order_by(number.desc(), events.c.currency)
        .limit(1)
    )
    found = connection.scalar(statement)
    return None if found is None else str(found)


def by_person(query: Query, currency: str | None) -> sa.Select[Any, Any]:
    """Rows (person_id, revenue): amounts in a currency, or told without one, each reference once."""
    spoken = events.c.currency.is_(None)
    once = (
        sa.select(events.c.person_id, sa.func.max(events.c.amount).label("amount"))
        .where(
            *events_in(query),
            is_sale(),
            events.c.person_id.is_not(None),
            spoken if currency is None else sa.or_(spoken, events.c.currency == currency),
        )
        .group_by(events.c.person_id, sale_key())
        .subquery("once")
    )
    return sa.select(once.c.person_id, sa.func.sum(once.c.amount).label("revenue")).group_by(once.c.person_id)
