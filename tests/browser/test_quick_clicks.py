"""Clicks that come before answers, answers that overtake each other, and the way back: what is shown is what
was asked for last, and what the address says."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_server import Demo, settle

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 1000}
HOLD = """
window.holds = new Map();
window.hold = (end) => window.holds.set(end, [Promise.withResolvers(), Promise.withResolvers()]);
window.asked = (end) => Promise.race([window.holds.get(end)[0].promise, late(end)]);
const late = (end) => new Promise((_, no) => setTimeout(() => no(new Error(`${end} was not asked`)), 20_000));
window.letGo = (end) => window.holds.get(end)[1].resolve();
const ask = window.fetch;
window.fetch = async (address, options) => {
  const end = [...window.holds.keys()].find((one) => String(address).endsWith(one));
  const aborted = new Promise((done) => options?.signal?.addEventListener("abort", done));
  if (end) window.holds.get(end)[0].resolve();
  if (end) await Promise.race([window.holds.get(end)[1].promise, aborted]);
  return ask(address, options);
};
"""
"""`hold("tab=b")` keeps requests that end so until `letGo("tab=b")`; `asked` waits for the first of them."""


def _opened(page: Page, path: str) -> None:
    page.add_init_script(HOLD)
    page.goto(path)
    settle(page)


def _tab(panel: str, name: str) -> str:
    return f"#panel-{panel}-{name}"


@pytest.mark.parametrize("first", ["source", "referrer"])
def test_the_tab_that_was_clicked_last_is_shown_whichever_answers_first(demo: Demo, first: str) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        _opened(page, demo.path(demo.shop, "overview"))
        for name in ("source", "referrer"):
            page.evaluate("end => window.hold(end)", f"sources={name}")
            page.click(_tab("sources", name))
        for name in (first, "referrer" if first == "source" else "source"):
            page.evaluate("end => window.letGo(end)", f"sources={name}")
            page.evaluate("new Promise(requestAnimationFrame)")
        expect(page.locator("#panel-sources .panel-tabs [aria-current]")).to_have_text("Referrers")
        expect(page.locator("#panel-sources thead th").first).to_have_text("Referrers")
        assert "sources=referrer" in page.url
        expect(page.locator(_tab("sources", "referrer"))).to_be_focused()


def test_a_tab_that_is_clicked_while_its_panel_loads_is_not_lost(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.add_init_script(HOLD + 'window.hold("sources=channel"); window.hold("sources=source");')
        page.goto(demo.path(demo.shop, "overview"))
        page.evaluate("window.asked('sources=channel')")
        page.click(_tab("sources", "source"))
        page.evaluate("window.letGo('sources=channel')")
        page.evaluate("new Promise(requestAnimationFrame)")
        page.evaluate("window.letGo('sources=source')")
        expect(page.locator("#panel-sources .panel-tabs [aria-current]")).to_have_text("Sources")
        expect(page.locator("#panel-sources thead th").first).to_have_text("Sources")


def test_tabs_of_two_panels_that_are_opened_at_once_both_stay_in_the_address(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        _opened(page, demo.path(demo.shop, "overview"))
        page.evaluate("window.hold('sources=source')")
        page.click(_tab("sources", "source"))
        page.click(_tab("pages", "entry_page"))
        assert "sources=source" in page.url and "pages=entry_page" in page.url
        page.evaluate("window.letGo('sources=source')")
        expect(page.locator("#panel-sources thead th").first).to_have_text("Sources")
        page.reload()
        settle(page)
        expect(page.locator("#panel-sources thead th").first).to_have_text("Sources")
        expect(page.locator("#panel-pages thead th").first).to_have_text("Entry")


def test_a_tab_that_could_not_be_loaded_is_asked_for_again(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        _opened(page, demo.path(demo.shop, "overview"))
        page.route("**/panels/sources*", lambda route: route.abort())
        page.click(_tab("sources", "referrer"))
        again = page.locator("#panel-sources [role=alert]").get_by_role("button", name="Try again")
        expect(again).to_be_visible()
        page.unroute("**/panels/sources*")
        again.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#panel-sources thead th").first).to_have_text("Referrers")
        expect(page.locator("#panel-sources .panel-title")).to_be_focused()
        watch.complaints.clear()  # the browser itself tells the console of what we broke


def test_whoever_was_signed_out_meanwhile_is_told_so(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        _opened(page, demo.path(demo.shop, "overview"))
        page.context.clear_cookies()
        page.click(_tab("sources", "source"))
        alert = page.locator("#panel-sources [role=alert]")
        expect(alert).to_contain_text("You are signed out.")
        alert.get_by_role("link", name="Sign in again").click()
        page.wait_for_url("**/login?next=**")
        watch.complaints.clear()


def test_more_rows_keep_the_keyboard_where_they_begin(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        _opened(page, demo.path(demo.shop, "overview"))
        page.locator("#more-pages").focus()
        page.keyboard.press("Enter")
        rows = page.locator("#panel-pages tbody tr")
        expect(rows.nth(10).get_by_role("link")).to_be_focused()


def test_the_way_back_leads_to_a_form_that_says_what_is_shown(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview"))
        settle(page)
        page.select_option("[name=timeframe]", "7d")
        page.wait_for_url("**timeframe=7d**")
        page.locator("[name=compare]").uncheck()
        page.wait_for_url("**compare=0**")
        page.go_back()
        expect(page.locator("[name=compare]")).to_be_checked()
        expect(page.locator("[name=timeframe]")).to_have_value("7d")
        page.go_back()
        expect(page.locator("[name=timeframe]")).to_have_value("30d")


def test_an_older_suggestion_does_not_overtake_a_newer_one(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        _opened(page, demo.path(demo.shop, "overview"))
        page.locator("summary", has_text="Filter").click()
        page.select_option("[name=dimension]", "country")
        page.evaluate("window.hold('q=a')")
        page.fill("[name=value]", "a")
        page.evaluate("window.asked('q=a')")
        page.fill("[name=value]", "cana")
        expect(page.locator("#bar-values option")).to_have_count(1)
        with page.expect_response(lambda response: response.url.endswith("q=a")):
            page.evaluate("window.letGo('q=a')")
        page.evaluate("new Promise(requestAnimationFrame)")
        expect(page.locator("#bar-values option")).to_have_attribute("value", "CA")
