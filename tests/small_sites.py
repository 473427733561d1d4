"""What the test shop and the test wallet share: being served under a name of their own, and a browser."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.browser.pages import ARGUMENTS, CHROMIUM
from tests.live_server import Keys, LiveServer

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
"""What Chromium calls itself; headless it would be held for a bot, rightly. Told to the program, not only to
a page: what is sent when a page is left goes out under the program's own name."""
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Safari/605.1.15"
)
AUTO = "clicks forms errors messages outbound scroll"


def script_tag(server: LiveServer, keys: Keys) -> str:
    """The line of the install page, with everything that needs no code."""
    source = f"{server.url}/js/tracker.js"
    return f'<script defer src="{source}" data-site="{keys.site_key}" data-auto="{AUTO}"></script>'


@contextlib.contextmanager
def served(app: Flask, host: str) -> Iterator[str]:
    """A Flask app on a port of its own; its address, with a host name that only our browser knows."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium to whom every `.test` name is this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, "--host-resolver-rules=MAP *.test 127.0.0.1", f"--user-agent={FIREFOX}"],
        )
        try:
            yield browser
        finally:
            browser.close()


def person(browser: Browser, user_agent: str = FIREFOX) -> Page:
    """Somebody with a browser of their own; two with the same one at the same address are one visitor."""
    return browser.new_context(user_agent=user_agent, viewport={"width": 1000, "height": 800}).new_page()


def press(page: Page, label: str) -> None:
    """Click a button once the script that records clicks has come."""
    page.evaluate(
        """async () => {
            const source = document.querySelector("script[data-auto]").src;
            await import(new URL("auto.js", source));
        }"""
    )
    page.get_by_role("button", name=label, exact=True).click()


def ask(server: LiveServer, keys: Keys, question: str, **query: str) -> Any:
    """What the API answers about the last seven days."""
    more = "".join(f"&{key}={value}" for key, value in query.items())
    status, answer = server.get(
        f"/api/v1/sites/{keys.id}/{question}?timeframe=7d{more}", Authorization=f"Bearer {keys.secret_key}"
    )
    assert status == 200, answer
    return answer


def wait_until_counted(server: LiveServer, keys: Keys, wanted: Mapping[str, int]) -> list[dict[str, Any]]:
    """The site's events, once so many of each name are kept and the column store has all the ledger has."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        events = server.events(keys)
        kept = Counter(event["eventName"] for event in events)
        counted = ask(server, keys, "event-ranking", bots="1")["total"]
        if kept >= Counter(wanted) and counted == len(events):
            return events
        time.sleep(0.2)
    raise AssertionError(f"wanted {dict(wanted)}, kept {dict(kept)}, counted {counted}")


def table(page: Page, panel: str) -> list[dict[str, str]]:
    """The rows of a panel's table: what stands below each heading."""
    heads = page.locator(f"#panel-{panel} thead th").all_inner_texts()
    rows = page.locator(f"#panel-{panel} tbody tr").all()
    cells = [row.locator("th, td").all_inner_texts() for row in rows]
    return [dict(zip(heads, row, strict=True)) for row in cells]
