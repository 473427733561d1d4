"""Reading the marketplace's shape: a product's stats and summary, a user's history; and naming products."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Flask, Response, current_app, request

from tracker import clock
from tracker.analytics.product_summary import answer as summary_of
from tracker.definitions.resolve import query_of
from tracker.domain.arrival import Arrival
from tracker.domain.event import RawEvent, Trust
from tracker.domain.products import ACTIONS, UPDATED, rate
from tracker.doors.auth import Authenticator, Sender
from tracker.doors.http import Request
from tracker.errors import Invalid, NotFound, Unauthorized
from tracker.ledger import activities, products
from tracker.ledger.products import Counts
from tracker.services import Services
from tracker.web.api.auth import bearer, caller
from tracker.web.event_json import iso
from tracker.web.extensions import limiter

READS_A_MINUTE = "600 per minute"
PERIODS = {"daily": ("30d", "day"), "weekly": ("90d", "week"), "monthly": ("12mo", "month")}
MOST = 200
_encode = msgspec.json.Encoder(decimal_format="number").encode
DETAILS = ("name", "price", "currency", "category", "url", "image")


def register(app: Flask) -> None:
    """Add the routes; addresses work with and without their last slash."""
    blueprint = Blueprint("marketplace", __name__, url_prefix="/api")
    for path, name, view, method in (
        ("/activity/stats/<product_id>", "stats", _stats, "GET"),
        ("/activity/summary/<product_id>", "summary", _summary, "GET"),
        ("/activity/history", "history", _history, "GET"),
        ("/v1/products", "products", _products, "GET"),
        ("/v1/products/<product_id>", "product", _product, "GET"),
        ("/v1/products/<product_id>", "name_product", _name, "PUT"),
    ):
        limited = limiter.limit(READS_A_MINUTE, key_func=caller)(view)
        blueprint.add_url_rule(path + "/", name, limited, methods=[method], strict_slashes=False)
    app.register_blueprint(blueprint)


def _stats(product_id: str) -> Response:
    """Counts right at this moment, and the rates that follow."""
    sender = _sender()
    found = _counts(sender.site.id, product_id)
    return _open(stats(product_id, found))


def stats(product_id: str, found: Counts | None) -> dict[str, Any]:
    """The shape of a product's stats."""
    counts = found.counts if found else dict.fromkeys(ACTIONS, 0)
    return {
        "product_id": product_id,
        "product_name": (found.name if found else None) or product_id,
        "activity_counts": counts,
        "metrics": {
            "total_views": counts["view"],
            "total_clicks": counts["click"],
            "total_favorites": counts["favorite"] - counts["unfavorite"],
            "total_cart_additions": counts["cart_add"],
            "view_to_click_rate": rate(counts["click"], counts["view"]),
            "click_to_cart_rate": rate(counts["cart_add"], counts["click"]),
            "cart_to_purchase_rate": rate(counts["purchase"], counts["cart_add"]),
            "last_updated": iso(found.updated_at) if found and found.updated_at else None,
        },
    }


def _summary(product_id: str) -> Response:
    """Counts, people and rates a day, week or month, from the column store."""
    sender = _sender()
    period = request.args.get("period", "daily")
    if period not in PERIODS:
        raise Invalid(f"period is one of {', '.join(PERIODS)}.", field="period")
    timeframe, interval = PERIODS[period]
    query = query_of(sender.site, {"timeframe": [timeframe], "interval": [interval]}, clock.now_ms())
    told = _services().answers.told(summary_of, query, product=product_id)
    whole = {"product_id": product_id, "product_name": told["name"] or product_id, "period": period}
    return _open({**whole, "totals": _step(told), "periods": [_step(s) for s in told["series"]]})


def _step(told: Any) -> dict[str, Any]:
    fields = ("views", "clicks", "favorites", "unfavorites", "cartAdds", "cartRemoves", "purchases")
    return {
        **({"start": told["date"]} if "date" in told else {}),
        "activity_counts": {action: told[name] for action, name in zip(ACTIONS, fields, strict=True)},
        "unique_users": told["users"],
        "unique_sessions": told["sessions"],
        "view_to_click_rate": told["viewToClickRate"],
        "click_to_cart_rate": told["clickToCartRate"],
        "cart_to_purchase_rate": told["cartToPurchaseRate"],
    }


def _history() -> Response:
    """What the user of the token did, newest first."""
    sender = _sender()
    if sender.user is None:
        raise Unauthorized("Send the user's access token as `Authorization: Bearer`.", field="authorization")
    action = request.args.get("action") or None
    if action is not None and action not in ACTIONS:
        raise Invalid(f"action is one of {', '.join(ACTIONS)}.", field="action")
    limit = request.args.get("limit", "50")
    if not (limit.isascii() and limit.isdigit() and len(limit) < 5 and 1 <= int(limit) <= MOST):
        raise Invalid(f"limit must be a whole number from 1 to {MOST}.", field="limit")
    with _services().readers.read() as connection:
        found, total = activities.of_user(connection, sender.site.id, str(sender.user.id), action, int(limit))
    told = [
        {
            "id": one.id,
            "product_id": one.product_id,
            "product_name": one.product_name or one.product_id,
            "action": one.action,
            "created_at": iso(one.at),
            "ip_address": one.address,
        }
        for one in found
    ]
    return _open({"activities": told, "total_count": total})


def _products() -> Response:
    """Names of products by id, as they are known now."""
    site = _server().site
    wanted = [text for text in request.args.get("ids", "").split(",") if text][:MOST]
    if not wanted:
        raise Invalid("Say which, as ids=P1,P2.", field="ids")
    with _services().readers.read() as connection:
        return _open({"products": products.called(connection, site.id, wanted)})


def _product(product_id: str) -> Response:
    """One product as it is known."""
    found = _counts(_server().site.id, product_id)
    if found is None:
        raise NotFound("There is no such product.", field="product_id")
    return _open(stats(product_id, found))


def _name(product_id: str) -> Response:
    """Tell what a product is called; kept as an event, so it is durable once answered."""
    sender = _server()
    details = _details()
    told = {"product_id": product_id, "product_name": details.pop("name"), **details}
    event = RawEvent(UPDATED, properties=told, interactive=False)
    services, now = _services(), clock.now_ms()
    passed = services.pipeline.run(Arrival(sender.site, Trust.SECRET, now), [event])
    if passed.drops:
        raise Invalid(passed.drops[0].message, field=passed.drops[0].field)
    services.writer.write(passed.events)
    return _open({"success": True, "product_id": product_id, "name": told["product_name"], **details})


def _details() -> dict[str, Any]:
    try:
        value = msgspec.json.decode(request.get_data())
    except msgspec.DecodeError as error:
        raise Invalid(f"The body is not JSON: {error}.", field="body") from error
    if not isinstance(value, dict):
        raise Invalid("The body must be a JSON object.", field="body")
    for key in value:
        if key not in DETAILS:
            raise Invalid(f"There is no field {key[:60]!r}; use {', '.join(DETAILS)}.", field=key[:60])
    name = value.get("name")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= products.MAX_ID:
        raise Invalid("name must be text that is not empty.", field="name")
    return {**value, "name": name.strip()}


def _sender() -> Sender:
    """Whoever asks, by token, key, domain, or of the only site. Raises Unauthorized, Forbidden."""
    headers = {key.lower().encode("latin-1"): value.encode("latin-1") for key, value in request.headers}
    asked = Request(
        request.method, request.path, request.query_string, headers, b"", request.remote_addr or ""
    )
    return Authenticator(_services().sites).guest(asked, asked.query(), clock.now_ms())


def _server() -> Sender:
    sender = _sender()
    if bearer() is None or sender.trust is not Trust.SECRET:
        raise Unauthorized("This needs the site's secret key.", field="authorization")
    return sender


def _counts(site_id: int, product_id: str) -> Counts | None:
    with _services().readers.read() as connection:
        return products.read(connection, site_id, product_id)


def _open(value: dict[str, Any]) -> Response:
    """JSON with its fields in the order of the shape, readable from any page."""
    response = Response(_encode(value), mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def _services() -> Services:
    found: Services = current_app.extensions["desirepath"]
    return found
