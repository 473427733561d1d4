"""What the generator makes: sites and the requests they get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tracker.domain.site import SiteRules

TrustWord = Literal["public", "secret", "token"]


@dataclass(frozen=True, slots=True)
class DemoSite:
    """A site as it is to be created."""

    slug: str
    name: str
    domains: tuple[str, ...]
    time_zone: str
    rules: SiteRules


@dataclass(slots=True)
class DemoRequest:
    """One request as it would reach a door.

    `received_at` is in epoch milliseconds. `body` is a native batch without `site` and `sent_at`.
    Requests share parts of their bodies, so read them and change nothing. Of a "token" request, the
    user in the body is the one the token would be made for. A "secret" request comes from the site's
    own server: its `address` and `user_agent` are that server's, and it names no device.
    """

    site: str
    """Slug of the site."""
    received_at: int
    trust: TrustWord
    address: str
    user_agent: str
    body: dict[str, Any]
