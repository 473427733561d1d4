"""The funnels page: templates, breakdowns, and building one by keyboard and form."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.demo_server import Demo, settle
from tests.browser.pages import violations
from tracker.web import formats

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("undefined")]
DESKTOP = {"width": 1280, "height": 1000}


def test_a_template_is_the_apis(demo: Demo) -> None:
    told = demo.ask(demo.wallet, "funnel", "timeframe=30d&funnel=payment&breakdown=device")
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.wallet, "funnels"))
        page.get_by_role("link", name="Payment template").click()
        settle(page)
        counts = page.locator("#panel-steps .funnel-value strong").all_inner_texts()
        assert counts == [formats.whole(step["count"]) for step in told["steps"]]
        page.locator("#panel-steps").get_by_role("link", name="Device", exact=True).click()
        rows = page.locator("#panel-steps tbody tr")
        expect(rows).to_have_count(len(told["breakdown"]))
        assert violations(page) == []


def test_one_is_built_changed_and_removed(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.wallet, "funnels"))
        page.get_by_role("link", name="New funnel").click()
        assert violations(page) == []
        page.get_by_label("Name", exact=True).fill("Adding money")
        page.locator("[name=step_what]").nth(0).fill("fund_clicked")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("list of 2 to 10")
        assert page.locator("[name=step_what]").nth(0).input_value() == "fund_clicked"
        watch.complaints.clear()  # the browser tells the console of every 400
        page.locator("[name=step_what]").nth(1).fill("payment_completed")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/funnels?funnel=*")
        settle(page)
        number = page.url.rpartition("=")[2]
        told = demo.ask(demo.wallet, "funnel", f"timeframe=30d&funnel={number}")
        counts = page.locator("#panel-steps .funnel-value strong").all_inner_texts()
        assert counts == [formats.whole(step["count"]) for step in told["steps"]]
        page.get_by_role("link", name="Edit").click()
        page.get_by_role("button", name="Another row").click()
        page.locator("[name=step_what]").last.fill("credits_added")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/funnels?funnel=*")
        settle(page)
        assert page.locator("#panel-steps .funnel-step").count() == 3
        page.goto(demo.path(demo.wallet, "definitions"))
        page.get_by_role("button", name="Remove Adding money").click()
        expect(page.get_by_text("Removed.")).to_be_visible()
