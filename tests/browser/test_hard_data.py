"""What sites really send: names that run from right to left, addresses and words without an end, amounts of
trillions, and yen, which have no decimals. Nothing may push a page sideways or lie over something else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.demo_server import settle
from tests.browser.pages import WIDTHS, Watched, chromium, owner, sideways, sign_in, watched
from tests.live_server import LiveServer, serving

pytestmark = pytest.mark.browser
DAY = 86_400_000
NAMES = (
    "محمد عبد الرحمن الخوارزمي بن أبي بكر",
    "Wolfeschlegelsteinhausenbergerdorff Hubert Blaine Senior the Third of Pennsylvania",
    "Ilya \u202eliyA",
)
MAIL = "hubert.blaine.wolfeschlegelsteinhausenbergerdorff.senior@extraordinarily-long.of.example.org"
SITE = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
PAGES = ("overview", "people", "products", "payments", "features", "journeys", "errors", "feed", "segments")
CUT_OFF = """
[...document.querySelectorAll("dd > .figure, .tile, .table-scroll:not(.panel-table), .badge")]
  .filter((part) => part.scrollWidth > part.clientWidth + 1 && part.clientWidth)
  .map((part) => part.outerHTML.slice(0, 90))
"""


def _of(person: int, at: int) -> dict[str, Any]:
    """What one person does within a few seconds."""
    product = {"product_id": f"p{person}", "product_name": NAMES[person]}
    amount = (4999, 123456789012.5, 4999)[person]
    currency = ("JPY", "IDR", "JPY")[person]
    payment = {"reference": "R" * 60 + f"{person}-{at}", "amount": 1299, "currency": "JPY"}
    told = (
        ("page_viewed", {}),
        ("product_viewed", product),
        ("purchase", {**product, "amount": amount, "currency": currency}),
        ("payment_initialized", payment),
        ("payment_completed", payment),
        ("feature_used", {"feature": "Extraordinarily" * 5, "category": "A category that goes on " * 4}),
        ("error_occurred", {"status": "failed", "error_message": "TypeError: " + "x" * 300}),
    )
    return {
        "visitor": f"v{person}",
        "user": {"id": "0" * 50 + str(person), "name": NAMES[person], "email": MAIL},
        "context": {"url": "https://long.example/" + "a" * 480, "referrer": "https://www.google.com/"},
        "events": [
            {"eventName": name, "properties": properties, "timestamp": at + 1000 * n}
            for n, (name, properties) in enumerate(told)
        ],
    }


def _fill(server: LiveServer, key: str) -> None:
    now = int(time.time() * 1000)
    for person in range(len(NAMES)):
        for days in (1, 3, 5):
            body = _of(person, now - days * DAY - person * 60_000)
            status, answer = server.track(body, Authorization=f"Bearer {key}")
            assert status == 200 and answer["accepted"] == len(body["events"]), answer


def _counted(server: LiveServer, site: int, key: str) -> bool:
    status, answer = server.get(f"/api/v1/sites/{site}/revenue", Authorization=f"Bearer {key}")
    return status == 200 and sum(one["orders"] for one in answer["currencies"]) == 6 * len(NAMES)


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A signed-in page on a server with nothing but such a site. What is paid counts as an order, too."""
    data = tmp_path_factory.mktemp("hard")
    with serving(data, ratelimit_enabled="0") as server:
        owner(server)
        keys = server.create_site(SITE)
        _fill(server, keys.secret_key)
        deadline = time.monotonic() + 60
        while not _counted(server, keys.id, keys.secret_key):
            assert time.monotonic() < deadline, "not counted within a minute"
            time.sleep(0.2)
        with sync_playwright() as playwright, chromium(playwright) as browser:
            state = sign_in(browser, server)
            with watched(browser, server, state, viewport={"width": 1440, "height": 900}) as watch:
                yield watch


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_pushed_sideways_or_cut_off(hard: Watched, path: str) -> None:
    page = hard.page
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"/sites/1/{path}")
    settle(page)
    for width in sorted(WIDTHS, reverse=True):
        page.set_viewport_size({"width": width, "height": 900})
        assert sideways(page) <= 0, width
        assert page.evaluate(CUT_OFF) == [], width


def test_the_page_of_all_sites_holds_long_names(hard: Watched) -> None:
    for width in WIDTHS:
        hard.page.set_viewport_size({"width": width, "height": 900})
        hard.page.goto("/sites")
        assert sideways(hard.page) <= 0, width


def test_amounts_have_the_decimals_of_their_currency_and_huge_ones_are_short(hard: Watched) -> None:
    page = hard.page
    page.goto("/sites/1/products")
    settle(page)
    figures = page.locator("#panel-revenue .figure")
    assert "41,685 JPY" in figures.all_inner_texts()
    assert "370B IDR" in figures.all_inner_texts()
    expect(page.locator("#panel-revenue [title='370,370,367,037.50']").first).to_be_visible()
    page.goto("/sites/1/payments")
    settle(page)
    expect(page.locator("#panel-payments [data-label=Amount]").first).to_have_text("1,299 JPY")


def test_a_name_does_not_turn_round_what_stands_beside_it(hard: Watched) -> None:
    page = hard.page
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/sites/1/products")
    settle(page)
    row = page.locator("#panel-products tbody tr", has_text="p2").locator("th")
    assert _runs_right(page, row.locator(".muted"))


def _runs_right(page: Page, where: Any) -> bool:
    """Whether the first letter of a text stands left of its last."""
    return bool(
        where.evaluate(
            """element => {
              const text = element.firstChild;
              const place = (from) => {
                const range = document.createRange();
                range.setStart(text, from);
                range.setEnd(text, from + 1);
                return range.getBoundingClientRect().left;
              };
              return place(0) < place(text.length - 1);
            }"""
        )
    )
