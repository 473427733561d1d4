"""Phones: nothing has to be pushed sideways, nothing lies over each other, no room is wasted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_server import Demo, settle
from tests.browser.pages import Watched, sideways, violations

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 780}
PUSHED = """
[...document.querySelectorAll(".table-stack, .heat, .ranked")]
  .map((table) => table.parentElement)
  .filter((room) => room.clientWidth && room.scrollWidth > room.clientWidth + 1)
  .map((room) => room.closest("[data-panel]")?.id ?? room.outerHTML.slice(0, 80))
"""


@pytest.fixture(scope="module")
def phone(demo: Demo) -> Iterator[Watched]:
    """One page for all tests of this module."""
    with demo.open(viewport=PHONE) as watch:
        yield watch


def opened(phone: Watched, path: str) -> Page:
    phone.page.goto(path)
    settle(phone.page)
    return phone.page


@pytest.mark.parametrize(
    "path",
    ["people", "segments", "features", "retention", "users", "products", "payments", "funnels?steps=country"],
)
def test_tables_fit(demo: Demo, phone: Watched, path: str) -> None:
    site = {"products": demo.shop, "payments": demo.wallet}.get(path, demo.saas)
    page = opened(phone, demo.path(site, path))
    for width in (768, PHONE["width"]):
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        assert page.evaluate(PUSHED) == [], width
        assert sideways(page) <= 0, width


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("people", "#panel-people tbody th a"),
        ("products", "#panel-products tbody th a"),
        ("payments", "#panel-payments tbody th a"),
        ("errors?timeframe=90d", "a[href*='/error?']"),
    ],
)
def test_pages_of_a_single_one_fit_and_are_marked_in_the_menu(
    demo: Demo, phone: Watched, path: str, link: str
) -> None:
    site = {"products": demo.shop, "payments": demo.wallet}.get(path, demo.saas)
    page = opened(phone, demo.path(site, path))
    one = page.locator(link).first.get_attribute("href")
    assert one
    opened(phone, one)
    assert page.evaluate(PUSHED) == []
    assert sideways(page) <= 0 and violations(page) == []
    current = page.locator(".nav [aria-current]").all_text_contents()
    assert [words.strip().lower() for words in current] == [path.partition("?")[0]]


def test_values_have_their_names_and_rows_can_be_sorted(demo: Demo, phone: Watched) -> None:
    page = opened(phone, demo.path(demo.saas, "people"))
    cell = page.locator("#panel-people tbody tr").first.locator("td[data-label=Events]")
    named = cell.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert named.startswith('"Events')
    page.locator("#panel-people thead").get_by_role("link", name="Events").click()
    page.wait_for_url("**sort=events**")
    settle(page)
    expect(page.locator("#panel-people thead [aria-sort=descending]")).to_have_text("Events")


def test_the_flow_scrolls_inside_its_panel(demo: Demo, phone: Watched) -> None:
    page = opened(phone, demo.path(demo.saas, "journeys"))
    room = page.locator("#panel-flow .picture-scroll")
    assert (
        room.evaluate("room => room.scrollWidth")
        >= 700
        > PHONE["width"]
        >= room.evaluate("r => r.clientWidth")
    )
    assert sideways(page) <= 0


def test_hours_are_colours_here_with_numbers_in_the_table(demo: Demo, phone: Watched) -> None:
    page = opened(phone, demo.path(demo.saas, "users?timeframe=90d"))
    told = demo.ask(demo.saas, "heatmap", "timeframe=90d&by=events")
    page.locator("#panel-hours summary", has_text="As a table").click()
    numbers = page.locator("#panel-hours .panel-table td")
    expect(numbers).to_have_count(7 * 24)
    busiest = max(told["cells"], key=lambda cell: int(cell["value"]))
    place = busiest["hour"] * 7 + told["cells"].index(busiest) // 24
    assert numbers.nth(place).inner_text().replace(",", "") == str(busiest["value"])


def test_what_is_answered_out_of_sight_takes_only_the_room_it_needs(demo: Demo, phone: Watched) -> None:
    page = phone.page
    page.goto(demo.path(demo.saas, "overview"))
    expect(page.locator("#panel-devices.panel-fits tbody tr").first).to_be_visible()
    rows = page.locator("#panel-devices tbody tr").count()
    tall = page.locator("#panel-devices .panel-body").evaluate("body => body.clientHeight")
    assert rows < 5 and tall < 60 + 40 * rows


@pytest.mark.parametrize("path", ["", "/segments/new", "/funnels/new", "/goals/new", "/features/new"])
def test_definitions_and_their_builders_fit(demo: Demo, phone: Watched, path: str) -> None:
    phone.page.goto(demo.path(demo.saas, f"definitions{path}"))
    assert phone.page.evaluate(PUSHED) == []
    assert sideways(phone.page) <= 0 and violations(phone.page) == []
