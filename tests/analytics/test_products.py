"""Products: counts, rates and revenue; one product over time."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics import oracle_money as slow
from tests.analytics.oracle import History
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple
from tracker.analytics import product_summary, products
from tracker.errors import Invalid

WEEK = {"from": "2026-03-09", "to": "2026-03-15"}


def did(
    event: str, product: str, who: str | None = "ann", at: str = "2026-03-10 10:00", **more: object
) -> Simple:
    return {"at": at, "visitor": who, "name": event, "properties": {"product_id": product, **more}}


def test_the_rates_of_the_example(store_with: Callable[..., LoadedSite]) -> None:
    """150 views, 45 clicks, 12 favorites, 2 taken back, 8 times into the cart."""
    story = [
        *(did("view", "P1", f"v{n}") for n in range(100)),
        *(did("product_viewed", "P1", f"v{n}") for n in range(50)),
        *(did("click", "P1") for _ in range(45)),
        *(did("favorite", "P1") for _ in range(12)),
        *(did("unfavorite", "P1") for _ in range(2)),
        *(did("cart_add", "P1") for _ in range(8)),
    ]
    (found,) = store_with(story).ask(products.answer, **WEEK).products
    assert (found.views, found.clicks, found.total_favorites, found.cart_adds) == (150, 45, 10, 8)
    assert (found.view_to_click_rate, found.click_to_cart_rate, found.cart_to_purchase_rate) == (
        30.0,
        17.8,
        0.0,
    )
    assert found.users == 101


STORY: list[Simple] = [
    did("product_viewed", "P1", name="Old name"),
    did("product_viewed", "P1", product_name="Mug"),
    did("purchase", "P1", amount="4.50", currency="EUR"),
    did("purchase", "P1", amount=4.5, currency="EUR", status="failed"),
    did("purchase", "P2", "ben", amount=3, currency="EUR", name="Socks"),
    did("purchase", "P2", "ben", amount=9, currency="USD"),
    {"at": "2026-03-10 10:00", "visitor": "cem", "name": "product_viewed"},
    did("wishlisted", "P3"),
    {**did("product_viewed", "P3"), "bot": "user_agent"},
    did("product_viewed", "P4", at="2026-03-20 10:00"),
]


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(products.answer, **WEEK)
    assert (found.total, found.currency) == (2, "EUR")
    mug, socks = found.products
    assert (mug.product_id, mug.name, mug.views, mug.purchases) == ("P1", "Mug", 2, 2)
    assert (mug.revenue, socks.revenue) == (Decimal("4.5"), Decimal(3))
    assert (socks.name, socks.users, socks.sessions) == ("Socks", 1, 1)


def test_search_order_and_pages(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)

    def listed(search: str = "", sort: str = "view", **more: str) -> tuple[list[str], int]:
        found = site.ask(products.answer, options={"search": search, "sort": sort}, **WEEK, **more)
        return [one.product_id for one in found.products], found.total

    assert listed("mUg") == (["P1"], 1)
    assert listed("p2") == (["P2"], 1)
    assert listed(sort="-view") == listed(sort="-name") == (["P2", "P1"], 2)
    assert listed(sort="revenue") == (["P1", "P2"], 2)
    assert listed(limit="1", offset="1") == (["P2"], 2)
    assert listed(limit="1", offset="5") == ([], 2)
    for params in ({"sort": "colour"}, {"search": "x" * 201}):
        with pytest.raises(Invalid) as caught:
            products.answer.read(params)
        assert caught.value.field == next(iter(params))


def test_one_product_over_time(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with([*STORY, did("product_clicked", "P1", at="2026-03-12 10:00")])
    found = site.ask(product_summary.answer, options={"product": "P1"}, **WEEK)
    assert (found.name, found.views, found.clicks, found.users) == ("Mug", 2, 1, 1)
    assert [(step.date, step.views, step.clicks) for step in found.series][:4] == [
        ("2026-03-09", 0, 0),
        ("2026-03-10", 2, 0),
        ("2026-03-11", 0, 0),
        ("2026-03-12", 0, 1),
    ]
    weekly = site.ask(product_summary.answer, options={"product": "P1"}, **WEEK, interval="week")
    assert [step.views for step in weekly.series] == [2]
    nothing = site.ask(product_summary.answer, options={"product": "P9"}, **WEEK)
    assert (nothing.name, nothing.views, nothing.view_to_click_rate) == (None, 0, 0.0)


def test_a_name_told_by_the_server_counts_whenever_it_was_told(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(
        [
            did("product_updated", "P1", None, at="2025-01-01 10:00", name="Blue mug"),
            did("product_viewed", "P1"),
            did("product_viewed", "P2", product_name="Sock"),
            did("product_updated", "P2", None, at="2026-03-20 10:00", name="Socks"),
            did("product_updated", "P3", None, name="Hat"),
            did("product_viewed", "P3", product_name="Red hat"),
            did("product_updated", "P4", None, name="Nobody looks at it"),
            did("product_viewed", "P5"),
        ]
    )
    names = {"P1": "Blue mug", "P2": "Socks", "P3": "Red hat", "P5": None}
    found = site.ask(products.answer, **WEEK)
    assert {one.product_id: one.name for one in found.products} == names
    assert {one.users for one in found.products} == {1}
    for product, name in names.items():
        assert site.ask(product_summary.answer, options={"product": product}, **WEEK).name == name
    (mug,) = site.ask(products.answer, options={"search": "blue"}, **WEEK).products
    assert (mug.product_id, mug.views) == ("P1", 1)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=slow.shopping(), zone=st.sampled_from(ZONES))
def test_equals_the_slow_way(store_with: Callable[..., LoadedSite], told: list[Simple], zone: str) -> None:
    site, history = store_with(told, zone), History(told, zone)
    params = {"from": "2026-03-27", "to": "2026-04-01"}
    period = site.query(**params).period
    events = slow.within(history, period.since, period.until)
    asked = site.ask(products.answer, **params)
    assert asked.currency == slow.main_currency(history, period.since, period.until)
    found = {one.product_id: one for one in asked.products}
    for product in slow.PRODUCTS:
        own = [e for e in events if e.told.get("properties", {}).get("product_id") == product]
        own = [e for e in own if e.name in slow.DONE]
        assert (product in found) == bool(own)
        if not own:
            continue
        one = found[product]
        views = slow.count(events, product, "product_viewed", "view")
        clicks = slow.count(events, product, "product_clicked")
        bought = slow.count(events, product, "purchase")
        assert (one.views, one.clicks, one.purchases) == (views, clicks, bought)
        told = slow.of_product(history, period.since, period.until, product, asked.currency)
        assert one.revenue == told
        assert one.view_to_click_rate == slow.one_decimal(clicks, views)
        assert one.users == len({e.person for e in own} - {None})
        summary = site.ask(product_summary.answer, options={"product": product}, **params)
        assert (summary.views, summary.users) == (one.views, one.users)
        assert sum(step.views for step in summary.series) == one.views
