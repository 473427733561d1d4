"""Printing: everything is loaded and drawn first, also what nobody has scrolled to."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_server import Demo, settle
from tests.browser.pages import until

pytestmark = pytest.mark.browser
SMALL = {"width": 1280, "height": 500}
PRINTER = """
window.prints = [];
window.print = () => {
  window.prints.push({
    panels: document.querySelectorAll("[data-panel]").length,
    loading: document.querySelectorAll("[data-panel][aria-busy]").length,
    blank: document.querySelectorAll("[data-chart]:not([data-drawn=done])").length,
    theme: document.documentElement.dataset.theme,
  });
  window.dispatchEvent(new Event("afterprint"));
};
"""
"""Chromium without a window has no print dialog: this notes what would have gone to paper."""


def _printed(page: Page) -> dict[str, object]:
    expect(page.locator("[data-panel][aria-busy]")).to_have_count(0)
    until(page, lambda: page.evaluate("window.prints"))
    page.wait_for_timeout(300)
    prints = page.evaluate("window.prints")
    assert len(prints) == 1
    found: dict[str, object] = prints[0]
    return found


@pytest.mark.parametrize("way", ["palette", "menu", "key", "Control+p"])
def test_what_is_further_down_is_printed_too(demo: Demo, way: str) -> None:
    with demo.open(viewport=SMALL, color_scheme="dark") as watch:
        page = watch.page
        page.add_init_script(PRINTER)
        page.goto(demo.path(demo.shop, "overview"))
        expect(page.locator("#panel-figures canvas")).to_be_visible()
        assert page.locator("[data-panel][aria-busy]").count() > 0, "something is still to come"
        if way == "palette":
            page.keyboard.press("Control+k")
            page.keyboard.type("print")
            expect(page.get_by_role("option", name="Print this page")).to_be_visible()
            page.keyboard.press("Enter")
        elif way == "menu":
            page.get_by_role("button", name="Account menu").click()
            page.get_by_role("button", name="Print this page").click()
        else:
            page.keyboard.press(way.removeprefix("key") or "p")
        paper = _printed(page)
        assert paper == {"panels": 10, "loading": 0, "blank": 0, "theme": "light"}
        assert page.evaluate("document.documentElement.dataset.theme") is None, "the screen is as before"


def test_paper_has_every_panel_and_no_controls(demo: Demo) -> None:
    with demo.open(viewport=SMALL) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview"))
        settle(page)
        page.emulate_media(media="print")
        for title in page.locator(".panel-title").all():
            expect(title).to_be_visible()
        for control in (".header", ".nav", ".panel-foot", ".bar-form"):
            for one in page.locator(control).all():
                expect(one).to_be_hidden()


def test_paper_tells_the_site_and_keeps_the_colours_of_a_heatmap(demo: Demo) -> None:
    with demo.open(viewport=SMALL) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "users"))
        settle(page)
        name = page.locator(".print-only").get_by_text(demo.shop.name)
        expect(name).to_be_hidden()
        page.emulate_media(media="print")
        expect(name).to_be_visible()
        kept = page.locator(".heat td").first.evaluate("cell => getComputedStyle(cell).printColorAdjust")
        assert kept == "exact"
