"""Who asks the API: a server with a site's secret key, or somebody signed in who may see the site."""

from __future__ import annotations

from flask import request

from tracker.accounts.roles import Role
from tracker.domain.arrival import Sites
from tracker.domain.site import Site
from tracker.errors import NotFound, Unauthorized
from tracker.models import User
from tracker.web import access
from tracker.web.viewer import viewer


def site_of(sites: Sites, site_id: int) -> Site:
    """The site with this id, for whoever asks. Raises Unauthorized, or NotFound for somebody else's.

    A key that is sent counts alone: a wrong one is never made good by a session.
    """
    key = bearer()
    if key is None:
        return access.site(site_id)
    site = sites.by_secret_key(key)
    if site is None:
        hint = " Public keys cannot read." if key.startswith("pk_") else ""
        raise Unauthorized(f"This secret key is not valid (any more).{hint}", field="authorization")
    if site.id != site_id:
        raise NotFound("This key belongs to another site.", field="site")
    return site


def changer(sites: Sites, site_id: int) -> User | None:
    """Who may change it: somebody signed in, an admin of the site at least; None for the secret key."""
    site_of(sites, site_id)
    if bearer() is not None:
        return None
    access.site(site_id, Role.ADMIN)
    known = viewer()
    return known.user if known else None


def bearer() -> str | None:
    """What the Authorization header carries, None when it carries no Bearer."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def caller() -> str:
    """By whom requests are counted: the key where there is one, else the address."""
    return bearer() or request.remote_addr or ""
