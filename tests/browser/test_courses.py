"""Sparklines in tables: how each row went over time, as the API tells it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.demo_server import Demo, DemoSite, settle
from tests.browser.pages import sideways, violations
from tracker.web.dashboard.charts import spark_words

pytestmark = pytest.mark.browser
WIDE = {"width": 1440, "height": 1000}


def over_time(demo: Demo, site: DemoSite, query: str, key: str = "value") -> dict[str, str]:
    """What a sparkline says of each value of an event chart, whose last day is today."""
    steps: dict[str, list[int]] = defaultdict(list)
    for step in demo.ask(site, "event-chart", f"timeframe=30d&limit=20&{query}")["steps"]:
        steps[step[key]].append(step["events"])
    return {value: spark_words(numbers, running=True) for value, numbers in steps.items()}


def shown(page: Any, rows: str) -> list[str]:
    """The words of the first sparkline of each row."""
    labels: list[str] = page.locator(rows).evaluate_all(
        "all => all.map((row) => row.querySelector('.spark-small')?.getAttribute('aria-label') ?? '')"
    )
    return labels


def test_features_over_time(demo: Demo) -> None:
    told = demo.ask(demo.saas, "features", "timeframe=30d")["features"]
    expected = over_time(demo, demo.saas, "by=feature&names=feature_used")
    with demo.open(viewport=WIDE) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "features"))
        settle(page)
        assert shown(page, "#panel-features tbody tr") == [expected[one["featureName"]] for one in told]


def test_products_over_time_more_than_one_chart_holds(demo: Demo) -> None:
    told = demo.ask(demo.shop, "products", "timeframe=30d&limit=50")["products"]
    assert len(told) > 20, "one chart has twenty lines at most"
    last = told[-1]
    filters = f"filter=product:is:{last['productId']}"
    expected = over_time(demo, demo.shop, f"by=product&names=product_viewed,view&{filters}")
    with demo.open(viewport=WIDE) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "products"))
        settle(page)
        words = shown(page, "#panel-products tbody tr")
        assert len(words) == len(told) and all(words)
        assert words[-1] == expected[last["productId"]]
        page.set_viewport_size({"width": 360, "height": 800})
        assert sideways(page) <= 0
        assert violations(page) == []


def test_errors_over_time(demo: Demo) -> None:
    told = [
        one for one in demo.ask(demo.saas, "errors", "timeframe=30d&limit=50")["errors"] if one["message"]
    ]
    first = told[0]["message"]
    expected = over_time(demo, demo.saas, f"by=error&filter=error:is:{quote(first)}")
    with demo.open(viewport=WIDE) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "errors"))
        settle(page)
        words = shown(page, ".issue:has(.issue-course)")
        assert len(words) == len(told) and words[0] == expected[first]
        page.set_viewport_size({"width": 360, "height": 800})
        assert sideways(page) <= 0
        assert violations(page) == []


def test_pages_and_events_over_time(demo: Demo) -> None:
    pages = demo.ask(demo.shop, "breakdown", "timeframe=30d&dimension=page&limit=10")["rows"]
    events = [row["event"] for row in demo.ask(demo.shop, "event-ranking", "timeframe=30d&limit=10")["rows"]]
    page_filter = "|".join(quote(row["value"]) for row in pages)
    views = over_time(demo, demo.shop, f"by=page&names=page_viewed&filter=page:is:{page_filter}")
    happened = over_time(demo, demo.shop, f"names={','.join(events)}", "event")
    with demo.open(viewport=WIDE) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "overview"))
        settle(page)
        assert shown(page, "#panel-pages tbody tr") == [views[row["value"]] for row in pages]
        assert shown(page, "#panel-events tbody tr") == [happened[name] for name in events]
        page.locator("#panel-pages").get_by_role("link", name="Entry").click()
        # No events are counted by entry page.
        expect(page.locator("#panel-pages .spark-small")).to_have_count(0)


def test_languages_are_told_by_name(demo: Demo) -> None:
    with demo.open(viewport=WIDE) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "overview?places=language&filter=language:is:de-DE"))
        settle(page)
        assert page.locator("#panel-places tbody th a").all_inner_texts() == ["German (Germany)"]
        assert "German (Germany)" in page.locator(".chips").inner_text()
