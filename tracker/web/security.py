"""Headers that keep browsers from doing what no page of ours needs."""

from __future__ import annotations

from flask import Flask, Response, request

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
}
OPEN = frozenset({"doors", "scripts"})
"""Blueprints whose answers other sites read."""
YEAR = 365 * 24 * 3600


def register(app: Flask, https: bool) -> None:
    """Add the headers to every answer, and keep private pages out of caches."""

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

    app.after_request(protect)
