"""The users page: every number is the API's."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_server import Demo, settle
from tracker.web import formats

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 1000}


def tiles(page: Page, panel: str) -> list[str]:
    return page.locator(f"#panel-{panel} .figure-tile .figure").all_inner_texts()


def drawn(page: Page, panel: str) -> dict[str, list[float | None]]:
    """The values of a panel's chart by the label of their series."""
    values = json.loads(page.locator(f"#panel-{panel} [data-chart] script").inner_text())
    return {one["label"]: one["values"] for one in values["series"]}


def test_figures_and_charts_are_the_apis(demo: Demo) -> None:
    query = "timeframe=30d"
    told, growth = demo.ask(demo.saas, "activity", query), demo.ask(demo.saas, "growth", query)
    sticky = demo.ask(demo.saas, "stickiness", query)
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "users"))
        settle(page)
        assert tiles(page, "active") == [formats.whole(told[name]) for name in ("dau", "wau", "mau")]
        today = page.locator("#panel-active .figure-tile").first
        expect(today).to_contain_text(f"{formats.whole(told['activityByDate'][-2]['activeUsers'])} yesterday")
        expect(today.locator(".change")).to_have_count(0)
        kinds = ("newUsers", "returningUsers", "reactivatedUsers", "churnedUsers")
        assert tiles(page, "who") == [formats.whole(told[name]) for name in kinds]
        assert page.locator(".gauge-text").text_content() == formats.number(told["engagementScore"], 0)
        assert drawn(page, "active") == {"Active": [day["activeUsers"] for day in told["activityByDate"]]}
        assert drawn(page, "growth") == {
            "New": [step["new"] for step in growth["series"]],
            "Returning": [step["returning"] for step in growth["series"]],
            "Reactivated": [step["reactivated"] for step in growth["series"]],
            "Lost": [-step["churned"] for step in growth["series"][:-1]] + [None],  # today is not over
        }
        shares = [formats.percent(sticky[name]) for name in ("dauMau", "dauWau", "wauMau")]
        assert tiles(page, "stickiness")[:3] == shares


def test_the_heatmap_has_a_cell_for_each_hour(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "users?timeframe=30d"))
        settle(page)
        for tab, by in (("Events", "events"), ("People", "persons")):
            page.locator("#panel-hours").get_by_role("link", name=tab, exact=True).click()
            chosen = page.locator("#panel-hours .panel-tabs [aria-current]")
            expect(chosen).to_have_text(tab)
            told = demo.ask(demo.saas, "heatmap", f"timeframe=30d&by={by}")
            shown = page.locator("#panel-hours .heat td").all_inner_texts()
            assert shown == [formats.short(c["value"]) if c["value"] else "" for c in told["cells"]]
            assert page.locator("#panel-hours .heat-6").count() > 1


def test_days_of_a_week_instead_of_a_month(demo: Demo) -> None:
    told = demo.ask(demo.saas, "stickiness", "timeframe=30d")
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "users?stickiness=week"))
        settle(page)
        assert drawn(page, "stickiness") == {"People": [one["persons"] for one in told["daysPerWeek"]]}
        page.locator("#panel-stickiness summary", has_text="As a table").click()
        rows = page.locator("#panel-stickiness tbody tr")
        assert rows.count() == 7
