"""Who looks: the signed-in account, as Flask-Login and templates see it."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, session
from flask_login import UserMixin, current_user, login_user, logout_user

from tracker.accounts import sites, users
from tracker.models import User
from tracker.web.extensions import login_manager


class Viewer(UserMixin):  # type: ignore[misc]
    """An account behind a session. The session also names the account's version, which ends it elsewhere."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.id = user.id
        self.email = user.email
        self.name = user.name
        self.is_owner = user.is_owner

    def get_id(self) -> str:
        """What the session cookie carries."""
        return f"{self.user.id}.{self.user.session_version}"


def register(app: Flask) -> None:
    """Load viewers from sessions, and give every template `viewer` and `sites`."""
    login_manager.init_app(app)
    login_manager.session_protection = None  # phones change their address all day
    login_manager.user_loader(_load)
    app.context_processor(_context)


def viewer() -> Viewer | None:
    """The signed-in person of this request."""
    return current_user._get_current_object() if current_user and current_user.is_authenticated else None


def sign_in(user: User) -> None:
    """Begin a new session: nothing of an older one, which somebody else may know, goes on."""
    session.clear()
    session.permanent = True
    login_user(Viewer(user))


def sign_out() -> None:
    """End the session."""
    logout_user()
    session.clear()


def _load(kept: str) -> Viewer | None:
    number, _, version = kept.partition(".")
    if not number.isdigit():
        return None
    user = users.by_id(int(number))
    return Viewer(user) if user is not None and str(user.session_version) == version else None


def _context() -> dict[str, Any]:
    known = viewer()
    if known and "visible_sites" not in g:  # a page is made of many templates
        g.visible_sites = sites.visible_to(known.user)
    return {"viewer": known, "sites": g.visible_sites if known else [], "site": None}
