"""The questions, described from the registry."""

from __future__ import annotations

from typing import Any

from tracker.analytics.query import FRAMES, MAX_LIMIT
from tracker.analytics.registry import MISSING, Parameter, Question, questions
from tracker.domain.period import Interval
from tracker.web.api.openapi.parts import Json, errors, json_content, query

COMMON: list[Json] = [
    query(
        "timeframe",
        {"type": "string", "enum": list(FRAMES)},
        "Ends with today, in the site's zone; 30d by default.",
    ),
    query("from", {"type": "string", "format": "date"}, "First day, instead of a timeframe."),
    query("to", {"type": "string", "format": "date"}, "Last day, included; today by default."),
    query(
        "filter",
        {"type": "array", "items": {"type": "string"}, "maxItems": 20},
        "`dimension:value`, `dimension:operator:value|value`; several must all hold.",
    ),
    query(
        "segment", {"type": "integer", "minimum": 1}, "Only persons in this stored segment, by its number."
    ),
    query("interval", {"type": "string", "enum": [str(i) for i in Interval]}, "The step of charts."),
    query("compare", {"type": "string", "enum": ["0", "1"]}, "Also ask about the period before."),
    query("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}, "Rows at most; 100 by default."),
    query("offset", {"type": "integer", "minimum": 0, "maximum": 1_000_000}, "Rows to pass over."),
    query("bots", {"type": "string", "enum": ["0", "1"]}, "Also count bots."),
    query("format", {"type": "string", "enum": ["json", "csv", "ndjson"]}, "json by default."),
]


def paths() -> Json:
    """A path for each question."""
    return {
        f"/api/v1/sites/{{site}}/{name}": {"get": _operation(asked)} for name, asked in questions().items()
    }


def _operation(asked: Question[Any, Any]) -> Json:
    site: Json = {"name": "site", "in": "path", "required": True, "schema": {"type": "integer"}}
    return {
        "operationId": asked.name,
        "summary": asked.title,
        "description": asked.definition,
        "security": [{"secretKey": []}, {"session": []}],
        "parameters": [site, *COMMON, *(_parameter(parameter) for parameter in asked.parameters)],
        "responses": {
            "200": {"description": asked.title, "content": json_content({"type": "object"})},
            **errors(400, 401, 404, 429, 503),
        },
    }


def _parameter(parameter: Parameter) -> Json:
    described = query(parameter.name, dict(parameter.schema), parameter.help)
    return {**described, "required": parameter.default is MISSING}
