"""The install page: what to paste where, and waiting for the first event."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.domain.site import Site
from tracker.services import Services
from tracker.web import access
from tracker.web.admin import shown_once
from tracker.web.admin.first_event import Arrivals, look
from tracker.web.script_tag import AUTO, host, script_tag


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
        keys = shown_once.take(f"keys of {site_id}", clock.now_ms())
        settings = self._services.settings
        return render_template(
            "admin/install.html", site=site, keys=keys, host=host(settings), tag=script_tag(site, settings),
            auto_tag=script_tag(site, settings, AUTO), arrivals=self._arrivals(site), now_ms=clock.now_ms(),
        )  # fmt: skip

    def status(self, site_id: int) -> ResponseReturnValue:
        """The part that waits, asked for every two seconds until an event came; a page it is `within` is then
        loaded anew."""
        site = access.site(site_id)
        arrivals, within = self._arrivals(site), "within" in request.args
        part = render_template(
            "admin/_install_status.html", site=site, arrivals=arrivals, within=within, now_ms=clock.now_ms()
        )
        return part, {"HX-Refresh": "true"} if within and arrivals.latest else {}

    def _arrivals(self, site: Site) -> Arrivals:
        owner = access.need_viewer().is_owner
        return look(self._services.readers, self._services.refusals, site, clock.now_ms(), owner)
