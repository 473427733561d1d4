"""People and one person: the list, search, order, and the timeline with balances."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.demo_server import Demo, settle
from tests.browser.pages import sideways, violations
from tracker.web import formats

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 1000}


def test_the_list_is_the_apis(demo: Demo) -> None:
    told = demo.ask(demo.wallet, "people", "timeframe=30d&limit=50&sort=events")
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.wallet, "people"))
        settle(page)
        page.locator("#panel-people thead").get_by_role("link", name="Events").click()
        settle(page)
        events = page.locator("#panel-people tbody [data-label=Events]").all_inner_texts()
        assert events == [formats.whole(one["events"]) for one in told["people"]]
        word = told["people"][0]["name"].split()[0].lower()
        page.get_by_role("searchbox").fill(word)
        page.keyboard.press("Enter")
        page.wait_for_url("**search=**")
        settle(page)
        found = page.locator("#panel-people tbody th").all_inner_texts()
        assert found and all(word in text.lower() for text in found), "within a name, too"


def test_one_person_with_events_and_credits(demo: Demo) -> None:
    who = demo.ask(demo.wallet, "people", "timeframe=30d&sort=events&limit=1")["people"][0]["person"]
    told = demo.ask(demo.wallet, "timeline", f"timeframe=30d&limit=60&person={who}")
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.wallet, f"person?person={who}"))
        settle(page)
        names = page.locator(".timeline-name").all_inner_texts()
        assert names == [item["event"] for item in told["items"]]
        credits = [item for item in told["items"] if item["kind"] == "credit"]
        shown = page.locator(".timeline-credit summary").all_inner_texts()
        assert len(shown) == len(credits) > 0
        assert all(
            formats.exact(c["balance"], c["currency"]) in text for c, text in zip(credits, shown, strict=True)
        )
        days = demo.ask(demo.wallet, "person", f"timeframe=30d&person={who}")["activityByDate"]
        chart = json.loads(page.locator("#panel-habits script").first.text_content() or "")
        assert len(chart["labels"]) == 30, "days without anything are there, too"
        assert [n for n in chart["series"][0]["values"] if n] == [one["events"] for one in days]
        gaps = [item for item in told["items"] if item["gapSeconds"]]
        assert page.locator(".timeline-gap").count() == len(gaps)
        assert violations(page) == []
        page.locator("#panel-timeline").get_by_role("link", name="Credits").click()
        expect(page.locator(".timeline-event")).to_have_count(0)
        page.set_viewport_size({"width": 360, "height": 800})
        assert sideways(page) <= 0


def test_a_link_leads_to_one_event(demo: Demo) -> None:
    who = demo.ask(demo.wallet, "people", "timeframe=30d&sort=events&limit=1")["people"][0]["person"]
    event = demo.ask(demo.wallet, "timeline", f"timeframe=30d&limit=60&person={who}")["items"][40]["id"]
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.wallet, f"person?person={who}&event={event}"))
        settle(page)
        expect(page.locator(".timeline-wanted details[open]")).to_have_count(1)
        page.get_by_role("link", name="Newer").click()
        settle(page)
        assert "after=" in page.url
