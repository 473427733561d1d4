"""Credits of one user out of the ledger, right at this moment: what was added and taken, and what was left.

The rule is that of the question *Credits*: `credits_added` adds its amount and `credits_deducted` takes it
away, from verified senders only, in order of time, then of arrival, by currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from tracker.domain.event import Flag
from tracker.domain.money import exact
from tracker.domain.payments import CREDITED, DEDUCTED
from tracker.ledger.connect import Connection
from tracker.ledger.reads import event_id

NAMES = f"'{CREDITED}', '{DEDUCTED}'"
"""As the index of operations spells them."""
_exactly = msgspec.json.Decoder(float_hook=Decimal).decode


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: `amount` is negative where credits were taken, `balance` what was left after it.

    `id` is the ledger's, `event_id` the sender's; `at` in epoch ms; `currency` None where none was named.
    """

    id: int
    event_id: str
    at: int
    name: str
    amount: Decimal
    currency: str | None
    balance: Decimal
    reason: str | None
    reference: str | None


def operations(connection: Connection, site_id: int, user_id: str) -> list[Operation]:
    """All operations of a user, oldest first."""
    rows = connection.execute(
        "SELECT id, event_id, at, name, properties FROM events INDEXED BY events_of_credits "  # noqa: S608
        f"WHERE site_id = ? AND user_id = ? AND name IN ({NAMES}) AND flags & ? ORDER BY at, id",
        (site_id, user_id, Flag.VERIFIED),
    )
    left: dict[str | None, Decimal] = {}
    found: list[Operation] = []
    for number, sent, at, name, properties in rows:
        told: dict[str, Any] = _exactly(properties)
        amount = told_amount(told)
        if amount is None:
            continue
        currency = text(told.get("currency"))
        signed = -amount if name == DEDUCTED else amount
        left[currency] = left.get(currency, Decimal(0)) + signed
        about = text(told.get("reason")), text(told.get("reference"))
        found.append(Operation(number, event_id(sent), at, name, signed, currency, left[currency], *about))
    return found


def balances(found: Sequence[Operation]) -> dict[str | None, Decimal]:
    """What is left, by currency."""
    return {one.currency: one.balance for one in found}


def told_amount(told: dict[str, Any]) -> Decimal | None:
    """The amount an event's properties tell, as the column store reads it."""
    amount = exact(told.get("amount"))
    return amount if amount is not None else exact(told.get("revenue"))


def text(value: Any) -> str | None:
    """A property that should be text, None where it is empty or not told."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | Decimal) and str(value) else None
