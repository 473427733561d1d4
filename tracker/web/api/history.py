"""`POST /api/v1/sites/{site}/import`: events of the past, as NDJSON or CSV."""

from __future__ import annotations

import io
from typing import Any, cast

import msgspec
from flask import Blueprint, Response, current_app, request
from flask.typing import RouteCallable

from tracker import clock
from tracker.domain.event import MAX_IMPORT_BYTES
from tracker.errors import Invalid, TooLarge
from tracker.history import rows as reading
from tracker.history.importing import Done, Problem, run
from tracker.history.lines import Line, numbered, unpacked
from tracker.services import Services
from tracker.web.api.auth import caller, changer, site_of
from tracker.web.extensions import limiter

CALLS_A_MINUTE = "120 per minute"
TOLD = 1_000
"""Problems listed in an answer; `refused` counts all."""
PARAMETERS = ("format", "dry_run", "first_line")
_encode = msgspec.json.Encoder().encode


def register(blueprint: Blueprint) -> None:
    """Add the route to the API's blueprint."""
    limited = limiter.limit(CALLS_A_MINUTE, key_func=caller)(_import)
    blueprint.add_url_rule(
        "/v1/sites/<int:site_id>/import", "import_history", cast(RouteCallable, limited), methods=["POST"]
    )


def _import(site_id: int) -> Response:
    services: Services = current_app.extensions["desirepath"]
    site = site_of(services.sites, site_id)
    changer(services.sites, site_id)
    form, dry_run, first_line = _options()
    write = None if dry_run else services.writer.write
    problems: list[Problem] = []
    done = Done()
    rows = reading.read(form, _lines(first_line))
    for done in run(services.pipeline, site, rows, write, clock.now_ms()):
        problems += done.problems[: TOLD - len(problems)]
    return _answer(done, problems, dry_run)


def _answer(done: Done, problems: list[Problem], dry_run: bool) -> Response:
    if not done.rows:
        raise Invalid("The body holds no events.", field="body")
    told: dict[str, Any] = {
        "success": True,
        "dry_run": dry_run,
        "accepted": done.accepted,
        "duplicates": done.duplicates,
        "refused": done.refused,
        "last_line": done.line,
        "errors": [{"line": one.line, "field": one.field, "message": one.message} for one in problems],
    }
    if done.refused == done.rows:
        first = problems[0]
        error = {"code": "invalid", "message": f"Line {first.line}: {first.message}", "field": first.field}
        told |= {"success": False, "error": error}
    response = Response(_encode(told), 200 if told["success"] else 400, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(first_line: int) -> Any:
    """The body's lines, numbered from `first_line` on; unpacked, they are not larger than a plain body."""
    request.max_content_length = MAX_IMPORT_BYTES
    body = io.BytesIO(request.get_data(cache=False))
    left = MAX_IMPORT_BYTES
    for number, line in numbered(unpacked(io.BufferedReader(body))):
        left -= len(line or b"")
        if left < 0:
            raise TooLarge(
                f"A part may have {MAX_IMPORT_BYTES:,} bytes, unpacked. Everything before line "
                f"{number + first_line - 1} was taken; send several parts, or use `desirepath import`.",
                field="body",
            )
        shifted: Line = (number + first_line - 1, line)
        yield shifted


def _options() -> tuple[str, bool, int]:
    """(format, whether to keep nothing, the number of the first line). Raises Invalid."""
    for name in request.args:
        if name not in PARAMETERS:
            raise Invalid(
                f"There is no parameter {name[:60]!r}; use {', '.join(PARAMETERS)}.", field=name[:60]
            )
    form = request.args.get("format") or ("csv" if request.mimetype == "text/csv" else "ndjson")
    if form not in reading.FORMATS:
        raise Invalid(f"format is {' or '.join(reading.FORMATS)}.", field="format")
    dry_run = request.args.get("dry_run", "0")
    if dry_run not in ("0", "1"):
        raise Invalid("dry_run is 1 or 0.", field="dry_run")
    first = request.args.get("first_line", "1")
    if not (first.isascii() and first.isdigit() and 0 < len(first) < 13 and int(first) > 0):
        raise Invalid(
            "first_line is the number of this part's first line in the whole file.", field="first_line"
        )
    return form, dry_run == "1", int(first)
