"""The install page: what to paste where, and waiting for the first event."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template, session
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.site import Site
from tracker.services import Services
from tracker.web import access
from tracker.web.admin.first_event import look
from tracker.web.script_tag import host, script_tag


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    blueprint = Blueprint("install", __name__, url_prefix="/sites/<int:site_id>/install")
    pages = InstallPages(services)
    blueprint.add_url_rule("", "page", pages.page)
    blueprint.add_url_rule("/status", "status", pages.status)
    app.register_blueprint(blueprint)


class InstallPages:
    """The views."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def page(self, site_id: int) -> ResponseReturnValue:
        """Snippets, with the keys of a site that was just made, this once."""
        site = access.site(site_id)
        held = session.get("new_keys")
        keys = session.pop("new_keys") if held and held.get("site") == site_id else None
        settings = self._services.settings
        return render_template(
            "admin/install.html", site=site, keys=keys, host=host(settings), tag=script_tag(site, settings),
            arrivals=self._arrivals(site), waiting=True,
        )  # fmt: skip

    def status(self, site_id: int) -> ResponseReturnValue:
        """The part that waits, asked for every two seconds until an event came."""
        site = access.site(site_id)
        return render_template("admin/_install_status.html", site=site, arrivals=self._arrivals(site))

    def _arrivals(self, site: Site) -> object:
        return look(self._services.readers, self._services.refusals, site, clock.now_ms())
