"""Adding and deducting credits: read what is wanted, take the road of every event, keep it once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from tracker.domain.arrival import Arrival
from tracker.domain.event import MAX_ID, RawEvent, RawUser, Trust
from tracker.domain.money import exact, plain
from tracker.domain.payments import CREDIT_ID, CREDITED, DEDUCTED
from tracker.domain.site import Site
from tracker.doors.native import read_user
from tracker.errors import Invalid
from tracker.ingest.pipeline import Pipeline
from tracker.ledger import credit_moves
from tracker.ledger.credit_moves import Moved
from tracker.ledger.writer import Writer

OPERATIONS = {"add": CREDITED, "deduct": DEDUCTED}
FIELDS = ("user", "amount", "operation", "currency", "reason", "reference")
MAX_REFERENCE = MAX_ID - len(CREDIT_ID)
MAX_REASON = 500
_CURRENCY = re.compile(r"[A-Za-z0-9_-]{1,20}")


@dataclass(frozen=True, slots=True)
class Change:
    """Credits to move: `amount` above zero; `reference` makes it happen once, however often it is asked for.

    `by` is who asked, None for the site's own server.
    """

    user: RawUser
    operation: str
    amount: Decimal
    reference: str
    currency: str | None = None
    reason: str | None = None
    by: str | None = None

    def event(self) -> RawEvent:
        """The event that says so."""
        told = {
            "amount": plain(self.amount),
            "currency": self.currency,
            "reason": self.reason,
            "reference": self.reference,
            "by": self.by,
        }
        return RawEvent(
            OPERATIONS[self.operation],
            id=CREDIT_ID + self.reference,
            properties={key: value for key, value in told.items() if value is not None},
            user=self.user,
            interactive=False,
        )


def read(value: Any, by: str | None = None) -> Change:
    """A change as JSON tells it, numbers as Decimal. Raises Invalid naming the field."""
    if type(value) is not dict:
        raise Invalid("The body must be a JSON object.", field="body")
    for key in value:
        if key not in FIELDS:
            raise Invalid(f"There is no field {key[:60]!r}; use {', '.join(FIELDS)}.", field=key[:60])
    user = read_user(value.get("user"))
    if user is None:
        raise Invalid("user is missing: its id, or an object with id or email.", field="user")
    return Change(
        user,
        _operation(value.get("operation")),
        amount(value.get("amount")),
        reference(value.get("reference")),
        _currency(value.get("currency")),
        _reason(value.get("reason")),
        by,
    )


def carry_out(pipeline: Pipeline, writer: Writer, site: Site, change: Change, now_ms: int) -> Moved:
    """Move the credits. Raises Invalid, Conflict (nothing was moved), or Unavailable."""
    passed = pipeline.run(Arrival(site, Trust.SECRET, now_ms), [change.event()])
    if passed.drops:
        drop = passed.drops[0]
        raise Invalid(drop.message, field=drop.field.split(".", 1)[0])
    event = passed.events[0]
    if msgspec.json.decode(event.properties).get("reference") != change.reference:
        raise Invalid("reference looks like a secret or a card number; use another.", field="reference")
    return writer.run(lambda transaction: credit_moves.move(transaction, event))


def amount(value: Any) -> Decimal:
    """An exact amount above zero. Raises Invalid."""
    found = exact(value)
    if found is None or found <= 0:
        raise Invalid("amount must be a number above zero, such as 5.00.", field="amount")
    if found != Decimal(str(value).strip()):
        raise Invalid("amount may have four decimals at most.", field="amount")
    return found


def reference(value: Any) -> str:
    """What makes a change happen once. Raises Invalid."""
    if type(value) is not str or not 1 <= len(value) <= MAX_REFERENCE or value != value.strip():
        raise Invalid(
            f"reference must be text of 1 to {MAX_REFERENCE} characters: an id of yours for this operation, "
            "the same when you send it again.",
            field="reference",
        )
    return value


def _operation(value: Any) -> str:
    if type(value) is not str or value not in OPERATIONS:
        raise Invalid("operation is add or deduct.", field="operation")
    return value


def _currency(value: Any) -> str | None:
    if value is not None and (type(value) is not str or not _CURRENCY.fullmatch(value)):
        raise Invalid("currency must be a short name such as EUR, or be left out.", field="currency")
    return value


def _reason(value: Any) -> str | None:
    if value is not None and (type(value) is not str or len(value) > MAX_REASON):
        raise Invalid(f"reason must be text of at most {MAX_REASON} characters.", field="reason")
    return value or None
