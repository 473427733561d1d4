"""What the command palette finds on a site beyond pages: people and event names."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from tracker import clock
from tracker.definitions.resolve import resolve
from tracker.services import Services
from tracker.web import access
from tracker.web.dashboard.look import Look
from tracker.web.extensions import limiter

MOST = 6
LONGEST = 100
FRAME = "90d"
ASKS_A_MINUTE = "300 per minute"


def register(app: Flask, services: Services) -> None:
    """Add the route."""
    blueprint = Blueprint("palette", __name__, url_prefix="/sites/<int:site_id>/find")

    @blueprint.get("")
    @limiter.limit(ASKS_A_MINUTE)
    def find(site_id: int) -> Response:
        site = access.site(site_id)
        look = Look.plain(site, "overview", request.script_root, clock.now_ms())
        typed = request.args.get("q", "").strip()[:LONGEST]
        people_page = "people.page" in app.view_functions
        return jsonify(found=find_all(services, look, typed, people_page) if typed else [])

    app.register_blueprint(blueprint)


def find_all(services: Services, look: Look, typed: str, people_page: bool) -> list[dict[str, str]]:
    """People and event names of the last 90 days that hold what is typed: {kind, label, detail, url}."""
    people = _ask(services, look, "people", search=typed, limit=MOST)["people"]
    names = _ask(services, look, "event-ranking", limit=1000)["rows"]
    found = [_person(look, person, people_page) for person in people]
    fitting = [row for row in names if typed.lower() in row["event"].lower()]
    return found + [_event(look, row["event"]) for row in fitting[:MOST]]


def _person(look: Look, person: dict[str, Any], people_page: bool) -> dict[str, str]:
    label = person["name"] or person["email"] or person["userId"] or f"Visitor {person['person'][-6:]}"
    details = [person[key] for key in ("email", "userId") if person[key] and person[key] != label]
    who = person["person"]
    url = look.to("people", who) if people_page else look.to("feed", person=who)
    return {"kind": "Person", "label": label, "detail": " · ".join(details), "url": url}


def _event(look: Look, name: str) -> dict[str, str]:
    return {"kind": "Event", "label": name, "detail": "", "url": look.filtered("event", name)}


def _ask(services: Services, look: Look, question: str, **options: Any) -> Any:
    params = look.params(timeframe=FRAME, compare="0", **options)
    asked, query, own = resolve(look.site, question, params, look.now_ms)
    return services.answers.told(asked, query, **own)
