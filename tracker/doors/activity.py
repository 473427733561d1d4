"""The mobile backend's shape: `POST /activity/track`, one activity of the user a token names."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from tracker.domain.event import RawEvent
from tracker.errors import Invalid

MAX_TYPE = 50
PLATFORM = "mobile"
KNOWN = frozenset({
    "login", "logout", "recharge", "bill_payment", "money_transfer", "wallet_topup",
    "profile_update", "kyc_verification", "membership_purchase", "scan_pay", "qr_payment",
    "bank_transfer", "loan_application", "insurance_purchase", "complaint_filed", "referral_used",
    "reward_claimed", "notification_opened", "app_opened", "screen_viewed",
})  # fmt: skip
"""Types every site knows; others are taken unless the site is strict."""
RENAMED = {"eventName": "activity_type", "properties": "details", "session": "session_id"}
"""What the steps call a field → what this shape calls it."""
LARGEST = Decimal(10) ** 14
_exactly = msgspec.json.Decoder(float_hook=Decimal).decode


def read(value: Any, raw: bytes, strict: bool) -> RawEvent:
    """The activity of a body. Raises Invalid naming the field."""
    if type(value) is not dict:
        raise Invalid("The body must be a JSON object.", field="body")
    details = value.get("details")
    if details is None:
        details = {}
    if type(details) is not dict:
        raise Invalid("details must be an object.", field="details")
    properties = dict(details)
    properties["platform"] = _text(details.get("platform"), "details.platform") or PLATFORM
    if details.get("amount") is not None:
        properties["amount"] = _amount(details["amount"], raw)
    return RawEvent(
        _type(value.get("activity_type"), strict),
        id=value.get("id"),
        timestamp=value.get("timestamp"),
        properties=properties,
        session=value.get("session_id"),
    )


def _type(value: Any, strict: bool) -> str:
    if type(value) is not str or not 0 < len(value.strip()) <= MAX_TYPE:
        raise Invalid(f"activity_type must be text of 1 to {MAX_TYPE} characters.", field="activity_type")
    if strict and value.strip() not in KNOWN:
        raise Invalid(
            f"This site takes known activities only: {', '.join(sorted(KNOWN))}.", field="activity_type"
        )
    return value.strip()


def _text(value: Any, path: str) -> str | None:
    if value is not None and (type(value) is not str or len(value) > MAX_TYPE):
        raise Invalid(f"{path} must be text of at most {MAX_TYPE} characters.", field=path)
    return value or None


def _amount(value: Any, raw: bytes) -> str | int:
    """The amount as exact text: a number is read again from the body, for floats lose digits."""
    if type(value) is int and abs(value) < LARGEST:
        return value
    try:
        exact = _exactly(raw)["details"]["amount"] if type(value) is float else Decimal(str(value))
        if type(value) in (str, float) and exact.is_finite() and abs(exact) < LARGEST:
            return format(exact, "f")
    except (InvalidOperation, msgspec.MsgspecError, UnicodeDecodeError):
        pass
    raise Invalid("details.amount must be a decimal number such as 299.50.", field="details.amount")
