"""What a settings form of a site does when it is sent."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts import sites
from tracker.errors import Invalid
from tracker.web import access


def save(site_id: int, told: dict[str, object], endpoint: str) -> ResponseReturnValue | Invalid:
    """Change a site's settings and lead back to the page they are on; or gives what is wrong with them."""
    try:
        sites.change(site_id, clock.now_ms(), access.need_viewer().user, **told)
    except Invalid as wrong:
        return wrong
    flash("Saved.", "good")
    return redirect(url_for(endpoint, site_id=site_id))
