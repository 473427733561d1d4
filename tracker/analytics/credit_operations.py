"""Credit operations with their running balance: the one rule behind every balance."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import Condition
from tracker.columns.dialect import json_text
from tracker.columns.schema import events
from tracker.domain.payments import CREDITED, DEDUCTED


def is_operation() -> Condition:
    """Whether a row of `events` is a credit operation."""
    return sa.and_(events.c.name.in_((CREDITED, DEDUCTED)), events.c.verified, events.c.amount.is_not(None))


def operations(site_id: int, person_id: int) -> sa.Select[Any]:
    """Rows (id, at, name, amount, currency, balance, reason, reference) of one person, of all time.

    `credits_added` adds its amount and `credits_deducted` takes it away, from verified senders only; the
    balance is the sum up to and with the operation, in order of time, then of arrival, by currency.
    """
    amount = sa.case((events.c.name == DEDUCTED, -events.c.amount), else_=events.c.amount)
    unit = sa.func.coalesce(events.c.currency, "")
    each = (
        sa.select(
            events.c.id,
            events.c.at,
            events.c.name,
            amount.label("amount"),
            unit.label("currency"),
            json_text(events.c.properties, "reason").label("reason"),
            events.c.reference,
        )
        .where(
            events.c.site_id == site_id,
            events.c.person_id == person_id,
            is_operation(),
        )
        .subquery("operation")
    )
    balance = sa.func.sum(each.c.amount).over(
        partition_by=each.c.currency, order_by=(each.c.at, each.c.id), rows=(None, 0)
    )
    return sa.select(*each.c, balance.label("balance"))
