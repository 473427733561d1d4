"""The overview page: every number is the API's."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.demo_server import Demo, settle
from tracker.web import formats

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 1000}


def test_figures_and_tables_are_the_apis(demo: Demo) -> None:
    query = "timeframe=90d&compare=1"
    told = demo.ask(demo.saas, "overview", query)
    pages = demo.ask(demo.saas, "breakdown", f"{query}&dimension=page&limit=10")
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "overview?timeframe=90d"))
        settle(page)
        shown = {
            name: page.inner_text(f"[data-figure={name}]") for name in ("visitors", "visits", "pageViews")
        }
        assert shown == {name: formats.whole(told[name]) for name in shown}
        assert page.inner_text("[data-figure=bounceRate]") == formats.percent(told["bounceRate"])
        assert page.inner_text("[data-figure=visitDuration]") == formats.seconds(told["visitDuration"])
        rows = page.locator("#panel-pages tbody tr")
        for row, expected in zip(rows.all(), pages["rows"], strict=True):
            cells = row.locator("th, td").all_inner_texts()
            assert cells == [
                expected["value"],
                formats.whole(expected["visitors"]),
                formats.whole(expected["pageViews"]),
                formats.percent(expected["bounceRate"]),
            ]


def test_another_figure_and_another_tab_stay_in_the_address(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "overview"))
        settle(page)
        page.get_by_role("link", name="Bounce rate").click()
        page.wait_for_url("**metric=bounceRate**")
        page.locator("#panel-sources").get_by_role("link", name="Referrers").click()
        page.wait_for_url("**sources=referrer**")
        expect(page.locator("#panel-sources tbody a").first).to_be_visible()
        page.reload()
        settle(page)
        expect(page.locator("#panel-sources [aria-current=true]").first).to_have_text("Referrers")
        expect(page.locator("#panel-figures dt [aria-current=true]")).to_have_text("Bounce rate")
