"""A site as the road for events sees it: keys, limits and privacy rules, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tracker.domain.erased import Erased
from tracker.domain.pseudonyms import Pseudonyms

PROVIDERS = ("paystack", "stripe")
"""Payment providers whose webhooks are understood."""


class Identity(StrEnum):
    """How visitors of a site are told apart."""

    COOKIELESS = "cookieless"
    """Always a hash with a salt that changes every day; ids sent by browsers are ignored."""
    CONSENT = "consent"
    """As cookieless until the visitor agrees, then a persistent id."""
    PERSISTENT = "persistent"
    """A persistent id from the first page view."""


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What a site wants done with what arrives."""

    domains: tuple[str, ...] = ()
    """Host names whose pages may send with the public key; empty means any."""
    identity: Identity = Identity.CONSENT
    honour_dnt: bool = True
    track_anonymous: bool = True
    collect_ip: bool = False
    collect_user_agent: bool = False
    visitor_rate: int = 100
    """Events a minute for one visitor under the public key."""
    strict_types: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """One tracked website or app."""

    id: int
    name: str
    time_zone: str
    public_key: str
    secret_key_hash: str
    """SHA-256 hex of the secret key; the key itself is shown once and not kept."""
    token_secrets: tuple[str, ...] = ()
    """The secrets that user tokens may be signed with, newest first."""
    previous_secret_key_hash: str | None = None
    """Still accepted for a day after a rotation."""
    rules: SiteRules = field(default_factory=SiteRules)
    webhook_secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What each payment provider may sign its webhooks with, newest first."""
    erased: Erased | None = None
    """Whose past is not taken in again; None where nobody was ever erased."""
    pseudonyms: Pseudonyms | None = None
    """Of whom only pseudonyms are taken in; None where nobody was ever pseudonymised."""
    closed: int = 0
    """The moment (epoch ms) before which days are rolled up and take no more events; 0: none are."""
    privacy_page: bool = False
    """Whether everybody may read what is recorded, at an address that names the public key."""
    privacy_contact: str = ""
    """The e-mail address to ask about it, or empty."""
