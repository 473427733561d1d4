"""Session cookies for pages only."""

from __future__ import annotations

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from tracker import clock
from tracker.domain.period import DAY

WITHOUT = frozenset({"static", "scripts", "doors", "health"})
"""Blueprints (and Flask's own `static`) whose answers are the same for everybody."""

LENGTHENED = "day"
"""Where a session keeps the day (UTC) on which a page last lengthened it."""


class PageSessions(SecureCookieSessionInterface):
    """Flask's signed cookies, which lengthen a sign-in with every page.

    They never ride on answers that browsers or proxies may keep for others: a proxy that keeps the
    browser script would hand one person's cookie to all.

    Nor do they ride on parts of a page (panels, what a form shows while it is filled in): such an answer
    may come after that of a form sent later, and would bring the older session back, with its message
    lost or its sign-out undone. Only the first part of a day lengthens a sign-in, for pages that stay
    open for weeks.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie where it belongs."""
        blueprint = (request.endpoint or "").split(".", 1)[0]
        if blueprint not in WITHOUT and not response.cache_control.public:
            super().save_session(app, session, response)

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Whether this answer changes the session, or is the one to lengthen it."""
        if session.modified or not session.permanent:
            return session.modified
        today = clock.now_ms() // DAY
        if not _is_page() and session.get(LENGTHENED) == today:
            return False
        session[LENGTHENED] = today
        return True


def _is_page() -> bool:
    """Whether the browser goes to this address, rather than a script asking for a part."""
    if request.headers.get("HX-Request"):
        return False
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
