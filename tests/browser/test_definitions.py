"""Everything that is defined on one page: taking templates over, goals, the feature catalogue."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.demo_server import Demo, settle

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("undefined")]
DESKTOP = {"width": 1280, "height": 1000}


def test_a_template_is_taken_over_and_a_feature_listed(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "definitions"))
        page.get_by_role("button", name="Take over Bought").click()
        expect(page.get_by_text("Bought is yours now")).to_be_visible()
        goals = demo.ask(demo.shop, "goals", "timeframe=30d")["goals"]
        assert [goal["goal"] for goal in goals] == ["Bought"]
        page.get_by_role("link", name="New feature").click()
        page.get_by_label("Name of the event").fill("search_performed")
        page.get_by_label("Category").fill("Search")
        page.get_by_role("button", name="Save").click()
        page.goto(demo.path(demo.shop, "features"))
        settle(page)
        shown = page.locator("#panel-features tbody tr", has_text="search_performed")
        expect(shown).to_contain_text("Search")
        page.goto(demo.path(demo.shop, "definitions"))
        for name in ("Bought", "search_performed"):
            page.get_by_role("button", name=f"Remove {name}").click()
            expect(page.get_by_text("Removed.")).to_be_visible()
