"""Two people in a shop, from the first page to the bill: every figure tells what they did, and no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import pages
from tests.browser.demo_server import settle
from tests.live_server import Keys, LiveServer, serving
from tests.shop.shop import CURRENCY, GOODS, Shop
from tests.small_sites import (
    SAFARI,
    ask,
    chromium,
    person,
    press,
    script_tag,
    served,
    table,
    wait_until_counted,
)
from tracker.client import Tracker
from tracker.domain.products import ACTIONS
from tracker.web import formats

pytestmark = pytest.mark.browser
COLUMNS = ("views", "clicks", "favorites", "unfavorites", "cartAdds", "cartRemoves", "purchases")


@dataclass
class Day:
    """A day in the shop: what was done by whom, as the test did it."""

    server: LiveServer
    keys: Keys
    browser: Browser
    url: str = ""
    acts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(product, action)"""
    pressed: Counter[str] = field(default_factory=Counter)
    views: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    events: list[dict[str, Any]] = field(default_factory=list)
    state: Any = None

    def wanted(self) -> Counter[str]:
        """How many events of each name there are to be."""
        found = Counter({ACTIONS[action]: 0 for action in ACTIONS})
        for (_, action), count in self.acts.items():
            found[ACTIONS[action]] += count
        told = {"page_viewed": self.views, "button_clicked": self.pressed, "form_submitted": self.forms}
        found.update({name: counts.total() for name, counts in told.items()})
        return found + Counter(error_occurred=1)

    def home(self, page: Page) -> None:
        page.goto(self.url)
        self.views["/"] += 1

    def look(self, page: Page, product: str) -> None:
        """Open a product's page, by its link where there is one."""
        page.get_by_role("link", name=GOODS[product][0]).click()
        expect(page.locator("#said")).to_have_text(f"Activity tracked: view on {GOODS[product][0]}")
        self.views[f"/products/{product}"] += 1
        self.acts[product, "view"] += 1

    def act(self, page: Page, product: str, label: str, action: str) -> None:
        """Press a button of the page that tells by itself."""
        self.press(page, label)
        expect(page.locator("#said")).to_have_text(f"Activity tracked: {action} on {GOODS[product][0]}")
        self.acts[product, action] += 1

    def cart(self, page: Page, product: str, label: str, action: str) -> None:
        """Press a button of the cart's form; the server tells, and leads back home."""
        self.press(page, label, "/", "cart")
        self.acts[product, action] += 1

    def press(self, page: Page, label: str, leads_to: str = "", form: str = "") -> None:
        press(page, label)
        self.pressed[label] += 1
        if leads_to:
            page.wait_for_url(f"{self.url}{leads_to}")
            self.views[leads_to] += 1
            self.forms[form] += 1

    def ask(self, question: str, **query: str) -> Any:
        return ask(self.server, self.keys, question, **query)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, script: object) -> Iterator[Day]:
    """The server, the shop, and what happens in it."""
    data = tmp_path_factory.mktemp("shop") / "data"
    with serving(data, ratelimit_enabled="0") as server, chromium() as browser:
        keys = server.create_site("Shop", "--domain", "shop.test")
        shop = Shop(server.url, keys, script_tag(server, keys))
        tracker = Tracker(server.url, keys.secret_key, interval=0.1)
        day = Day(server, keys, browser)
        with served(shop.app(tracker), "shop.test") as day.url:
            shop.open()
            bob_looks_around(day, person(browser, SAFARI))
            ann_buys(day, person(browser))
            assert tracker.flush()
        tracker.close()
        assert shop.orders == {"order-1": ["mug", "vase"], "order-2": ["mug"]}
        day.events = wait_until_counted(server, keys, day.wanted())
        pages.owner(server)
        day.state = pages.sign_in(browser, server)
        yield day


def bob_looks_around(day: Day, page: Page) -> None:
    """Never signs in, never agrees to anything; a button breaks on him."""
    day.home(page)
    day.look(page, "bowl")
    day.press(page, "Zoom")
    day.look(page, "mug")
    day.act(page, "mug", "Favorite", "favorite")
    day.act(page, "mug", "No favorite", "unfavorite")
    day.cart(page, "mug", "Add to cart", "cart_add")
    page.goto("about:blank")
    page.context.close()


def ann_buys(day: Day, page: Page) -> None:
    """Looks as a stranger, signs in, buys two things, loads the last page again, and buys once more."""
    day.home(page)
    day.press(page, "Accept cookies")
    day.look(page, "mug")
    day.act(page, "mug", "Details", "click")
    page.get_by_label("Your name").fill("ann")
    day.press(page, "Sign in", "/", "login")
    for product, label in (("mug", "Details"), ("vase", "Details"), ("bowl", "Details")):
        day.look(page, product)
        day.act(page, product, label, "click")
        day.cart(page, product, "Add to cart", "cart_add")
    day.look(page, "bowl")
    day.cart(page, "bowl", "Take out", "cart_remove")
    buy(day, page, "order-1", "mug", "vase")
    page.reload()
    day.views["/orders/order-1"] += 1
    day.look(page, "mug")
    day.act(page, "mug", "Favorite", "favorite")
    day.cart(page, "mug", "Add to cart", "cart_add")
    buy(day, page, "order-2", "mug")
    page.goto("about:blank")
    page.context.close()


def buy(day: Day, page: Page, order: str, *products: str) -> None:
    day.press(page, "Buy", f"/orders/{order}", "checkout")
    day.acts.update((product, "purchase") for product in products)


def sold(day: Day, product: str) -> Decimal:
    return day.acts[product, "purchase"] * Decimal(GOODS[product][1])


def test_counters_are_what_was_done(day: Day) -> None:
    for product, (name, _) in GOODS.items():
        status, told = day.server.get(f"/api/activity/stats/{product}/?site={day.keys.site_key}")
        assert (status, told["product_name"]) == (200, name)
        assert told["activity_counts"] == {action: day.acts[product, action] for action in ACTIONS}


def test_the_question_and_the_page_of_products_are_what_was_done(day: Day) -> None:
    told = {one["productId"]: one for one in day.ask("products")["products"]}
    assert told.keys() == GOODS.keys()
    for product, one in told.items():
        assert [one[name] for name in COLUMNS] == [day.acts[product, action] for action in ACTIONS]
        assert Decimal(str(one["revenue"])) == sold(day, product)
    with pages.watched(day.browser, day.server, day.state) as watch:
        watch.page.goto(f"/sites/{day.keys.id}/products?timeframe=7d")
        settle(watch.page)
        shown = {row["Product"]: row for row in table(watch.page, "products")}
    heads = {"Views": "view", "Clicks": "click", "Into the cart": "cart_add", "Purchases": "purchase"}
    for product, (name, _) in GOODS.items():
        row = shown[f"{name} {product}"]
        assert {head: row[head] for head in heads} == {
            head: str(day.acts[product, action]) for head, action in heads.items()
        }
        assert row["Revenue"] == formats.money(sold(day, product), CURRENCY)


def test_revenue_is_what_was_paid_though_the_last_page_was_loaded_twice(day: Day) -> None:
    whole = sum((sold(day, product) for product in GOODS), Decimal(0))
    (money,) = day.ask("revenue")["currencies"]
    assert (money["currency"], Decimal(str(money["revenue"])), money["orders"]) == (CURRENCY, whole, 3)
    assert money["verified"] == money["revenue"] and money["buyers"] == 1
    with pages.watched(day.browser, day.server, day.state) as watch:
        watch.page.goto(f"/sites/{day.keys.id}/overview?timeframe=7d")
        settle(watch.page)
        figures = watch.page.locator("#panel-revenue .figure-tile .figure").all_inner_texts()
        assert figures[:3] == [formats.money(whole, CURRENCY), "3", "1"]


def test_pages_buttons_and_forms_are_told_without_code(day: Day) -> None:
    def told(event: str, name: str) -> Counter[str]:
        found = [one for one in day.events if one["eventName"] == event]
        return Counter(one["properties"].get(name) or one["context"].get(name) for one in found)

    assert told("page_viewed", "path") == day.views
    assert told("button_clicked", "button") == day.pressed
    assert told("form_submitted", "form") == day.forms
    ranking = {one["event"]: one["events"] for one in day.ask("event-ranking", limit="100")["rows"]}
    assert ranking == Counter(one["eventName"] for one in day.events)
    (error,) = day.ask("errors")["errors"]
    assert "no large picture of bowl" in error["message"] and error["count"] == 1


def test_the_template_of_purchases_counts_them(day: Day) -> None:
    told = day.ask("funnel", funnel="purchase")
    assert [step["count"] for step in told["steps"]] == [2, 1, 1, 1]
    with pages.watched(day.browser, day.server, day.state) as watch:
        watch.page.goto(f"/sites/{day.keys.id}/funnels?timeframe=7d")
        watch.page.get_by_role("link", name="Purchase template").click()
        settle(watch.page)
        counts = watch.page.locator("#panel-steps .funnel-value strong").all_inner_texts()
        assert counts == ["2", "1", "1", "1"]


def test_one_person_from_stranger_to_customer(day: Day) -> None:
    items = day.ask("timeline", person="ann", limit="200")["items"]
    names = [item["event"] for item in reversed(items)]
    assert names.index("page_viewed") < names.index("product_clicked") < names.index("purchase")
    hers = Counter(day.acts)
    hers.subtract(
        [("bowl", "view"), ("mug", "view"), ("mug", "favorite"), ("mug", "unfavorite"), ("mug", "cart_add")]
    )
    done = Counter(
        (item["properties"]["product_id"], item["event"])
        for item in items
        if item["event"] in ACTIONS.values()
    )
    assert done == {(product, ACTIONS[action]): count for (product, action), count in (+hers).items()}
    assert all(item["verified"] for item in items if item["event"] == "purchase")
    with pages.watched(day.browser, day.server, day.state) as watch:
        watch.page.goto(f"/sites/{day.keys.id}/person?person=ann&timeframe=7d")
        settle(watch.page)
        shown = watch.page.locator(".timeline-name").all_inner_texts()
        assert shown == [item["event"] for item in items][: len(shown)] and len(shown) >= min(len(items), 50)
        expect(watch.page.locator("#panel-who")).to_contain_text("Ann Archer")
