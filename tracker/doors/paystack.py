"""Webhooks of Paystack: `POST /webhooks/paystack/{site}`, signed with the account's secret key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

import msgspec

from tracker.domain.money import from_minor
from tracker.doors.http import Request
from tracker.doors.notice import FAILED, SUCCESS, Notice, email_of, first, inner, text, user_of

HEADER = b"x-paystack-signature"
DECIMALS = 2
"""Paystack counts in hundredths of every currency it knows, also of those that have no coins (XOF, RWF)."""
STATUS = {"charge.success": SUCCESS, "charge.failed": FAILED}
"""What ends a payment; every other kind is about something else."""


def is_signed(request: Request, secrets: Iterable[str], now_ms: int) -> bool:
    """Whether one of the secrets signed the body: hexadecimal HMAC-SHA512 of its bytes."""
    told = request.headers.get(HEADER, b"").strip().lower()
    found = False
    for secret in secrets:  # all of them, so that the time taken tells nothing
        made = hmac.new(secret.encode(), request.body, hashlib.sha512).hexdigest().encode()
        found |= hmac.compare_digest(made, told)
    return found


def read(value: dict[str, Any], raw: bytes) -> Notice:
    """The notice in a body whose signature was checked."""
    kind = text(value.get("event"), 100) or "unknown"
    data, status = inner(value, "data"), STATUS.get(kind)
    metadata = _metadata(data.get("metadata"))
    customer = inner(data, "customer")
    units = data.get("amount")
    domain = data.get("domain")
    return Notice(
        "paystack",
        kind,
        _identity(kind, data, raw),
        reference=first(data, "reference", "transaction_reference")
        or first(data.get("transaction"), "reference"),
        status=status,
        amount=from_minor(units, DECIMALS) if type(units) is int and abs(units) < 10**15 else None,
        currency=(first(data, "currency", most=10) or "").upper() or None,
        user_id=user_of(metadata, _metadata(customer.get("metadata"))),
        email=email_of(first(metadata, "email"), first(customer, "email")),
        error_message=first(data, "gateway_response", "message", "reason") if status == FAILED else None,
        occurred_at=first(data, "paid_at", "paidAt", "created_at", "createdAt", most=40),
        live=domain == "live" if domain else None,
    )


def _identity(kind: str, data: dict[str, Any], raw: bytes) -> str:
    # Paystack gives its events no id. A charge succeeds once; whatever else may come about the same thing
    # several times, each time with another body.
    if kind == "charge.success" and type(data.get("id")) is int:
        return f"{kind}:{data['id']}"
    return hashlib.sha256(raw).hexdigest()


def _metadata(value: Any) -> Any:
    """Metadata come as an object, or as JSON in a text."""
    if type(value) is not str:
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.MsgspecError, RecursionError):
        return None
