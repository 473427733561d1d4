"""How long a site keeps what: the numbers, what would go now, how far it is, and the room that is left."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts import keeping
from tracker.accounts.roles import Role
from tracker.domain.keeping import FOR_EVER, from_lines, from_text, to_text
from tracker.errors import DesirepathError, Invalid
from tracker.services import Services
from tracker.web import access
from tracker.web.forecast import forecast


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    blueprint = Blueprint("keeping", __name__, url_prefix="/sites/<int:site_id>/settings/keeping")
    pages = KeepingPages(services)
    blueprint.add_url_rule("", "page", pages.page)
    blueprint.add_url_rule("", "save", pages.save, methods=["POST"])
    app.register_blueprint(blueprint)


class KeepingPages:
    """The views; both need the role admin."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def page(self, site_id: int) -> ResponseReturnValue:
        """The numbers as they are, or as the form has them (`preview`), with what would go under them."""
        access.row(site_id, Role.ADMIN)
        if "details" not in request.args:
            return self._render(site_id, {})
        try:
            return self._render(site_id, _told(request.args))
        except Invalid as error:
            return self._render(site_id, {}, error), 400

    def save(self, site_id: int) -> ResponseReturnValue:
        """Keep the numbers, and let old details go or stop that."""
        access.row(site_id, Role.ADMIN)
        begun = request.form.get("begun") == "1"
        try:
            told = _told(request.form) | {"archive": request.form.get("archive") == "1"}
            keeping.change(site_id, told, clock.now_ms(), access.need_viewer().user, begun)
        except Invalid as error:
            return self._render(site_id, {}, error), 400
        flash("Saved. Old details go from now on." if begun else "Saved. Nothing goes.", "good")
        return redirect(url_for("keeping.page", site_id=site_id))

    def _render(self, site_id: int, told: dict[str, Any], error: DesirepathError | None = None) -> str:
        state = keeping.of_site(site_id)
        return render_template(
            "admin/keeping.html",
            site=access.site(site_id),
            state=state,
            form=request.form if request.method == "POST" else request.args,
            text=to_text,
            lines="\n".join(f"{name} = {to_text(days)}" for name, days in state.keeping.names.items()),
            for_ever=sorted(FOR_EVER),
            found=forecast(self._services, state, told, clock.now_ms()),
            previewed=bool(told),
            error=error,
        )


def _told(form: Any) -> dict[str, Any]:
    return {
        "details": from_text(form.get("details", ""), "details"),
        "errors": from_text(form.get("errors", ""), "errors"),
        "names": from_lines(form.get("names", "").splitlines()),
    }
