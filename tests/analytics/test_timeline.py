"""One person's timeline and credits: everything in order, balances exact, pages without holes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics import oracle_payments as slow
from tests.analytics.oracle import History
from tests.analytics.stores import LoadedSite, Simple
from tracker.analytics import credits, timeline
from tracker.errors import Invalid, NotFound

WEEK = {"from": "2026-03-09", "to": "2026-03-15"}


def moved(at: str, name: str, amount: Any, **more: Any) -> Simple:
    verified = more.pop("verified", True)
    return {
        "at": at,
        "user": "ann",
        "name": name,
        "verified": verified,
        "properties": {"amount": amount, **more},
    }


STORY: list[Simple] = [
    {"at": "2026-03-10 10:00", "visitor": "v", "page": "/", "browser": "Firefox"},
    {"at": "2026-03-10 10:05", "visitor": "v", "user": "ann", "name": "fund_clicked"},
    moved("2026-03-10 10:06", "credits_added", "10.10", reason="top-up", reference="r1"),
    moved("2026-03-10 10:07", "credits_deducted", 0.2, reason="sms"),
    moved("2026-03-10 10:08", "credits_added", 1000, verified=False),
    {"at": "2026-03-10 13:00", "user": "ann", "name": "page_viewed", "page": "/later"},
    moved("2026-03-12 09:00", "credits_deducted", "0.1"),
    moved("2026-03-01 09:00", "credits_added", 1),
    {"at": "2026-03-10 10:00", "user": "ben", "name": "page_viewed"},
    {"at": "2026-03-10 11:00", "user": "ann", "name": "page_viewed", "bot": "user_agent"},
]


def test_all_of_it_in_order(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(timeline.answer, options={"person": "v"}, **WEEK)
    assert found.person == "ann"
    told = [(item.kind, item.event, item.amount, item.balance) for item in found.items]
    assert told == [
        ("credit", "credits_deducted", Decimal("-0.1"), Decimal("10.8")),
        ("event", "page_viewed", None, None),
        ("event", "credits_added", Decimal(1000), None),
        ("credit", "credits_deducted", Decimal("-0.2"), Decimal("10.9")),
        ("credit", "credits_added", Decimal("10.1"), Decimal("11.1")),
        ("event", "fund_clicked", None, None),
        ("event", "page_viewed", None, None),
    ]
    ids = [item.id for item in found.items]
    assert found.items[4].related == (ids[5], ids[6])
    assert found.items[3].related == (ids[5], ids[6])
    assert found.items[0].related == ()
    assert [item.gap_seconds for item in found.items] == [158400.0, 10320.0, None, None, None, None, 781200.0]
    assert found.items[-1].context == {"page": "/", "browser": "Firefox"}
    assert found.items[4].reason == "top-up"
    assert (found.older, found.newer) == (None, None)


def test_pages_meet_without_holes(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    whole = site.ask(timeline.answer, options={"person": "ann"}, **WEEK).items
    seen, before = [], None
    while True:
        page = site.ask(timeline.answer, options={"person": "ann", "before": before}, **WEEK, limit="2")
        seen += page.items
        if page.older is None:
            break
        before = timeline.cursor(page.older)
    assert seen == list(whole), "pauses and ties reach over the ends of pages"
    back = site.ask(
        timeline.answer, options={"person": "ann", "after": timeline.cursor(page.newer)}, **WEEK, limit="2"
    )
    assert back.items == whole[-3:-1]


def test_an_event_in_the_middle(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    whole = site.ask(timeline.answer, options={"person": "ann"}, **WEEK).items
    found = site.ask(timeline.answer, options={"person": "ann", "event": whole[3].id}, **WEEK, limit="3")
    assert found.items == whole[2:5]
    assert found.older and found.newer


def test_only_one_kind(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    counts = [
        len(site.ask(timeline.answer, options={"person": "ann", "kind": k}, **WEEK).items)
        for k in timeline.KINDS
    ]
    assert counts == [4, 3]
    named = site.ask(timeline.answer, options={"person": "ann"}, filter="event:fund_clicked", **WEEK)
    assert [item.event for item in named.items] == ["fund_clicked"]


def test_ties_and_pauses_are_of_everything_whatever_is_listed(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    whole = site.ask(timeline.answer, options={"person": "ann"}, **WEEK).items
    for asked in ({"kind": "credit"}, {"kind": "event"}):
        found = site.ask(timeline.answer, options={"person": "ann", **asked}, **WEEK)
        assert list(found.items) == [item for item in whole if item.kind == asked["kind"]]
    with pytest.raises(NotFound) as caught:
        site.ask(timeline.answer, options={"person": "ann", "event": whole[0].id}, timeframe="7d")
    assert caught.value.field == "event"


def test_credits_of_the_period_and_balances_of_all_time(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(credits.answer, options={"person": "ann"}, **WEEK, limit="2")
    assert found.balances == (credits.Balance(None, Decimal("10.8")),)
    assert (found.total, [one.balance for one in found.operations]) == (3, [Decimal("10.8"), Decimal("10.9")])
    early = store_with(STORY).ask(
        credits.answer, options={"person": "ann"}, **{"from": "2026-03-01", "to": "2026-03-02"}
    )
    assert early.balances == (credits.Balance(None, Decimal(1)),)


@pytest.mark.parametrize(
    "wrong", [{"kind": "money"}, {"before": "x"}, {"after": "1-"}, {"event": "-1"}, {"person": ""}]
)
def test_what_is_wrong_is_named(wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid) as caught:
        timeline.answer.read({"person": "ann"} | wrong)
    assert caught.value.field == next(iter(wrong))


def test_nobody(store_with: Callable[..., LoadedSite]) -> None:
    for question in (timeline.answer, credits.answer):
        with pytest.raises(NotFound):
            store_with([]).ask(question, options={"person": "ann"})


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=slow.paying(), limit=st.integers(1, 4))
def test_equals_the_slow_way(store_with: Callable[..., LoadedSite], story: list[Simple], limit: int) -> None:
    story = [one for one in story if "bot" not in one]
    site, history = store_with(story), History(story)
    asked = {"from": "2026-03-26", "to": "2026-04-02"}
    for user in ("u", "v"):
        own = sorted((e for e in history.events if e.person == f"user {user}"), key=lambda e: (e.at, e.place))
        if not own:
            continue
        expected = slow.balances(history.events, f"user {user}")
        whole = site.ask(timeline.answer, options={"person": user}, **asked)
        assert [(i.at, i.event) for i in whole.items] == [(e.at, e.name) for e in reversed(own)]
        money = [(i.at, i.amount, i.balance) for i in whole.items if i.kind == "credit"]
        assert money == list(reversed(expected))
        listed = site.ask(credits.answer, options={"person": user}, **asked)
        assert [(o.at, o.amount, o.balance) for o in listed.operations] == money
        page = site.ask(timeline.answer, options={"person": user}, **asked, limit=str(limit))
        assert page.items == whole.items[:limit]
