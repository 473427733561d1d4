"""Webhooks of payment providers: which site, signed or not, and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Protocol

from tracker.domain.arrival import Sites
from tracker.domain.event import MAX_BODY_BYTES
from tracker.domain.site import PROVIDERS, Site
from tracker.doors import body, paystack, stripe
from tracker.doors.http import Request
from tracker.doors.notice import Notice
from tracker.errors import Invalid, NotFound, TooLarge, Unauthorized


class Reader(Protocol):
    """One provider's module."""

    def is_signed(self, request: Request, secrets: Iterable[str], now_ms: int) -> bool:
        """Whether one of the secrets signed the body."""

    def read(self, value: dict[str, Any], raw: bytes) -> Notice:
        """What a signed body says."""


PATHS = tuple(f"/webhooks/{provider}/" for provider in PROVIDERS)
"""What their addresses begin with; the site's number follows."""
_ADDRESS = re.compile(r"/webhooks/([a-z]+)/(\d{1,15})/?")
READERS: dict[str, Reader] = {"paystack": paystack, "stripe": stripe}


def addressed(request: Request, sites: Sites) -> tuple[Site | None, str]:
    """(the site, the provider) of an address; None for a site that is not there. Raises NotFound."""
    found = _ADDRESS.fullmatch(request.path)
    if found is None or found[1] not in READERS:
        raise NotFound("Webhooks come to /webhooks/paystack/{site} or /webhooks/stripe/{site}.", field="path")
    return sites.by_id(int(found[2])), found[1]


def check(request: Request, site: Site | None, provider: str, now_ms: int) -> Site:
    """The site whose secret signed the body. Raises Unauthorized, or TooLarge.

    Strangers are not told whether there is such a site, nor whether it has a secret.
    """
    if len(request.body) > MAX_BODY_BYTES:
        raise TooLarge(f"A webhook may carry at most {MAX_BODY_BYTES:,} bytes.", field="body")
    secrets = site.webhook_secrets.get(provider, ()) if site is not None else ()
    if site is None or not READERS[provider].is_signed(request, secrets, now_ms):
        raise Unauthorized(
            "The signature is not valid: it is missing, too old, or made with another secret than the one "
            "under Settings → Webhooks of this site.",
            field="signature",
        )
    return site


def read(request: Request, provider: str) -> Notice:
    """The notice of a signed body. Raises Invalid (field `body`)."""
    value = body.read_json(request)
    if type(value) is not dict:
        raise Invalid("The body must be a JSON object.", field="body")
    return READERS[provider].read(value, request.body)
