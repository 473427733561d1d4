"""Tells machines from people by their user agent, with a reason that people can read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from tracker.enrich.user_agent_tables import crawlers, matcher

_AUTOMATION = (
    r"(?i:headlesschrome|headless|phantomjs|slimerjs|casperjs|puppeteer|playwright|selenium|webdriver"
    r"|cypress/|jsdom|htmlunit|nightmare/|splash/|electron-prerender|prerender|rendertron)"
)
_LIBRARY = (
    r"(?i:\bcurl/|\bwget|python-|\bpython/|urllib|aiohttp|httpx/|go-http-client|\bjava/|apache-httpclient"
    r"|libwww|\blwp|postmanruntime|insomnia/|node-fetch|\bnode\.js|\bnode/|^node$|undici|\baxios/|\bgot/"
    r"|guzzle|restsharp|httpie/|faraday|typhoeus|winhttp|reqwest|scrapy|\bdeno/|\bbun/|\bruby/|^ruby$"
    r"|\bphp/|httpclient/|\bk6/|apachebench|\bwrk/|\bhey/|\bvegeta|jmeter|gatling|locust)"
)
_GENERIC = (
    r"(?i:[a-z0-9_.-]*(?:crawler|spider|scraper|bot)(?:[/;),: +-]|$)"
    r"|\+https?://|\bmonitoring\b|\bcheck_http)"
)
_NOT_BOTS = re.compile(r"(?i)cubot|okhttp")

_TAGS = {
    "browser-automation": "automation",
    "http-library": "HTTP library",
    "ai-crawler": "AI crawler",
    "search-engine": "search engine",
    "social-preview": "link preview",
    "monitoring": "monitoring",
    "scanner": "scanner",
    "feed-reader": "feed reader",
    "advertising": "advertising crawler",
    "archiver": "archiver",
    "academic": "academic crawler",
    "seo": "SEO crawler",
}
_SKIPPED = frozenset({"okhttp", r"AP3A\.240617\.008", "Sogou", "ds9", "Odin;", "Sonic", "Trove"})
"""Patterns that also stand in what people use: apps, devices, browsers."""
_APPS = frozenset(
    {
        "whatsapp", "viber", "notion", "tumblr", "paypal", "grammarly", "blackboard", "nextcloud", "feedly",
        "overcast", "mastodon", "trae", "discourse", "hubspot", "instapaper", "flipboardproxy", "netvibes",
        "disqus", "asana",
    }
)  # fmt: skip
"""Apps that fetch links themselves, but also show pages to people."""


def reason(user_agent: str) -> str | None:
    """Why `user_agent` (not empty) belongs to a machine, as "kind: name"; None for people."""
    found = matcher("bots", _patterns).extract(user_agent)
    if found is None:
        return None
    name = found.family.strip(" /;:,()+$^")
    if _NOT_BOTS.search(name) or (name.lower() in _APPS and _shows_pages(user_agent)):
        return None
    label = found.major or "crawler"
    return label if name.lower().startswith("http") else f"{label}: {name[:60]}"


def _shows_pages(user_agent: str) -> bool:
    return user_agent.startswith("Mozilla/") and "WebKit" in user_agent


def _patterns() -> Iterator[tuple[str, str]]:
    """Patterns joined by label: a few big ones are much smaller in memory than 1,500 small ones."""
    by_label: defaultdict[str, list[str]] = defaultdict(list)
    for entry in crawlers():
        if entry["pattern"] not in _SKIPPED:
            label = next((_TAGS[tag] for tag in entry.get("tags", ()) if tag in _TAGS), "crawler")
            by_label[label].append(entry["pattern"])
    yield _AUTOMATION, "automation"
    for label in (*_TAGS.values(), "crawler"):
        if by_label[label]:
            yield "|".join(by_label[label]), label
    yield _LIBRARY, "HTTP library"
    yield _GENERIC, "crawler"
