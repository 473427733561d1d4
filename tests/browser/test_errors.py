"""The errors page: messages, whom they hit, what was done before."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.demo_server import Demo, settle
from tests.browser.pages import violations
from tracker.web import formats

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 1000}


def test_errors_are_the_apis(demo: Demo) -> None:
    told = demo.ask(demo.saas, "errors", "timeframe=30d&limit=50")
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "errors"))
        settle(page)
        shown = page.locator("#panel-messages .issue-message").all_inner_texts()
        assert shown == [one["message"] or "Failed without a message" for one in told["errors"]]
        counts = page.locator("#panel-messages .issue-figures strong").all_inner_texts()
        assert counts == [formats.whole(one["count"]) for one in told["errors"]]
        first = page.locator("#panel-messages .issue").first
        first.locator("summary").click()
        person = told["errors"][0]["people"][0]
        expect(first).to_contain_text(person["name"] or person["person"])
        assert violations(page) == []
        first.get_by_role("link", name=person["name"] or person["person"]).click()
        page.wait_for_url("**/person?person=**")
