"""What every panel offers: its definition, CSV and JSON, a table for each picture; and filters by click."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_server import Demo, settle
from tests.browser.pages import violations
from tracker.web.navigation import PAGES

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 1000}
OF_PANELS = [page.path for page in PAGES if page.keeps]
TOLD = """panel => ({
  name: panel.id,
  picture: Boolean(panel.querySelector("canvas, .world, .heat-wide")),
  more: [...panel.querySelectorAll(".panel-more > summary")].map((one) => one.textContent.trim()),
  links: [...panel.querySelectorAll(".panel-links a")].map((one) => one.getAttribute("href")),
})"""


@pytest.fixture(scope="module")
def desk(demo: Demo) -> Iterator[Page]:
    """One page for all tests of this module."""
    with demo.open(viewport=DESKTOP) as watch:
        yield watch.page


def opened(desk: Page, demo: Demo, path: str) -> Page:
    site = {"products": demo.shop, "payments": demo.wallet}.get(path.partition("?")[0], demo.saas)
    desk.goto(demo.path(site, path))
    settle(desk)
    return desk


@pytest.mark.parametrize("path", OF_PANELS)
def test_each_has_its_definition_files_and_table(desk: Page, demo: Demo, path: str) -> None:
    page = opened(desk, demo, path)
    panels = [panel.evaluate(TOLD) for panel in page.locator("[data-panel]").all()]
    assert panels
    for panel in panels:
        tables = ["As a table"] if panel["picture"] else []
        assert panel["more"] == [*tables, "What is this number?"], panel["name"]
        for link, kind in zip(panel["links"], ("text/csv", "application/json"), strict=True):
            answer = page.request.get(link)
            assert answer.status == 200 and answer.headers["content-type"].startswith(kind), link


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("overview", "#panel-devices tbody th a"),
        ("sessions", "#panel-places tbody th a"),
        ("features", "#panel-heatmap a.tile"),
        ("journeys", "#panel-exits tbody th a"),
        ("funnels?steps=device", "#panel-steps tbody th a"),
        ("people", "#panel-people td.muted a"),
    ],
)
def test_a_click_filters_back_takes_it_away_and_so_does_a_click(
    desk: Page, demo: Demo, path: str, link: str
) -> None:
    page = opened(desk, demo, path)
    chips = page.locator(".chip")
    expect(chips).to_have_count(0)
    page.locator(link).first.click()
    page.wait_for_url("**filter=**")
    settle(page)
    expect(chips).to_have_count(1)
    page.go_back()
    settle(page)
    expect(chips).to_have_count(0)
    page.go_forward()
    settle(page)
    chips.first.click()
    page.wait_for_url(lambda url: "filter=" not in url)
    expect(chips).to_have_count(0)


@pytest.mark.parametrize("path", ["users", "features", "retention", "payments", "errors"])
def test_where_nothing_matches_a_click_shows_all_again(desk: Page, demo: Demo, path: str) -> None:
    page = opened(desk, demo, f"{path}?filter=country:is:AQ")
    assert violations(page) == []
    page.get_by_role("link", name="Remove the filters").first.click()
    page.wait_for_url(lambda url: "filter=" not in url)


def test_without_scripts_no_room_is_kept_for_pictures(demo: Demo) -> None:
    context = demo.browser.new_context(
        base_url=demo.server.url, storage_state=demo.state, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(demo.path(demo.saas, "users?full=1"))
    expect(page.locator("#panel-growth canvas")).to_be_hidden()
    page.locator("#panel-growth summary", has_text="As a table").click()
    expect(page.locator("#panel-growth .panel-table tbody tr").first).to_be_visible()
    context.close()
