"""Money in and out of a wallet, with webhooks doubled, early, out of order and lost: all figures agree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import pages
from tests.browser.demo_server import settle
from tests.live_server import Keys, LiveServer, serving
from tests.small_sites import ask, chromium, person, press, script_tag, served, table, wait_until_counted
from tests.wallet.provider import Provider, post
from tests.wallet.wallet import CURRENCY, USER, Wallet
from tracker.client import Tracker
from tracker.web import formats

pytestmark = pytest.mark.browser
SECRET = "sk_test_0123456789abcdef"
STATES = {
    "doubled": "credited",
    "early": "credited",
    "swapped": "credited",
    "lost": "completed",
    "declined": "failed",
    "left": "pending",
}
"""What became of each payment, by its reference."""
RECHARGE = {
    "activity_type": "recharge",
    "details": {"amount": 299, "operator": "Jio", "app_version": "1.0.0"},
}
WANTED = {
    "payment_initialized": 6, "payment_completed": 4, "payment_failed": 1, "webhook_received": 4,
    "credits_added": 3, "credits_deducted": 2, "fund_clicked": 6, "form_submitted": 3, "message_shown": 1,
    "page_viewed": 9, "recharge": 1,
}  # fmt: skip


@dataclass
class Week:
    """What happened in the wallet, and where to ask about it."""

    server: LiveServer
    keys: Keys
    browser: Browser
    provider: Provider
    state: Any
    wallet: Wallet | None = None
    url: str = ""
    forged: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, question: str, **query: str) -> Any:
        return ask(self.server, self.keys, question, **query)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory, script: object) -> Iterator[Week]:
    """The server, the provider, the wallet, and what Asha does in it."""
    data = tmp_path_factory.mktemp("wallet") / "data"
    with serving(data, ratelimit_enabled="0") as server, chromium() as browser:
        keys = server.create_site("Wallet", "--domain", "wallet.test")
        pages.owner(server)
        week = Week(server, keys, browser, Provider(SECRET), pages.sign_in(browser, server))
        keep_the_secret(week)
        with served(week.provider.app(), "provider.test") as provider_url:
            tracker = Tracker(server.url, keys.secret_key, interval=0.1)
            tag = script_tag(server, keys)
            week.wallet = Wallet(server.url, keys, tag, week.provider, provider_url, tracker)
            with served(week.wallet.app(), "wallet.test") as week.url:
                hook = f"{server.url}/webhooks/paystack/{keys.id}"
                local = week.url.replace("wallet.test", "127.0.0.1")
                week.provider.hooks = [hook, f"{local}/hook"]
                asha_adds_and_spends(week, week.wallet, person(browser))
                week.forged = forge(hook)
                recharge_by_app(week.wallet)
                assert tracker.flush()
            tracker.close()
        week.events = wait_until_counted(server, keys, WANTED)
        yield week


def keep_the_secret(week: Week) -> None:
    """The owner pastes the provider's secret where the settings ask for it."""
    with pages.watched(week.browser, week.server, week.state) as watch:
        watch.page.goto(f"/sites/{week.keys.id}/settings/webhooks")
        watch.page.locator("#secret-paystack").fill(SECRET)
        watch.page.get_by_role("button", name="Save the secret of Paystack").click()
        expect(watch.page.get_by_text("No webhook came yet.")).to_be_visible()


def asha_adds_and_spends(week: Week, wallet: Wallet, page: Page) -> None:
    page.goto(week.url)
    wallet.behind = timedelta(minutes=20)
    pay(week, page, "lost", "75.00")
    assert week.provider.waiting.pop(), "its webhook is never sent"
    wallet.behind = timedelta(0)
    pay(week, page, "doubled", "50.00")
    pay(week, page, "swapped", "20.50")
    pay(week, page, "declined", "10", "Use an empty card")
    doubled, swapped, declined = week.provider.waiting
    week.provider.deliver([declined, swapped, doubled, doubled, swapped, doubled, declined])
    week.provider.at_once = True
    pay(week, page, "early", "5.25")
    spend(week, page, "report", "1.25")
    spend(week, page, "house", "1000")
    expect(page.get_by_role("alert")).to_have_text("Not enough money for that")
    spend(week, page, "a cup of tea", "0.3")
    fund(page, "left", "999")
    page.wait_for_url("**provider.test**")
    page.context.close()


def fund(page: Page, reference: str, amount: str) -> None:
    page.get_by_label("Amount").fill(amount)
    page.get_by_label("Reference").fill(reference)
    press(page, "Add money")


def pay(week: Week, page: Page, reference: str, amount: str, button: str = "Pay") -> None:
    fund(page, reference, amount)
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url(f"{week.url}/")


def spend(week: Week, page: Page, what: str, price: str) -> None:
    page.get_by_label("Price").fill(price)
    page.get_by_label("What").fill(what)
    with page.expect_navigation():
        press(page, "Spend")


def forge(hook: str) -> int:
    """Somebody who does not know the secret tells of a payment that never was; the status."""
    data = {"id": 99, "reference": "left", "amount": 99_900, "currency": CURRENCY}
    body = json.dumps({"event": "charge.success", "data": data}).encode()
    return post(hook, body, Provider("another secret").sign(body))[0]


def recharge_by_app(wallet: Wallet) -> None:
    """The app of the same user, with a token its server asks for."""
    status, made = wallet.call("/api/v1/tokens", {"user": USER, "expires_in": 600})
    assert status == 200
    phone = Wallet(wallet.api, Keys(0, "", made["token"], ""), "", wallet.provider, "", wallet.tracker)
    assert phone.call("/activity/track", RECHARGE)[0] == 200


def test_doubled_webhooks_count_once_and_forged_ones_never(week: Week) -> None:
    assert [answer["duplicate"] for answer in week.provider.answers] == [
        False, False, False, True, True, True, True, False,
    ]  # fmt: skip
    assert week.forged == 401
    references = sorted(
        event["properties"]["reference"] for event in week.events if event["eventName"] == "webhook_received"
    )
    assert references == ["declined", "doubled", "early", "swapped"]


def test_payments_are_what_became_of_them(week: Week) -> None:
    assert week.wallet is not None
    told = week.ask("payments")
    found = {one["reference"]: one for one in told["payments"]}
    assert {reference: one["status"] for reference, one in found.items()} == STATES
    assert {reference: Decimal(str(one["amount"])) for reference, one in found.items()} == week.wallet.amounts
    assert {one["person"] for one in found.values()} == {"asha"}
    assert [reference for reference, one in found.items() if one["stuck"]] == ["lost"]
    webhooks = {reference for reference, one in found.items() if one["webhookReceived"]}
    assert webhooks == {"doubled", "early", "swapped"}
    assert found["declined"]["errorMessage"] in ("The card was declined", "Insufficient funds")
    figures = [told[name] for name in ("paymentsStarted", "credited", "failed", "pending", "stuck")]
    assert figures == [6, 3, 1, 1, 1]
    assert [stage["payments"] for stage in told["stages"]] == [6, 4, 3, 3]


def test_the_page_of_payments_shows_the_stuck_one(week: Week) -> None:
    with pages.watched(week.browser, week.server, week.state) as watch:
        page = watch.page
        page.goto(f"/sites/{week.keys.id}/payments?timeframe=7d")
        settle(page)
        shown = page.locator("#panel-figures .figure-tile .figure").all_inner_texts()
        assert [shown[0], *shown[2:]] == ["6", "3", "1", "1", "1"]
        states = {row["Reference"]: row["State"] for row in table(page, "payments")}
        words = {"credited": "Credited", "completed": "Paid Stuck", "pending": "Pending"}
        why = " ".join(states.pop("declined").split())
        assert why in ("Failed The card was declined", "Failed Insufficient funds")
        others = {reference: state for reference, state in STATES.items() if reference != "declined"}
        assert states == {reference: words[state] for reference, state in others.items()}
        page.get_by_role("link", name="Stuck").first.click()
        rows = page.locator("#panel-payments tbody tr")
        expect(rows).to_have_count(1)
        rows.get_by_role("link", name="lost").click()
        settle(page)
        expect(page.locator("#panel-flow")).to_contain_text("paid more than 15 minutes ago and not credited")
        assert page.locator("#panel-flow tbody tr").count() == 2


def test_revenue_is_what_was_paid(week: Week) -> None:
    assert week.wallet is not None
    paid = ("lost", "doubled", "swapped", "early")
    whole = sum((week.wallet.amounts[reference] for reference in paid), Decimal(0))
    (money,) = week.ask("revenue")["currencies"]
    assert (money["currency"], Decimal(str(money["revenue"])), money["orders"]) == (CURRENCY, whole, 4)
    with pages.watched(week.browser, week.server, week.state) as watch:
        watch.page.goto(f"/sites/{week.keys.id}/overview?timeframe=7d")
        settle(watch.page)
        figures = watch.page.locator("#panel-revenue .figure-tile .figure").all_inner_texts()
        assert figures[:3] == [formats.money(whole, CURRENCY), "4", "1"]


def test_the_timeline_has_every_credit_with_the_balance_after_it(week: Week) -> None:
    assert week.wallet is not None
    assert [amount for _, amount, _ in week.wallet.moved] == [
        Decimal(text) for text in ("20.50", "50.00", "5.25", "-1.25", "-0.3")
    ]
    items = week.ask("timeline", person="asha", limit="200")["items"]
    credits = [item for item in reversed(items) if item["kind"] == "credit"]
    told = [(one["reference"], Decimal(str(one["amount"])), Decimal(str(one["balance"]))) for one in credits]
    assert told == week.wallet.moved
    names = [item["event"] for item in items]
    before_she_agreed = {"page_viewed": WANTED["page_viewed"] - 1}
    assert {name: names.count(name) for name in WANTED} == WANTED | before_she_agreed
    recharge = next(item for item in items if item["event"] == "recharge")
    assert recharge["verified"] and recharge["properties"]["platform"] == "mobile"
    assert week.ask("credits", person="asha")["balances"][0]["balance"] == pytest.approx(74.2)
    with pages.watched(week.browser, week.server, week.state) as watch:
        watch.page.goto(f"/sites/{week.keys.id}/person?person=asha&timeframe=7d")
        settle(watch.page)
        watch.page.locator("#panel-timeline").get_by_role("link", name="Credits").click()
        settle(watch.page)
        expect(watch.page.locator(".timeline-event")).to_have_count(0)
        shown = watch.page.locator(".timeline-credit summary").all_inner_texts()
        for text, (_, amount, balance) in zip(reversed(shown), week.wallet.moved, strict=True):
            assert formats.money(amount, CURRENCY) in text and formats.money(balance, CURRENCY) in text
