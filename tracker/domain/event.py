"""An event on its road: as it was sent, as it is kept, and why it may be refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MAX_NAME = 120
MAX_ID = 200
MAX_PROPERTIES = 100
MAX_PROPERTIES_BYTES = 32 * 1024
MAX_EVENTS = 500
MAX_BODY_BYTES = 1_000_000
MAX_IMPORT_BYTES = 16_000_000
"""One part of an import over HTTP; the command line takes any size."""
FUTURE_TOLERANCE_MS = 5 * 60 * 1000

PAGE_VIEW = "page_viewed"
PAGE_VIEW_ALIASES = frozenset({"pageview", "page_view", "$pageview"})
"""Names that other clients use for a page view; kept under `page_viewed`."""


class Trust(StrEnum):
    """How far the sender's word goes."""

    PUBLIC = "public"
    """The public key, which everybody can read in the page: users are only claimed."""
    SECRET = "secret"  # noqa: S105 - a kind of key, not a key
    """The secret key: a server of the site's owner."""
    TOKEN = "token"  # noqa: S105 - a kind of key, not a key
    """A user token signed by the site's own backend."""


class Flag:
    """Bits of `Event.flags`."""

    INTERACTIVE = 1
    """A person caused it."""
    VERIFIED = 2
    """The sender proved who it is (secret key or user token)."""
    CLOCK = 4
    """Its time lay too far in the future and was replaced by the time received."""
    DAILY_VISITOR = 8
    """The visitor is a daily hash: the same person is somebody else tomorrow."""


@dataclass(slots=True)
class RawUser:
    """A user as named by the sender, checked by the pipeline."""

    id: Any = None
    name: Any = None
    email: Any = None
    phone_number: Any = None
    traits: Any = None


@dataclass(slots=True)
class RawContext:
    """Where it happened, as told by the sender."""

    url: Any = None
    referrer: Any = None
    title: Any = None
    screen: Any = None
    viewport: Any = None
    language: Any = None
    user_agent: Any = None
    """The visitor's, told by a server that sends for others; ignored under the public key."""
    ip: Any = None
    """The same for the address."""


@dataclass(slots=True)
class RawEvent:
    """One event as any door read it. Values are unchecked; every door makes a list of these."""

    name: Any
    index: int = 0
    """Position in the request, for error messages."""
    id: Any = None
    timestamp: Any = None
    properties: Any = None
    visitor: Any = None
    session: Any = None
    user: RawUser | None = None
    context: RawContext = field(default_factory=RawContext)
    interactive: Any = None


class DropReason(StrEnum):
    """Why an event was refused; counted in `/metrics` and told to the sender."""

    INVALID_NAME = "invalid_name"
    INVALID_ID = "invalid_id"
    INVALID_TIME = "invalid_time"
    INVALID_WHO = "invalid_who"
    INVALID_PROPERTIES = "invalid_properties"
    INVALID_CONTEXT = "invalid_context"
    DO_NOT_TRACK = "do_not_track"
    ANONYMOUS = "anonymous"
    UNVERIFIED = "unverified"
    ERASED = "erased"
    TOO_OLD = "too_old"

    @property
    def is_wish(self) -> bool:
        """Whether nobody did wrong: the visitor or the site does not want it kept."""
        return self in (DropReason.DO_NOT_TRACK, DropReason.ANONYMOUS, DropReason.ERASED)


@dataclass(frozen=True, slots=True)
class Drop:
    """A refused event: which, why, and what its sender can do about it."""

    index: int
    reason: DropReason
    field: str
    message: str


@dataclass(slots=True)
class Event:
    """An event as the ledger keeps it, one row.

    `event_id` is 16 bytes for a UUID, else the sender's own text. Times are epoch milliseconds.
    `client`, `profile`, `context` and `properties` are JSON texts: what the sender's device is, what is
    known of the user, where it happened, and what the event says.
    """

    site_id: int
    event_id: bytes | str = b""
    name: str = ""
    at: int = 0
    received_at: int = 0
    visitor: str | None = None
    session: str | None = None
    user_id: str | None = None
    flags: int = Flag.INTERACTIVE
    bot: str | None = None
    client: str = "{}"
    profile: str | None = None
    context: str = "{}"
    properties: str = "{}"
