"""The marketplace's shape: `POST /api/activity/track/`, something done with a product."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from tracker.domain.event import RawEvent
from tracker.domain.products import ACTIONS
from tracker.doors.http import Request
from tracker.errors import Invalid

COOKIE = "desirepath_session"
COOKIE_SECONDS = 180 * 86_400
MAX_ID = 200
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class Act:
    """One action. `session_key` tells anonymous people apart; `issued` when it was made for this request."""

    product_id: str
    action: str
    product_name: str | None
    session_key: str
    issued: bool

    def event(self) -> RawEvent:
        """The event that is kept."""
        properties = {"product_id": self.product_id}
        if self.product_name:
            properties["product_name"] = self.product_name
        return RawEvent(ACTIONS[self.action], properties=properties, visitor=self.session_key)


def read(value: Any, request: Request) -> Act:
    """The action of a body. Raises Invalid naming the field."""
    if type(value) is not dict:
        raise Invalid("The body must be a JSON object.", field="body")
    product = value.get("product_id")
    if type(product) not in (str, int) or not 0 < len(str(product).strip()) <= MAX_ID:
        raise Invalid(f"product_id must be text of 1 to {MAX_ID} characters.", field="product_id")
    action = value.get("action")
    if type(action) is not str or action not in ACTIONS:
        raise Invalid(f"action must be one of {', '.join(ACTIONS)}.", field="action")
    name = value.get("product_name")
    if name is not None and (type(name) is not str or len(name) > MAX_ID):
        raise Invalid(f"product_name must be text of at most {MAX_ID} characters.", field="product_name")
    known = _session_key(value.get("session_key"), request)
    return Act(str(product).strip(), action, name or None, known or secrets.token_urlsafe(24), known is None)


def _session_key(told: Any, request: Request) -> str | None:
    """The key the sender has: in the body, else in its cookie; None for one we never made."""
    if told is None:
        try:
            found = SimpleCookie(request.header(b"cookie")).get(COOKIE)
        except CookieError:
            found = None
        told = found.value if found else None
        return told if told and _KEY.fullmatch(told) else None
    if type(told) is not str or not _KEY.fullmatch(told):
        raise Invalid("session_key must be one this server gave, or left out.", field="session_key")
    return told


def cookie(act: Act) -> tuple[tuple[bytes, bytes], ...]:
    """The header that lets a browser keep the key that was made for it."""
    told = f"{COOKIE}={act.session_key}; Max-Age={COOKIE_SECONDS}; Path=/api/activity; HttpOnly; SameSite=Lax"
    return ((b"set-cookie", told.encode()),)
