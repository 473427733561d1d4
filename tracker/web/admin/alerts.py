"""Where a site's alerts go: adding, trying and removing channels, and what was told."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts.roles import Role
from tracker.errors import STATUS, DesirepathError
from tracker.notify import alerts, channels, kinds
from tracker.notify.channel import NotSent
from tracker.services import Services
from tracker.web import access
from tracker.web.admin import shown_once
from tracker.web.extensions import limiter

TESTS = "10 per minute"
STATES = {
    "waiting": ("warn", "Waiting"),
    "sent": ("good", "Sent"),
    "settled": ("", "Credited before it was sent"),
    "given_up": ("bad", "Given up"),
}


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    blueprint = Blueprint("alerts", __name__, url_prefix="/sites/<int:site_id>/settings/alerts")
    pages = AlertPages(services)
    blueprint.add_url_rule("", "page", pages.page)
    blueprint.add_url_rule("/<kind>", "add", pages.add, methods=["POST"])
    blueprint.add_url_rule("/<int:number>/remove", "remove", pages.remove, methods=["POST"])
    blueprint.add_url_rule("/<int:number>/test", "trial", limiter.limit(TESTS)(pages.trial), methods=["POST"])
    app.register_blueprint(blueprint)


class AlertPages:
    """The views; all need the role admin."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def page(self, site_id: int) -> ResponseReturnValue:
        """Channels, and what was told last."""
        return self._render(site_id)

    def add(self, site_id: int, kind: str) -> ResponseReturnValue:
        """Another channel of this kind."""
        access.row(site_id, Role.ADMIN)
        target, now_ms = request.form.get("target", "").strip(), clock.now_ms()
        by = access.need_viewer().user
        try:
            row = channels.add(self._services.settings, site_id, kind, target, now_ms, by)
        except DesirepathError as error:
            return self._render(site_id, error, kind, target), STATUS[error.code]
        if row.secret is not None:
            shown_once.keep(f"alerts of {site_id}", (row.target, row.secret), now_ms)
        flash("Added. Send a test to see that it arrives.", "good")
        return redirect(url_for("alerts.page", site_id=site_id))

    def remove(self, site_id: int, number: int) -> ResponseReturnValue:
        """Tell nothing there any more."""
        access.row(site_id, Role.ADMIN)
        channels.remove(site_id, number, clock.now_ms(), access.need_viewer().user)
        flash("Removed; nothing more is sent there.", "good")
        return redirect(url_for("alerts.page", site_id=site_id))

    def trial(self, site_id: int, number: int) -> ResponseReturnValue:
        """Send something now, and say what came of it."""
        site = access.site(site_id, Role.ADMIN)
        row, now_ms, settings = channels.need(site_id, number), clock.now_ms(), self._services.settings
        try:
            message = alerts.trial(site, settings, now_ms)
            kinds.of(row.kind).send(settings, row.target, row.secret, message, now_ms)
        except NotSent as error:
            flash(f"The test to {row.target} was not sent. {error.message}", "bad")
        else:
            flash(f"The test to {row.target} was sent.", "good")
        return redirect(url_for("alerts.page", site_id=site_id))

    def _render(
        self, site_id: int, error: DesirepathError | None = None, kind: str = "", target: str = ""
    ) -> str:
        access.row(site_id, Role.ADMIN)
        known = channels.of_site(site_id)
        return render_template(
            "admin/alerts.html",
            site=access.site(site_id),
            kinds={name: [one for one in known if one.kind == name] for name in kinds.KINDS},
            told=channels.latest(site_id),
            waiting=channels.waiting(site_id),
            states=STATES,
            mail=bool(self._services.settings.smtp_host),
            made=shown_once.take(f"alerts of {site_id}", clock.now_ms()),
            error=error,
            at_fault=kind,
            target=target,
        )
