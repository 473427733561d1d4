"""Failures as answers: JSON for programs, a short friendly page for people. Neither asks the database."""

from __future__ import annotations

import logging
import secrets
import traceback
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from tracker.accounts import links
from tracker.errors import STATUS, Code, DesirepathError

log = logging.getLogger(__name__)

API_PREFIXES = ("/api/", "/activity/", "/webhooks/")
CODES = {status: code for code, status in STATUS.items()}
"""The one table of statuses, read backwards for failures that Flask itself raises."""

TITLES: dict[int, str] = {
    400: "That request does not work",
    401: "Please sign in",
    403: "This is not open to you",
    404: "There is nothing here",
    405: "That does not work at this address",
    408: "That took too long",
    409: "That clashes with what is there",
    413: "That is too much at once",
    429: "A little slower, please",
    500: "Something broke on our side",
    503: "Not at this moment",
}
ADVICE: dict[int, str] = {
    403: "Ask an owner or admin of this site for access.",
    404: "The address may be mistyped, or the page may belong to a site you have no access to.",
    405: "Begin again at the page you came from.",
    413: "Send it in parts. History of any size comes in with `desirepath import` on the server.",
    429: "Wait a moment, then try again.",
    500: "It has been written to the server's log. If it keeps happening, give whoever runs this server "
    "the number below.",
    503: "The server is busy or cannot reach its files. Events are still being received where possible.",
}
AGAIN = (408, 429, 500, 503)
"""What may go well a moment later."""
SPECIAL: dict[str, str] = {links.GONE: "Ask whoever sent it to you for a new one."}
"""What to do instead, by the message."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What an answer tells: `retry_after` in seconds, `reference` finds it in the log."""

    status: int
    code: str
    message: str
    field: str | None = None
    retry_after: int | None = None
    reference: str | None = None


def register(app: Flask) -> None:
    """Answer every exception that a view lets out."""

    def known(error: DesirepathError) -> ResponseReturnValue:
        return respond(
            app,
            Failure(STATUS[error.code], error.code, error.message, error.field, error.retry_after),
        )

    def from_flask(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if status < 400 or error.response is not None:
            return error
        retry_after = _retry_after(error)
        code = CODES.get(status, Code.INVALID if status < 500 else Code.INTERNAL)
        return respond(app, Failure(status, code, _message(error), retry_after=retry_after), error)

    def unknown(error: Exception) -> ResponseReturnValue:
        return respond(app, _logged(error))

    app.register_error_handler(DesirepathError, known)
    app.register_error_handler(HTTPException, from_flask)
    app.register_error_handler(Exception, unknown)


def respond(app: Flask, failure: Failure, error: HTTPException | None = None) -> Response:
    """The answer to a failure, in the form the asker understands."""
    if wants_json():
        response = app.response_class(app.json.dumps(body(failure)), mimetype="application/json")
    else:
        response = app.response_class(_page(app, failure), mimetype="text/html")
    response.status_code = failure.status
    response.headers["Cache-Control"] = "no-store"
    if failure.retry_after is not None:
        response.headers["Retry-After"] = str(failure.retry_after)
    if failure.status == 401 and wants_json():
        response.headers["WWW-Authenticate"] = 'Bearer realm="desirepath"'
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def body(failure: Failure) -> dict[str, Any]:
    """The shape of every error in JSON."""
    told: dict[str, Any] = {"code": failure.code, "message": failure.message, "field": failure.field}
    if failure.reference is not None:
        told["reference"] = failure.reference
    return {"success": False, "error": told}


def wants_json() -> bool:
    """Whether the asker is a program: by the address, or by what it says it accepts."""
    if request.path.startswith(API_PREFIXES):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def _page(app: Flask, failure: Failure) -> str:
    # Not render_template: that would run context processors, which read the database.
    # What broke the page may well be the database.
    template = app.jinja_env.get_template("errors/error.html")
    return template.render(
        failure=failure,
        title=TITLES.get(failure.status, TITLES[400 if failure.status < 500 else 500]),
        advice=SPECIAL.get(failure.message) or _advice(failure),
        again=failure.status in AGAIN and _reads(),
        back=_form_before(),
        home=request.script_root + "/",
    )


def _advice(failure: Failure) -> str:
    if failure.status == 429 and failure.retry_after:
        seconds = failure.retry_after
        return f"Try again in {seconds} second{'' if seconds == 1 else 's'}."
    return ADVICE.get(failure.status, "")


def _form_before() -> str:
    """The page of ours that a form was sent from, by its path; "" for everything else."""
    before = urlsplit(request.referrer or "")
    # Browsers take two slashes for another server's name.
    ours = before.netloc == request.host and before.path[:1] == "/" and before.path[1:2] not in ("/", "\\")
    if _reads() or not ours:
        return ""
    return f"{before.path}?{before.query}" if before.query else before.path


def _reads() -> bool:
    return request.method in ("GET", "HEAD")


def _logged(error: Exception) -> Failure:
    reference = secrets.token_hex(4)
    # The rule and the stack, never the address, the form or the exception's own words: those may hold
    # names, e-mails or search words. Databases put the values of a failed statement into theirs.
    log.error(
        "a request failed",
        extra={
            "reference": reference,
            "route": request.url_rule.rule if request.url_rule else None,
            "method": request.method,
            "error": _kinds(error),
            "stack": "".join(traceback.format_tb(error.__traceback__)),
        },
    )
    message = "Something broke on our side. Nothing you sent caused it; please try again."
    return Failure(500, Code.INTERNAL, message, reference=reference)


def _kinds(error: BaseException) -> str:
    """The classes of an exception and of those that led to it."""
    kinds = [type(error).__qualname__]
    cause = error.__cause__ or error.__context__
    while cause is not None and len(kinds) < 5:
        kinds.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    return " from ".join(kinds)


def _retry_after(error: HTTPException) -> int | None:
    value = getattr(error, "retry_after", None)
    if value is None and error.code == 429:
        return 60
    return int(value) if isinstance(value, (int, float)) else None


def _message(error: HTTPException) -> str:
    told = {
        404: "There is no such page.",
        405: f"{request.method} does not work at this address.",
        413: "The request is larger than what is accepted here.",
        429: "Too many requests in a short time.",
    }
    return told.get(error.code or 500) or error.description or "The request could not be understood."
