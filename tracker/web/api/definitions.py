"""`/api/v1/sites/{site}/definitions/{kind}`: segments, goals, funnels and features, kept for a site."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import RouteCallable

from tracker import clock
from tracker.definitions import stored
from tracker.errors import Invalid
from tracker.services import Services
from tracker.web.api.auth import caller, changer, site_of
from tracker.web.extensions import limiter

CALLS_A_MINUTE = "120 per minute"
PATH = "/v1/sites/<int:site_id>/definitions/<kind>"


def register(blueprint: Blueprint) -> None:
    """Add the routes to the API's blueprint."""
    for path, name, view, method in ROUTES:
        limited = limiter.limit(CALLS_A_MINUTE, key_func=caller)(view)
        blueprint.add_url_rule(path, name, cast(RouteCallable, limited), methods=[method])


def _list(site_id: int, kind: str) -> Response:
    site = site_of(_services().sites, site_id)
    found = [one.to_json() for one in stored.all_of(site.id, kind)]
    offered = [template.to_json() for template in stored.offered(site.id, kind)]
    return _fresh(jsonify({kind: found, "templates": offered}))


def _get(site_id: int, kind: str, number: int) -> Response:
    site = site_of(_services().sites, site_id)
    return _fresh(jsonify(stored.get(site.id, kind, number).to_json()))


def _create(site_id: int, kind: str) -> tuple[Response, int]:
    by = changer(_services().sites, site_id)
    made = stored.create(site_id, kind, _body(), clock.now_ms(), by)
    return _fresh(jsonify(made.to_json())), 201


def _replace(site_id: int, kind: str, number: int) -> Response:
    by = changer(_services().sites, site_id)
    changed = stored.replace(site_id, kind, number, _body(), clock.now_ms(), by)
    return _fresh(jsonify(changed.to_json()))


def _delete(site_id: int, kind: str, number: int) -> Response:
    by = changer(_services().sites, site_id)
    stored.delete(site_id, kind, number, clock.now_ms(), by)
    return Response(status=204)


def _body() -> Any:
    try:
        return msgspec.json.decode(request.get_data())
    except msgspec.DecodeError as error:
        raise Invalid(f"The body is not JSON: {error}.", field="body") from error


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _services() -> Services:
    found: Services = current_app.extensions["desirepath"]
    return found


ROUTES = (
    (PATH, "list_definitions", _list, "GET"),
    (PATH, "create_definition", _create, "POST"),
    (f"{PATH}/<int:number>", "get_definition", _get, "GET"),
    (f"{PATH}/<int:number>", "replace_definition", _replace, "PUT"),
    (f"{PATH}/<int:number>", "delete_definition", _delete, "DELETE"),
)
