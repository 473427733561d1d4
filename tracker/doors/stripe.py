"""Webhooks of Stripe: `POST /webhooks/stripe/{site}`, signed with the endpoint's secret."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

from tracker.domain.money import decimals, from_minor
from tracker.doors.http import Request
from tracker.doors.notice import FAILED, SUCCESS, Notice, email_of, first, inner, text, user_of

HEADER = b"stripe-signature"
TOLERANCE_S = 300
"""How old a signature may be: what was recorded on its way cannot be sent again later."""
MOST_SIGNATURES = 20
NO_DECIMALS = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()  # noqa: SIM905 - reads as a table
)
"""Not ISK and UGX: they have no coins any more, and Stripe still counts them in hundredths."""
THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
STATUS = {
    "payment_intent.succeeded": SUCCESS,
    "payment_intent.payment_failed": FAILED,
    "payment_intent.canceled": FAILED,
    "charge.succeeded": SUCCESS,
    "charge.failed": FAILED,
    "checkout.session.async_payment_succeeded": SUCCESS,
    "checkout.session.async_payment_failed": FAILED,
    "checkout.session.expired": FAILED,
    "invoice.paid": SUCCESS,
    "invoice.payment_succeeded": SUCCESS,
    "invoice.payment_failed": FAILED,
}
"""What ends a payment; every other kind is about something else."""
COMPLETED = "checkout.session.completed"
"""Ends a payment only when it says that it is paid."""
AMOUNTS = {
    "payment_intent.succeeded": ("amount_received", "amount"),
    "invoice": ("amount_paid", "amount_due"),
    "checkout": ("amount_total",),
}
"""Where the amount stands, by kind or what it begins with; `amount` otherwise."""


def is_signed(request: Request, secrets: Iterable[str], now_ms: int) -> bool:
    """Whether one of the secrets signed time and body: HMAC-SHA256 of `t.body`, in one of several `v1`."""
    time, signatures = _parts(request.headers.get(HEADER, b""))
    if time is None or abs(now_ms // 1000 - int(time)) > TOLERANCE_S:
        return False
    found = False
    for secret in secrets:  # all of them, so that the time taken tells nothing
        made = hmac.new(secret.encode(), time + b"." + request.body, hashlib.sha256).hexdigest().encode()
        for told in signatures:
            found |= hmac.compare_digest(made, told)
    return found


def read(value: dict[str, Any], raw: bytes) -> Notice:
    """The notice in a body whose signature was checked."""
    kind = text(value.get("type"), 100) or "unknown"
    about = inner(value, "data", "object")
    status = _status(kind, about)
    metadata = inner(about, "metadata")
    currency = (first(about, "currency", most=10) or "").upper() or None
    live = value.get("livemode")
    created = value.get("created")
    return Notice(
        "stripe",
        kind,
        text(value.get("id"), 150) or hashlib.sha256(raw).hexdigest(),
        reference=_reference(about, metadata),
        status=status,
        amount=_amount(kind, about, currency),
        currency=currency,
        user_id=user_of(metadata),
        email=email_of(
            first(metadata, "email"),
            first(about, "customer_email", "receipt_email"),
            first(about.get("customer_details"), "email"),
            first(about.get("billing_details"), "email"),
        ),
        error_message=_error(kind, about) if status == FAILED else None,
        occurred_at=created * 1000 if type(created) is int and 0 < created < 10**11 else None,
        live=live if type(live) is bool else None,
    )


def _parts(header: bytes) -> tuple[bytes | None, list[bytes]]:
    """The time (seconds, as written) and the signatures of a header."""
    time: bytes | None = None
    signatures: list[bytes] = []
    for part in header[:4_000].split(b","):
        key, _, value = part.strip().partition(b"=")
        if key == b"t" and value.isdigit() and len(value) < 12:
            time = value
        elif key == b"v1":
            signatures.append(value)
    return time, signatures[:MOST_SIGNATURES]


def _status(kind: str, about: dict[str, Any]) -> str | None:
    if kind == COMPLETED:
        return SUCCESS if about.get("payment_status") in ("paid", "no_payment_required") else None
    return STATUS.get(kind)


def _reference(about: dict[str, Any], metadata: dict[str, Any]) -> str | None:
    """What the site called it, else the payment intent, else the object itself."""
    return (
        first(metadata, "reference")
        or first(about, "client_reference_id")
        or first(about, "payment_intent")
        or first(about.get("payment_intent"), "id")
        or first(about, "id")
    )


def _amount(kind: str, about: dict[str, Any], currency: str | None) -> str | None:
    keys = AMOUNTS.get(kind) or AMOUNTS.get(kind.partition(".")[0]) or ("amount",)
    units = next((about[key] for key in keys if type(about.get(key)) is int), None)
    if units is None or currency is None or abs(units) >= 10**15:
        return None
    return from_minor(units, decimals(currency, NO_DECIMALS, THREE_DECIMALS))


def _error(kind: str, about: dict[str, Any]) -> str:
    return (
        first(about.get("last_payment_error"), "message", "code")
        or first(about, "failure_message", "failure_code", "cancellation_reason")
        or first(about.get("outcome"), "seller_message")
        or kind
    )
