"""All sites one may see, a new one, and one's settings."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts import audit, keeping, sites
from tracker.accounts.roles import Role
from tracker.domain import zones
from tracker.domain.keeping import DETAILS_DAYS, ERRORS_DAYS, from_text
from tracker.errors import DesirepathError, Invalid
from tracker.services import Services
from tracker.web import access
from tracker.web.admin import saving, shown_once
from tracker.web.admin.first_event import last_events

SWITCHES = (
    ("strict_types", "Take only the known activity types from mobile backends",
     "Off: other types are taken too."),
)  # fmt: skip
USUAL_DAYS = {"details": DETAILS_DAYS, "errors": ERRORS_DAYS}


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    blueprint = Blueprint("sites", __name__, url_prefix="/sites")
    pages = SitePages(services)
    add = blueprint.add_url_rule
    add("", "all_sites", pages.all_sites)
    add("/new", "new", pages.new, methods=["GET", "POST"])
    add("/<int:site_id>/", "home", pages.home)
    add("/<int:site_id>/settings", "settings", pages.settings, methods=["GET", "POST"])
    add("/<int:site_id>/delete", "delete", pages.delete, methods=["POST"])
    app.register_blueprint(blueprint)
    app.add_url_rule("/", "sites.root", lambda: redirect(url_for("sites.all_sites")))


class SitePages:
    """The views."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def all_sites(self) -> ResponseReturnValue:
        """Every site the viewer may see, with when its last event came."""
        rows = sites.visible_to(access.need_viewer().user)
        latest = last_events(self._services.readers, [row.id for row in rows])
        return render_template("admin/sites.html", rows=rows, latest=latest, now_ms=clock.now_ms())

    def new(self) -> ResponseReturnValue:
        """The form for a new site; its keys are shown on the next page, once."""
        known = access.owner()
        error: DesirepathError | None = None
        if request.method == "POST":
            form = request.form
            try:
                told, begun = _keeping(), form.get("begun") == "1"
                made = sites.create(
                    form.get("name", ""),
                    clock.now_ms(),
                    domains=_lines(form.get("domains", "")),
                    time_zone=form.get("time_zone", ""),
                    by=known.user,
                )
            except Invalid as wrong:
                error = wrong
            else:
                if begun:
                    keeping.change(made.site.id, told, clock.now_ms(), known.user, begun)
                shown_once.keep(f"keys of {made.site.id}", made, clock.now_ms())
                return redirect(url_for("install.page", site_id=made.site.id))
        page = render_template(
            "admin/site_new.html", error=error, zones=_zones(), zone=self._services.settings.time_zone,
            usual=USUAL_DAYS,
        )  # fmt: skip
        return page, 400 if error else 200

    def home(self, site_id: int) -> ResponseReturnValue:
        """A site's own address leads to its first page."""
        access.site(site_id)
        return redirect(url_for("overview.page", site_id=site_id))

    def settings(self, site_id: int) -> ResponseReturnValue:
        """Name, domains, time zone, and what is taken in."""
        row = access.row(site_id, Role.ADMIN)
        error: DesirepathError | None = None
        if request.method == "POST":
            answer = saving.save(site_id, _settings(), "sites.settings")
            if not isinstance(answer, Invalid):
                return answer
            error = answer
        page = render_template(
            "admin/settings.html", site=access.site(site_id), row=row, error=error, zones=_zones(),
            switches=SWITCHES, changes=audit.of_site(site_id, 20),
            may_delete=access.need_viewer().is_owner,
        )  # fmt: skip
        return page, 400 if error else 200

    def delete(self, site_id: int) -> ResponseReturnValue:
        """Remove a site; its name must be typed."""
        row = access.row(site_id, Role.OWNER)
        if request.form.get("name", "").strip() != row.name:
            flash(f"Not deleted: type the site's name, {row.name}, to confirm.", "bad")
            return redirect(url_for("sites.settings", site_id=site_id))
        sites.delete(site_id, clock.now_ms(), access.need_viewer().user)
        flash(f"{row.name} is deleted.", "good")
        return redirect(url_for("sites.all_sites"))


def _settings() -> dict[str, object]:
    form = request.form
    values: dict[str, object] = {key: key in form for key, _, _ in SWITCHES}
    rate = form.get("visitor_rate", "")
    return values | {
        "name": form.get("name", ""),
        "time_zone": form.get("time_zone", ""),
        "domains": _lines(form.get("domains", "")),
        "visitor_rate": int(rate) if rate.isascii() and rate.isdigit() and len(rate) < 9 else 0,
    }


def _keeping() -> dict[str, int | None]:
    """How long details and the words of errors are kept, as the form of a new site says. Raises Invalid."""
    return {key: from_text(request.form.get(key, str(days)), key) for key, days in USUAL_DAYS.items()}


def _lines(text: str) -> list[str]:
    return text.replace(",", "\n").split("\n")


def _zones() -> list[str]:
    return sorted(zone for zone in zones.names() if "/" in zone or zone == "UTC")
