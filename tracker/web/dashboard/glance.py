"""A site at a glance, for the page of all sites: visitors of 30 days, against the 30 before."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.definitions.resolve import resolve
from tracker.errors import Unavailable
from tracker.services import Services
from tracker.web import access
from tracker.web.dashboard.look import Look


def register(app: Flask, services: Services) -> None:
    """Add the route."""
    blueprint = Blueprint("glance", __name__, url_prefix="/sites/<int:site_id>/glance")

    @blueprint.get("")
    def glance(site_id: int) -> ResponseReturnValue:
        site = access.site(site_id)
        look = Look.plain(site, "overview", request.script_root, clock.now_ms())
        asked, query, options = resolve(site, "overview", look.params(), look.now_ms)
        try:
            answer = services.answers.told(asked, query, **options)
        except Unavailable:
            answer = None
        return render_template("admin/_glance.html", site=site, look=look, answer=answer)

    app.register_blueprint(blueprint)
