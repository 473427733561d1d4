"""The line that goes into a site's pages."""

from __future__ import annotations

from flask import request

from tracker.config import Settings
from tracker.domain.site import Identity, Site

AUTO = "clicks forms errors outbound downloads scroll"
"""What `data-auto` records without code; each word by itself may be left out."""


def script_tag(site: Site, settings: Settings, auto: str = "") -> str:
    """The script tag of a site, as plain text; `auto` names what it is to record without code."""
    identity = site.rules.identity
    more = f' data-identity="{identity}"' if identity is not Identity.CONSENT else ""
    if not site.rules.honour_dnt:
        more += ' data-dnt="ignore"'
    if auto:
        more += f' data-auto="{auto}"'
    return f'<script defer src="{host(settings)}/js/tracker.js" data-site="{site.public_key}"{more}></script>'


def host(settings: Settings) -> str:
    """Where browsers reach this server.

    Without a public address the one in the browser is shown; it builds no link, only text to copy.
    """
    return settings.public_url or request.host_url.rstrip("/")
