"""The alert *stuck payments*: paid, and not credited after 15 minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tracker.domain.money import plain, written
from tracker.domain.payments import STUCK_AFTER_MS
from tracker.domain.site import Site
from tracker.ledger.connect import Connection
from tracker.ledger.payments import Payment, of_reference, stuck
from tracker.notify.message import Message

ALERT = "payment_stuck"
DAYS = 7
"""Payments begun earlier are old stories, imported or reported late."""
DAY_MS = 86_400_000


def found(connection: Connection, site_id: int, now_ms: int) -> list[Payment]:
    """Payments that are stuck now, those that wait longest first."""
    return stuck(connection, site_id, now_ms, now_ms - DAYS * DAY_MS)


def since(payment: Payment) -> int:
    """When it became stuck (epoch ms)."""
    assert payment.paid_at is not None
    return payment.paid_at + STUCK_AFTER_MS


def still(connection: Connection, site_id: int, reference: str, now_ms: int) -> Payment | None:
    """The payment if it is stuck still; None where somebody credited it meanwhile, or it is gone."""
    payment = of_reference(connection, site_id, reference)
    return payment if payment is not None and payment.is_stuck(now_ms) else None


def message(id_: str, site: Site, payments: Sequence[Payment], address: str) -> Message:
    """What people and programs are told. Names and addresses of users stay here: mail is no safe place."""
    number = "A payment is" if len(payments) == 1 else f"{len(payments)} payments are"
    lines = [_line(site, one, _link(address, site, one)) for one in payments]
    text = (
        f"{number} stuck on {site.name}: paid more than 15 minutes ago, and not credited.\n\n"
        + "\n\n".join(lines)
        + f"\n\nAll of them: {address}/sites/{site.id}/payments?payments=stuck\n"
        + f"Who gets this: {address}/sites/{site.id}/settings/alerts\n"
    )
    data = {
        "type": ALERT,
        "site": {"id": site.id, "name": site.name},
        "payments": [_data(one) | {"url": _link(address, site, one)} for one in payments],
    }
    return Message(id_, f"{number} stuck on {site.name}", text, data)


def sample(id_: str, site: Site, address: str, now_ms: int) -> Message:
    """What a test sends: the same shape, of a payment that is made up."""
    made_up = Payment(
        "test-payment", None, None, None, None, now_ms - STUCK_AFTER_MS, now_ms - STUCK_AFTER_MS, *(None,) * 3
    )
    told = message(id_, site, [made_up], address)
    text = f"This is a test: no payment is stuck. A real message would look like this.\n\n{told.text}"
    return Message(id_, f"Test: {told.subject}", text, {**told.data, "test": True})


def _line(site: Site, payment: Payment, link: str) -> str:
    assert payment.paid_at is not None
    paid = datetime.fromtimestamp(payment.paid_at / 1000, ZoneInfo(site.time_zone))
    parts = [
        f"{payment.reference}: {_amount(payment)}",
        f"paid {paid:%Y-%m-%d %H:%M} ({site.time_zone})",
        "the provider's webhook came"
        if payment.webhook_at is not None
        else "no webhook of the provider came",
        *([f"error: {payment.error_message}"] if payment.error_message else []),
    ]
    return "\n  ".join([*parts, link])


def _data(payment: Payment) -> dict[str, Any]:
    assert payment.paid_at is not None
    paid = datetime.fromtimestamp(payment.paid_at / 1000, UTC)
    return {
        "reference": payment.reference,
        "user": payment.user_id,
        "amount": None if payment.amount is None else plain(payment.amount),
        "currency": payment.currency,
        "paidAt": paid.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "webhookReceived": payment.webhook_at is not None,
        "errorMessage": payment.error_message,
    }


def _amount(payment: Payment) -> str:
    return "amount not told" if payment.amount is None else written(payment.amount, payment.currency)


def _link(address: str, site: Site, payment: Payment) -> str:
    return f"{address}/sites/{site.id}/payment?{urlencode({'reference': payment.reference})}"
