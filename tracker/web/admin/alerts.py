"""Where a site's alerts and reports go: adding, trying, changing and removing channels, and what was told."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts.roles import Role
from tracker.domain.site import Site
from tracker.errors import STATUS, DesirepathError, Unavailable
from tracker.models import AlertChannel
from tracker.notify import alerts, channels, kinds, reports, stretch
from tracker.notify.channels import Wanted
from tracker.notify.message import Message
from tracker.notify.stretch import Every, Stretch
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
EVERY = {
    "": "None",
    "day": "Every morning, of the day before",
    "week": "Every Monday, of the week before",
    "month": "On the first, of the month before",
}


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    blueprint = Blueprint("alerts", __name__, url_prefix="/sites/<int:site_id>/settings/alerts")
    pages = AlertPages(services)
    blueprint.add_url_rule("", "page", pages.page)
    blueprint.add_url_rule("/<kind>", "add", pages.add, methods=["POST"])
    blueprint.add_url_rule("/report", "report", pages.report)
    blueprint.add_url_rule("/<int:number>/told", "change", pages.change, methods=["POST"])
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
            row = channels.add(self._services.settings, site_id, kind, target, now_ms, by, _wanted())
        except DesirepathError as error:
            return self._render(site_id, error, kind, target), STATUS[error.code]
        if row.secret is not None:
            shown_once.keep(f"alerts of {site_id}", (row.target, row.secret), now_ms)
        flash("Added. Send a test to see that it arrives.", "good")
        return redirect(url_for("alerts.page", site_id=site_id))

    def change(self, site_id: int, number: int) -> ResponseReturnValue:
        """Tell other things there."""
        access.row(site_id, Role.ADMIN)
        row = channels.need(site_id, number)
        try:
            channels.change(site_id, number, _wanted(), clock.now_ms(), access.need_viewer().user)
        except DesirepathError as error:
            flash(f"{row.target}: {error.message}", "bad")
        else:
            flash("Saved.", "good")
        return redirect(url_for("alerts.page", site_id=site_id))

    def report(self, site_id: int) -> ResponseReturnValue:
        """What the last report says, or said."""
        site, now_ms = access.site(site_id, Role.ADMIN), clock.now_ms()
        every = Every.read(request.args.get("every", Every.WEEK))
        of = stretch.ended(every, site.time_zone, now_ms)
        message = self._services.write_report(site, of, "shown", now_ms)
        return render_template("admin/report.html", site=site, message=message, every=every, choices=Every)

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
            for message in self._trials(site, row, now_ms):
                kinds.of(row.kind).send(settings, row.target, row.secret, message, now_ms)
        except Unavailable as error:
            flash(f"The test to {row.target} was not sent. {error.message}", "bad")
        else:
            flash(f"The test to {row.target} was sent.", "good")
        return redirect(url_for("alerts.page", site_id=site_id))

    def _trials(self, site: Site, row: AlertChannel, now_ms: int) -> Iterator[Message]:
        if row.stuck:
            yield alerts.trial(site, self._services.settings, now_ms)
        if row.report is not None:
            of = stretch.ended(Every(row.report), site.time_zone, now_ms)
            told = self._services.write_report(site, of, f"test-{secrets.token_hex(8)}", now_ms)
            yield replace(told, subject=f"Test: {told.subject}", data={**told.data, "test": True})

    def _render(
        self, site_id: int, error: DesirepathError | None = None, kind: str = "", target: str = ""
    ) -> str:
        access.row(site_id, Role.ADMIN)
        known = channels.of_site(site_id)
        return render_template(
            "admin/alerts.html",
            site=access.site(site_id),
            kinds={name: [one for one in known if one.kind == name] for name in kinds.KINDS},
            told=[(one, _subject(one)) for one in channels.latest(site_id)],
            every=EVERY,
            waiting=channels.waiting(site_id),
            states=STATES,
            mail=bool(self._services.settings.smtp_host),
            made=shown_once.take(f"alerts of {site_id}", clock.now_ms()),
            error=error,
            at_fault=kind,
            target=target,
        )


def _wanted() -> Wanted:
    return Wanted.read(stuck="stuck" in request.form, report=request.form.get("report", ""))


def _subject(sent: channels.Sent) -> str:
    """What was told, where it is not a payment."""
    return f"Report: {Stretch.of_key(sent.subject).words()}" if sent.alert == reports.REPORT else ""
