"""Keeping: the numbers are looked at, tried out and saved; on a phone and on a desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import pages
from tests.browser.demo_server import Demo

pytestmark = pytest.mark.browser
SIZES = ({"width": 360, "height": 740}, {"width": 1440, "height": 1000})


@pytest.mark.parametrize("size", SIZES, ids=("phone", "desk"))
def test_the_page_is_readable_and_shows_what_would_go(demo: Demo, size: dict[str, int]) -> None:
    with demo.open(viewport=size) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "settings/keeping"))
        expect(page.get_by_role("heading", name="How long what is kept")).to_be_visible()
        expect(page.get_by_text("This site keeps everything")).to_be_visible()
        expect(page.get_by_role("link", name="Keeping")).to_be_in_viewport()
        page.get_by_label("Details, days").fill("1")
        page.get_by_role("button", name="Show what would go").click()
        going = page.get_by_role("region", name="What would go with these numbers")
        expect(going.get_by_role("row", name="Details")).to_be_visible()
        expect(page.get_by_text("This site keeps everything")).to_be_visible()
        assert pages.violations(page) == [] and pages.sideways(page) <= 0
