"""Payments out of the ledger, right at this moment: one by its reference, and those that are stuck.

What a payment is, and when it is stuck, is defined by the question *Payments*; a test compares both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from tracker.domain import payments as known
from tracker.domain.event import Flag
from tracker.ledger.connect import Connection
from tracker.ledger.credits import text, told_amount

_exactly = msgspec.json.Decoder(float_hook=Decimal).decode
REFERENCE = "json_extract(properties, '$.reference') || ''"
NAMES = ", ".join(f"'{name}'" for name in known.EVENTS)


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment. Times in epoch ms, None where that stage was not told; amounts exact."""

    reference: str
    user_id: str | None
    amount: Decimal | None
    currency: str | None
    error_message: str | None
    started_at: int
    completed_at: int | None
    webhook_at: int | None
    credited_at: int | None
    failed_at: int | None

    @property
    def paid_at(self) -> int | None:
        """When it was completed, else when the webhook said so."""
        return self.completed_at if self.completed_at is not None else self.webhook_at

    @property
    def state(self) -> str:
        """credited, completed, failed or pending."""
        if self.credited_at is not None:
            return "credited"
        if self.paid_at is not None:
            return "completed"
        return "failed" if self.failed_at is not None else "pending"

    def is_stuck(self, now_ms: int) -> bool:
        """Whether it was paid a while ago and nothing was credited."""
        late = self.paid_at is not None and self.paid_at <= now_ms - known.STUCK_AFTER_MS
        return late and self.credited_at is None


@dataclass(frozen=True, slots=True)
class _Told:
    name: str
    at: int
    verified: bool
    user_id: str | None
    properties: dict[str, Any]


def of_reference(connection: Connection, site_id: int, reference: str) -> Payment | None:
    """A payment by its reference, None for one nobody told of. Bots are left out."""
    rows = connection.execute(
        "SELECT name, at, flags, user_id, properties FROM events INDEXED BY events_of_payments "  # noqa: S608
        f"WHERE site_id = ? AND {REFERENCE} = ? AND name IN ({NAMES}) AND bot IS NULL ORDER BY id",
        (site_id, reference),
    )
    told = [_Told(row[0], row[1], bool(row[2] & Flag.VERIFIED), row[3], _exactly(row[4])) for row in rows]
    return _fold(reference, told) if told else None


def of_user(connection: Connection, site_id: int, user_ids: Iterable[str], most: int) -> list[Payment]:
    """The latest payments that users had a part in, newest first."""
    rows = connection.execute(
        f"SELECT {REFERENCE}, max(at) FROM events INDEXED BY events_by_user "  # noqa: S608 - names of ours
        "WHERE site_id = ? AND user_id IN (SELECT value FROM json_each(?)) "
        f"AND name IN ({NAMES}) AND bot IS NULL AND {REFERENCE} != '' GROUP BY 1 ORDER BY 2 DESC LIMIT ?",
        (site_id, msgspec.json.encode(sorted(user_ids)).decode(), most),
    ).fetchall()
    found = (of_reference(connection, site_id, reference) for reference, _ in rows)
    return [payment for payment in found if payment is not None]


def stuck(connection: Connection, site_id: int, now_ms: int, since: int) -> list[Payment]:
    """Payments begun at `since` or later that are stuck now, those that wait longest first."""
    rows = connection.execute(
        STUCK, (Flag.VERIFIED, Flag.VERIFIED, site_id, since, now_ms - known.STUCK_AFTER_MS)
    ).fetchall()
    found = (of_reference(connection, site_id, reference) for (reference,) in rows)
    return [payment for payment in found if payment is not None and payment.is_stuck(now_ms)]


STUCK = f"""SELECT reference FROM (
    SELECT {REFERENCE} AS reference, min(at) AS started_at,
        min(CASE WHEN name = '{known.COMPLETED}' THEN at END) AS completed_at,
        min(CASE WHEN name = '{known.WEBHOOK}' AND flags & ?
            AND json_extract(properties, '$.status') IS NOT 'failed' THEN at END) AS webhook_at,
        max(name = '{known.CREDITED}' AND flags & ?) AS credited
    FROM events INDEXED BY events_of_payments
    WHERE site_id = ? AND name IN ({NAMES}) AND {REFERENCE} != '' AND bot IS NULL GROUP BY 1
) WHERE NOT credited AND started_at >= ? AND coalesce(completed_at, webhook_at) <= ?
ORDER BY coalesce(completed_at, webhook_at), reference"""  # noqa: S608 - names of ours
"""Read from the index alone."""


def _fold(reference: str, told: list[_Told]) -> Payment:
    """What events of one payment say together, in whatever order they came; `told` is by arrival."""
    amounts = [amount for one in told if (amount := told_amount(one.properties)) is not None]
    return Payment(
        reference,
        _last(one.user_id for one in told),
        max(amounts, default=None),
        _last(text(one.properties.get("currency")) for one in told),
        _last(text(one.properties.get("error_message")) for one in told),
        min(one.at for one in told),
        _first(told, lambda one: one.name == known.COMPLETED),
        _first(told, lambda one: one.name == known.WEBHOOK and one.verified and not _failed(one)),
        _first(told, lambda one: one.name == known.CREDITED and one.verified),
        _first(
            told,
            lambda one: (
                one.name == known.FAILED or (one.name == known.WEBHOOK and one.verified and _failed(one))
            ),
        ),
    )


def _failed(one: _Told) -> bool:
    return one.properties.get("status") == "failed"


def _first(told: list[_Told], wanted: Callable[[_Told], bool]) -> int | None:
    return min((one.at for one in told if wanted(one)), default=None)


def _last(values: Iterable[str | None]) -> str | None:
    found = [value for value in values if value is not None]
    return found[-1] if found else None
