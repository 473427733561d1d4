"""The errors page: messages, whom they hit, what was done before."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.demo_server import Demo, settle
from tests.browser.pages import sideways, violations
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


def test_one_error_and_what_was_done_before_it(demo: Demo) -> None:
    message = demo.ask(demo.saas, "errors", "timeframe=30d&limit=50")["errors"][0]["message"]
    told = demo.ask(demo.saas, "error", urlencode({"timeframe": "30d", "message": message, "limit": "50"}))
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "errors"))
        settle(page)
        page.locator("#panel-messages .issue summary").first.click()
        page.get_by_role("link", name="Everything about this error").first.click()
        settle(page)
        expect(page.locator(".error-message")).to_have_text(message)
        tiles = page.locator("#panel-course .figure").all_inner_texts()
        assert tiles[:3] == [formats.whole(told[name]) for name in ("total", "persons", "sessions")]
        rows = page.locator("#panel-occurrences tbody tr")
        assert rows.count() == len(told["occurrences"]) > 0
        events = page.locator("#panel-parts table").last.locator("tbody th").all_inner_texts()
        assert events == [one["value"] for one in told["events"]]
        assert violations(page) == []
        page.set_viewport_size({"width": 360, "height": 800})
        assert sideways(page) <= 0
        who = next(one for one in told["occurrences"] if one["person"])
        page.locator(f'#panel-occurrences a[href*="event={who["id"]}"][href*="person"]').click()
        settle(page)
        expect(page.locator(".timeline-wanted")).to_have_attribute("id", f"event-{who['id']}")


def test_an_error_that_does_not_occur(demo: Demo) -> None:
    with demo.open(viewport={"width": 360, "height": 800}, color_scheme="dark") as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "error?message=Never"))
        settle(page)
        expect(page.locator("#panel-course")).to_contain_text("Not in this time")
        assert violations(page) == [] and sideways(page) <= 0
