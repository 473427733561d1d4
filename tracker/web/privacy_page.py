"""What a site records, for everybody: a page and the same as text, where the site has it switched on."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, make_response, render_template, request

from tracker.accounts import keeping
from tracker.domain.site import Site
from tracker.errors import NotFound
from tracker.privacy import words
from tracker.services import Services
from tracker.web.extensions import limiter

KEEP_SECONDS = 300
CALLS_A_MINUTE = "120 per minute"
ASKS = ("DNT", "Sec-GPC")


def register(app: Flask, services: Services) -> None:
    """Add the routes; nobody is asked to sign in."""
    blueprint = Blueprint("privacy", __name__, url_prefix="/privacy")
    pages = PublicPages(services)
    blueprint.add_url_rule("/<key>", "page", limiter.limit(CALLS_A_MINUTE)(pages.page))
    blueprint.add_url_rule("/<key>.txt", "text", limiter.limit(CALLS_A_MINUTE)(pages.text))
    app.register_blueprint(blueprint)


class PublicPages:
    """The views. A site that shows no page, and a key that is none, are not told apart."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def page(self, key: str) -> Response:
        """The page, which also tells browsers that ask not to be tracked what that does."""
        site = self._need(key)
        asks = any(request.headers.get(name) == "1" for name in ASKS)
        parts = words.parts(site.rules, keeping.of_site(site.id).keeping)
        page = render_template(
            "privacy.html", name=site.name, parts=parts, contact=site.privacy_contact,
            asks=asks, left_alone=site.rules.honour_dnt,
        )  # fmt: skip
        response = _kept(make_response(page))
        response.vary.update(ASKS)
        return response

    def text(self, key: str) -> Response:
        """Plain text that pages of other sites may fetch."""
        site = self._need(key)
        kept = keeping.of_site(site.id).keeping
        text = words.plain(site.name, site.rules, site.privacy_contact, kept)
        response = Response(text, mimetype="text/plain")
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return _kept(response)

    def _need(self, key: str) -> Site:
        site = self._services.sites.by_public_key(key)
        if site is None or not site.privacy_page:
            raise NotFound("There is no such page.")
        return site


def _kept(response: Response) -> Response:
    """Browsers and proxies may keep it for a while, and then ask whether it changed."""
    response.cache_control.public = True
    response.cache_control.max_age = KEEP_SECONDS
    response.add_etag()
    response.make_conditional(request)
    return response
