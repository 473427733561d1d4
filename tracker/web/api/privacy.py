"""`/api/v1/sites/{site}/privacy`: what a site collects of its visitors, set and said in plain words."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import RouteCallable

from tracker import clock
from tracker.accounts import keeping, sites
from tracker.domain.site import Site
from tracker.errors import Invalid, NotFound
from tracker.privacy import words
from tracker.services import Services
from tracker.web.api.auth import caller, changer
from tracker.web.extensions import limiter

CALLS_A_MINUTE = "60 per minute"
PATH = "/v1/sites/<int:site_id>/privacy"


def register(blueprint: Blueprint) -> None:
    """Add the routes to the API's blueprint."""
    for name, view, method in (("get_privacy", _get, "GET"), ("change_privacy", _change, "PATCH")):
        limited = limiter.limit(CALLS_A_MINUTE, key_func=caller)(view)
        blueprint.add_url_rule(PATH, name, cast(RouteCallable, limited), methods=[method])


def to_json(site: Site) -> dict[str, Any]:
    """The settings of a site, and what they mean."""
    rules = site.rules
    parts = words.parts(rules, keeping.of_site(site.id).keeping)
    return {
        "identity": str(rules.identity),
        "honour_dnt": rules.honour_dnt,
        "track_anonymous": rules.track_anonymous,
        "collect_ip": rules.collect_ip,
        "collect_user_agent": rules.collect_user_agent,
        "privacy_page": site.privacy_page,
        "privacy_contact": site.privacy_contact,
        "collected": [{"heading": one.heading, "sentences": one.sentences} for one in parts],
    }


def _get(site_id: int) -> Response:
    changer(_services().sites, site_id)
    return _answer(site_id)


def _change(site_id: int) -> Response:
    by = changer(_services().sites, site_id)
    try:
        told = msgspec.json.decode(request.get_data())
    except msgspec.DecodeError as error:
        raise Invalid(f"The body is not JSON: {error}.", field="body") from error
    if not isinstance(told, dict):
        raise Invalid("The body must be an object of settings.", field="body")
    for key in told:
        if key not in sites.PRIVACY:
            raise Invalid(f"{key[:60]} is no setting of privacy: {', '.join(sites.PRIVACY)}.", field=key[:60])
    sites.change(site_id, clock.now_ms(), by, **told)
    return _answer(site_id)


def _answer(site_id: int) -> Response:
    site = _services().sites.by_id(site_id)
    if site is None:
        raise NotFound("There is no such site.", field="site")
    response = jsonify(to_json(site))
    response.headers["Cache-Control"] = "no-store"
    return response


def _services() -> Services:
    found: Services = current_app.extensions["desirepath"]
    return found
