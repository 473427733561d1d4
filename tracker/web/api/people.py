"""`/api/v1/sites/{site}/people/{person}`: handing out all of one person, erasing or pseudonymising them."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import RouteCallable

from tracker import clock
from tracker.accounts import erasures
from tracker.accounts.erasures import Receipt
from tracker.accounts.marks import Kind
from tracker.errors import Invalid
from tracker.ledger.person import Person
from tracker.services import Services
from tracker.web import event_json, person_export
from tracker.web.api.auth import caller, changer
from tracker.web.extensions import limiter

CALLS_A_MINUTE = "60 per minute"
WAIT_SECONDS = 10.0
MAX_ID = 500
PATH = "/v1/sites/<int:site_id>/people/<path:person>"
RECEIPT = "/v1/sites/<int:site_id>/erasures/<int:number>"


def register(blueprint: Blueprint) -> None:
    """Add the routes to the API's blueprint."""
    for path, name, view, method in ROUTES:
        limited = limiter.limit(CALLS_A_MINUTE, key_func=caller)(view)
        blueprint.add_url_rule(path, name, cast(RouteCallable, limited), methods=[method])


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """A receipt; times are ISO 8601 in UTC."""
    finished, ordered = receipt.finished_at, event_json.iso(receipt.at)
    return {
        "id": receipt.number,
        "kind": receipt.kind,
        "orderedAt": ordered,
        "erasedAt": ordered if receipt.kind == Kind.ERASED else None,
        "finishedAt": event_json.iso(finished) if finished is not None else None,
        "events": receipt.events,
    }


def _export(site_id: int, person: str) -> Response:
    services = _services()
    changer(services.sites, site_id)
    form = person_export.form(request.args.get("format", "json"))
    found = _need(services, site_id, person)
    told = person_export.of(services, site_id, found)
    response = Response(form.write(told), mimetype=form.mimetype)
    response.call_on_close(told.close)
    response.headers["Content-Disposition"] = f'attachment; filename="person.{form.suffix}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _erase(site_id: int, person: str) -> tuple[Response, int]:
    return _order(site_id, person, Kind.ERASED)


def _pseudonymise(site_id: int, person: str) -> tuple[Response, int]:
    return _order(site_id, person, Kind.PSEUDONYMISED)


def _order(site_id: int, person: str, kind: Kind) -> tuple[Response, int]:
    services = _services()
    by = changer(services.sites, site_id)
    found = _need(services, site_id, person)
    path = services.settings.meta_path
    number = erasures.order(path, site_id, found, clock.now_ms(), by, kind)
    services.jobs.ask("erasure")
    receipt = erasures.wait(path, site_id, number, WAIT_SECONDS)
    return jsonify(receipt_json(receipt)), 200 if receipt.finished_at is not None else 202


def _receipt(site_id: int, number: int) -> Response:
    services = _services()
    changer(services.sites, site_id)
    return jsonify(receipt_json(erasures.receipt(services.settings.meta_path, site_id, number)))


def _need(services: Services, site_id: int, person: str) -> Person:
    if len(person) > MAX_ID:
        raise Invalid(f"person must have 1 to {MAX_ID} characters.", field="person")
    return person_export.need(services, site_id, person)


def _services() -> Services:
    found: Services = current_app.extensions["desirepath"]
    return found


ROUTES = (
    (f"{PATH}/export", "export_person", _export, "GET"),
    (PATH, "erase_person", _erase, "DELETE"),
    (f"{PATH}/pseudonymise", "pseudonymise_person", _pseudonymise, "POST"),
    (RECEIPT, "erasure", _receipt, "GET"),
)
