"""Where a visit came from: the source by its friendly name, and the channel it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from tracker.enrich.channel import PAID_CLICKS, Arrived, Channel, channel
from tracker.enrich.source import Known, by_host, by_name
from tracker.enrich.url import Page, clean_host, parse

_CLICK_SOURCES = {
    "gclid": "google", "gbraid": "google", "wbraid": "google", "dclid": "google", "msclkid": "bing",
    "yclid": "yandex", "ttclid": "tiktok", "twclid": "twitter", "li_fat_id": "linkedin",
    "rdt_cid": "reddit", "epik": "pinterest", "sccid": "snapchat", "fbclid": "facebook",
    "igshid": "instagram", "igsh": "instagram",
}  # fmt: skip
_NO_UTM: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a visit came from. All None but for the channel when it came from nowhere else."""

    referrer: str | None
    """The cleaned address of the page that linked here; None for the site's own pages."""
    referrer_host: str | None
    source: str | None
    """A friendly name ("Google", "Hacker News"), else the campaign's source or the host as it is."""
    channel: Channel


_DIRECT = Source(None, None, None, Channel.DIRECT)
_INTERNAL = Source(None, None, None, Channel.INTERNAL)


def classify(page: Page | None, referrer: str | None, own_domains: tuple[str, ...]) -> Source:
    """Tell the source of a visit from the page it landed on and the address it came from.

    What the landing page's address says (`utm_…`, `ref`, click ids) goes before the referrer. Pages of
    `own_domains`, of their subdomains and of the page's own host are the site itself: no source.
    The rules of the channels are in `channel`.
    """
    came_from = parse(referrer) if referrer else None
    if came_from is not None and not came_from.host:
        came_from = None
    utm = page.utm if page is not None else _NO_UTM
    click = page.click_id if page is not None else None
    internal = came_from is not None and _is_own(came_from.host, page, own_domains)
    if not utm and click is None:
        if came_from is None:
            return _DIRECT
        if internal:
            return _INTERNAL
    elsewhere = None if internal else came_from
    known, name = _named(utm, click, elsewhere)
    return Source(
        referrer=elsewhere.url if elsewhere else None,
        referrer_host=elsewhere.host if elsewhere else None,
        source=known.name if known else name,
        channel=channel(_arrived(known, name, utm, click)),
    )


def _named(
    utm: Mapping[str, str], click: str | None, elsewhere: Page | None
) -> tuple[Known | None, str | None]:
    """The source if it is a known one, and how the visit itself calls it."""
    name = utm.get("source")
    if name:
        return by_name(name), name
    if elsewhere is not None:
        return by_host(elsewhere.host), elsewhere.host
    return by_name(_CLICK_SOURCES[click]) if click else None, None


def _arrived(known: Known | None, name: str | None, utm: Mapping[str, str], click: str | None) -> Arrived:
    return Arrived(
        kind=known.kind if known else None,
        source=(name or "").lower(),
        medium=utm.get("medium", "").lower(),
        campaign=utm.get("campaign", "").lower(),
        is_paid_click=click in PAID_CLICKS,
        is_display_click=click == "dclid",
    )


def _is_own(host: str, page: Page | None, own_domains: tuple[str, ...]) -> bool:
    if page is not None and host == page.host:
        return True
    return any(host == own or host.endswith("." + own) for own in map(_own, own_domains))


@lru_cache(maxsize=4_096)
def _own(domain: str) -> str:
    return clean_host(domain.removeprefix("*."))
