"""What a payment provider's webhook says, whichever provider it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tracker.domain.event import MAX_ID, RawEvent, RawUser
from tracker.domain.payments import WEBHOOK, WEBHOOK_ID

SUCCESS, FAILED = "success", "failed"
MAX_TEXT = 500
USER_KEYS = ("user_id", "userId", "user", "uid")
"""Where a site may have put its user's id into the payment's metadata, the first one wins."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One webhook. `amount` is exact text in major units, `currency` upper case.

    `status` is success or failed where the notice says how a payment ended. Only then is it a part of the
    payment; of any other (a refund, a dispute, a payout) the reference is kept as `related_reference`.
    """

    provider: str
    kind: str
    """The provider's name for what happened."""
    event_id: str
    """The same for every delivery of the same thing."""
    reference: str | None = None
    status: str | None = None
    amount: str | None = None
    currency: str | None = None
    user_id: str | None = None
    email: str | None = None
    error_message: str | None = None
    occurred_at: str | int | None = None
    """When, as the provider tells it."""
    live: bool | None = None

    def event(self, user_id: str | None) -> RawEvent:
        """The event that is kept, of this user.

        The e-mail says nothing of the user: payers type it themselves.
        """
        told = {
            "provider": self.provider,
            "event_type": self.kind,
            "reference" if self.status else "related_reference": self.reference,
            "status": self.status,
            "amount": self.amount,
            "currency": self.currency,
            "email": self.email,
            "error_message": self.error_message,
            "occurred_at": self.occurred_at,
            "live": self.live,
        }
        return RawEvent(
            WEBHOOK,
            id=f"{WEBHOOK_ID}{self.provider}:{self.event_id}",
            properties={key: value for key, value in told.items() if value is not None},
            user=RawUser(user_id) if user_id else None,
            interactive=False,
        )


def text(value: Any, most: int = MAX_TEXT) -> str | None:
    """A text or whole number as text, at most so long; None for anything else and for nothing."""
    if type(value) not in (str, int):
        return None
    return str(value).strip()[:most] or None


def first(holder: Any, *keys: str, most: int = MAX_TEXT) -> str | None:
    """The first of these keys that holds text."""
    if type(holder) is not dict:
        return None
    return next((found for key in keys if (found := text(holder.get(key), most))), None)


def inner(holder: Any, *keys: str) -> dict[str, Any]:
    """An object inside objects, empty where there is none."""
    for key in keys:
        holder = holder.get(key) if type(holder) is dict else None
    return holder if type(holder) is dict else {}


def user_of(*metadata: Any) -> str | None:
    """The site's own user id out of the metadata it attached."""
    return next((found for one in metadata if (found := first(one, *USER_KEYS, most=MAX_ID))), None)


def email_of(*candidates: str | None) -> str | None:
    """The first that may be an e-mail address."""
    return next((one for one in candidates if one and "@" in one and len(one) <= MAX_ID), None)
