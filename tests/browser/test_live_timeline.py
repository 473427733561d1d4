"""The timeline of one person while they are there: new events appear, what is open stays open."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import pages
from tests.browser.pages import sideways, violations, watched
from tests.live_server import Keys, LiveServer, serving

pytestmark = pytest.mark.browser


@dataclass
class Place:
    """A server with a site, and somebody signed in."""

    server: LiveServer
    browser: Browser
    state: Any
    keys: Keys

    def send(self, *names: str) -> None:
        body = {
            "user": {"id": "42", "name": "Alice"},
            "events": [{"eventName": name, "id": str(uuid.uuid4())} for name in names],
        }
        status, answer = self.server.track(body, Authorization=f"Bearer {self.keys.secret_key}")
        assert status == 200, answer

    def wait_for(self, *names: str) -> None:
        """Until these are the latest events of the person that the API tells, newest first."""
        deadline = time.monotonic() + 60
        told: list[str] = []
        while told[: len(names)] != list(names):
            assert time.monotonic() < deadline, told
            time.sleep(0.1)
            status, answer = self.server.get(
                f"/api/v1/sites/{self.keys.id}/timeline?person=42",
                Authorization=f"Bearer {self.keys.secret_key}",
            )
            told = [item["event"] for item in answer["items"]] if status == 200 else []

    def open(self) -> Any:
        return watched(self.browser, self.server, self.state, viewport={"width": 1280, "height": 900})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    data = tmp_path_factory.mktemp("live")
    with serving(data, ratelimit_enabled="0") as server, sync_playwright() as playwright:
        pages.owner(server)
        with pages.chromium(playwright) as browser:
            state = pages.sign_in(browser, server)
            yield Place(server, browser, state, server.create_site("Corner Shop"))


def test_new_events_appear_and_what_is_open_stays(place: Place) -> None:
    place.send("signup", "first_order")
    place.wait_for("first_order", "signup")
    with place.open() as watch:
        page = watch.page
        names = page.locator(".timeline-name")
        page.goto(f"/sites/{place.keys.id}/person?person=42")
        expect(names).to_have_text(["first_order", "signup"])
        page.locator(".timeline-item", has_text="signup").locator("summary").click()
        place.send("second_order")
        expect(names).to_have_text(["second_order", "first_order", "signup"])
        expect(page.locator("#panel-timeline [data-live-badge]")).to_be_visible()
        expect(page.locator(".timeline-item", has_text="signup").locator("details[open]")).to_have_count(1)
        assert violations(page) == []


def test_it_starts_on_a_panel_that_failed_first(place: Place) -> None:
    place.send("signup_again")
    place.wait_for("signup_again")
    address = "**/panels/timeline*"
    with watched(place.browser, place.server, place.state) as watch:
        page = watch.page
        page.route(address, lambda route: route.abort())
        page.goto(f"/sites/{place.keys.id}/person?person=42")
        again = page.locator("#panel-timeline").get_by_role("button", name="Try again")
        expect(again).to_be_visible()
        watch.complaints.clear()  # of the network, as it should
        page.unroute(address)
        again.click()
        names = page.locator(".timeline-name")
        expect(names.first).to_have_text("signup_again")
        place.send("order_after_failure")
        expect(names.first).to_have_text("order_after_failure")
        expect(page.locator("#panel-timeline [data-live-badge]")).to_be_visible()


def test_credits_are_moved_and_stand_on_the_timeline(place: Place) -> None:
    place.send("asked_for_credits")
    place.wait_for("asked_for_credits")
    with watched(place.browser, place.server, place.state, viewport={"width": 360, "height": 800}) as watch:
        page = watch.page
        page.goto(f"/sites/{place.keys.id}/person?person=42")
        page.get_by_text("Add or deduct credits").click()
        page.get_by_label("Amount").fill("1.5x")
        page.get_by_label("Reason").fill("sorry for the wait")
        assert violations(page) == [] and sideways(page) <= 0
        with page.expect_response(lambda answer: answer.request.method == "POST") as refused:
            page.get_by_role("button", name="Move credits").click()
        assert refused.value.status == 400
        watch.complaints.clear()  # of the 400, as it should
        expect(page.get_by_label("Amount")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_label("Reason")).to_have_value("sorry for the wait")
        assert violations(page) == [] and sideways(page) <= 0
        page.get_by_label("Amount").fill("1.125")
        page.get_by_role("button", name="Move credits").click()
        expect(page.get_by_role("status").filter(has_text="1.125 added; 1.125 left.")).to_be_visible()
        line = page.locator(".timeline-credit").first
        expect(line).to_contain_text("+1.125")
        expect(line).to_contain_text("balance 1.125")
        expect(line).to_contain_text("sorry for the wait")


def test_a_time_that_is_over_does_not_go_on(place: Place) -> None:
    place.send("late_order")
    place.wait_for("late_order")
    with place.open() as watch:
        page = watch.page
        page.goto(f"/sites/{place.keys.id}/person?person=42&from=2026-01-01&to=2026-01-02")
        expect(page.locator("#panel-timeline")).to_contain_text("Nothing in this time")
        expect(page.locator("[data-live]")).to_have_count(0)


def test_a_timeline_without_anything_begins_by_itself(place: Place) -> None:
    place.send("early")
    place.wait_for("early")
    with place.open() as watch:
        page = watch.page
        page.goto(f"/sites/{place.keys.id}/person?person=42&filter=event:is:renewal")
        expect(page.locator("#panel-timeline")).to_contain_text("Nothing in this time")
        place.send("renewal")
        expect(page.locator(".timeline-name")).to_have_text(["renewal"])
