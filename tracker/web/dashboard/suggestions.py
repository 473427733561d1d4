"""Values that occur, for whoever types a filter."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from tracker import clock
from tracker.analytics.filters import OF_PERSONS, known
from tracker.analytics.query import Filter, Operator, format_filter
from tracker.definitions.resolve import resolve
from tracker.domain.site import Site
from tracker.errors import Invalid
from tracker.services import Services
from tracker.web import access
from tracker.web.dashboard.filter_bar import value_words
from tracker.web.extensions import limiter

MOST = 20
EACH = 4
"""Values of each property that the builders suggest."""
NAMES = {"property": ("event-properties", "properties"), "trait": ("person-traits", "traits")}
"""What tells the names of dimensions that sites make up themselves, and where in the answer."""
LETTERS = ("country", "language")
LONGEST = 200
ASKS_A_MINUTE = "300 per minute"


def register(app: Flask, services: Services) -> None:
    """Add the route."""
    blueprint = Blueprint("suggestions", __name__, url_prefix="/sites/<int:site_id>/values")

    @blueprint.get("")
    @limiter.limit(ASKS_A_MINUTE)
    def values(site_id: int) -> Response:
        site = access.site(site_id)
        dimension = request.args.get("dimension", "")
        typed = request.args.get("q", "").strip()[:LONGEST]
        if dimension in NAMES:
            names = names_of(services, site, dimension, typed, clock.now_ms())
            return jsonify(values=[{"value": one, "label": one} for one in names])
        if not known(dimension):
            raise Invalid("There is no such filter.", field="dimension")
        found = suggest(services, site, dimension, typed, clock.now_ms())
        return jsonify(values=[{"value": one, "label": value_words(dimension, one)} for one in found])

    app.register_blueprint(blueprint)


def suggest(services: Services, site: Site, dimension: str, typed: str, now_ms: int) -> list[str]:
    """Values of a dimension in the last 30 days that hold what is typed, the most frequent first."""
    if dimension.startswith("trait."):
        found = trait_values(services, site, now_ms).get(dimension.removeprefix("trait."), [])
    elif dimension in OF_PERSONS:
        field = "userId" if dimension == "user" else "email"
        answer = _ask(services, site, "people", {"search": [typed]}, now_ms)
        found = [person[field] for person in answer["people"]]
    else:
        # These are typed by name and kept as letters, so all of them are looked through here.
        contains = dimension not in LETTERS and typed
        wanted = [format_filter(Filter(dimension, Operator.CONTAINS, (typed,)))] if contains else []
        params = {"dimension": [dimension], "filter": wanted}
        found = _latest_values(services, site, dimension, now_ms)
        if typed or not found:
            found += [row["value"] for row in _ask(services, site, "breakdown", params, now_ms)["rows"]]
    known_ones = dict.fromkeys(one for one in found if one is not None and _fits(dimension, one, typed))
    return list(known_ones)[:MOST]


def _latest_values(services: Services, site: Site, dimension: str, now_ms: int) -> list[str]:
    """Values of a property that the latest events carry; nothing of other dimensions."""
    kind, _, name = dimension.partition(".")
    if kind != "property":
        return []
    answer = _ask(services, site, "event-properties", {"limit": ["1000"]}, now_ms)
    return next((list(one["values"]) for one in answer["properties"] if one["name"] == name), [])


def names_of(services: Services, site: Site, kind: str, typed: str, now_ms: int) -> list[str]:
    """Names of properties or traits that occur and that hold what is typed, most frequent first."""
    question, rows = NAMES[kind]
    answer = _ask(services, site, question, {"limit": ["1000"]}, now_ms)
    names = [one["name"] for one in answer[rows]]
    return [one for one in names if typed.lower() in one.lower()][:MOST]


def trait_values(services: Services, site: Site, now_ms: int) -> dict[str, list[str]]:
    """Traits that people have, most frequent first, each with the values that many share."""
    answer = _ask(services, site, "person-traits", {"limit": ["200"]}, now_ms)
    return {one["name"]: list(one["values"]) for one in answer["traits"]}


def property_filters(services: Services, site: Site, now_ms: int) -> list[str]:
    """Filters on properties as the builders take them, `property.plan:pro`: of each name the top values."""
    answer = _ask(services, site, "event-properties", {"limit": ["50"]}, now_ms)
    return [
        format_filter(Filter(f"property.{one['name']}", Operator.IS, (value,)))
        for one in answer["properties"]
        for value in one["values"][:EACH]
    ]


def _ask(services: Services, site: Site, name: str, params: dict[str, list[str]], now_ms: int) -> Any:
    params = {"limit": ["300" if params.get("dimension", [""])[0] in LETTERS else str(MOST)], **params}
    question, query, options = resolve(site, name, params, now_ms)
    return services.answers.told(question, query, **options)


def _fits(dimension: str, value: str, typed: str) -> bool:
    return typed.lower() in value.lower() or typed.lower() in value_words(dimension, value).lower()
