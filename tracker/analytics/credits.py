"""Credits of one person: what was added and taken, and what was left each time."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from tracker.analytics.credit_operations import operations
from tracker.analytics.person import PERSON, find
from tracker.analytics.query import Query
from tracker.analytics.registry import question


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left at the end of the period; `currency` None where operations name none."""

    currency: str | None
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: `amount` is negative where credits were taken, `balance` what was left after it."""

    id: int
    at: int
    event: str
    amount: Decimal
    currency: str | None
    balance: Decimal
    reason: str | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class Credits:
    """Balances by currency, and one page of the period's operations, of `total`, newest first."""

    person: str
    balances: tuple[Balance, ...]
    total: int
    operations: tuple[Operation, ...]


@question(name="credits", money=True, title="Credits", parameters=(PERSON,), rows="operations")
def answer(connection: sa.Connection, query: Query, person: str) -> Credits:
    """The credit operations of one person in the period, with the exact running balance.

    An operation is an event `credits_added` (adds its amount) or `credits_deducted` (takes it away) from a
    verified sender; what a browser claims does not count. Balances are of all time up to the operation, or up
    to the end of the period, by currency. Filters do not matter here: a balance is what it is.
    """
    found = find(connection, query.site_id, person)
    each = operations(query.site_id, found.person_id).subquery("each_operation")
    until = sa.select(*each.c).where(each.c.at < query.period.until)
    rows = connection.execute(until.order_by(each.c.at.desc(), each.c.id.desc())).all()
    mine = [row for row in rows if row.at >= query.period.since]
    page = mine[query.offset : query.offset + query.limit]
    latest: dict[str, Decimal] = {}
    for row in rows:
        latest.setdefault(row.currency, row.balance)
    balances = tuple(Balance(currency or None, latest[currency]) for currency in sorted(latest))
    called = found.user_id or found.visitor
    return Credits(called, balances, len(mine), tuple(operation(row) for row in page))


def operation(row: Any) -> Operation:
    """A row of `operations`."""
    return Operation(
        row.id,
        row.at,
        row.name,
        row.amount,
        row.currency or None,
        row.balance,
        row.reason or None,
        row.reference or None,
    )
