"""Segments, goals, funnels and features of a site: seen, built, changed, taken over, removed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts.roles import Role
from tracker.analytics.event_ranking import answer as ranking
from tracker.analytics.funnels.funnel import Funnel
from tracker.analytics.goals.goal import Goal
from tracker.analytics.segments.reading import TOTALS
from tracker.analytics.segments.segment import Segment
from tracker.analytics.segments.size import answer as size
from tracker.definitions import stored
from tracker.definitions.kinds import KINDS, Defined, kind
from tracker.definitions.resolve import query_of
from tracker.domain.site import Site
from tracker.errors import Conflict, DesirepathError, Invalid, NotFound
from tracker.services import Services
from tracker.web import access, formats
from tracker.web.dashboard import builder, filter_bar
from tracker.web.dashboard.builder import Row, StepRow
from tracker.web.dashboard.suggestions import property_filters
from tracker.web.extensions import limiter

TITLES = {
    "segments": "Segments",
    "funnels": "Funnels",
    "goals": "Goals",
    "features": "Feature catalogue",
}
SPARE = 3
"""Empty rows offered besides those that are filled in."""
COUNTS_A_MINUTE = "240 per minute"


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    views = Definitions(services)
    blueprint = Blueprint("definitions", __name__, url_prefix="/sites/<int:site_id>/definitions")
    blueprint.add_url_rule("", "page", views.page)
    blueprint.add_url_rule("/segments/count", "count", limiter.limit(COUNTS_A_MINUTE)(views.count))
    blueprint.add_url_rule("/<kind>/new", "new", views.new, methods=["GET", "POST"])
    blueprint.add_url_rule("/<kind>/<int:number>", "edit", views.edit, methods=["GET", "POST"])
    blueprint.add_url_rule("/<kind>/<int:number>/remove", "remove", views.remove, methods=["POST"])
    blueprint.add_url_rule("/<kind>/adopt", "adopt", views.adopt, methods=["POST"])
    app.register_blueprint(blueprint)


class Definitions:
    """The views."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def page(self, site_id: int) -> ResponseReturnValue:
        """Everything that is defined, and what may be taken over."""
        site = access.site(site_id)
        may_change = access.role_on(access.need_viewer(), site_id) >= Role.ADMIN
        sections = [
            {
                "kind": name,
                "title": title,
                "one": KINDS[name].one,
                "own": [(one, words(one.value)) for one in stored.all_of(site_id, name)],
                "offered": [(one, words(one)) for one in stored.offered(site_id, name)],
            }
            for name, title in TITLES.items()
        ]
        return render_template(
            "dashboard/definitions.html", site=site, sections=sections, may_change=may_change
        )

    def new(self, site_id: int, kind: str) -> ResponseReturnValue:
        """The form for a new one, and what it sends."""
        site = access.site(site_id, Role.ADMIN)
        return self._form(site, kind, None)

    def edit(self, site_id: int, kind: str, number: int) -> ResponseReturnValue:
        """The form of one that is there, and what it sends."""
        site = access.site(site_id, Role.ADMIN)
        return self._form(site, kind, stored.get(site_id, kind, number))

    def remove(self, site_id: int, kind: str, number: int) -> ResponseReturnValue:
        """Remove one."""
        access.site(site_id, Role.ADMIN)
        stored.delete(site_id, kind, number, clock.now_ms(), access.need_viewer().user)
        flash("Removed.", "good")
        return redirect(url_for("definitions.page", site_id=site_id))

    def adopt(self, site_id: int, kind: str) -> ResponseReturnValue:
        """Make a template the site's own."""
        access.site(site_id, Role.ADMIN)
        name = request.form.get("name", "")
        template = next((one for one in stored.offered(site_id, kind) if one.name == name), None)
        if template is None:
            raise NotFound("There is no such template, or it is taken over already.")
        stored.create(site_id, kind, template.to_json(), clock.now_ms(), access.need_viewer().user)
        flash(f"{template.name} is yours now; change it as you like.", "good")
        return redirect(url_for("definitions.page", site_id=site_id))

    def count(self, site_id: int) -> ResponseReturnValue:
        """How many are in the segment that is being built."""
        site = access.site(site_id, Role.ADMIN)
        try:
            value = builder.from_form("segments", request.args.getlist)
            segment = Segment.parse({**value, "name": value["name"] or "new"})
            found = self._services.answers.ask(size, query_of(site, {}, clock.now_ms()), definition=segment)
        except DesirepathError as error:
            return render_template("dashboard/definitions/_count.html", problem=error.message)
        return render_template("dashboard/definitions/_count.html", size=found)

    def _form(self, site: Site, name: str, known: stored.Definition | None) -> ResponseReturnValue:
        of = kind(name)
        error: DesirepathError | None = None
        value: dict[str, Any] = known.value.to_json() if known else {}
        if request.method == "POST":
            try:
                value = builder.from_form(name, request.form.getlist)
                saved = self._save(site.id, name, known, value)
            except (Invalid, Conflict) as wrong:
                error = wrong
            else:
                flash("Saved.", "good")
                return redirect(_shown(site.id, name, saved))
        page = render_template(
            "dashboard/definition_form.html",
            site=site,
            kind=of,
            known=known,
            value=value,
            error=error,
            form=_filled(name, value),
            kinds=builder.KINDS,
            names=self._event_names(site),
            filters=self._filters(site),
            dimensions=filter_bar.dimensions(),
            totals=TOTALS,
        )
        return page, 400 if error else 200

    def _save(
        self, site_id: int, name: str, known: stored.Definition | None, value: dict[str, Any]
    ) -> stored.Definition:
        now, user = clock.now_ms(), access.need_viewer().user
        if known is None:
            return stored.create(site_id, name, value, now, user)
        return stored.replace(site_id, name, known.id, value, now, user)

    def _event_names(self, site: Site) -> list[str]:
        try:
            answer = self._services.answers.told(ranking, query_of(site, {}, clock.now_ms()))
        except DesirepathError:
            return []  # the list only helps; the form does without
        return [row["event"] for row in answer["rows"]]

    def _filters(self, site: Site) -> list[str]:
        try:
            return property_filters(self._services, site, clock.now_ms())
        except DesirepathError:
            return []  # the list only helps; the form does without


def words(value: Defined) -> str:
    """A definition for people."""
    if isinstance(value, Segment):
        return "; ".join(value.words)
    if isinstance(value, Goal):
        return value.what.words
    if isinstance(value, Funnel):
        return " → ".join(step.name for step in value.steps) + f", within {formats.window(value.window_text)}"
    return str(value.to_json().get("category") or "")


def _shown(site_id: int, name: str, saved: stored.Definition) -> str:
    if name == "funnels":
        return url_for("funnels.page", site_id=site_id, funnel=saved.id)
    if name == "segments":
        return url_for("segments.page", site_id=site_id)
    return url_for("definitions.page", site_id=site_id)


def _filled(name: str, value: dict[str, Any]) -> dict[str, Any]:
    """What the form shows."""
    if name == "funnels":
        steps = [builder.step_row(step) for step in value.get("steps", ())]
        window = str(value.get("window") or "14d")
        return {"steps": [*steps, *[StepRow()] * SPARE][:10], "number": window[:-1], "unit": window[-1:]}
    if name == "goals":
        return {"steps": [builder.step_row(value)]}
    if name == "segments":
        criteria = value.get("criteria")
        read = builder.rows_of(criteria) if isinstance(criteria, dict) else ("and", [])
        how, rows = read or ("and", [])
        return {
            "match": how,
            "rows": [*rows, *[Row()] * SPARE],
            "advanced": read is None,
            "criteria": builder.pretty(criteria) if criteria else "",
        }
    return {}
