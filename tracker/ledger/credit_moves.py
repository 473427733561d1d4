"""Moving credits inside an open transaction: each reference once, and never below zero."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from tracker.domain.event import Event
from tracker.domain.money import written
from tracker.domain.payments import DEDUCTED
from tracker.errors import Conflict
from tracker.ledger.credits import Operation, balances, operations, text, told_amount
from tracker.ledger.transaction import Transaction

_exactly = msgspec.json.Decoder(float_hook=Decimal).decode


@dataclass(frozen=True, slots=True)
class Moved:
    """The operation as it is kept, and what is left now in its currency.

    `duplicate` tells that it was there already and nothing was added.
    """

    operation: Operation
    balance: Decimal
    duplicate: bool


def move(transaction: Transaction, event: Event) -> Moved:
    """Add a `credits_added` or `credits_deducted` event of a user that carries amount and reference.

    Raises Conflict (nothing is kept then) where the reference stands for another operation, or where less
    than nothing would be left. Nobody can come between the look at the balance and the event.
    """
    told: dict[str, Any] = _exactly(event.properties)
    amount, currency, reference = told_amount(told), text(told.get("currency")), text(told.get("reference"))
    assert event.user_id is not None and amount is not None and reference is not None
    before = operations(transaction.connection, event.site_id, event.user_id)
    left = balances(before).get(currency, Decimal(0))
    known = next((one for one in before if one.reference == reference), None)
    if known is not None:
        if (known.name, abs(known.amount), known.currency) != (event.name, amount, currency):
            raise Conflict(
                f"The reference {reference!r} was used already, {_words(known)}.", field="reference"
            )
        return Moved(known, left, duplicate=True)
    if event.name == DEDUCTED and left < amount:
        raise Conflict(_too_little(event.user_id, amount, currency, balances(before)), field="amount")
    if transaction.add([event])[0] is None:
        raise Conflict(f"The reference {reference!r} was used already, for another user.", field="reference")
    after = operations(transaction.connection, event.site_id, event.user_id)
    made = next(one for one in after if one.reference == reference)
    return Moved(made, balances(after)[currency], duplicate=False)


def _words(known: Operation) -> str:
    verb = "to deduct" if known.name == DEDUCTED else "to add"
    return f"{verb} {written(abs(known.amount), known.currency)}"


def _too_little(user_id: str, amount: Decimal, currency: str | None, left: dict[str | None, Decimal]) -> str:
    has = written(left.get(currency, Decimal(0)), currency)
    others = [written(rest, unit) for unit, rest in left.items() if unit != currency and rest]
    besides = f" (besides {', '.join(others)})" if others else ""
    return f"User {user_id} has {has}{besides}; {written(amount, currency)} cannot be deducted."
