"""Who may see and manage a site."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts import links, members
from tracker.accounts.roles import Role, read_role
from tracker.accounts.users import read_email
from tracker.errors import DesirepathError, Invalid, NotFound
from tracker.services import Services
from tracker.web import access
from tracker.web.admin import shown_once
from tracker.web.script_tag import host


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    blueprint = Blueprint("access", __name__, url_prefix="/sites/<int:site_id>/settings/people")
    pages = PeoplePages(services)
    blueprint.add_url_rule("", "page", pages.page)
    blueprint.add_url_rule("/invite", "invite", pages.invite, methods=["POST"])
    blueprint.add_url_rule("/withdraw/<int:link_id>", "withdraw", pages.withdraw, methods=["POST"])
    blueprint.add_url_rule("/<int:user_id>/role", "role", pages.role, methods=["POST"])
    blueprint.add_url_rule("/<int:user_id>/remove", "remove", pages.remove, methods=["POST"])
    app.register_blueprint(blueprint)


class PeoplePages:
    """The views; all need the role admin."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def page(self, site_id: int, error: DesirepathError | None = None) -> ResponseReturnValue:
        """Members and open invitations; a link that was just made is on it, this once."""
        access.row(site_id, Role.ADMIN)
        link = None if error else shown_once.take(f"invitation to {site_id}", clock.now_ms())
        page = render_template(
            "admin/people.html", site=access.site(site_id), members=members.of_site(site_id),
            invites=links.open_invites(site_id, clock.now_ms()), link=link, error=error,
        )  # fmt: skip
        return page, 400 if error else 200

    def invite(self, site_id: int) -> ResponseReturnValue:
        """A one-time link for somebody."""
        access.row(site_id, Role.ADMIN)
        try:
            email, role = read_email(request.form.get("email", "")), _role()
        except Invalid as error:
            return self.page(site_id, error=error)
        token = links.make(
            "invite", clock.now_ms(), email=email, site_id=site_id, role=role, by=access.need_viewer().user
        )
        link = host(self._services.settings) + url_for("auth.invite", token=token)
        shown_once.keep(f"invitation to {site_id}", link, clock.now_ms())
        return redirect(url_for("access.page", site_id=site_id))

    def withdraw(self, site_id: int, link_id: int) -> ResponseReturnValue:
        """End an invitation."""
        access.row(site_id, Role.ADMIN)
        links.withdraw(link_id, site_id, clock.now_ms(), access.need_viewer().user)
        return _back(site_id, "The invitation is withdrawn.")

    def role(self, site_id: int, user_id: int) -> ResponseReturnValue:
        """Change what a member may do."""
        access.row(site_id, Role.ADMIN)
        if user_id not in {member.user.id for member in members.of_site(site_id)}:
            raise NotFound("This person has no access to this site.", field="user")
        members.grant(user_id, site_id, _role(), clock.now_ms(), access.need_viewer().user)
        return _back(site_id, "Saved.")

    def remove(self, site_id: int, user_id: int) -> ResponseReturnValue:
        """Take a member's access."""
        access.row(site_id, Role.ADMIN)
        members.remove(user_id, site_id, clock.now_ms(), access.need_viewer().user)
        return _back(site_id, "Access removed.")


def _role() -> Role:
    role = read_role(request.form.get("role", ""))
    if role not in (Role.VIEWER, Role.ADMIN):
        raise Invalid("Choose viewer or admin.", field="role")
    return role


def _back(site_id: int, message: str) -> ResponseReturnValue:
    flash(message, "good")
    return redirect(url_for("access.page", site_id=site_id))
