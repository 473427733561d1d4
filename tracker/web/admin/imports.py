"""Importing history with a browser: upload, check, import with progress, errors by line."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts import audit
from tracker.accounts.roles import Role
from tracker.domain.event import MAX_IMPORT_BYTES
from tracker.errors import STATUS, DesirepathError
from tracker.extensions import writing
from tracker.history import uploads
from tracker.history.uploads import Upload
from tracker.services import Services
from tracker.web import access

SHOWN = 50
"""Problems on the page; the file of them holds a thousand."""
SPREADSHEET = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for a formula at the beginning of a cell."""


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    blueprint = Blueprint("imports", __name__, url_prefix="/sites/<int:site_id>/settings/import")
    pages = ImportPages(services)
    blueprint.add_url_rule("", "page", pages.page)
    blueprint.add_url_rule("", "upload", pages.upload, methods=["POST"])
    blueprint.add_url_rule("/<token>", "one", pages.one)
    blueprint.add_url_rule("/<token>/state", "state", pages.state)
    blueprint.add_url_rule("/<token>/errors.csv", "problems", pages.problems)
    blueprint.add_url_rule("/<token>/<act>", "act", pages.act, methods=["POST"])
    app.register_blueprint(blueprint)


class ImportPages:
    """The views; all need the role admin."""

    def __init__(self, services: Services) -> None:
        self._uploads = services.uploads

    def page(self, site_id: int) -> ResponseReturnValue:
        """The form, and the files that are here."""
        return self._render(site_id)

    def upload(self, site_id: int) -> ResponseReturnValue:
        """Take a file; it is checked at once and nothing of it kept."""
        access.row(site_id, Role.ADMIN)
        given = request.files.get("file")
        name, body = (given.filename or "", given.read()) if given is not None else ("", b"")
        try:
            made = self._uploads.add(site_id, name, body, access.need_viewer().user.email, clock.now_ms())
        except DesirepathError as error:
            return self._render(site_id, error), STATUS[error.code]
        return redirect(url_for("imports.one", site_id=site_id, token=made.token))

    def one(self, site_id: int, token: str) -> ResponseReturnValue:
        """One file: what the check found, how far the import is."""
        site = access.site(site_id, Role.ADMIN)
        found = self._uploads.one(site_id, token)
        return render_template("admin/import_one.html", site=site, upload=found, shown=SHOWN)

    def state(self, site_id: int, token: str) -> ResponseReturnValue:
        """The part of its page that changes."""
        site = access.site(site_id, Role.ADMIN)
        found = self._uploads.one(site_id, token)
        return render_template("admin/_import_state.html", site=site, upload=found, shown=SHOWN)

    def problems(self, site_id: int, token: str) -> ResponseReturnValue:
        """Every problem that is kept, as CSV."""
        access.row(site_id, Role.ADMIN)
        found = self._uploads.one(site_id, token)
        return Response(
            _csv(found),
            mimetype="text/csv",
            headers={"Content-Disposition": 'attachment; filename="errors.csv"'},
        )

    def act(self, site_id: int, token: str, act: str) -> ResponseReturnValue:
        """run (or go on), stop, or remove."""
        access.row(site_id, Role.ADMIN)
        found = self._uploads.one(site_id, token)
        if act == "remove":
            self._uploads.forget(found)
            flash("The file is removed; what was imported stays.", "good")
            return redirect(url_for("imports.page", site_id=site_id))
        if act == "stop":
            self._uploads.halt(found)
        elif act == "run":
            self._uploads.begin(found)
            now_ms = clock.now_ms()
            with writing():
                audit.note(access.need_viewer().user, "history imported", now_ms, site_id, found.name)
        return redirect(url_for("imports.one", site_id=site_id, token=token))

    def _render(self, site_id: int, error: DesirepathError | None = None) -> str:
        access.row(site_id, Role.ADMIN)
        return render_template(
            "admin/import.html",
            site=access.site(site_id),
            uploads=self._uploads.of_site(site_id),
            most=MAX_IMPORT_BYTES,
            unpacked=uploads.UNPACKED,
            error=error,
        )


def _csv(found: Upload) -> str:
    target = io.StringIO()
    table = csv.writer(target)
    table.writerow(("line", "field", "message"))
    step = found.imported if found.imported.rows else found.checked
    for one in step.problems:
        table.writerow((one.line, _cell(one.field), _cell(one.message)))
    return target.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(SPREADSHEET) else text
