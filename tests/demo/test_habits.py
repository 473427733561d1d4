"""What the people promise: they join, come back, stay away, return, buy, and fail."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.demo.conftest import ZONES, Told

Days = dict[tuple[str, str], set[date]]

SHOP, WALLET, SAAS = "harbour-and-finch", "peepal-pay", "fernweg"
WALLET_TYPES = {
    "login", "logout", "recharge", "bill_payment", "money_transfer", "wallet_topup", "profile_update",
    "kyc_verification", "membership_purchase", "scan_pay", "qr_payment", "bank_transfer", "loan_application",
    "insurance_purchase", "complaint_filed", "referral_used", "reward_claimed", "notification_opened",
    "app_opened", "screen_viewed",
}  # fmt: skip


def names(told: list[Told], site: str) -> Counter[str]:
    return Counter(event.name for event in told if event.site == site)


def by_reference(told: list[Told]) -> dict[str, dict[str, Told]]:
    payments: dict[str, dict[str, Told]] = defaultdict(dict)
    for event in told:
        if "reference" in event.properties:
            payments[event.properties["reference"]][event.name] = event
    return payments


def share_returning(active: Days, site: str, after: int, last: date) -> float:
    firsts = {who: min(days) for who, days in active.items() if who[0] == site}
    there = [who for who, first in firsts.items() if first + timedelta(after + 2) <= last]
    back = [who for who in there if {firsts[who] + timedelta(after + n) for n in range(3)} & active[who]]
    return len(back) / len(there)


def test_each_site_has_its_own_events(told: list[Told]) -> None:
    assert {
        "product_viewed", "product_clicked", "product_favorited", "product_unfavorited", "cart_add",
        "cart_remove", "purchase", "search_performed", "newsletter_subscribed",
    } <= set(names(told, SHOP))  # fmt: skip
    assert set(names(told, WALLET)) >= WALLET_TYPES
    assert {
        "feature_used", "invite_sent", "invite_accepted", "export_created", "plan_upgraded", "error_occurred"
    } <= set(names(told, SAAS))  # fmt: skip


def test_registration_loses_people_at_every_step(told: list[Told]) -> None:
    steps = ("registration_form_viewed", "registration_attempted", "registration_succeeded", "email_verified")
    for site in (SHOP, WALLET, SAAS):
        reached = [
            len(
                {event.request.body["visitor"] for event in told if event.site == site and event.name == step}
            )
            for step in steps
        ]
        assert reached == sorted(reached, reverse=True)
        assert len(set(reached)) == len(steps)
        assert reached[-1] > 0


def test_shopping_narrows_from_view_to_purchase(told: list[Told]) -> None:
    counts = names(told, SHOP)
    steps = [counts[name] for name in ("product_viewed", "cart_add", "checkout_started", "purchase")]
    assert steps == sorted(steps, reverse=True)
    assert 0 < steps[-1] < steps[0] / 10


def test_purchases_name_product_price_and_currency(told: list[Told]) -> None:
    for event in told:
        if event.name == "purchase":
            assert event.properties["product_id"].startswith("HF-")
            assert event.properties["amount"] == event.properties["price"] > 0
            assert event.properties["currency"] == "CAD"


def test_visitors_become_users_and_use_a_second_device(told: list[Told]) -> None:
    devices: dict[tuple[str, str], set[str]] = defaultdict(set)
    anonymous: set[tuple[str, str]] = set()
    converted = 0
    for event in told:
        visitor = event.request.body["visitor"]
        if visitor is None:
            continue
        if event.user is None:
            anonymous.add((event.site, visitor))
            continue
        if visitor not in devices[event.site, event.user]:
            converted += (event.site, visitor) in anonymous
        devices[event.site, event.user].add(visitor)
    assert converted > 100
    assert Counter(len(found) for found in devices.values())[2] > 20


def test_profiles_are_invented_and_every_user_has_one_address(told: list[Told]) -> None:
    emails: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for event in told:
        user: dict[str, Any] = event.request.body["user"] or {}
        if "email" in user:
            assert user["email"].isascii()
            assert user["email"].rpartition("@")[2] in {"example.com", "example.org", "example.net"}
            emails[user["email"]].add((event.site, user["id"]))
    assert len(emails) > 300
    for users in emails.values():
        assert len({site for site, _ in users}) == len(users)


def test_some_visitors_do_not_agree_to_be_recognised(told: list[Told]) -> None:
    shop = [event.request.body["visitor"] is None for event in told if event.site == SHOP]
    assert 0.05 < sum(shop) / len(shop) < 0.25


def test_retention_decays_and_never_ends(active_days: Days) -> None:
    last = max(max(days) for days in active_days.values())
    for site in (SHOP, WALLET, SAAS):
        curve = [share_returning(active_days, site, after, last) for after in (1, 14, 40)]
        assert curve == sorted(curve, reverse=True)
        assert 0.7 > curve[0] > curve[-1] > 0


def test_people_stay_away_and_some_come_back(active_days: Days) -> None:
    last = max(max(days) for days in active_days.values())
    for site in (SHOP, WALLET, SAAS):
        own = [sorted(days) for who, days in active_days.items() if who[0] == site]
        gone = [days for days in own if len(days) > 1 and days[-1] < last - timedelta(30)]
        returned = [days for days in own if any((b - a).days > 26 for a, b in pairwise(days))]
        assert len(gone) > 10
        assert len(returned) > 5


def test_offices_work_on_weekdays_and_shoppers_on_evenings_and_weekends(told: list[Told]) -> None:
    weekdays: dict[str, Counter[int]] = defaultdict(Counter)
    hours: dict[str, Counter[int]] = defaultdict(Counter)
    for event in told:
        weekdays[event.site][event.day.weekday()] += 1
        local = (event.at + _offset(event)) // 3_600_000 % 24
        hours[event.site][local] += 1
    assert weekdays[SAAS][6] < weekdays[SAAS][1] / 4
    assert weekdays[SHOP][6] > weekdays[SHOP][1]
    assert sum(hours[SAAS][hour] for hour in range(9, 17)) > 0.6 * sum(hours[SAAS].values())
    assert sum(hours[SHOP][hour] for hour in range(19, 22)) > 3 * sum(
        hours[SHOP][hour] for hour in range(2, 5)
    )


def _offset(event: Told) -> int:
    offset = datetime.fromtimestamp(event.at / 1000, ZONES[event.site]).utcoffset()
    assert offset is not None
    return int(offset.total_seconds() * 1000)


def test_the_period_shows_growth_a_campaign_and_a_bad_day(told: list[Told]) -> None:
    for site in (SHOP, WALLET, SAAS):
        events = Counter(event.day for event in told if event.site == site)
        days = sorted(events)
        assert sum(events[day] for day in days[-31:-1]) > 1.3 * sum(events[day] for day in days[1:31])
        errors = Counter(
            event.day for event in told if event.site == site and "error_message" in event.properties
        )
        worst, most = errors.most_common(1)[0]
        assert most > 3 * sum(errors.values()) / len(days)
        assert days[-20] < worst
    campaign = {
        event.day for event in told if "utm_campaign=harbour-days" in str(event.request.body.get("context"))
    }
    assert 4 <= len(campaign) <= 6


def test_payments_go_through_their_stages_in_order(told: list[Told]) -> None:
    order = ("payment_initialized", "payment_completed", "webhook_received", "credits_added")
    credited = [stages for stages in by_reference(told).values() if "credits_added" in stages]
    assert len(credited) > 200
    for stages in credited:
        times = [stages[name].at for name in order if name in stages]
        assert times == sorted(times)
        assert len({stages[name].properties["amount"] for name in order if name in stages}) == 1


def test_payments_fail_are_left_and_get_stuck(told: list[Told]) -> None:
    payments = by_reference(told)
    kinds: Counter[str] = Counter()
    for stages in payments.values():
        kinds["failed"] += "payment_failed" in stages
        kinds["left"] += not {"payment_completed", "payment_failed", "webhook_received"} & set(stages)
        kinds["untold"] += "payment_completed" in stages and "webhook_received" not in stages
        kinds["uncredited"] += "webhook_received" in stages and "credits_added" not in stages
    assert min(kinds[kind] for kind in ("failed", "left", "untold", "uncredited")) > 0
    assert kinds["failed"] < len(payments) / 5
    assert kinds["untold"] + kinds["uncredited"] < len(payments) / 20


def test_failures_say_why(told: list[Told]) -> None:
    failed = [event for event in told if event.properties.get("status") == "failed"]
    assert len(failed) > 100
    assert all(event.properties["error_message"] for event in failed)


def test_wallet_balances_add_up(told: list[Told]) -> None:
    balances: Counter[str | None] = Counter()
    bookings = [event for event in told if event.name in ("credits_added", "credits_deducted")]
    wrong = 0
    for event in sorted(bookings, key=lambda event: event.at):
        sign = 1 if event.name == "credits_added" else -1
        expected = balances[event.user] + sign * event.properties["amount"]
        wrong += expected != event.properties["balance"]
        balances[event.user] = event.properties["balance"]
        assert event.properties["balance"] >= 0
    assert wrong == 0


def test_features_come_go_and_differ_in_use(told: list[Told]) -> None:
    used = [event for event in told if event.name == "feature_used"]
    counts = Counter(event.properties["feature"] for event in used)
    assert counts.most_common(1)[0][1] > 10 * min(counts.values())
    assert len({event.properties["category"] for event in used}) >= 4
    assert all(event.properties["duration"] >= 0 for event in used)
    days = sorted({event.day for event in used})
    gone = {event.day for event in used if event.properties["feature"] == "fax export"}
    come = {event.day for event in used if event.properties["feature"] == "assistant"}
    assert max(gone) < days[len(days) // 2] < min(come)
