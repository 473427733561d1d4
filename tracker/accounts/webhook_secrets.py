"""What payment providers sign their webhooks with: keeping, replacing and removing a site's secrets."""

from __future__ import annotations

import re

from sqlalchemy import select

from tracker.accounts import audit, keys, sites
from tracker.domain.site import PROVIDERS
from tracker.errors import Invalid, NotFound
from tracker.extensions import db, writing
from tracker.models import User, WebhookSecret

_SHAPE = re.compile(r"[!-~]{8,500}")
OTHERS: dict[str, tuple[str, ...]] = {
    "paystack": ("pk_", "whsec_"),
    "stripe": ("pk_", "sk_", "rk_"),
}
"""How keys begin that people paste by mistake."""
WANTED = {
    "paystack": "Paystack signs with the account's secret key (sk_live_… or sk_test_…).",
    "stripe": "Stripe signs with the webhook endpoint's signing secret (whsec_…).",
}


def of_site(site_id: int) -> dict[str, WebhookSecret]:
    """A site's secrets by provider."""
    rows = db.session.scalars(select(WebhookSecret).where(WebhookSecret.site_id == site_id))
    return {row.provider: row for row in rows}


def keep(site_id: int, provider: str, secret: str, now_ms: int, by: User | None) -> None:
    """Take signatures made with this secret; one that was there before is taken for another day.

    Raises Invalid (field `secret` or `provider`), or NotFound for the site.
    """
    known, checked = read_provider(provider), _checked(provider, secret)
    with writing() as session:
        sites.need(site_id)
        row = session.get(WebhookSecret, (site_id, known))
        if row is None:
            session.add(WebhookSecret(site_id=site_id, provider=known, secret=checked, changed_at=now_ms))
        elif row.secret != checked:
            row.previous_secret, row.previous_secret_until = row.secret, now_ms + keys.OVERLAP_MS
            row.secret, row.changed_at = checked, now_ms
        audit.note(by, "webhook secret set", now_ms, site_id, known)


def revoke_previous(site_id: int, provider: str, now_ms: int, by: User | None) -> None:
    """Stop taking the secret before this one at once."""
    with writing():
        row = _need(site_id, provider)
        row.previous_secret = row.previous_secret_until = None
        audit.note(by, "previous webhook secret revoked", now_ms, site_id, provider)


def remove(site_id: int, provider: str, now_ms: int, by: User | None) -> None:
    """Take no webhooks of this provider any more."""
    with writing() as session:
        session.delete(_need(site_id, provider))
        audit.note(by, "webhook secret removed", now_ms, site_id, provider)


def read_provider(provider: str) -> str:
    """One of the providers there are. Raises Invalid."""
    if provider not in PROVIDERS:
        raise Invalid(f"provider is {' or '.join(PROVIDERS)}.", field="provider")
    return provider


def _need(site_id: int, provider: str) -> WebhookSecret:
    row = db.session.get(WebhookSecret, (site_id, read_provider(provider)))
    if row is None:
        raise NotFound("There is no such secret.", field="provider")
    return row


def _checked(provider: str, secret: str) -> str:
    text = secret.strip()
    if not _SHAPE.fullmatch(text) or text.startswith(OTHERS[provider]):
        raise Invalid(f"This is not the secret. {WANTED[provider]}", field="secret")
    return text
