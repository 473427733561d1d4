"""What all question pages share, in a real browser, on demo data."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.demo_server import Demo, settle
from tests.browser.pages import WIDTHS, sideways, until, violations
from tracker.web import formats
from tracker.web.navigation import PAGES

pytestmark = pytest.mark.browser

MOST_BYTES = 150_000
DESKTOP = {"width": 1280, "height": 1000}
CHIPS = ".chip:not(.chip-quiet)"
TESTED_ELSEWHERE = ("feed", "install", "settings")
PATHS = [page.path for page in PAGES if page.path not in TESTED_ELSEWHERE]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_accessible_light_and_fits(demo: Demo, path: str, scheme: Any) -> None:
    widest = {"width": max(WIDTHS), "height": 900}
    with demo.open(viewport=widest, color_scheme=scheme, weighed=True) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, path))
        settle(page)
        assert sum(watch.sizes.values()) <= MOST_BYTES, watch.sizes
        for width in sorted(WIDTHS, reverse=True):
            page.set_viewport_size({"width": width, "height": 900})
            assert sideways(page) <= 0, width
            if width != 768:  # nothing is in another place there
                assert violations(page) == [], width


@pytest.mark.parametrize("width", [360, 1280])
def test_panels_take_their_places_without_a_jump(demo: Demo, width: int) -> None:
    with demo.open(viewport={"width": width, "height": 1000}) as watch:
        page = watch.page
        page.add_init_script(
            "window.moved = 0; new PerformanceObserver((list) => list.getEntries().forEach("
            "(entry) => (window.moved += entry.value))).observe({type: 'layout-shift', buffered: true})"
        )
        for path in ("overview", "users", "features", "retention"):
            page.goto(demo.path(demo.saas, path))
            # Nobody has scrolled yet: what loads without being looked at has its place already.
            for unfinished in ("[data-panel][hx-trigger^=load]", "[data-chart]:not([data-drawn=done])"):
                expect(page.locator(unfinished)).to_have_count(0)
            assert page.evaluate("window.moved") < (0.02 if path == "overview" else 0.1), path
        page.goto(demo.path(demo.saas, "feed"))
        expect(page.locator("#figures .figures")).to_be_visible()
        expect(page.locator("[data-feed-controls]")).to_be_visible()
        assert page.evaluate("window.moved") < 0.1, "feed"


def test_filters_are_added_by_click_and_form_and_taken_away_by_click(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview"))
        settle(page)
        page.click("#panel-pages .ranked a >> nth=0")
        expect(page.locator(CHIPS)).to_have_count(1)
        assert "filter=page:is:" in page.url
        page.locator("summary", has_text="Filter").click()
        page.select_option("[name=dimension]", "country")
        page.fill("[name=value]", "DE")
        page.click("text=Add the filter")
        expect(page.locator(CHIPS)).to_have_count(2)
        expect(page.locator(CHIPS).nth(1)).to_contain_text("is Germany")
        page.locator(CHIPS).nth(0).click()
        expect(page.locator(CHIPS)).to_have_count(1)
        page.go_back()
        expect(page.locator(CHIPS)).to_have_count(2)
        page.get_by_role("link", name="Users", exact=True).click()
        assert "filter=" in page.url


def test_without_scripts_everything_is_one_plain_page(demo: Demo) -> None:
    context = demo.browser.new_context(
        base_url=demo.server.url, storage_state=demo.state, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(demo.path(demo.shop, "overview"))
    page.wait_for_url("**full=1**")
    told = demo.ask(demo.shop, "overview", "timeframe=30d")
    expect(page.locator("[data-figure=visitors]")).to_have_text(f"{told['visitors']:,}")
    page.select_option("[name=timeframe]", "7d")
    page.locator(".bar-form button", has_text="Apply").last.click()
    told = demo.ask(demo.shop, "overview", "timeframe=7d")
    expect(page.locator("[data-figure=visitors]")).to_have_text(f"{told['visitors']:,}")
    context.close()


def test_a_panel_that_fails_can_be_asked_again(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.route("**/panels/pages*", lambda route: route.abort())
        page.goto(demo.path(demo.shop, "overview"))
        alert = page.locator("#panel-pages [role=alert]")
        expect(alert).to_contain_text("could not be loaded")
        assert violations(page) == []
        page.unroute("**/panels/pages*")
        alert.get_by_role("button", name="Try again").click()
        expect(page.locator("#panel-pages tbody tr").first).to_be_visible()
        watch.complaints.clear()  # the browser itself tells the console of what we broke


def test_a_number_says_what_it_is(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview?filter=device:mobile"))
        settle(page)
        page.locator("#panel-figures summary", has_text="What is this number?").click()
        words = page.locator("#panel-figures .panel-definition")
        expect(words).to_contain_text("distinct persons with at least one interactive event")
        expect(words).to_contain_text("Device is Mobile")
        expect(words).to_contain_text("Bots are left out")


def test_csv_and_json_come_with_the_session(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview?timeframe=7d&filter=device:mobile"))
        settle(page)
        links = page.locator("#panel-pages .panel-links a")
        with page.expect_download() as download:
            links.nth(0).click()
        text = download.value.path().read_text()
        shown = page.locator("#panel-pages tbody th").all_inner_texts()
        assert [line.split(",")[0] for line in text.splitlines()[1:]] == shown
        told = page.request.get(links.nth(1).get_attribute("href") or "").json()
        assert [row["value"] for row in told["rows"]] == shown


def test_the_keyboard_reaches_pages_people_filters_and_time(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "overview"))
        page.keyboard.press("Control+k")
        field = page.get_by_role("combobox", name="Go to")
        expect(field).to_be_focused()
        assert violations(page) == []
        page.keyboard.type("users")
        page.keyboard.press("Enter")
        page.wait_for_url("**/users")
        page.keyboard.press("Control+k")
        page.keyboard.type("feature_u")
        expect(page.get_by_role("option", name="feature_used")).to_be_visible()
        page.keyboard.press("Enter")
        page.wait_for_url("**filter=event:is:feature_used")
        page.keyboard.press("f")
        expect(page.locator("[name=dimension]")).to_be_focused()
        page.get_by_role("button", name="Add the filter").focus()
        expect(page.locator("[data-bar-add]")).to_have_attribute("open", "")
        page.keyboard.press("Tab")
        expect(page.locator("[data-bar-add]")).not_to_have_attribute("open", "")
        page.keyboard.press("f")
        expect(page.locator("[name=dimension]")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("[data-bar-add] > summary")).to_be_focused()
        page.keyboard.press("d")
        expect(page.locator("[name=timeframe]")).to_be_focused()
        page.locator("body").press("?")
        expect(page.locator("#shortcuts")).to_contain_text("Add a filter")


def test_values_are_suggested_while_one_types(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview"))
        page.locator("summary", has_text="Filter").click()
        page.select_option("[name=dimension]", "country")
        page.locator("[name=value]").press_sequentially("cana")
        expect(page.locator("#bar-values option")).to_have_attribute("value", "CA")
        page.select_option("[name=dimension]", "property")
        page.locator("[name=key]").press_sequentially("curr")
        expect(page.locator("#bar-keys option")).to_have_attribute("value", "currency")
        page.locator("[name=key]").fill("currency")
        page.locator("[name=value]").fill("")
        expect(page.locator("#bar-values option").first).to_be_attached()


def test_pictures_follow_the_theme(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP, color_scheme="light") as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview"))
        settle(page)
        canvas = page.locator("#panel-figures canvas")
        light = canvas.evaluate("canvas => canvas.toDataURL()")
        page.locator("[data-theme-toggle]").click()
        page.locator("[data-theme-toggle]").click()
        until(page, lambda: canvas.evaluate("canvas => canvas.toDataURL()") != light)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_all_sites_shows_each_at_a_glance(demo: Demo, scheme: Any) -> None:
    with demo.open(viewport={"width": 1440, "height": 900}, color_scheme=scheme) as watch:
        page = watch.page
        page.goto("/sites")
        for site in demo.sites.values():
            days = [one["date"] for one in demo.ask(site, "overview", "timeframe=30d")["series"][-15:-1]]
            course = demo.ask(site, "overview", f"from={days[0]}&to={days[-1]}&compare=1")
            today = demo.ask(site, "event-ranking", "timeframe=today")
            card = page.locator("section", has=page.get_by_role("link", name=site.name))
            now = demo.ask(site, "overview", "timeframe=today")
            expect(card.locator(".figure").first).to_have_text(f"{now['visitors']:,}")
            expect(card.locator(".figure").last).to_have_text(f"{today['total']:,}")
            expect(card.locator(".glance-course strong")).to_have_text(f"{course['visitors']:,}")
            words = formats.change_words(course["changes"]["visitors"])
            expect(card.locator(".change")).to_contain_text(words)
            expect(card.locator("polyline")).to_have_count(1)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert sideways(page) <= 0, width
            assert violations(page) == [], width


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "line", "partial": True, "unit": "percent"},
        {"kind": "bars"},
        {"kind": "stacked", "unit": "seconds"},
        {"kind": "curve"},
        {
            "kind": "sankey",
            "nodes": {"a": "Start", "b": "/pricing", "c": "/signup"},
            "columns": {"a": 0, "b": 1, "c": 1},
            "flows": [{"from": "a", "to": "b", "flow": 7}, {"from": "a", "to": "c", "flow": 3}],
        },
    ],
    ids=lambda values: str(values["kind"]),
)
def test_every_kind_of_picture_is_drawn(demo: Demo, values: dict[str, Any]) -> None:
    series = [{"label": "A", "values": [1, None, 3], "colour": 1, "titles": []}]
    common = {"labels": ["x", "y", "z"], "titles": ["x", "y", "z"], "unit": "", "links": [], "series": series}
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview"))
        settle(page)
        page.evaluate(
            """values => {
              const figure = document.createElement("figure");
              figure.dataset.chart = values.kind;
              figure.className = "picture";
              figure.innerHTML = '<div class="picture-space"><canvas id="probe"></canvas></div>'
                + '<script type="application/json"></' + 'script>';
              figure.querySelector("script").textContent = JSON.stringify(values);
              document.querySelector(".panels").before(figure);
              document.dispatchEvent(new CustomEvent("htmx:after:swap"));
            }""",
            common | values,
        )
        settle(page)
        colours = page.locator("#probe").evaluate(
            """canvas => new Set(canvas.getContext("2d")
              .getImageData(0, 0, canvas.width, canvas.height).data).size"""
        )
        assert colours > 3
