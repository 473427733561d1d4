"""One's own account: name, password, other sign-ins."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts import passwords, users
from tracker.errors import DesirepathError, Invalid
from tracker.web.access import need_viewer
from tracker.web.extensions import limiter
from tracker.web.viewer import Viewer, sign_in


def register(app: Flask) -> None:
    """Add the routes."""
    blueprint = Blueprint("account", __name__, url_prefix="/account")
    blueprint.add_url_rule("", "page", page)
    blueprint.add_url_rule("/name", "name", name, methods=["POST"])
    blueprint.add_url_rule("/password", "password", password, methods=["POST"])
    blueprint.add_url_rule("/sessions", "sessions", sessions, methods=["POST"])
    app.register_blueprint(blueprint)


def page(error: DesirepathError | None = None) -> ResponseReturnValue:
    """The page with all three forms."""
    return render_template("auth/account.html", me=need_viewer().user, error=error), 400 if error else 200


def name() -> ResponseReturnValue:
    """Change one's name."""
    try:
        users.rename(need_viewer().user, request.form.get("name", ""))
    except Invalid as error:
        return page(error)
    return _done("Saved.")


@limiter.limit("10/minute", methods=["POST"])
def password() -> ResponseReturnValue:
    """Change one's password, which ends every other sign-in."""
    known = need_viewer()
    try:
        if not passwords.matches(request.form.get("current", ""), known.user.password_hash):
            raise Invalid("That is not your present password.", field="current")
        user = users.change_password(known.user, request.form.get("password", ""), clock.now_ms())
    except Invalid as error:
        return page(error)
    sign_in(user)
    return _done("Your password is changed. Other devices are signed out.")


def sessions() -> ResponseReturnValue:
    """Sign out everywhere else."""
    known: Viewer = need_viewer()
    sign_in(users.end_sessions(known.user, clock.now_ms()))
    return _done("All other devices are signed out.")


def _done(message: str) -> ResponseReturnValue:
    flash(message, "good")
    return redirect(url_for("account.page"))
