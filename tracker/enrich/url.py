"""Addresses of pages: cleaned for keeping, with their campaign taken out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

LONGEST = 2_000
CAMPAIGN = ("source", "medium", "campaign", "term", "content")
SOURCE_ALIASES = ("ref", "source")
CLICK_IDS = {
    "gclid": "google", "gbraid": "google", "wbraid": "google", "dclid": "google", "msclkid": "microsoft",
    "fbclid": "facebook", "ttclid": "tiktok", "twclid": "x", "li_fat_id": "linkedin", "igshid": "instagram",
    "yclid": "yandex", "epik": "pinterest", "rdt_cid": "reddit", "sccid": "snapchat",
}  # fmt: skip
"""Parameters advertisers add to tell one click from another, and whose they are. They are not kept."""
PAID_CLICKS = frozenset({"gclid", "gbraid", "wbraid", "dclid", "msclkid", "ttclid", "twclid", "yclid"})
"""Of these, those that only paid links carry."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,30}")
_REFUSED = frozenset({"data", "javascript", "blob", "file", "about", "vbscript"})


@dataclass(frozen=True, slots=True)
class Page:
    """A page: address without credentials, click ids and fragment, host without `www.`, path, campaign."""

    url: str
    host: str
    path: str
    utm: Mapping[str, str]
    """Of source, medium, campaign, term and content those that are there."""
    click: str | None = None
    """Whose click id the address had."""
    paid: bool = False
    """Whether that click id stands on paid links only."""


def parse(url: str) -> Page | None:
    """Read an address; None where it is none, or of a kind that is no page."""
    try:
        parts = urlsplit(url.strip()[:LONGEST])
        host = (parts.hostname or "").rstrip(".").removeprefix("www.")
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if not _SCHEME.fullmatch(scheme) or scheme in _REFUSED or not (host or parts.path):
        return None
    kept, utm, click = _query(parts.query)
    fragment = parts.fragment if parts.fragment.startswith(("/", "!/")) else ""
    path = parts.path or "/"
    place = f"{host}:{port}" if port else host
    return Page(
        urlunsplit((scheme, place, path, urlencode(kept), fragment)),
        host,
        path + ("#" + fragment.partition("?")[0] if fragment else ""),
        utm,
        CLICK_IDS[click] if click else None,
        click in PAID_CLICKS,
    )


def _query(query: str) -> tuple[list[tuple[str, str]], dict[str, str], str | None]:
    """Parameters to keep, the campaign, and the click id's name."""
    kept: list[tuple[str, str]] = []
    utm: dict[str, str] = {}
    alias: dict[str, str] = {}
    click: str | None = None
    for key, value in parse_qsl(query, keep_blank_values=True, max_num_fields=200):
        name = key.lower()
        if name in CLICK_IDS:
            click = click or name
            continue
        kept.append((key, value))
        part = name.removeprefix("utm_")
        if name.startswith("utm_") and part in CAMPAIGN and value:
            utm.setdefault(part, value[:200])
        elif name in SOURCE_ALIASES and value:
            alias.setdefault("source", value[:200])
    return kept, alias | utm, click
