"""`GET /api/v1/sites/{site}/consents`: who agreed or withdrew, when, and by which text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import RouteCallable

from tracker.domain.consent import Consent
from tracker.errors import Invalid
from tracker.ledger import consents
from tracker.ledger.consents import Consents
from tracker.services import Services
from tracker.web import csv_rows, event_json
from tracker.web.api.auth import caller, changer
from tracker.web.api.events import read_limit
from tracker.web.extensions import limiter

CALLS_A_MINUTE = "60 per minute"
TAKES = ("person", "limit", "cursor", "format")
MAX_ID = 500
HEADER = ("at", "receivedAt", "user", "visitor", "daily", "verified", "given", "scope", "version", "eventId")


def register(blueprint: Blueprint) -> None:
    """Add the route to the API's blueprint."""
    limited = limiter.limit(CALLS_A_MINUTE, key_func=caller)(_list)
    blueprint.add_url_rule("/v1/sites/<int:site_id>/consents", "consents", cast(RouteCallable, limited))


def to_json(record: Consent) -> dict[str, Any]:
    """A record; times are ISO 8601 in UTC."""
    return {
        "at": event_json.iso(record.at),
        "receivedAt": event_json.iso(record.received_at),
        "user": record.user,
        "visitor": record.visitor,
        "daily": record.daily,
        "verified": record.verified,
        "given": record.given,
        "scope": record.scope,
        "version": record.version,
        "eventId": record.event_id,
    }


def _list(site_id: int) -> Response:
    services: Services = current_app.extensions["desirepath"]
    changer(services.sites, site_id)
    asked = _asked()
    limit = read_limit(asked.get("limit"))
    shape = asked.get("format", "json")
    if shape not in ("json", "csv"):
        raise Invalid("format is json or csv.", field="format")
    with services.readers.read() as connection:
        found = consents.newest(
            connection, site_id, asked.get("person"), limit=limit, cursor=asked.get("cursor")
        )
        if shape == "csv" and "limit" not in asked:
            found = _all(connection, site_id, asked.get("person"), found)
    rows = [to_json(record) for record in found.records]
    response = jsonify(consents=rows, next_cursor=found.cursor) if shape == "json" else _csv(site_id, rows)
    response.headers["Cache-Control"] = "no-store"
    return response


def _asked() -> dict[str, str]:
    """The parameters. Raises Invalid for one that is unknown, given twice or too long."""
    for key in request.args:
        if key not in TAKES:
            raise Invalid(
                f"There is no parameter {key[:60]!r}; there are {', '.join(TAKES)}.", field=key[:60]
            )
        if len(request.args.getlist(key)) > 1:
            raise Invalid(f"{key} may be given once only.", field=key)
    if not 1 <= len(request.args.get("person", "x")) <= MAX_ID:
        raise Invalid(f"person must have 1 to {MAX_ID} characters.", field="person")
    return dict(request.args.items())


def _all(connection: Any, site_id: int, person: str | None, found: Consents) -> Consents:
    """A file holds all of them, up to MOST."""
    while found.cursor is not None and len(found.records) < MOST:
        more = consents.newest(connection, site_id, person, limit=1_000, cursor=found.cursor)
        found = replace(found, records=[*found.records, *more.records], cursor=more.cursor)
    return found


def _csv(site_id: int, rows: list[dict[str, Any]]) -> Response:
    body = "".join(csv_rows.lines(HEADER, [[row[key] for key in HEADER] for row in rows]))
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="consents-{site_id}.csv"'
    return response


MOST = 100_000
"""Records in one file; more are fetched in pages."""
