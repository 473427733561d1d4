"""One server with demo data and somebody signed in, for all tests of question pages."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import pages
from tests.live_server import LiveServer, serving

EVENTS = 20_000
EMAIL, PASSWORD = "demo@example.org", "demo-desirepath"
SITE = re.compile(r"^(.+): (\{.*\})$", re.M)


@dataclass(frozen=True)
class DemoSite:
    """One of the demo's sites, by name: Harbour & Finch, Peepal Pay, Fernweg."""

    id: int
    name: str
    site_key: str
    secret_key: str


@dataclass(frozen=True)
class Served:
    """The server and its sites by name."""

    server: LiveServer
    sites: dict[str, DemoSite]


@dataclass
class Demo:
    """The server, a browser, and the cookies of somebody who may see everything."""

    server: LiveServer
    sites: dict[str, DemoSite]
    browser: Browser
    state: Any

    def open(self, **options: Any) -> Any:
        """A signed-in page that may complain of nothing: `with demo.open(viewport=…) as watch`."""
        return pages.watched(self.browser, self.server, self.state, **options)

    @property
    def shop(self) -> DemoSite:
        """Goods, carts and purchases."""
        return self.sites["Harbour & Finch"]

    @property
    def wallet(self) -> DemoSite:
        """Payments, credits and a mobile backend."""
        return self.sites["Peepal Pay"]

    @property
    def saas(self) -> DemoSite:
        """Features, sign-ups and errors."""
        return self.sites["Fernweg"]

    def path(self, site: DemoSite, page: str) -> str:
        """The address of a site's page."""
        return f"/sites/{site.id}/{page}"

    def ask(self, site: DemoSite, question: str, query: str = "") -> Any:
        """What the API answers: `demo.ask(demo.shop, "overview", "timeframe=7d&compare=1")`."""
        status, answer = self.server.get(
            f"/api/v1/sites/{site.id}/{question}?{query}", Authorization=f"Bearer {site.secret_key}"
        )
        assert status == 200, answer
        return answer


def settle(page: Page) -> None:
    """Wait until every panel of the page is answered and every picture drawn, those further down too."""
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    for unfinished in ("[data-panel][aria-busy]", "[data-chart]:not([data-drawn=done])"):
        expect(page.locator(unfinished)).to_have_count(0)
    page.evaluate("window.scrollTo(0, 0)")


@contextmanager
def looking_at(served: Served) -> Iterator[Demo]:
    """A browser, signed in. One at a time: Playwright runs once in a thread."""
    with sync_playwright() as playwright, pages.chromium(playwright) as browser:
        state = pages.sign_in(browser, served.server, EMAIL, PASSWORD)
        yield Demo(served.server, served.sites, browser, state)


@contextmanager
def demo_server(data: Path, events: int = EVENTS) -> Iterator[Served]:
    """Fill a directory, serve it, and wait until everything is counted."""
    server = LiveServer(data)
    printed = server.cli("demo", "--events", str(events), "--days", "90")
    told = {name: json.loads(keys) for name, keys in SITE.findall(printed)}
    sites = {name: DemoSite(name=name, **keys) for name, keys in told.items()}
    with serving(data, ratelimit_enabled="0") as server:
        served = Served(server, sites)
        _wait_until_counted(served)
        yield served


def _wait_until_counted(demo: Served) -> None:
    """The store follows within seconds; the server tells how far it is behind."""
    deadline = time.monotonic() + 300
    while "desirepath_columns_behind_events 0.0\n" not in demo.server.get("/metrics")[1]:
        assert time.monotonic() < deadline, "the demo is not counted after five minutes"
        time.sleep(0.2)
