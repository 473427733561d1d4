"""One request on its way in: who sent it, for which site, when, and what the wire tells of the sender."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from tracker.domain.event import RawUser, Trust
from tracker.domain.site import Site


class Sites(Protocol):
    """Where doors look sites up. Answers come from memory and never block."""

    def by_public_key(self, key: str) -> Site | None:
        """The site with this `pk_…` key."""

    def by_secret_key(self, key: str) -> Site | None:
        """The site with this `sk_…` key."""

    def by_id(self, site_id: int) -> Site | None:
        """The site with this id."""

    def by_domain(self, host: str) -> Site | None:
        """The only site that lists this host name or the nearest domain above it."""

    def only(self) -> Site | None:
        """The site, where there is exactly one."""

    def everything(self) -> list[Site]:
        """All sites."""

    def look_again(self) -> bool:
        """Whether it was looked just now for what others changed; not more often than is good."""


@dataclass(slots=True)
class Arrival:
    """What all events of one request share. Times are epoch milliseconds."""

    site: Site
    trust: Trust
    received_at: int
    clock_offset: int = 0
    """Milliseconds to add to the sender's times."""
    address: str = ""
    """The sender's true address, behind trusted proxies."""
    user_agent: str = ""
    language: str = ""
    do_not_track: bool = False
    user: RawUser | None = None
    """The user a token was made for; outranks what the body says."""
    memo: dict[Any, Any] = field(default_factory=dict)
    """What steps worked out once for the whole request."""
