"""One person's rights: looking them up, handing out all that is kept of them, erasing or
pseudonymising them, receipts."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts import erasures
from tracker.accounts.marks import Kind
from tracker.accounts.roles import Role
from tracker.errors import STATUS, DesirepathError, Invalid
from tracker.ledger.person import Person
from tracker.services import Services
from tracker.web import access, person_export

WAIT_SECONDS = 5.0
MAX_ID = 500
FIELDS = {Kind.ERASED: "confirm", Kind.PSEUDONYMISED: "confirm_pseudonyms"}
"""The field in which an id is typed once more, by what is to be done."""


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    blueprint = Blueprint("erasures", __name__, url_prefix="/sites/<int:site_id>/settings/rights")
    pages = ErasurePages(services)
    blueprint.add_url_rule("", "page", pages.page)
    blueprint.add_url_rule("/erase", "erase", pages.erase, methods=["POST"])
    blueprint.add_url_rule("/pseudonymise", "pseudonymise", pages.pseudonymise, methods=["POST"])
    app.register_blueprint(blueprint)


class ErasurePages:
    """The views; all need the role admin."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def page(self, site_id: int) -> ResponseReturnValue:
        """Looking somebody up (`person=`), and the receipts."""
        access.row(site_id, Role.ADMIN)
        person = request.args.get("person", "").strip()
        try:
            found = self._find(site_id, person) if person else None
        except DesirepathError as error:
            return self._render(site_id, person, None, error), STATUS[error.code]
        return self._render(site_id, person, found)

    def erase(self, site_id: int) -> ResponseReturnValue:
        """Erase somebody whose id was typed once more."""
        return self._order(site_id, Kind.ERASED)

    def pseudonymise(self, site_id: int) -> ResponseReturnValue:
        """Put pseudonyms in place of what tells who somebody is, whose id was typed once more."""
        return self._order(site_id, Kind.PSEUDONYMISED)

    def _order(self, site_id: int, kind: Kind) -> ResponseReturnValue:
        access.row(site_id, Role.ADMIN)
        person = request.form.get("person", "").strip()
        try:
            found = self._find(site_id, person)
        except DesirepathError as error:
            return self._render(site_id, person, None, error), STATUS[error.code]
        if request.form.get(FIELDS[kind], "").strip() != person:
            unsure = Invalid("Type the same id to confirm.", field=FIELDS[kind])
            return self._render(site_id, person, found, unsure), 400
        path = self._services.settings.meta_path
        number = erasures.order(path, site_id, found, clock.now_ms(), access.need_viewer().user, kind)
        self._services.jobs.ask("erasure")
        receipt = erasures.wait(path, site_id, number, WAIT_SECONDS)
        done = kind.capitalize() if receipt.finished_at is not None else f"Being {kind}"
        flash(f"{done}: receipt {number}.", "good")
        return redirect(url_for("erasures.page", site_id=site_id))

    def _find(self, site_id: int, person: str) -> Person:
        if not 0 < len(person) <= MAX_ID:
            raise Invalid(f"An id has 1 to {MAX_ID} characters.", field="person")
        return person_export.need(self._services, access.site(site_id).id, person)

    def _render(
        self, site_id: int, person: str, found: Person | None, error: DesirepathError | None = None
    ) -> str:
        return render_template(
            "admin/erasures.html",
            site=access.site(site_id),
            person=person,
            found=found,
            receipts=erasures.of_site(self._services.settings.meta_path, site_id),
            error=error,
        )
