"""Session cookies for pages only."""

from __future__ import annotations

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

WITHOUT = frozenset({"static", "scripts", "doors", "health"})
"""Blueprints (and Flask's own `static`) whose answers are the same for everybody."""


class PageSessions(SecureCookieSessionInterface):
    """Flask's signed cookies, which lengthen a sign-in with every page.

    They never ride on answers that browsers or proxies may keep for others: a proxy that keeps the
    browser script would hand one person's cookie to all.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie where it belongs."""
        blueprint = (request.endpoint or "").split(".", 1)[0]
        if blueprint not in WITHOUT and not response.cache_control.public:
            super().save_session(app, session, response)
