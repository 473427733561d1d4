"""A site's keys: the public one to read, the secret ones to replace."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts import sites
from tracker.accounts.roles import Role
from tracker.web import access
from tracker.web.admin import shown_once


def register(app: Flask) -> None:
    """Add the routes."""
    blueprint = Blueprint("keys", __name__, url_prefix="/sites/<int:site_id>/settings/keys")
    blueprint.add_url_rule("", "page", page)
    blueprint.add_url_rule("/secret", "rotate_secret", rotate_secret, methods=["POST"])
    blueprint.add_url_rule("/token", "rotate_token", rotate_token, methods=["POST"])
    blueprint.add_url_rule("/revoke", "revoke", revoke, methods=["POST"])
    app.register_blueprint(blueprint)


def page(site_id: int) -> ResponseReturnValue:
    """The page; a key that was just made is on it, this once."""
    row = access.row(site_id, Role.ADMIN)
    now_ms = clock.now_ms()
    until = max(row.previous_secret_key_until or 0, row.previous_token_secret_until or 0)
    return render_template(
        "admin/keys.html", site=access.site(site_id), overlap=until > now_ms,
        secret_key=shown_once.take(f"secret of {site_id}", now_ms),
        token_secret=shown_once.take(f"token of {site_id}", now_ms),
    )  # fmt: skip


def rotate_secret(site_id: int) -> ResponseReturnValue:
    """A new secret key."""
    access.row(site_id, Role.ADMIN)
    made = sites.rotate_secret_key(site_id, clock.now_ms(), access.need_viewer().user)
    return _show("secret", site_id, made)


def rotate_token(site_id: int) -> ResponseReturnValue:
    """A new secret for signing user tokens."""
    access.row(site_id, Role.ADMIN)
    made = sites.rotate_token_secret(site_id, clock.now_ms(), access.need_viewer().user)
    return _show("token", site_id, made)


def revoke(site_id: int) -> ResponseReturnValue:
    """End the overlap now."""
    access.row(site_id, Role.ADMIN)
    sites.revoke_previous(site_id, clock.now_ms(), access.need_viewer().user)
    flash("The previous keys are not taken any more.", "good")
    return redirect(url_for("keys.page", site_id=site_id))


def _show(what: str, site_id: int, made: str) -> ResponseReturnValue:
    # On a page of its own: loading that again must not make another key, which would end the overlap.
    shown_once.keep(f"{what} of {site_id}", made, clock.now_ms())
    return redirect(url_for("keys.page", site_id=site_id))
