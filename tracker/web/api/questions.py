"""Every question at an address of its own: `GET /api/v1/sites/{site}/{question}`, as JSON, CSV or NDJSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import msgspec
from flask import Flask, Response, current_app, request

from tracker import clock
from tracker.analytics.registry import Question, questions, to_table
from tracker.definitions.resolve import resolve
from tracker.errors import Invalid
from tracker.services import Services
from tracker.web import csv_rows
from tracker.web.api.auth import caller, site_of
from tracker.web.extensions import limiter

ASKS_A_MINUTE = "300 per minute"
FORMATS = {"json": "application/json", "csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
COMMON = (
    "timeframe",
    "from",
    "to",
    "filter",
    "segment",
    "interval",
    "compare",
    "limit",
    "offset",
    "bots",
    "format",
)

_encode = msgspec.json.Encoder(decimal_format="number").encode


def register(app: Flask) -> None:
    """Add a route for each question."""
    for name in questions():
        app.add_url_rule(
            f"/api/v1/sites/<int:site_id>/{name}", f"api.question_{name}", _answer, defaults={"name": name}
        )


@limiter.limit(ASKS_A_MINUTE, key_func=caller)
def _answer(site_id: int, name: str) -> Response:
    services: Services = current_app.extensions["desirepath"]
    site = site_of(services.sites, site_id)
    asked = questions()[name]
    shape = _shape(asked)
    params = {key: request.args.getlist(key) for key in request.args}
    _, query, options = resolve(site, name, params, clock.now_ms())
    if shape == "json":
        response = Response(services.answers.json(asked, query, **options), mimetype=FORMATS["json"])
        return _dated(response, services.answers.since(asked, query, **options))
    answer, since = services.answers.asked(asked, query, **options)
    header, rows = to_table(asked, answer)
    body = csv_rows.lines(header, rows) if shape == "csv" else _ndjson(header, rows)
    response = Response(body, content_type=FORMATS[shape])
    if shape == "csv":
        response.headers["Content-Disposition"] = f'attachment; filename="{name}-{site_id}.csv"'
    return _dated(response, since)


def _dated(response: Response, since: date | None) -> Response:
    """Say in a header from when details are there, where that matters."""
    if since is not None:
        response.headers["X-Details-From"] = since.isoformat()
    return response


def _shape(asked: Question[Any, Any]) -> str:
    """The format wanted. Raises Invalid for it, and for a parameter the question does not take."""
    known = {*COMMON, *(parameter.name for parameter in asked.parameters)}
    for name in request.args:
        if name not in known:
            raise Invalid(
                f"{asked.title} takes no {name[:60]!r}; it takes {', '.join(sorted(known))}.", field=name[:60]
            )
    shape = request.args.get("format", "json")
    if shape not in FORMATS:
        raise Invalid("format is json, csv or ndjson.", field="format")
    return shape


def _ndjson(header: list[str], rows: Iterable[list[Any]]) -> Iterator[bytes]:
    for row in rows:
        yield _encode(dict(zip(header, row, strict=True))) + b"\n"
