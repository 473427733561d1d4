"""The overview page: every number is the API's."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.demo_server import Demo, settle
from tracker.web import formats

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 1000}


def test_figures_and_tables_are_the_apis(demo: Demo) -> None:
    query = "timeframe=90d&compare=1"
    told = demo.ask(demo.saas, "overview", query)
    pages = demo.ask(demo.saas, "breakdown", f"{query}&dimension=page&limit=10")
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "overview?timeframe=90d"))
        settle(page)
        shown = {
            name: page.inner_text(f"[data-figure={name}]") for name in ("visitors", "visits", "pageViews")
        }
        assert shown == {name: formats.whole(told[name]) for name in shown}
        assert page.inner_text("[data-figure=bounceRate]") == formats.percent(told["bounceRate"])
        assert page.inner_text("[data-figure=visitDuration]") == formats.seconds(told["visitDuration"])
        rows = page.locator("#panel-pages tbody tr")
        for row, expected in zip(rows.all(), pages["rows"], strict=True):
            cells = row.locator("th, td:not(:has(.spark-small))").all_inner_texts()
            assert cells == [
                expected["value"],
                formats.whole(expected["visitors"]),
                formats.whole(expected["pageViews"]),
                formats.percent(expected["bounceRate"]),
            ]


def test_another_figure_and_another_tab_stay_in_the_address(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "overview"))
        settle(page)
        page.get_by_role("link", name="Bounce rate").click()
        page.wait_for_url("**metric=bounceRate**")
        referrers = page.locator("#panel-sources").get_by_role("link", name="Referrers")
        expect(referrers).to_have_attribute("href", re.compile("metric=bounceRate"))
        referrers.click()
        page.wait_for_url("**sources=referrer**")
        expect(page.locator("#panel-sources tbody a").first).to_be_visible()
        page.reload()
        settle(page)
        expect(page.locator("#panel-sources [aria-current=true]").first).to_have_text("Referrers")
        expect(page.locator("#panel-figures dt [aria-current=true]")).to_have_text("Bounce rate")


def test_every_table_and_the_map_show_the_apis_values(demo: Demo) -> None:
    query = "timeframe=30d&compare=1"
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview?timeframe=30d"))
        settle(page)
        for panel, dimension in (("sources", "channel"), ("places", "country"), ("devices", "device")):
            told = demo.ask(demo.shop, "breakdown", f"{query}&dimension={dimension}&limit=10")
            shown = page.locator(f"#panel-{panel} tbody td:nth-child(2)").all_inner_texts()
            assert shown == [formats.whole(row["visitors"]) for row in told["rows"]], panel
        events = demo.ask(demo.shop, "event-ranking", f"{query}&limit=10")
        assert page.locator("#panel-events tbody th").all_inner_texts() == [
            row["event"] for row in events["rows"]
        ]
        countries = demo.ask(demo.shop, "breakdown", f"{query}&dimension=country&limit=300")
        drawn = page.locator("#panel-map svg a").evaluate_all(
            "all => all.map(a => a.getAttribute('aria-label'))"
        )
        assert drawn[0] == f"Canada: {countries['rows'][0]['visitors']} visitors"
        assert len(drawn) == sum(row["value"] is not None for row in countries["rows"])


def test_the_time_before_is_compared_with_and_can_be_left_out(demo: Demo) -> None:
    told = demo.ask(demo.shop, "overview", "timeframe=7d&compare=1")
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview?timeframe=7d"))
        settle(page)
        tile = page.locator("#panel-figures .figure-tile").first
        expect(tile).to_contain_text(f"{told['previous']['visitors']:,} before")
        expect(tile.locator(".change")).to_contain_text(formats.percent(abs(told["changes"]["visitors"])))
        expect(page.locator("#panel-figures .legend-item")).to_have_count(2)
        page.get_by_label("Compare").click()
        page.wait_for_url("**compare=0**")
        settle(page)
        expect(page.locator("#panel-figures .change")).to_have_count(0)
        expect(page.locator("#panel-figures .legend-item")).to_have_count(0)


def test_a_country_on_the_map_opens_on_a_click(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview?timeframe=30d"))
        settle(page)
        page.locator("#panel-map a[aria-label^=Canada] use").click()
        expect(page.locator(".chip")).to_contain_text("is Canada")
        assert "filter=country:is:CA" in page.url
        settle(page)
        told = demo.ask(demo.shop, "overview", "timeframe=30d&filter=country:CA")
        assert told["pageViews"] > 0
        expect(page.locator("[data-figure=pageViews]")).to_have_text(formats.whole(told["pageViews"]))


def test_a_day_of_the_chart_opens_on_a_click(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview"))
        settle(page)
        page.locator("#panel-figures canvas").click()
        page.wait_for_url("**from=**")
        day = page.url.split("from=")[1][:10]
        told = demo.ask(demo.shop, "overview", f"from={day}&to={day}")
        assert told["pageViews"] > 0
        settle(page)
        expect(page.locator("[data-figure=pageViews]")).to_have_text(formats.whole(told["pageViews"]))


def test_revenue_is_the_apis_to_the_cent(demo: Demo) -> None:
    told = demo.ask(demo.shop, "revenue", "timeframe=30d&compare=1")["currencies"]
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview"))
        settle(page)
        shown = page.locator("#panel-revenue .figure-tile .figure").all_inner_texts()
        assert told and shown == [
            text
            for one in told
            for text in (
                formats.money(one["revenue"], one["currency"]),
                formats.whole(one["orders"]),
                formats.whole(one["buyers"]),
                formats.money(one["perOrder"], one["currency"]),
                formats.money(one["perBuyer"], one["currency"]),
                formats.money(one["verified"], one["currency"]),
            )
        ]
