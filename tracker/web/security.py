"""Forms that only our own pages may send, and headers that keep browsers from what no page needs."""

from __future__ import annotations

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from tracker.errors import Code
from tracker.web import errors
from tracker.web.extensions import csrf
from tracker.web.uploaded import UPLOAD_BYTES

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OPEN = frozenset({"doors", "scripts", "marketplace"})
"""Blueprints whose answers other sites read."""
LARGER = {"imports.upload": UPLOAD_BYTES}
"""Forms that may be larger than others."""
YEAR = 365 * 24 * 3600
STALE = (
    "This form was not sent from one of our pages, or is too old. Open the page anew and send it once "
    "more; cookies must be allowed."
)


def register(app: Flask, https: bool) -> None:
    """Check every form, add the headers to every answer, and keep private pages out of caches."""

    def protect(response: Response) -> Response:
        blueprint = (request.endpoint or "").split(".", 1)[0]
        if blueprint in OPEN:
            response.headers.setdefault("X-Content-Type-Options", "nosniff")
            return response
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
        if blueprint != "static" and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    def stale(error: CSRFError) -> ResponseReturnValue:
        return errors.respond(app, errors.Failure(400, Code.INVALID, STALE, "csrf_token"))

    app.before_request(_check_form)
    app.after_request(protect)
    app.register_error_handler(CSRFError, stale)


def _check_form() -> None:
    if request.endpoint in LARGER:
        request.max_content_length = LARGER[request.endpoint]
    scheme = request.headers.get("Authorization", "").partition(" ")[0].lower()
    if request.blueprint in ("api", "marketplace") and scheme == "bearer":
        return  # a key counts alone there, and no page of another site can make a browser send one
    csrf.protect(apply_exemptions=True)
