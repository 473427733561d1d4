"""The payments page: stages, stuck ones, and one payment from beginning to end."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.demo_server import Demo, settle
from tests.browser.pages import sideways, violations
from tracker.web import formats

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 1000}


def test_payments_are_the_apis(demo: Demo) -> None:
    told = demo.ask(demo.wallet, "payments", "timeframe=90d&limit=50")
    failed = demo.ask(demo.wallet, "payments", "timeframe=90d&limit=50&state=failed")
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.wallet, "payments?timeframe=90d"))
        settle(page)
        shown = page.locator("#panel-figures .figure-tile .figure").all_inner_texts()
        figures = ("credited", "failed", "pending", "stuck")
        assert shown[2:] == [formats.whole(told[name]) for name in figures]
        stages = page.locator("#panel-figures .funnel-value strong").all_inner_texts()
        assert stages == [formats.whole(stage["payments"]) for stage in told["stages"]]
        references = page.locator("#panel-payments tbody th").all_inner_texts()
        assert references == [one["reference"] for one in told["payments"]]
        assert violations(page) == []
        page.locator("#panel-payments").get_by_role("link", name="Failed", exact=True).click()
        first = page.locator("#panel-payments tbody th").first
        expect(first).to_have_text(failed["payments"][0]["reference"])
        first.get_by_role("link").click()
        settle(page)
        expect(page.locator("#panel-flow .badge-bad").first).to_have_text("Failed")
        expect(page.locator("#panel-flow tbody")).to_contain_text("payment_failed")
        assert violations(page) == []
        page.set_viewport_size({"width": 360, "height": 800})
        assert sideways(page) <= 0
