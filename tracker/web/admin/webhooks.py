"""A site's webhooks of payment providers: their addresses, and the secrets that prove who sent them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts import webhook_secrets
from tracker.accounts.roles import Role
from tracker.domain.payments import WEBHOOK
from tracker.domain.site import PROVIDERS
from tracker.errors import Invalid
from tracker.ledger import reads
from tracker.ledger.reads import Filter
from tracker.models import WebhookSecret
from tracker.services import Services
from tracker.web import access
from tracker.web.script_tag import host

LABELS = {"paystack": "Paystack", "stripe": "Stripe"}


@dataclass(frozen=True, slots=True)
class Row:
    """One provider on the page. The secret itself is never shown; times in epoch ms."""

    name: str
    label: str
    address: str
    wanted: str
    secret: WebhookSecret | None
    overlap: bool
    last_at: int | None
    """When its last webhook came."""


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    blueprint = Blueprint("webhooks", __name__, url_prefix="/sites/<int:site_id>/settings/webhooks")
    pages = WebhookPages(services)
    blueprint.add_url_rule("", "page", pages.page)
    blueprint.add_url_rule("/<provider>", "keep", pages.keep, methods=["POST"])
    blueprint.add_url_rule("/<provider>/revoke", "revoke", pages.revoke, methods=["POST"])
    blueprint.add_url_rule("/<provider>/remove", "remove", pages.remove, methods=["POST"])
    app.register_blueprint(blueprint)


class WebhookPages:
    """The views."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def page(self, site_id: int) -> ResponseReturnValue:
        """Every provider with its address and whether it may send."""
        return self._render(site_id)

    def keep(self, site_id: int, provider: str) -> ResponseReturnValue:
        """A secret that is new, or replaces the one there is."""
        access.row(site_id, Role.ADMIN)
        secret = request.form.get("secret", "")
        try:
            webhook_secrets.keep(site_id, provider, secret, clock.now_ms(), access.need_viewer().user)
        except Invalid as error:
            return self._render(site_id, error, provider), 400
        flash(f"{LABELS[provider]}'s secret is kept; it is not shown again.", "good")
        return redirect(url_for("webhooks.page", site_id=site_id))

    def revoke(self, site_id: int, provider: str) -> ResponseReturnValue:
        """End the overlap now."""
        access.row(site_id, Role.ADMIN)
        webhook_secrets.revoke_previous(site_id, provider, clock.now_ms(), access.need_viewer().user)
        flash("The previous secret is not taken any more.", "good")
        return redirect(url_for("webhooks.page", site_id=site_id))

    def remove(self, site_id: int, provider: str) -> ResponseReturnValue:
        """Take nothing of this provider any more."""
        access.row(site_id, Role.ADMIN)
        webhook_secrets.remove(site_id, provider, clock.now_ms(), access.need_viewer().user)
        flash("The secret is removed; such webhooks are refused now.", "good")
        return redirect(url_for("webhooks.page", site_id=site_id))

    def _render(self, site_id: int, error: Invalid | None = None, provider: str = "") -> str:
        access.row(site_id, Role.ADMIN)
        kept, now_ms = webhook_secrets.of_site(site_id), clock.now_ms()
        rows = [self._row(site_id, name, kept.get(name), now_ms) for name in PROVIDERS]
        return render_template(
            "admin/webhooks.html", site=access.site(site_id), rows=rows, error=error, at_fault=provider
        )

    def _row(self, site_id: int, name: str, secret: WebhookSecret | None, now_ms: int) -> Row:
        wanted = Filter(site_id=site_id, name=WEBHOOK, properties=(("provider", name),))
        with self._services.readers.read() as connection:
            last = reads.newest(connection, wanted, limit=1, seconds=0.2).events
        return Row(
            name,
            LABELS[name],
            f"{host(self._services.settings)}/webhooks/{name}/{site_id}",
            webhook_secrets.WANTED[name],
            secret,
            secret is not None and (secret.previous_secret_until or 0) > now_ms,
            last[0].at if last else None,
        )
