"""Steps: where it happened - the page with its source, and the device with its country."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from tracker.domain.arrival import Arrival
from tracker.domain.event import Drop, DropReason, Event, RawContext, RawEvent, Trust
from tracker.enrich import referrer as referrers
from tracker.enrich import screen as screens
from tracker.enrich import url as urls
from tracker.enrich import user_agent as agents
from tracker.ingest import scrub
from tracker.ingest.tools import Tools

MAX_TITLE = 500
MAX_URL = 8_000
"""Longer ones are no addresses; those above 2,000 are cut."""
MAX_AGENT = 1_000
TEXT_FIELDS = ("url", "referrer", "title", "screen", "viewport", "language")

_encode = msgspec.json.Encoder().encode


def page(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Clean the address, find out where the visitor came from, and keep both."""
    key = ("page", id(raw.context))
    known = arrival.memo.get(key)
    if known is None:
        known = arrival.memo[key] = _read_page(raw.context, arrival)
    if known in TEXT_FIELDS:
        return Drop(
            raw.index, DropReason.INVALID_CONTEXT, f"context.{known}", f"context.{known} must be text."
        )
    event.context = known
    return None


def device(event: Event, raw: RawEvent, arrival: Arrival, tools: Tools) -> Drop | None:
    """Tell browser, system, kind of device, country and language; label bots, never refuse them."""
    key = ("device", id(raw.context))
    known = arrival.memo.get(key)
    if known is None:
        known = arrival.memo[key] = _read_device(raw.context, arrival, tools)
    event.client, event.bot = known
    if event.user_id is not None and arrival.trust is not Trust.PUBLIC:
        event.bot = None  # whom the site itself knows is no robot, whatever program they use
    return None


def _read_page(context: RawContext, arrival: Arrival) -> str:
    for name in TEXT_FIELDS:
        value = getattr(context, name)
        if value is not None and type(value) is not str:
            return name
    known = _page(context.url or "", context.referrer or "", arrival.site.rules.domains)
    title = scrub.text(context.title[:MAX_TITLE].strip()) if context.title else ""
    if not title and not arrival.site.rules.collect_ip:
        return _json_of(known)
    return _json_of(known, title, _address(context, arrival) if arrival.site.rules.collect_ip else "")


@lru_cache(maxsize=4_096)
def _page(url: str, referrer: str, domains: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    parsed = urls.parse(scrub.url(url[:MAX_URL])) if url else None
    source = referrers.classify(parsed, scrub.url(referrer[:MAX_URL]), domains)
    found: dict[str, Any] = {}
    if parsed is not None:
        found = {"url": parsed.url, "host": parsed.host, "path": parsed.path}
        found |= {f"utm_{key}": value for key, value in parsed.utm.items()}
    found |= {
        "referrer": source.referrer,
        "referrer_host": source.referrer_host,
        "source": source.source,
        "channel": source.channel if parsed is not None or source.source else None,
    }
    return tuple((key, value) for key, value in found.items() if value)


@lru_cache(maxsize=4_096)
def _json_of(known: tuple[tuple[str, str], ...], title: str = "", address: str = "") -> str:
    found = dict(known)
    if title:
        found["title"] = title
    if address:
        found["ip"] = address
    return _encode(found).decode()


def _read_device(context: RawContext, arrival: Arrival, tools: Tools) -> tuple[str, str | None]:
    agent = _agent(context, arrival)
    # A server that sends for nobody in particular has no browser; one that tells a robot's has met one.
    judged = arrival.trust is Trust.PUBLIC or (arrival.trust is Trust.SECRET and bool(agent))
    return _device(
        agent,
        tools.country.of(_address(context, arrival)) or "",
        screens.language(context.language or arrival.language) or "",
        screens.size(context.screen) or "",
        screens.size(context.viewport) or "",
        judged,
        arrival.site.rules.collect_user_agent,
    )


def _agent(context: RawContext, arrival: Arrival) -> str:
    """The visitor's own user agent: a server that sends for others may say theirs."""
    if arrival.trust is Trust.SECRET:
        told = context.user_agent
        return told[:MAX_AGENT] if type(told) is str else ""
    return arrival.user_agent[:MAX_AGENT]


def _address(context: RawContext, arrival: Arrival) -> str:
    if arrival.trust is Trust.SECRET:
        told = context.ip
        return told if type(told) is str else ""
    return arrival.address


@lru_cache(maxsize=8_192)
def _device(
    agent: str, country: str, language: str, screen: str, viewport: str, judged: bool, keep: bool
) -> tuple[str, str | None]:
    parsed = agents.parse(agent) if agent or judged else None
    found: dict[str, str | None] = {}
    if parsed is not None:
        found = {
            "browser": parsed.browser,
            "browser_version": parsed.browser_version,
            "os": parsed.os,
            "os_version": parsed.os_version,
            "device": parsed.device,
        }
    found |= {"country": country, "language": language, "screen": screen, "viewport": viewport}
    if keep:
        found["user_agent"] = scrub.text(agent)
    bot = parsed.bot if parsed is not None and judged else None
    return _encode({key: value for key, value in found.items() if value}).decode(), bot
