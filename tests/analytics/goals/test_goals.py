"""Goals: conversions, people, rates and money."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import Happened, History
from tests.analytics.random_histories import ZONES, histories
from tests.analytics.stores import LoadedSite, Simple
from tracker.analytics.goals.answer import Goals, Reached, Revenue, answer
from tracker.analytics.goals.goal import Goal, read
from tracker.analytics.rates import share
from tracker.analytics.segments.segment import Segment
from tracker.errors import Invalid

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
BUY = Goal.parse({"name": "Bought", "event": "purchase"})
PRO = Goal.parse({"name": "Bought pro", "event": "purchase", "filters": ["property.plan:pro"]})
PRICES = Goal.parse({"name": "Saw the prices", "page": "/pricing"})
STORY: list[Simple] = [
    {"at": "2026-03-02 10:00", "visitor": "alice", "page": "/pricing", "country": "DE"},
    {"at": "2026-03-02 10:05", "visitor": "alice", "page": "/pricing"},
    {
        "at": "2026-03-02 10:10",
        "visitor": "alice",
        "name": "purchase",
        "properties": {"plan": "pro", "amount": "19.99", "currency": "EUR"},
        "country": "DE",
    },
    {
        "at": "2026-03-03 10:00",
        "user": "bob",
        "name": "purchase",
        "verified": True,
        "properties": {"plan": "free", "amount": 0.01, "currency": "EUR"},
    },
    {"at": "2026-03-03 10:01", "user": "bob", "name": "purchase", "properties": {"amount": 5}},
    {"at": "2026-03-04 10:00", "visitor": "carol"},
    # Dave only ever did this by his server, which makes nobody active; nobody is known here at all.
    {"at": "2026-03-05 10:00", "user": "dave", "name": "purchase", "interactive": False},
    {"at": "2026-03-05 10:00", "visitor": None, "name": "purchase"},
    {"at": "2026-03-06 10:00", "visitor": "spider", "page": "/pricing", "bot": "user_agent"},
    {"at": "2026-02-06 10:00", "visitor": "carol", "page": "/pricing"},
]


def ask(site: LoadedSite, *goals: Goal, **asked: Any) -> Goals:
    found: Goals = site.ask(answer, options={"goals": goals}, **asked)
    return found


def test_conversions_people_rates_and_money(store_with: Callable[..., LoadedSite]) -> None:
    found = ask(store_with(STORY), BUY, PRO, PRICES, **MARCH)
    unknown = Revenue(None, Decimal(5), Decimal(0))
    assert found == Goals(
        (
            # Alice once, Bob twice, Dave, and nobody; of the three active persons Alice and Bob.
            Reached("Bought", 5, 3, 66.67, (unknown, Revenue("EUR", Decimal("20.00"), Decimal("0.01")))),
            Reached("Bought pro", 1, 1, 33.33, (Revenue("EUR", Decimal("19.99"), Decimal(0)),)),
            Reached("Saw the prices", 2, 1, 33.33, ()),
        ),
        active_users=3,
    )


def test_filters_segment_and_comparison(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    germans = ask(site, BUY, PRICES, filter="country:DE", **MARCH)
    assert germans.active_users == 1
    assert [(g.conversions, g.conversion_rate) for g in germans.goals] == [(1, 100.0), (1, 100.0)]
    users = Segment.parse({"name": "x", "criteria": {"dimension": "user", "operator": "known"}})
    assert ask(site, BUY, segment=users, **MARCH).goals[0].unique_users == 2
    assert ask(site, PRICES, compare="1", **MARCH).previous == (Reached("Saw the prices", 1, 1, 100.0, ()),)


def test_nothing_asked_and_nothing_there(store_with: Callable[..., LoadedSite]) -> None:
    assert ask(store_with(STORY), **MARCH) == Goals((), 3)
    assert ask(store_with([]), BUY, **MARCH) == Goals((Reached("Bought", 0, 0, None, ()),), 0)


def test_goals_are_read_and_written() -> None:
    for goal in (BUY, PRO, PRICES):
        assert Goal.parse(goal.to_json()) == goal
    assert read('[{"name": "Bought", "event": "purchase"}]') == (BUY,)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Bought", "goals"),
        ("{}", "goals"),
        ("[]", "goals"),
        ('[{"event": "purchase"}]', "goals[0].name"),
        ('[{"name": "x", "event": "a"}, {"name": "y"}]', "goals[1].event"),
        ('[{"name": "x", "event": "a", "filters": ["planet:x"]}]', "goals[0].filters[0]"),
        ('[{"name": "x", "event": "a", "price": 3}]', "goals[0].price"),
    ],
)
def test_a_wrong_goal_is_named(text: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        answer.read({"goals": text})
    assert caught.value.field == field


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=histories(), zone=st.sampled_from(ZONES), country=st.sampled_from((None, "DE")))
def test_it_agrees_with_counting_one_by_one(
    store_with: Callable[..., LoadedSite], told: list[Simple], zone: str, country: str | None
) -> None:
    site, history = store_with(told, zone), History(told, zone)
    asked: dict[str, Any] = {"from": "2026-03-22", "to": "2026-04-02"}
    asked |= {"filter": f"country:{country}"} if country else {}
    period = site.query(**asked).period
    seen = [
        e
        for e in history.events
        if period.since <= e.at < period.until and not e.bot and country in (None, e.told.get("country"))
    ]
    active = {e.person for e in seen if e.active}
    wanted: dict[Goal, Callable[[Happened], bool]] = {
        BUY: lambda e: e.name == "purchase",
        PRO: lambda e: e.name == "purchase" and e.told.get("properties", {}).get("plan") == "pro",
        PRICES: lambda e: e.page_view and e.page == "/pricing",
    }
    found = ask(site, *wanted, **asked)
    assert found.active_users == len(active)
    for goal, fits in zip(found.goals, wanted.values(), strict=True):
        hits = [e for e in seen if fits(e)]
        people = {e.person for e in hits} - {None}
        assert (goal.conversions, goal.unique_users) == (len(hits), len(people))
        assert goal.conversion_rate == share(len(people & active), len(active))
        money: dict[str, Decimal] = {}
        for e in hits:
            told_of = e.told.get("properties", {})
            if "amount" in told_of:
                currency = told_of["currency"]
                money[currency] = money.get(currency, Decimal()) + Decimal(str(told_of["amount"]))
        assert {item.currency: item.amount for item in goal.revenue} == money
