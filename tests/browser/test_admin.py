"""Accounts and administration in a real browser: for everybody, at any width, without a complaint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import pages
from tests.browser.pages import sideways, violations, watched
from tests.live_server import Keys, LiveServer, serving

pytestmark = pytest.mark.browser


@dataclass
class Place:
    """A server with one site and an owner who is signed in."""

    server: LiveServer
    browser: Browser
    state: Any
    keys: Keys

    def open(self, **options: Any) -> Any:
        return watched(self.browser, self.server, self.state, **options)

    @property
    def site(self) -> str:
        return f"/sites/{self.keys.id}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with (
        serving(tmp_path_factory.mktemp("admin"), ratelimit_enabled="0") as server,
        sync_playwright() as play,
    ):
        pages.owner(server)
        with pages.chromium(play) as browser:
            yield Place(server, browser, pages.sign_in(browser, server), server.create_site("Corner Shop"))


def check(page: Page) -> None:
    """Nothing axe complains of, and nothing wider than the window."""
    assert violations(page) == [], page.url
    assert sideways(page) <= 0, page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_page_is_accessible_and_fits(place: Place, width: int, scheme: Any) -> None:
    with place.open(viewport={"width": width, "height": 800}, color_scheme=scheme) as watch:
        page = watch.page
        pages_of_site = (
            "install", "settings", "settings/keys", "settings/people", "settings/privacy",
            "settings/privacy/consent", "settings/rights",
        )  # fmt: skip
        for path in (
            "/sites", "/sites/new", "/account", "/accounts",
            *(f"{place.site}/{path}" for path in pages_of_site),
        ):  # fmt: skip
            page.goto(path)
            check(page)


@pytest.mark.parametrize("width", [360, 1440])
def test_the_sign_in_page_is_accessible_with_and_without_an_error(place: Place, width: int) -> None:
    context = place.browser.new_context(base_url=place.server.url, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto("/login")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    check(page)
    page.get_by_label("E-mail address").fill(pages.EMAIL)
    page.get_by_label("Password").fill("a wrong password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not match")
    expect(page.get_by_label("E-mail address")).to_have_value(pages.EMAIL)
    check(page)
    context.close()


def test_a_wrong_form_is_told_beside_its_field(place: Place) -> None:
    with place.open() as watch:
        page = watch.page
        page.goto("/sites/new")
        page.get_by_label("Name").fill("New shop")
        page.get_by_label("Time zone").fill("Mars/Olympus")
        with page.expect_response(lambda response: response.request.method == "POST"):
            page.get_by_role("button", name="Add the site").click()
        expect(page.get_by_role("alert")).to_contain_text("Choose a time zone")
        expect(page.get_by_label("Name")).to_have_value("New shop")
        check(page)
        # The browser itself writes every answer of 400 to the console.
        watch.complaints = [text for text in watch.complaints if "status of 400" not in text]


def test_a_new_key_is_asked_for_twice_shown_once_and_copied(place: Place) -> None:
    with place.open(permissions=["clipboard-read", "clipboard-write"]) as watch:
        page = watch.page
        page.goto(f"{place.site}/settings/keys")
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.get_by_role("button", name="Make a new secret key").click()
        expect(page.locator("#new-secret-key")).to_have_count(0)
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Make a new secret key").click()
        made = page.locator("#new-secret-key").inner_text()
        assert made.startswith("sk_")
        check(page)
        page.locator("[data-copy='#new-secret-key']").click()
        assert page.evaluate("navigator.clipboard.readText()") == made
        page.reload()
        expect(page.locator("#new-secret-key")).to_have_count(0)
        expect(page.get_by_text("Previous keys still work")).to_be_visible()


def test_an_invitation_makes_an_account(place: Place) -> None:
    with place.open() as watch:
        page = watch.page
        page.goto(f"{place.site}/settings/people")
        page.get_by_label("E-mail address").fill("bob@example.org")
        page.get_by_role("button", name="Make the link").click()
        link = page.locator("#invite-link").inner_text()
        check(page)
        context = place.browser.new_context()
        guest = context.new_page()
        guest.goto(link)
        expect(guest.get_by_role("heading", name="Join Corner Shop")).to_be_visible()
        check(guest)
        guest.get_by_label("Password").fill("seven wild geese")
        guest.get_by_role("button", name="Join").click()
        guest.wait_for_url("**/overview")
        assert guest.get_by_role("link", name="Settings").count() == 0
        context.close()


def test_the_install_page_waits_without_a_reload(place: Place) -> None:
    keys = place.server.create_site("Waiting")
    with place.open() as watch:
        page = watch.page
        page.goto(f"/sites/{keys.id}/install")
        page.evaluate("window.stayed = true")
        expect(page.get_by_text("Waiting for the first event")).to_be_visible()
        assert place.server.track({"site": keys.site_key, "events": [{"eventName": "a"}]}, DNT="1")[0] == 200
        expect(page.get_by_text("asks not to be tracked")).to_be_visible()
        check(page)
        place.server.track({"site": keys.site_key, "events": [{"eventName": "hello"}]})
        expect(page.get_by_text("It works.")).to_be_visible()
        assert page.evaluate("window.stayed")
        check(page)


def test_a_site_is_deleted_only_by_its_typed_name(place: Place) -> None:
    keys = place.server.create_site("Doomed")
    with place.open() as watch:
        page = watch.page
        page.goto(f"/sites/{keys.id}/settings")
        page.get_by_label("Type Doomed to confirm").fill("doomed")
        page.get_by_role("button", name="Delete the site").click()
        expect(page.get_by_text("Not deleted")).to_be_visible()
        page.get_by_label("Type Doomed to confirm").fill("Doomed")
        page.get_by_role("button", name="Delete the site").click()
        expect(page.get_by_text("Doomed is deleted.")).to_be_visible()


def test_what_is_collected_is_said_as_one_chooses_and_once_saved_to_everybody(place: Place) -> None:
    keys = place.server.create_site("Reading Room")
    with place.open(viewport={"width": 360, "height": 800}) as watch:
        page = watch.page
        page.goto(f"/sites/{keys.id}/settings/privacy")
        said = page.locator("#words")
        expect(said).to_contain_text("Until somebody agrees")
        page.get_by_label("Never by an id").check()
        expect(said).to_contain_text("no cookie, no id")
        page.get_by_label("Keep addresses of visitors").check()
        expect(said).to_contain_text("The internet address (IP) of the visitor")
        page.get_by_label("Show a public page").check()
        page.get_by_label("Whom to ask").fill("ask@example.org")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
        check(page)
        public = page.locator("#public-address").inner_text()
    context = place.browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    guest = context.new_page()
    guest.goto(public)
    expect(guest.get_by_role("heading", name="What Reading Room records")).to_be_visible()
    expect(guest.get_by_text("no cookie, no id")).to_be_visible()
    expect(guest.get_by_role("link", name="ask@example.org")).to_be_visible()
    context.close()
    with place.open(viewport={"width": 360, "height": 800}, color_scheme="dark") as watch:
        watch.page.goto(public)
        check(watch.page)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_file_is_checked_and_imported(place: Place, script: bool) -> None:
    """With progress that moves by itself, and as plain pages."""
    rows = "event,timestamp,user_id\nbuy,2025-01-28T10:30:00Z,42\nlook,some day,42\n"
    file = {"name": "events.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    with place.open(viewport={"width": 360, "height": 800}, java_script_enabled=script) as watch:
        page = watch.page
        page.goto(f"{place.site}/settings/import")
        page.get_by_label("CSV or NDJSON file").set_input_files([file])  # type: ignore[list-item]
        page.get_by_role("button", name="Upload and check").click()
        expect(page.get_by_text("What is refused, by line")).to_be_visible(timeout=30_000)
        if script:
            check(page)
        page.get_by_role("button", name="Import 1 event").click()
        expect(page.get_by_role("status").filter(has_text="Imported")).to_be_visible(timeout=30_000)
        if script:
            check(page)


def test_a_file_that_is_too_large_is_told_before_it_is_sent(place: Place) -> None:
    with place.open() as watch:
        page = watch.page
        page.goto(f"{place.site}/settings/import")
        field = page.get_by_label("CSV or NDJSON file")
        large = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"x" * 16_000_001}
        field.set_input_files([large])  # type: ignore[list-item]
        assert "is the most" in field.evaluate("field => field.validationMessage")


def test_alerts_are_added_and_tried(place: Place) -> None:
    with place.open(viewport={"width": 360, "height": 800}) as watch:
        page = watch.page
        page.goto(f"{place.site}/settings/alerts")
        page.locator("#target-email").fill("ops@example.org")
        page.get_by_role("button", name="Add to E-mail").click()
        check(page)
        page.locator(".channel summary").click()
        page.locator(".channel").get_by_label("Report").select_option("week")
        page.get_by_role("button", name="Save what is told to ops@example.org").click()
        expect(page.get_by_text("stuck payments, a report every week")).to_be_visible()
        page.get_by_role("link", name="See what a report says").click()
        expect(page.locator(".report")).to_contain_text("Visitors")
        page.get_by_role("link", name="Month").click()
        expect(page.locator(".report")).to_contain_text("The changes are against the")
        check(page)
        page.goto(f"{place.site}/settings/alerts")
        page.get_by_role("button", name="Send a test to ops@example.org").click()
        expect(page.get_by_role("alert").filter(has_text="DESIREPATH_SMTP_HOST")).to_be_visible()
        check(page)
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Remove ops@example.org").click()
        expect(page.get_by_text("Removed; nothing more is sent there.")).to_be_visible()
