"""Everybody who has an account on this server, for its owners."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts import links, members, users
from tracker.accounts.roles import Role
from tracker.errors import DesirepathError, Invalid, NotFound
from tracker.services import Services
from tracker.web import access
from tracker.web.admin import shown_once
from tracker.web.script_tag import host


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")
    pages = AccountPages(services)
    blueprint.add_url_rule("", "page", pages.page)
    blueprint.add_url_rule("/invite", "invite", pages.invite, methods=["POST"])
    blueprint.add_url_rule("/withdraw/<int:link_id>", "withdraw", pages.withdraw, methods=["POST"])
    blueprint.add_url_rule("/<int:user_id>/reset", "reset", pages.reset, methods=["POST"])
    blueprint.add_url_rule("/<int:user_id>/delete", "delete", pages.delete, methods=["POST"])
    app.register_blueprint(blueprint)


class AccountPages:
    """The views; all are for owners."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def page(self, error: DesirepathError | None = None) -> ResponseReturnValue:
        """All accounts; a link that was just made is on it, this once."""
        known, now_ms = access.owner(), clock.now_ms()
        page = render_template(
            "admin/accounts.html",
            me=known.user,
            people=users.everybody(),
            counts=members.site_counts(),
            invites=links.open_invites(None, now_ms),
            link=None if error else shown_once.take("account link", now_ms),
            error=error,
        )
        return page, 400 if error else 200

    def invite(self) -> ResponseReturnValue:
        """A one-time link that makes somebody an owner."""
        by = access.owner().user
        try:
            email = users.read_email(request.form.get("email", ""))
        except Invalid as error:
            return self.page(error)
        token = links.make("invite", clock.now_ms(), email=email, role=Role.OWNER, by=by)
        return self._show(f"The invitation for {email}", url_for("auth.invite", token=token))

    def withdraw(self, link_id: int) -> ResponseReturnValue:
        """End an invitation."""
        links.withdraw(link_id, None, clock.now_ms(), access.owner().user)
        flash("The invitation is withdrawn.", "good")
        return redirect(url_for("accounts.page"))

    def reset(self, user_id: int) -> ResponseReturnValue:
        """A one-time link for a new password."""
        by, user = access.owner().user, users.by_id(user_id)
        if user is None:
            raise NotFound("There is no such account.", field="user")
        token = links.make("reset", clock.now_ms(), email=user.email, by=by)
        return self._show(f"The link for a new password of {user.email}", url_for("auth.reset", token=token))

    def delete(self, user_id: int) -> ResponseReturnValue:
        """Delete an account."""
        by = access.owner().user
        try:
            email = users.remove(user_id, clock.now_ms(), by)
        except Invalid as error:
            return self.page(error)
        flash(f"The account {email} is deleted.", "good")
        return redirect(url_for("accounts.page"))

    def _show(self, title: str, path: str) -> ResponseReturnValue:
        link = {"title": title, "url": host(self._services.settings) + path}
        shown_once.keep("account link", link, clock.now_ms())
        return redirect(url_for("accounts.page"))
