"""Who may come in: signed in unless a page is public, and every site only for those who may see it."""

from __future__ import annotations

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts import members, sites
from tracker.accounts.roles import Role
from tracker.domain.site import Site
from tracker.errors import Forbidden, NotFound, Unauthorized
from tracker.models import SiteRow
from tracker.services import Services
from tracker.web.viewer import Viewer, viewer

PUBLIC = frozenset(
    {"static", "auth", "doors", "scripts", "health", "openapi", "api", "marketplace", "privacy"}
)
"""Blueprints (and Flask's own `static`) that ask no one to sign in. `api` and `marketplace` ask for keys."""
HIDDEN = "There is no such site, or you have no access to it."


def register(app: Flask) -> None:
    """Ask for a sign-in before every view that is not public."""
    app.before_request(_guard)


def site(site_id: int, at_least: Role = Role.VIEWER) -> Site:
    """A site, for a viewer who may see it with at least this role.

    Raises Unauthorized, NotFound (also where others have such a site), or Forbidden for too low a role.
    """
    row(site_id, at_least)
    found = _services().sites.by_id(site_id)
    if found is None:
        raise NotFound(HIDDEN)
    return found


def row(site_id: int, at_least: Role = Role.VIEWER) -> SiteRow:
    """The same as its row, for pages that change it."""
    role = role_on(need_viewer(), site_id)
    if role < at_least:
        raise Forbidden(f"This needs the role {at_least.word}; you are {role.word}.")
    return sites.need(site_id)


def role_on(known: Viewer, site_id: int) -> Role:
    """The viewer's role on a site. Raises NotFound where they have none, or there is none."""
    role = members.role_of(known.user, site_id)
    if role is None or (role is Role.OWNER and _missing(site_id)):
        raise NotFound(HIDDEN)
    return role


def owner() -> Viewer:
    """The viewer, who must own this instance."""
    known = need_viewer()
    if not known.is_owner:
        raise Forbidden("Only owners of this instance may do this.")
    return known


def need_viewer() -> Viewer:
    """The signed-in viewer. Raises Unauthorized."""
    known = viewer()
    if known is None:
        raise Unauthorized("Please sign in.")
    return known


def _missing(site_id: int) -> bool:
    try:
        sites.need(site_id)
    except NotFound:
        return True
    return False


def _services() -> Services:
    found: Services = current_app.extensions["desirepath"]
    return found


def _guard() -> ResponseReturnValue | None:
    endpoint = request.endpoint
    if endpoint is None or endpoint.split(".", 1)[0] in PUBLIC or viewer() is not None:
        return None
    if request.method == "GET" and not request.headers.get("HX-Request"):
        here = request.full_path.rstrip("?") if request.path != "/" else None
        return redirect(url_for("auth.login", next=here))
    raise Unauthorized("Please sign in; your session has ended.")
