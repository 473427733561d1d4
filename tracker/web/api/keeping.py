"""`/api/v1/sites/{site}/keeping`: how long a site keeps what, and what would go."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import RouteCallable

from tracker import clock
from tracker.accounts import keeping
from tracker.accounts.keeping import State
from tracker.domain.keeping import FOR_EVER
from tracker.errors import Invalid, Unavailable
from tracker.services import Services
from tracker.web import event_json
from tracker.web.api.auth import caller, changer
from tracker.web.extensions import limiter
from tracker.web.forecast import Forecast, forecast

CALLS_A_MINUTE = "60 per minute"
PATH = "/v1/sites/<int:site_id>/keeping"


def register(blueprint: Blueprint) -> None:
    """Add the routes to the API's blueprint."""
    for path, name, view, method in ROUTES:
        limited = limiter.limit(CALLS_A_MINUTE, key_func=caller)(view)
        blueprint.add_url_rule(path, name, cast(RouteCallable, limited), methods=[method])


def state_json(state: State) -> dict[str, Any]:
    """A site's numbers; days, null is for ever. Times are ISO 8601 in UTC."""
    return {
        "details": state.keeping.details,
        "errors": state.keeping.errors,
        "names": dict(state.keeping.names),
        "forEver": sorted(FOR_EVER),
        "begun": state.keeping.begun,
        "archive": state.keeping.archive,
        "closedBefore": _iso(state.closed),
        "lookedThroughAt": _iso(state.run_at),
        "doing": dict(state.doing) if state.doing else None,
    }


def preview_json(found: Forecast) -> dict[str, Any]:
    """What would go, and the room there is; sizes are bytes."""
    return {
        "going": [
            {
                "kind": one.kind,
                "events": one.events,
                "first": _iso(one.first),
                "last": _iso(one.last),
                "before": _iso(one.limit),
                "bytes": one.size,
            }
            for one in found.groups or ()
        ],
        "room": {
            "used": found.room.used,
            "budget": found.room.budget or None,
            "bytesADay": found.room.bytes_a_day,
            "fullInDays": found.room.full_in,
        },
    }


def _show(site_id: int) -> Response:
    services = _services()
    changer(services.sites, site_id)
    return jsonify(state_json(keeping.of_site(site_id)))


def _change(site_id: int) -> Response:
    services = _services()
    by = changer(services.sites, site_id)
    told = _document()
    begun = told.pop("begun", None)
    if begun is not None and not isinstance(begun, bool):
        raise Invalid("begun is true or false.", field="begun")
    return jsonify(state_json(keeping.change(site_id, told, clock.now_ms(), by, begun)))


def _preview(site_id: int) -> Response:
    services = _services()
    changer(services.sites, site_id)
    found = forecast(services, keeping.of_site(site_id), _document(), clock.now_ms())
    if found.groups is None:
        raise Unavailable("The figures are being prepared; please come back soon.", retry_after=5)
    return jsonify(preview_json(found))


def _document() -> dict[str, Any]:
    told = request.get_json(silent=True, force=True) if request.get_data() else {}
    if not isinstance(told, dict):
        raise Invalid("Send a JSON object.", field="body")
    return told


def _iso(at: int | None) -> str | None:
    return event_json.iso(at) if at else None


def _services() -> Services:
    found: Services = current_app.extensions["desirepath"]
    return found


ROUTES = (
    (PATH, "keeping", _show, "GET"),
    (PATH, "change_keeping", _change, "PUT"),
    (f"{PATH}/preview", "preview_keeping", _preview, "POST"),
)
