"""A site's keys: the public one to read, the secret ones to replace."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts import sites
from tracker.accounts.roles import Role
from tracker.web import access


def register(app: Flask) -> None:
    """Add the routes."""
    blueprint = Blueprint("keys", __name__, url_prefix="/sites/<int:site_id>/settings/keys")
    blueprint.add_url_rule("", "page", page)
    blueprint.add_url_rule("/secret", "rotate_secret", rotate_secret, methods=["POST"])
    blueprint.add_url_rule("/token", "rotate_token", rotate_token, methods=["POST"])
    blueprint.add_url_rule("/revoke", "revoke", revoke, methods=["POST"])
    app.register_blueprint(blueprint)


def page(site_id: int, secret_key: str | None = None, token_secret: str | None = None) -> ResponseReturnValue:
    """The page; a key that was just made is on it, this once."""
    row = access.row(site_id, Role.ADMIN)
    until = max(row.previous_secret_key_until or 0, row.previous_token_secret_until or 0)
    return render_template(
        "admin/keys.html", site=access.site(site_id), secret_key=secret_key, token_secret=token_secret,
        overlap=until > clock.now_ms(),
    )  # fmt: skip


def rotate_secret(site_id: int) -> ResponseReturnValue:
    """A new secret key."""
    access.row(site_id, Role.ADMIN)
    made = sites.rotate_secret_key(site_id, clock.now_ms(), access.need_viewer().user)
    return page(site_id, secret_key=made)


def rotate_token(site_id: int) -> ResponseReturnValue:
    """A new secret for signing user tokens."""
    access.row(site_id, Role.ADMIN)
    made = sites.rotate_token_secret(site_id, clock.now_ms(), access.need_viewer().user)
    return page(site_id, token_secret=made)


def revoke(site_id: int) -> ResponseReturnValue:
    """End the overlap now."""
    access.row(site_id, Role.ADMIN)
    sites.revoke_previous(site_id, clock.now_ms(), access.need_viewer().user)
    flash("The previous keys are not taken any more.", "good")
    return redirect(url_for("keys.page", site_id=site_id))
