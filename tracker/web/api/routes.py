"""The API's routes under /api. Each one stands in the OpenAPI document; a test compares them."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, jsonify

from tracker.services import Services
from tracker.web.api import consents, credits, definitions, history, keeping, people, privacy
from tracker.web.api.auth import caller
from tracker.web.api.events import Events
from tracker.web.api.openapi import document
from tracker.web.extensions import limiter

READS_A_MINUTE = "600 per minute"


def register(app: Flask) -> None:
    """Add the API."""
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    blueprint.add_url_rule("/v1/sites/<int:site_id>/events", "events", _events)
    blueprint.add_url_rule("/openapi.json", "openapi", _openapi)
    definitions.register(blueprint)
    credits.register(blueprint)
    history.register(blueprint)
    people.register(blueprint)
    privacy.register(blueprint)
    consents.register(blueprint)
    keeping.register(blueprint)
    app.register_blueprint(blueprint)


@limiter.limit(READS_A_MINUTE, key_func=caller)
def _events(site_id: int) -> Response:
    services: Services = current_app.extensions["desirepath"]
    return Events(services.sites, services.readers).list(site_id)


def _openapi() -> Response:
    response = jsonify(document.build())
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
