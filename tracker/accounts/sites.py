"""Sites: making, changing and removing them, and their keys."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from tracker.accounts import audit, keys, users
from tracker.domain import zones
from tracker.domain.site import Identity
from tracker.errors import Invalid, NotFound
from tracker.extensions import db, writing
from tracker.models import Membership, SiteDomain, SiteRow, User

MAX_NAME = 100
MAX_DOMAINS = 50
MAX_RATE = 1_000_000
PRIVACY = (
    "identity", "honour_dnt", "track_anonymous", "collect_ip", "collect_user_agent", "privacy_page",
    "privacy_contact",
)  # fmt: skip
"""The settings that decide what is collected of visitors, and what they are told of it."""
SWITCHES = (
    "honour_dnt", "track_anonymous", "collect_ip", "collect_user_agent", "strict_types", "privacy_page",
)  # fmt: skip
TEXTS = ("name", "time_zone", "identity", "privacy_contact")
_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,62}[a-z0-9_])?)*"
)


@dataclass(frozen=True, slots=True)
class NewKeys:
    """A site's keys, this once."""

    site: SiteRow
    secret_key: str
    token_secret: str


def create(
    name: str, now_ms: int, *, domains: Iterable[str] = (), time_zone: str = "UTC", by: User | None = None
) -> NewKeys:
    """A new site with its keys. Raises Invalid naming the field."""
    secret, signing = keys.secret_key(), keys.token_secret()
    row = SiteRow(
        name=read_name(name),
        time_zone=read_zone(time_zone),
        public_key=keys.public_key(),
        secret_key_hash=keys.digest(secret),
        token_secret=signing,
        created_at=now_ms,
    )
    row.domains = [SiteDomain(domain=domain) for domain in read_domains(domains)]
    with writing() as session:
        session.add(row)
        session.flush()
        audit.note(by, "site created", now_ms, row.id, row.name)
    return NewKeys(row, secret, signing)


def visible_to(user: User) -> list[SiteRow]:
    """The sites somebody may see, by name."""
    wanted = select(SiteRow).order_by(SiteRow.name, SiteRow.id)
    if not user.is_owner:
        own = select(Membership.site_id).where(Membership.user_id == user.id)
        wanted = wanted.where(SiteRow.id.in_(own))
    return list(db.session.scalars(wanted))


def everything() -> list[SiteRow]:
    """All sites, for the command line."""
    return list(db.session.scalars(select(SiteRow).order_by(SiteRow.id)))


def need(site_id: int) -> SiteRow:
    """A site by number. Raises NotFound. Whether somebody may see it is asked elsewhere."""
    row = db.session.get(SiteRow, site_id)
    if row is None:
        raise NotFound("There is no such site.", field="site")
    return row


def change(site_id: int, now_ms: int, by: User | None, **values: Any) -> None:
    """Change name, time_zone, domains, visitor_rate, one of PRIVACY or a switch. Raises Invalid.

    What changed is noted; the same values again change nothing.
    """
    checked = {key: _checked(key, value) for key, value in values.items()}
    with writing() as session:
        row = need(site_id)
        changed = [_set(row, key, value) for key, value in sorted(checked.items())]
        session.flush()
        if any(changed):
            audit.note(by, "settings changed", now_ms, site_id, ", ".join(filter(None, changed)))


def rotate_secret_key(site_id: int, now_ms: int, by: User | None) -> str:
    """A new secret key; the old one is taken for another day."""
    secret = keys.secret_key()
    with writing():
        row = need(site_id)
        row.previous_secret_key_hash = row.secret_key_hash
        row.previous_secret_key_until = now_ms + keys.OVERLAP_MS
        row.secret_key_hash = keys.digest(secret)
        audit.note(by, "secret key rotated", now_ms, site_id)
    return secret


def rotate_token_secret(site_id: int, now_ms: int, by: User | None) -> str:
    """A new token secret; tokens signed with the old one are taken for another day."""
    secret = keys.token_secret()
    with writing():
        row = need(site_id)
        row.previous_token_secret = row.token_secret
        row.previous_token_secret_until = now_ms + keys.OVERLAP_MS
        row.token_secret = secret
        audit.note(by, "token secret rotated", now_ms, site_id)
    return secret


def revoke_previous(site_id: int, now_ms: int, by: User | None) -> None:
    """Stop taking the previous keys at once."""
    with writing():
        row = need(site_id)
        row.previous_secret_key_hash = row.previous_secret_key_until = None
        row.previous_token_secret = row.previous_token_secret_until = None
        audit.note(by, "previous keys revoked", now_ms, site_id)


def delete(site_id: int, now_ms: int, by: User | None) -> None:
    """Remove a site with its keys and memberships. Its events stay in the ledger, out of reach."""
    with writing() as session:
        row = need(site_id)
        audit.note(by, "site deleted", now_ms, site_id, row.name)
        session.delete(row)


def read_name(text: str) -> str:
    """A site's name. Raises Invalid (field `name`)."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= MAX_NAME:
        raise Invalid(f"A site's name has 1 to {MAX_NAME} characters.", field="name")
    return name


def read_zone(text: str) -> str:
    """A time zone's name. Raises Invalid (field `time_zone`)."""
    zone = text.strip()
    if zone not in zones.names():
        raise Invalid("Choose a time zone such as Europe/Berlin or UTC.", field="time_zone")
    return zone


def read_domains(texts: Iterable[str]) -> list[str]:
    """Host names out of what people paste: addresses, ports and `www.` are cut off. Raises Invalid."""
    found: dict[str, None] = {}
    for text in texts:
        host = text.strip().lower().split("://")[-1].split("/")[0].split("@")[-1].split(":")[0].rstrip(".")
        if not host:
            continue
        if not _HOST.fullmatch(host):
            raise Invalid(f"'{text.strip()[:100]}' is no domain such as example.org.", field="domains")
        found[host.removeprefix("www.")] = None
    if len(found) > MAX_DOMAINS:
        raise Invalid(f"A site may have {MAX_DOMAINS} domains.", field="domains")
    return list(found)


def read_contact(text: str) -> str:
    """An e-mail address, or nothing. Raises Invalid (field `privacy_contact`)."""
    if not text.strip():
        return ""
    try:
        return users.read_email(text)
    except Invalid:
        raise Invalid("That is no e-mail address.", field="privacy_contact") from None


def _set(row: SiteRow, key: str, value: Any) -> str:
    """Set one value; what is noted of it, empty where it was that before."""
    before = [one.domain for one in row.domains] if key == "domains" else getattr(row, key)
    if before == value:
        return ""
    if key == "domains":
        row.domains = [SiteDomain(domain=domain) for domain in value]
        return key
    setattr(row, key, value)
    if key in SWITCHES:
        return f"{key} {'on' if value else 'off'}"
    return f"{key} {value}" if key == "identity" else key


def _checked(key: str, value: Any) -> Any:
    if key in TEXTS and not isinstance(value, str):
        raise Invalid(f"{key} must be text.", field=key)
    if key == "name":
        return read_name(value)
    if key == "time_zone":
        return read_zone(value)
    if key == "domains":
        return read_domains(value)
    if key == "privacy_contact":
        return read_contact(value)
    if key in SWITCHES:
        if not isinstance(value, bool):
            raise Invalid(f"{key} must be true or false.", field=key)
        return value
    if key == "identity":
        if value not in set(Identity):
            raise Invalid("Choose cookieless, consent or persistent.", field="identity")
        return str(value)
    if key == "visitor_rate":
        if not isinstance(value, int) or not 1 <= value <= MAX_RATE:
            raise Invalid(f"The limit is a whole number from 1 to {MAX_RATE:,}.", field="visitor_rate")
        return value
    raise Invalid(f"A site has no setting {key}.", field=key)
