"""A real Chromium on a real server: signing in, watching for complaints, checking accessibility."""

from __future__ import annotations

import contextlib
import gzip
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, expect

from tests.live_server import LiveServer

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
WIDTHS = (360, 768, 1440)
expect.set_options(timeout=60_000)  # a busy machine is slow, not wrong
WATCH = """
window.complaints = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.complaints.push(`CSP ${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Watched:
    """A page whose complaints (errors, CSP violations, failed requests) are kept."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    """Bytes of every response after gzip, by address, where they are weighed."""

    def all_complaints(self) -> list[str]:
        """Everything that went wrong up to now."""
        return self.complaints + list(self.page.evaluate("window.complaints ?? []"))


@contextlib.contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    try:
        yield browser
    finally:
        browser.close()


def owner(server: LiveServer) -> None:
    """Make the account that `sign_in` uses."""
    server.cli("admin", "create", EMAIL, "--password-stdin", given=PASSWORD + "\n")


def sign_in(browser: Browser, server: LiveServer, email: str = EMAIL, password: str = PASSWORD) -> Any:
    """Sign in once; the cookies, for pages to begin with."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    state = context.storage_state()
    context.close()
    return state


@contextlib.contextmanager
def watched(
    browser: Browser, server: LiveServer, state: Any, *, weighed: bool = False, **options: Any
) -> Iterator[Watched]:
    """A signed-in page. At its end, anything it complained of is a failure.

    `weighed` fills `sizes`: every body is fetched once more for that.
    """
    context = browser.new_context(base_url=server.url, storage_state=state, **options)
    page = context.new_page()
    watch = Watched(page)
    page.add_init_script(WATCH)
    page.on("console", lambda m: watch.complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: watch.complaints.append(str(error)))
    if weighed:
        page.on("requestfinished", lambda request: _weigh(watch, request))
    try:
        yield watch
        assert watch.all_complaints() == []
    finally:
        context.close()


def until(page: Page, true: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something holds, while the page goes on."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        page.wait_for_timeout(50)


def violations(page: Page) -> list[str]:
    """What axe finds wrong, one line each."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['html'][:160]} — {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def sideways(page: Page) -> int:
    """Pixels that the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def _weigh(watch: Watched, request: Any) -> None:
    response = request.response()
    if response is None or "event-stream" in response.headers.get("content-type", ""):
        return
    with contextlib.suppress(Exception):  # the page has moved on, and its bodies with it
        watch.sizes[request.url] = len(gzip.compress(response.body()))
