"""Signing in and out, and the one-time links of the first owner, of invited people, of lost passwords."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts import keys, links, sites, users
from tracker.errors import Conflict, DesirepathError, Invalid, NotFound
from tracker.models import User
from tracker.web.extensions import limiter
from tracker.web.viewer import sign_in, sign_out, viewer

PER_ADDRESS = "20/minute;100/hour"
PER_ACCOUNT = "10/minute;50/hour"
WRONG = "E-mail address and password do not match."


def _failed(response: object) -> bool:
    return request.method == "POST" and getattr(response, "status_code", 200) != 302


def _account() -> str:
    return "account/" + keys.digest(request.form.get("email", "").strip().lower())


def throttled(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Limit failures by address and by account; who gets in pays nothing."""
    by_account = limiter.limit(PER_ACCOUNT, key_func=_account, methods=["POST"], deduct_when=_failed)
    by_address = limiter.limit(PER_ADDRESS, methods=["POST"], deduct_when=_failed)
    limited: Callable[..., ResponseReturnValue] = by_address(by_account(view))
    return limited


@throttled
def login() -> ResponseReturnValue:
    """The sign-in page; the answer to a wrong password tells nothing of whether the account exists."""
    if viewer() is not None:
        return redirect(_next())
    error = None
    if request.method == "POST":
        user = users.sign_in(request.form.get("email", ""), request.form.get("password", ""), clock.now_ms())
        if user is not None:
            sign_in(user)
            return redirect(_next())
        error = Invalid(WRONG, field="password")
    page = render_template("auth/login.html", error=error, owned=users.has_owner())
    return page, 400 if error else 200


def logout() -> ResponseReturnValue:
    """End the session."""
    sign_out()
    flash("You are signed out.", "good")
    return redirect(url_for("auth.login"))


@throttled
def setup(token: str) -> ResponseReturnValue:
    """The first owner's account."""
    now_ms = clock.now_ms()
    if users.has_owner():
        raise NotFound(links.GONE)
    links.find(token, "setup", now_ms)

    def take() -> User:
        form = request.form
        return links.take_setup(
            token, form.get("email", ""), form.get("password", ""), form.get("name", ""), now_ms
        )

    return _account_form("auth/setup.html", take, url_for("sites.new"))


@throttled
def invite(token: str) -> ResponseReturnValue:
    """Taking an invitation, with the account one is signed in to or a new one."""
    now_ms = clock.now_ms()
    link = links.find(token, "invite", now_ms)
    site = sites.need(link.site_id) if link.site_id is not None else None
    home = url_for("sites.home", site_id=site.id) if site else url_for("sites.all_sites")
    known = viewer()
    if known is not None:
        if request.method == "POST":
            links.take_invite(token, known.user, now_ms)
            return redirect(home)
        return render_template("auth/invite.html", link=link, of=site, error=None)

    def take() -> User:
        form = request.form
        return links.join(
            token, form.get("email", ""), form.get("password", ""), form.get("name", ""), now_ms
        )

    return _account_form("auth/invite.html", take, home, link=link, of=site)


@throttled
def reset(token: str) -> ResponseReturnValue:
    """A new password by link."""
    now_ms = clock.now_ms()
    link = links.find(token, "reset", now_ms)

    def take() -> User:
        return links.take_reset(token, request.form.get("password", ""), now_ms)

    return _account_form("auth/reset.html", take, url_for("sites.all_sites"), link=link)


def _account_form(
    template: str, take: Callable[[], User], target: str, **context: object
) -> ResponseReturnValue:
    """Show a form; on POST run `take` and sign its user in, or show what is wrong."""
    error: DesirepathError | None = None
    if request.method == "POST":
        try:
            sign_in(take())
            return redirect(target)
        except (Invalid, Conflict) as wrong:
            error = wrong
    return render_template(template, error=error, **context), 400 if error else 200


def _next() -> str:
    """Where somebody wanted to go, if that is a path of ours."""
    wanted = request.args.get("next", "")
    local = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\\" not in wanted
    clean = all(char >= " " for char in wanted)
    return wanted if local and clean else url_for("sites.all_sites")


def register(app: Flask) -> None:
    """Add the routes."""
    blueprint = Blueprint("auth", __name__)
    add = blueprint.add_url_rule
    add("/login", "login", login, methods=["GET", "POST"])
    add("/logout", "logout", logout, methods=["POST"])
    add("/setup/<token>", "setup", setup, methods=["GET", "POST"])
    add("/invite/<token>", "invite", invite, methods=["GET", "POST"])
    add("/reset/<token>", "reset", reset, methods=["GET", "POST"])
    app.register_blueprint(blueprint)
