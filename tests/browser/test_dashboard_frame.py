"""What all question pages share, in a real browser, on demo data."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.demo_server import Demo, settle
from tests.browser.pages import WIDTHS, sideways, violations
from tracker.web.navigation import PAGES

pytestmark = pytest.mark.browser

MOST_BYTES = 150_000
CHIPS = ".chip:not(.chip-quiet)"
TESTED_ELSEWHERE = ("feed", "install", "settings")
PATHS = [page.path for page in PAGES if page.path not in TESTED_ELSEWHERE]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_accessible_light_and_fits(demo: Demo, path: str, scheme: Any) -> None:
    widest = {"width": max(WIDTHS), "height": 900}
    with demo.open(viewport=widest, color_scheme=scheme) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, path))
        settle(page)
        assert sum(watch.sizes.values()) <= MOST_BYTES, watch.sizes
        for width in sorted(WIDTHS, reverse=True):
            page.set_viewport_size({"width": width, "height": 900})
            assert sideways(page) <= 0, width
            if width != 768:  # nothing is in another place there
                assert violations(page) == [], width


def test_panels_take_their_places_without_a_jump(demo: Demo) -> None:
    with demo.open(viewport={"width": 1280, "height": 1000}) as watch:
        page = watch.page
        page.add_init_script(
            "window.moved = 0; new PerformanceObserver((list) => list.getEntries().forEach("
            "(entry) => (window.moved += entry.value))).observe({type: 'layout-shift', buffered: true})"
        )
        page.goto(demo.path(demo.saas, "overview"))
        settle(page)
        assert page.evaluate("window.moved") < 0.02


def test_filters_are_added_by_click_and_form_and_taken_away_by_click(demo: Demo) -> None:
    with demo.open(viewport={"width": 1280, "height": 1000}) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview"))
        settle(page)
        page.click("#panel-pages .ranked a >> nth=0")
        expect(page.locator(CHIPS)).to_have_count(1)
        assert "filter=page:is:" in page.url
        page.locator("summary", has_text="Filter").click()
        page.select_option("[name=dimension]", "country")
        page.fill("[name=value]", "DE")
        page.click("text=Add the filter")
        expect(page.locator(CHIPS)).to_have_count(2)
        expect(page.locator(CHIPS).nth(1)).to_contain_text("is Germany")
        page.locator(CHIPS).nth(0).click()
        expect(page.locator(CHIPS)).to_have_count(1)
        page.go_back()
        expect(page.locator(CHIPS)).to_have_count(2)
        page.get_by_role("link", name="Users", exact=True).click()
        assert "filter=" in page.url


def test_without_scripts_everything_is_one_plain_page(demo: Demo) -> None:
    context = demo.browser.new_context(
        base_url=demo.server.url, storage_state=demo.state, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(demo.path(demo.shop, "overview"))
    page.wait_for_url("**full=1**")
    told = demo.ask(demo.shop, "overview", "timeframe=30d")
    expect(page.locator("[data-figure=visitors]")).to_have_text(f"{told['visitors']:,}")
    page.select_option("[name=timeframe]", "7d")
    page.locator(".bar-form button", has_text="Apply").last.click()
    told = demo.ask(demo.shop, "overview", "timeframe=7d")
    expect(page.locator("[data-figure=visitors]")).to_have_text(f"{told['visitors']:,}")
    context.close()
