"""The products page: revenue, the table, one product."""

from __future__ import annotations

import pytest

from tests.browser.demo_server import Demo, settle
from tests.browser.pages import sideways, violations
from tracker.web import formats

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 1000}


def test_products_and_revenue_are_the_apis(demo: Demo) -> None:
    told = demo.ask(demo.shop, "products", "timeframe=30d&limit=50&sort=purchase")
    (money,) = demo.ask(demo.shop, "revenue", "timeframe=30d&compare=1")["currencies"]
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "products"))
        settle(page)
        shown = page.locator("#panel-revenue .figure-tile .figure").all_inner_texts()
        assert shown[:2] == [
            formats.money(money["revenue"], money["currency"]),
            formats.whole(money["orders"]),
        ]
        page.locator("#panel-products thead").get_by_role("link", name="Purchases").click()
        settle(page)
        bought = page.locator("#panel-products tbody [data-label=Purchases]").all_inner_texts()
        assert bought == [formats.whole(one["purchases"]) for one in told["products"]]
        assert violations(page) == []
        page.locator("#panel-products tbody a").first.click()
        settle(page)
        first = told["products"][0]
        assert page.locator("#panel-product .figure-tile .figure").all_inner_texts()[:2] == [
            formats.whole(first["views"]),
            formats.whole(first["clicks"]),
        ]
        assert violations(page) == []
        page.set_viewport_size({"width": 360, "height": 800})
        assert sideways(page) <= 0
