"""Reads the address of a page: cleaned for keeping, with its host, path and campaign."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import unquote_plus

LONGEST = 2_000
"""Characters of an address that are kept."""
LONGEST_UTM = 200
_LONGEST_KEPT = 600
_REFUSED = frozenset({"about", "blob", "data", "file", "javascript", "vbscript", "view-source"})

_ADDRESS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.\-]*)://([^/?#\\]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.S)
_BLANK = re.compile(r"[\x00-\x1f\x7f]")

UTM = ("source", "medium", "campaign", "term", "content")
_UTM_NAMES = {f"utm_{name}": name for name in UTM}
_OTHER_SOURCES = ("source", "ref")
"""Parameters that also name a source, where there is no `utm_source`; in this order."""
CLICK_IDS = (
    "gclid", "gbraid", "wbraid", "dclid", "msclkid", "yclid", "ttclid", "twclid", "li_fat_id", "rdt_cid",
    "epik", "sccid", "fbclid", "igshid", "igsh",
)  # fmt: skip
"""Ids that advertisers and networks put behind links; the first of them here is the one that is told."""
_DROPPED = frozenset(CLICK_IDS) | {
    "gclsrc", "gad_source", "gad_campaignid", "srsltid", "_gl", "ysclid", "mc_eid", "_hsenc", "_hsmi",
    "vero_id", "mkt_tok",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """Where something happened."""

    url: str
    """Without credentials, click ids and fragment (but for routes such as `#/settings`)."""
    host: str
    """In lower case, without port and `www.`; "" when the sender gave a path only."""
    path: str
    """Begins with `/`; with its route where the page has one behind `#`."""
    utm: Mapping[str, str]
    """Those of source, medium, campaign, term and content that the address names."""
    click_id: str | None = None
    """Which click id it had, one of `CLICK_IDS`; the id itself is not kept."""


_NO_UTM: Mapping[str, str] = MappingProxyType({})


def parse(url: str) -> Page | None:
    """Read an address, or a path that begins with `/`.

    http and https, and what apps use (`app://…`); None for anything else, such as `data:` or `file:`.
    Take secrets out before (`ingest.scrub.url`).
    """
    return _cached(url) if len(url) <= _LONGEST_KEPT else _parse(url)


def clean_host(host: str) -> str:
    """A host as it is compared: lower case, no credentials, port, `www.` or last dot."""
    host = host.rpartition("@")[2].lower()
    if not host.endswith("]"):
        name, _, port = host.rpartition(":")
        host = name if name and port.isdigit() else host.removesuffix(":")
    return host.rstrip(".").removeprefix("www.")


def _parse(url: str) -> Page | None:
    found = _ADDRESS.fullmatch(_BLANK.sub("", url).strip())
    if found is None:
        return None
    scheme, authority, path, query, fragment = found.groups()
    path = path.replace("\\", "/")
    if scheme is None:
        if not path.startswith("/") or path.startswith("//"):
            return None
        begin, host = "", ""
    else:
        host = clean_host(authority)
        if scheme.lower() in _REFUSED or not host:
            return None
        begin = f"{scheme.lower()}://{authority.rpartition('@')[2].lower()}"
    path = path.rstrip() or "/"
    kept, utm, click_id = _read_query(query) if query else ("", _NO_UTM, None)
    route = f"#{fragment}" if fragment and fragment.startswith(("/", "!/")) else ""
    return Page(
        url=f"{begin}{path}{kept}{route}"[:LONGEST].rstrip(),
        host=host,
        path=f"{path}{route.partition('?')[0]}"[:LONGEST],
        utm=utm,
        click_id=click_id,
    )


_cached = lru_cache(maxsize=8_192)(_parse)


def _read_query(query: str) -> tuple[str, Mapping[str, str], str | None]:
    """The query as it is kept, with its `?`; the campaign; and which click id was in it."""
    kept: list[str] = []
    told: dict[str, str] = {}
    clicks: set[str] = set()
    for pair in map(str.strip, query.split("&")):
        name, _, value = pair.partition("=")
        name = name.lower()
        if name in _DROPPED:
            clicks.add(name)
            continue
        if pair:
            kept.append(pair)
        if (name in _UTM_NAMES or name in _OTHER_SOURCES) and value:
            text = unquote_plus(value).strip()[:LONGEST_UTM]
            if text:
                told.setdefault(name, text)
    click_id = next((name for name in CLICK_IDS if name in clicks), None)
    return ("?" + "&".join(kept) if kept else ""), _campaign(told), click_id


def _campaign(told: dict[str, str]) -> Mapping[str, str]:
    if not told:
        return _NO_UTM
    utm = {_UTM_NAMES[name]: value for name, value in told.items() if name in _UTM_NAMES}
    for name in _OTHER_SOURCES:
        if "source" not in utm and name in told:
            utm["source"] = told[name]
    return MappingProxyType({name: utm[name] for name in UTM if name in utm})
