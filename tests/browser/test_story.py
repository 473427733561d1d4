"""The whole first hour: one-time link, owner, site, script tag, first visit, offline, and the plug pulled."""

from __future__ import annotations

import http.server
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.pages import ARGUMENTS, CHROMIUM
from tests.live_server import Keys, LiveServer, free_port, serving

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
SHOP = "shop.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Shop:
    """A website of one page, served at http://shop.example, with whatever tag is pasted into it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://{SHOP}:{self.port}"
        self.tag = ""
        shop = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f"<!doctype html><title>Shop</title>{shop.tag}<h1>Welcome</h1>".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    yield shop
    shop.close()


@pytest.fixture
def browser() -> Iterator[Browser]:
    arguments = [*ARGUMENTS, f"--host-resolver-rules=MAP {SHOP} 127.0.0.1"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


def test_from_a_fresh_server_to_a_live_feed_that_survives_the_plug(
    tmp_path: Path, shop: Shop, browser: Browser
) -> None:
    with serving(tmp_path / "data") as server:
        dashboard = browser.new_context(base_url=server.url).new_page()
        _become_owner(server, dashboard)
        keys = _add_site(dashboard)
        shop.tag = dashboard.locator("#tag").inner_text()
        assert f'src="{server.url}/js/tracker.js"' in shop.tag

        visitors = browser.new_context(user_agent=FIREFOX)  # headless Chromium is held for a bot
        _first_visit(dashboard, visitors, shop)
        _live(dashboard, visitors, shop)
        _offline(server, keys, visitors, shop)

        before = server.events(keys)
        server.kill()
        server.start()
        assert server.events(keys) == before, "the plug was pulled, and nothing is missing"


def _become_owner(server: LiveServer, page: Page) -> None:
    found = re.search(r"http://\S+/setup/\S+", server.log.read_text())
    assert found, "the one-time link is printed"
    page.goto(found.group())
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the owner").click()


def _add_site(page: Page) -> Keys:
    page.get_by_label("Name").fill("Harbour shop")
    page.get_by_label("Domains").fill(f"https://www.{SHOP}/")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.get_by_role("button", name="Add the site").click()
    expect(page.get_by_text("Waiting for the first event")).to_be_visible()
    site_id = int(page.url.split("/sites/")[1].split("/")[0])
    secret, signing = (page.locator(f"#{name}").inner_text() for name in ("secret-key", "token-secret"))
    public = re.search(r"pk_[\w-]+", page.locator("#tag").inner_text())
    assert public
    return Keys(site_id, public.group(), secret, signing)


def _first_visit(dashboard: Page, visitors: BrowserContext, shop: Shop) -> None:
    visitors.new_page().goto(shop.url + "/hello?utm_source=news")
    expect(dashboard.get_by_text("It works.")).to_be_visible()
    dashboard.reload()
    expect(dashboard.locator("#secret-key")).to_have_count(0)
    dashboard.get_by_role("link", name="Open the live feed").click()
    expect(dashboard.locator("#main").get_by_text("/hello").first).to_be_visible()


def _live(dashboard: Page, visitors: BrowserContext, shop: Shop) -> None:
    """A visit stands in the open feed within a second (three are granted to a busy machine)."""
    page = visitors.new_page()
    page.goto("about:blank")
    begun = time.monotonic()
    page.goto(shop.url + "/live-now")
    expect(dashboard.locator("#main").get_by_text("/live-now").first).to_be_visible(timeout=3000)
    print(f"in the feed after {time.monotonic() - begun:.2f} s, page load included")


def _offline(server: LiveServer, keys: Keys, visitors: BrowserContext, shop: Shop) -> None:
    """Three events offline, the tab closed, back later: everything is there once."""
    page = visitors.new_page()
    page.goto(shop.url + "/before")
    _until(lambda: len(server.events(keys, q="/before")) == 1)
    visitors.set_offline(True)
    for number in range(3):
        page.evaluate(f"desirepath.track('offline_{number}', {{number: {number}}})")
    page.close()
    visitors.set_offline(False)
    visitors.new_page().goto(shop.url + "/back")
    _until(lambda: len(server.events(keys, q="/back")) == 1)
    _until(lambda: len([e for e in server.events(keys) if e["eventName"].startswith("offline_")]) >= 3)
    counts = Counter(event["eventName"] for event in server.events(keys))
    assert [counts[f"offline_{number}"] for number in range(3)] == [1, 1, 1]
    assert counts["page_viewed"] == 4
    late = [event for event in server.events(keys) if event["eventName"].startswith("offline_")]
    assert all(event["context"]["path"] == "/before" for event in late)


def _until(true: object, seconds: float = 60) -> None:
    assert callable(true)
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
