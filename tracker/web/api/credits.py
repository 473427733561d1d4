"""`POST /api/v1/sites/{site}/credits`: credits added or deducted; the question *Credits* reads them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import msgspec
from flask import Blueprint, Response, current_app, request
from flask.typing import RouteCallable

from tracker import clock
from tracker.domain.event import RawUser
from tracker.domain.money import plain
from tracker.errors import Invalid
from tracker.ledger.credit_moves import Moved
from tracker.services import Services
from tracker.support import credits, who
from tracker.web import moved_credits
from tracker.web.api.auth import caller, changer, site_of
from tracker.web.extensions import limiter

CALLS_A_MINUTE = "3000 per minute"
_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode = msgspec.json.Encoder().encode


def register(blueprint: Blueprint) -> None:
    """Add the route to the API's blueprint."""
    limited = limiter.limit(CALLS_A_MINUTE, key_func=caller)(_move)
    blueprint.add_url_rule(
        "/v1/sites/<int:site_id>/credits", "move_credits", cast(RouteCallable, limited), methods=["POST"]
    )


def _move(site_id: int) -> Response:
    services: Services = current_app.extensions["desirepath"]
    site = site_of(services.sites, site_id)
    by = changer(services.sites, site_id)
    change = credits.read(_body(), by.email if by else None)
    if change.user.id is None:
        with services.readers.read() as connection:
            known = who.user_id(connection, site.id, str(change.user.email), site.pseudonyms)
        change = replace(change, user=RawUser(known))
    moved = moved_credits.move(services, site, change, by, clock.now_ms())
    response = Response(_encode(told(change, moved)), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def told(change: credits.Change, moved: Moved) -> dict[str, Any]:
    """The shape of the answer; amounts are text, so that no reader rounds them."""
    return {
        "success": True,
        "duplicate": moved.duplicate,
        "id": moved.operation.id,
        "user": str(change.user.id),
        "operation": change.operation,
        "amount": plain(change.amount),
        "currency": change.currency,
        "balance": plain(moved.balance),
        "reference": change.reference,
    }


def _body() -> Any:
    try:
        return _decode(request.get_data())
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid(f"The body is not JSON: {error}.", field="body") from error
