"""What a site collects of its visitors, what that means in plain words, and its public page."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue

from tracker.accounts import keeping
from tracker.accounts.roles import Role
from tracker.domain.site import Identity, Site, SiteRules
from tracker.errors import Invalid
from tracker.ledger import consents
from tracker.privacy import words
from tracker.services import Services
from tracker.web import access
from tracker.web.admin import saving
from tracker.web.script_tag import host

SHOWN = 100
MAX_ID = 500
SWITCHES = (
    ("honour_dnt", "Leave browsers alone that ask not to be tracked",
     "Do Not Track and Global Privacy Control. What such a browser sends anyway is dropped."),
    ("track_anonymous", "Keep events of people who are not signed in",
     "Off: of what browsers send, only events that name a user are kept."),
    ("collect_ip", "Keep addresses of visitors",
     "Off: an address is used for the country and the visitor's hash, then dropped."),
    ("collect_user_agent", "Keep the raw user agent",
     "Off: only browser, system and kind of device are kept."),
)  # fmt: skip
IDENTITIES = (
    (Identity.COOKIELESS, "Never by an id",
     "A hash with a salt that changes every day. Nothing is kept in the browser; nobody is known tomorrow. "
     "Retention, cohorts and churn then know people who sign in only."),
    (Identity.CONSENT, "By an id once they agree",
     "As above until your banner calls desirepath.consent(true), then by an id kept in their browser."),
    (Identity.PERSISTENT, "By an id from the first page view",
     "For sites that need no consent, or have it."),
)  # fmt: skip


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    blueprint = Blueprint("privacy_settings", __name__, url_prefix="/sites/<int:site_id>/settings/privacy")
    pages = PrivacyPages(services)
    blueprint.add_url_rule("", "page", pages.page, methods=["GET", "POST"])
    blueprint.add_url_rule("/summary", "summary", pages.summary)
    blueprint.add_url_rule("/consent", "consents", pages.consents)
    app.register_blueprint(blueprint)


class PrivacyPages:
    """The views; all need the role admin."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def page(self, site_id: int) -> ResponseReturnValue:
        """The settings beside what they mean, and what the form sends."""
        row = access.row(site_id, Role.ADMIN)
        error: Invalid | None = None
        if request.method == "POST":
            answer = saving.save(site_id, _settings(), "privacy_settings.page")
            if not isinstance(answer, Invalid):
                return answer
            error = answer
        site = access.site(site_id, Role.ADMIN)
        rules = _as_chosen(site.rules) if error else site.rules
        kept = keeping.of_site(site_id).keeping
        page = render_template(
            "admin/privacy.html", site=site, row=row, error=error, switches=SWITCHES, identities=IDENTITIES,
            parts=words.parts(rules, kept),
            plain=words.plain(site.name, site.rules, site.privacy_contact, kept),
            address=f"{host(self._services.settings)}/privacy/{site.public_key}",
        )  # fmt: skip
        return page, 400 if error else 200

    def summary(self, site_id: int) -> ResponseReturnValue:
        """What the form means as it is now, before it is saved."""
        site: Site = access.site(site_id, Role.ADMIN)
        return render_template(
            "_privacy_words.html", parts=words.parts(_as_chosen(site.rules), keeping.of_site(site_id).keeping)
        )

    def consents(self, site_id: int) -> ResponseReturnValue:
        """Who agreed or withdrew, newest first, or all of one person (`person=`)."""
        site = access.site(site_id, Role.ADMIN)
        person, cursor = request.args.get("person", "").strip()[:MAX_ID], request.args.get("cursor")
        error: Invalid | None = None
        found = consents.Consents([], None)
        with self._services.readers.read() as connection:
            try:
                found = consents.newest(connection, site_id, person or None, limit=SHOWN, cursor=cursor)
            except Invalid as wrong:
                error = wrong
        tag = f'<script defer src="{host(self._services.settings)}/js/consent.js"></script>'
        page = render_template(
            "admin/consents.html", site=site, person=person, records=found.records, cursor=found.cursor,
            error=error, tag=tag,
        )  # fmt: skip
        return page, 400 if error else 200


def _settings() -> dict[str, object]:
    form = request.form
    values: dict[str, object] = {key: key in form for key, _, _ in SWITCHES}
    return values | {
        "identity": form.get("identity", ""),
        "privacy_page": "privacy_page" in form,
        "privacy_contact": form.get("privacy_contact", ""),
    }


def _as_chosen(rules: SiteRules) -> SiteRules:
    """The rules as the form has them, which is not saved."""
    told = request.values
    chosen = told.get("identity", "")
    identity = Identity(chosen) if chosen in set(Identity) else rules.identity
    return replace(
        rules,
        identity=identity,
        honour_dnt="honour_dnt" in told,
        track_anonymous="track_anonymous" in told,
        collect_ip="collect_ip" in told,
        collect_user_agent="collect_user_agent" in told,
    )
