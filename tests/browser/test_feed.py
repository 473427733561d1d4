"""The live feed in a real browser, on a real server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import pages
from tests.browser.pages import WIDTHS, sideways, until, violations, watched
from tests.live_server import Keys, LiveServer, serving

pytestmark = pytest.mark.browser

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Place:
    """The server with a site to look at and somebody signed in."""

    server: LiveServer
    browser: Browser
    state: Any
    keys: Keys

    def site(self) -> Place:
        """The same with a new, empty site."""
        keys = self.server.create_site("Corner Shop", "--timezone", "Europe/Berlin")
        return Place(self.server, self.browser, self.state, keys)

    def open(self, **options: Any) -> Any:
        return watched(self.browser, self.server, self.state, **options)

    @property
    def feed(self) -> str:
        return f"/sites/{self.keys.id}/feed"

    def send(self, *names: str, trusted: bool = True, **event: Any) -> None:
        """Send events as a server, or as the page of a visitor."""
        events = [{"eventName": name, "id": str(uuid.uuid4())} | event for name in names]
        body: dict[str, Any] = {
            "visitor": "v-1",
            "user": {"id": "42", "name": "Alice Müller", "email": "alice@example.org"},
            "context": {"url": "https://shop.example/pricing?plan=pro", "title": "Pricing"},
            "events": events,
        }
        headers = {"User-Agent": FIREFOX}
        if trusted:
            headers["Authorization"] = f"Bearer {self.keys.secret_key}"
        else:
            body["site"] = self.keys.site_key
        status, answer = self.server.track(body, **headers)
        assert status == 200, answer


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    data = tmp_path_factory.mktemp("feed")
    with serving(data, ratelimit_enabled="0") as server, sync_playwright() as playwright:
        pages.owner(server)
        with pages.chromium(playwright) as browser:
            state = pages.sign_in(browser, server)
            yield Place(server, browser, state, server.create_site("Empty"))


@pytest.fixture
def place(everywhere: Place) -> Place:
    return everywhere.site()


@pytest.fixture
def busy(place: Place) -> Place:
    """A site with a few events of each kind."""
    place.send("page_viewed", "page_viewed", properties={"plan": "pro", "cart": {"items": 3}})
    place.send("recharge", properties={"amount": 299, "status": "failed"})
    place.send("page_viewed", trusted=False)
    return place


def test_rows_tell_what_who_and_where(busy: Place) -> None:
    with busy.open() as watch:
        page = watch.page
        page.goto(busy.feed)
        rows = page.locator(".event")
        expect(rows).to_have_count(4)
        expect(rows.nth(0)).to_contain_text("page_viewed")
        expect(rows.nth(0)).to_contain_text("claimed")
        expect(rows.nth(1)).to_contain_text("failed")
        expect(rows.nth(1)).to_contain_text("verified")
        expect(rows.nth(1)).to_contain_text("Alice Müller")
        expect(rows.nth(1)).to_contain_text("/pricing")
        expect(page.locator("#figures")).to_contain_text("4 events, last 24 hours")


def test_a_click_filters_and_back_goes_back(busy: Place) -> None:
    with busy.open() as watch:
        page = watch.page
        page.goto(busy.feed)
        page.click(".event-name >> text=recharge")
        expect(page.locator(".event")).to_have_count(1)
        assert page.url.endswith("?name=recharge")
        page.click(".event-who a")
        assert page.url.endswith("?name=recharge&person=42")
        page.go_back()
        assert page.url.endswith("?name=recharge")
        page.click(".chip >> text=recharge")
        expect(page.locator(".event")).to_have_count(4)
        assert page.url.endswith("/feed")


def test_a_property_of_an_open_event_filters(busy: Place) -> None:
    with busy.open() as watch:
        page = watch.page
        page.goto(busy.feed)
        page.locator(".event", has_text="page_viewed").nth(2).locator("summary > svg").click()
        body = page.locator(".event-more[open] .event-body")
        expect(body).to_contain_text("cart.items")
        body.get_by_role("link", name="3", exact=True).click()
        assert page.url.endswith("?property.cart.items=3")
        expect(page.locator(".event")).to_have_count(2)


def test_the_form_keeps_everything_in_the_address(busy: Place) -> None:
    with busy.open() as watch:
        page = watch.page
        page.goto(busy.feed)
        page.fill("[name=q]", "PRICING")
        page.click("text=More filters")
        page.fill("[name=key]", "plan")
        page.fill("[name=value]", "pro")
        page.click("text=Apply")
        assert page.url.endswith("?q=PRICING&property.plan=pro")
        page.select_option("[name=timeframe]", "7d")
        page.wait_for_url("**timeframe=7d**")
        page.select_option("[name=timeframe]", "any")
        page.wait_for_url(lambda url: "timeframe" not in url)
        expect(page.locator(".event")).to_have_count(2)


@pytest.mark.parametrize("way", ["stream", "poll"])
def test_new_events_come_by_themselves(place: Place, way: str) -> None:
    with place.open() as watch:
        page = watch.page
        if way == "poll":
            page.add_init_script("delete window.EventSource")
        page.goto(place.feed)
        expect(page.locator("[data-feed-empty]")).to_contain_text(place.keys.site_key)
        place.send("first_one")
        expect(page.locator(".event")).to_contain_text("first_one")
        expect(page.locator("[data-feed-empty]")).to_have_count(0)
        place.send("second_one")
        expect(page.locator(".event").first).to_contain_text("second_one")
        expect(page.locator("#figures")).to_contain_text("1 events")


def test_filters_hold_for_what_comes_in(place: Place) -> None:
    with place.open() as watch:
        page = watch.page
        page.goto(place.feed + "?name=wanted")
        place.send("other", "wanted", "other")
        expect(page.locator(".event")).to_have_count(1)
        expect(page.locator(".event")).to_contain_text("wanted")


def test_pausing_counts_what_waits(busy: Place) -> None:
    with busy.open() as watch:
        page = watch.page
        page.goto(busy.feed)
        page.keyboard.press("p")
        expect(page.locator("[data-feed-words]")).to_have_text("Paused")
        busy.send("a", "b", "c")
        expect(page.locator("[data-feed-new]")).to_have_text("3 new")
        expect(page.locator(".event")).to_have_count(4)
        page.keyboard.press("p")
        expect(page.locator(".event")).to_have_count(7)
        expect(page.locator("[data-feed-words]")).to_have_text("Live")
        expect(page.locator("[data-feed-new]")).to_be_hidden()


def test_nothing_moves_while_an_event_is_open(busy: Place) -> None:
    with busy.open() as watch:
        page = watch.page
        page.goto(busy.feed)
        page.locator(".event summary > svg").first.click()
        expect(page.locator(".event-more[open]")).to_contain_text("Properties")
        busy.send("later")
        expect(page.locator("[data-feed-new]")).to_have_text("1 new")
        page.locator(".event-more[open] > summary > svg").click()
        expect(page.locator(".event").first).to_contain_text("later")


def test_a_flood_does_not_grow_the_page(place: Place) -> None:
    with place.open() as watch:
        page = watch.page
        page.goto(place.feed)
        for _ in range(10):
            place.send(*["flood"] * 500)
        expect(page.locator(".feed-gap").first).to_be_visible()

        def told() -> int:
            gaps = page.locator(".feed-gap").all_inner_texts()
            return page.locator(".event").count() + sum(int(gap.split()[2].replace(",", "")) for gap in gaps)

        until(page, lambda: told() >= 5000)
        assert told() == 5000 and page.locator(".event").count() <= 300
        page.locator(".feed-gap a").last.click()
        expect(page.locator(".feed-note")).to_contain_text("Older events")
        expect(page.locator(".event").first).to_contain_text("flood")


def test_older_events_are_loaded_until_the_page_is_full(place: Place) -> None:
    place.send(*["old"] * 460)
    with place.open() as watch:
        page = watch.page
        page.goto(place.feed)
        expect(page.locator(".event")).to_have_count(50)
        for count in (150, 250):
            page.click("[data-load-older]")
            expect(page.locator(".event")).to_have_count(count)
        page.click("[data-load-older]")
        page.wait_for_url("**cursor=**")
        expect(page.locator(".event")).to_have_count(100)
        page.click("[data-load-older]")
        expect(page.locator(".event")).to_have_count(200)
        page.click("[data-load-older]")
        expect(page.locator(".event")).to_have_count(210)
        expect(page.locator("[data-feed-older]")).to_have_text("That is all.")
        ids = page.locator(".event").evaluate_all("rows => rows.map(row => row.id)")
        assert len(set(ids)) == 210
        page.go_back()
        expect(page.locator("[data-feed-words]")).to_have_text("Live")


def test_everything_can_be_done_by_keyboard(busy: Place) -> None:
    with busy.open() as watch:
        page = watch.page
        page.goto(busy.feed)
        page.keyboard.press("Tab")
        expect(page.locator(".skip-link")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        expect(page.locator(".event summary").first).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".event-more[open]")).to_contain_text("Record")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_contain_text("Pause or go on")
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        expect(page.locator("[name=q]")).to_be_focused()
        page.keyboard.type("recharge")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=recharge")
        expect(page.locator(".event")).to_have_count(1)
        page.keyboard.press("g")
        page.keyboard.press("i")
        page.wait_for_url("**/install")


def test_single_keys_can_be_switched_off(busy: Place) -> None:
    with busy.open() as watch:
        page = watch.page
        page.goto(busy.feed)
        page.keyboard.press("?")
        page.get_by_label("Single-key shortcuts are on").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("p")
        expect(page.locator("[data-feed-words]")).to_have_text("Live")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_accessible_at_every_width_in_both_themes(busy: Place, width: int, theme: Any) -> None:
    with busy.open(viewport={"width": width, "height": 900}, color_scheme=theme) as watch:
        page = watch.page
        page.goto(busy.feed + "?bots=1&timeframe=7d")
        page.click("text=More filters")
        page.locator(".event summary > svg").nth(1).click()
        expect(page.locator(".event-more[open]")).to_contain_text("Record")
        page.locator(".event-raw summary").click()
        expect(page.locator("#figures")).to_contain_text("People")
        assert violations(page) == []
        assert sideways(page) <= 0
        page.click("text=Link to this event")
        expect(page.locator("h1")).to_contain_text("recharge")
        assert violations(page) == []
        assert sideways(page) <= 0


def test_the_empty_pages_are_accessible_too(place: Place, everywhere: Place) -> None:
    with place.open(viewport={"width": 360, "height": 800}) as watch:
        page = watch.page
        page.goto(place.feed)
        assert violations(page) == []
        assert sideways(page) <= 0
        place.send("something")
        page.goto(place.feed + "?name=nothing&q=never")
        expect(page.locator(".empty")).to_contain_text("Nothing matches")
        assert violations(page) == []
        page.locator(".empty .chip").first.click()
        expect(page.locator(".empty")).to_contain_text("Nothing matches")


def test_a_missing_page_is_friendly_and_accessible(everywhere: Place) -> None:
    with everywhere.open(viewport={"width": 360, "height": 800}) as watch:
        page = watch.page
        answer = page.goto("/sites/999/feed")
        assert answer is not None
        assert answer.status == 404
        assert violations(page) == []
        assert sideways(page) <= 0
        watch.complaints.clear()  # the browser itself reports the 404 we asked for


def test_the_chosen_theme_stays_and_never_flashes(busy: Place) -> None:
    with busy.open(color_scheme="light") as watch:
        page = watch.page
        page.goto(busy.feed)
        toggle = page.locator("[data-theme-toggle]")
        toggle.click()
        toggle.click()
        expect(toggle).to_have_accessible_name("Theme: dark")
        # Set by the blocking script in the head, so before a body exists to be painted.
        page.add_init_script(
            "new MutationObserver((_, self) => { if (document.body) { self.disconnect();"
            " window.themeAtFirst = document.documentElement.dataset.theme; } })"
            ".observe(document, {childList: true, subtree: true})"
        )
        page.reload()
        assert page.evaluate("window.themeAtFirst") == "dark"
        ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert ground == "rgb(18, 21, 19)"


def test_works_without_scripts(busy: Place) -> None:
    context = busy.browser.new_context(
        base_url=busy.server.url, storage_state=busy.state, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(busy.feed)
    expect(page.locator(".event")).to_have_count(4)
    page.select_option("[name=name]", "recharge")
    page.click("text=Apply")
    assert page.url.endswith("?name=recharge")
    page.locator(".event summary > svg").click()
    page.click("text=Everything about this event")
    expect(page.locator(".event-properties")).to_contain_text("299")
    page.goto(busy.feed + "/figures?name=recharge")
    expect(page.locator(".figures")).to_contain_text("1 events")
    context.close()


def test_the_first_load_is_light(busy: Place) -> None:
    for _ in range(5):
        busy.send(*["more"] * 20)
    with busy.open(weighed=True) as watch:
        watch.page.goto(busy.feed, wait_until="load")
        expect(watch.page.locator("#figures")).to_contain_text("People")
        assert sum(watch.sizes.values()) <= 150_000, watch.sizes


def test_prints_the_events_and_nothing_to_click(busy: Place) -> None:
    with busy.open() as watch:
        page = watch.page
        page.goto(busy.feed)
        page.emulate_media(media="print")
        expect(page.locator(".event").first).to_be_visible()
        for gone in (".header", ".nav", ".feed-filter", "[data-feed-controls]"):
            expect(page.locator(gone)).to_be_hidden()
