"""Payments: states, stuck ones, stages, whatever order and number their events come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.analytics import oracle_payments as slow
from tests.analytics.oracle import History
from tests.analytics.stores import LoadedSite, Simple, ms
from tracker.analytics import payment, payments
from tracker.errors import Invalid, NotFound

WEEK = {"from": "2026-03-09", "to": "2026-03-15"}


def told(reference: str, name: str, at: str, user: str | None = "ann", **more: Any) -> Simple:
    verified = more.pop("verified", name in ("webhook_received", "credits_added"))
    return {
        "at": f"2026-03-10 {at}",
        "user": user,
        "visitor": None,
        "name": name,
        "verified": verified,
        "properties": {"reference": reference, **more},
        "profile": {"name": "Ann Ash", "email": "ann@example.org"} if user == "ann" else None,
    }


STORY: list[Simple] = [
    # credited, with a doubled webhook that came before the app told of the completion
    told("r1", "payment_initialized", "10:00", amount=5, currency="EUR"),
    told("r1", "webhook_received", "10:01", None, amount="5.00", currency="EUR"),
    told("r1", "webhook_received", "10:02", None),
    told("r1", "payment_completed", "10:03"),
    told("r1", "credits_added", "10:04", None, amount=5),
    # stuck: paid, never credited
    told("r2", "payment_initialized", "11:00", "ben", amount="99.90", currency="EUR"),
    told("r2", "payment_completed", "11:05", "ben"),
    # failed, then nothing
    told("r3", "payment_initialized", "12:00"),
    told("r3", "payment_failed", "12:01", status="failed", error_message="Card declined"),
    # abandoned
    told("r4", "payment_initialized", "13:00"),
    # credits that a browser claims are no credits, and a bot's payment is none
    told("r5", "payment_initialized", "14:00"),
    told("r5", "credits_added", "14:01", verified=False, amount=1000),
    {**told("r6", "payment_initialized", "15:00"), "bot": "user_agent"},
    # of the week before
    {**told("r7", "payment_initialized", "16:00"), "at": "2026-03-08 10:00"},
    told("r7", "payment_completed", "16:30"),
]


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(payments.answer, **WEEK)
    figures = (found.payments_started, found.completed, found.credited, found.failed, found.pending)
    assert figures == (5, 2, 1, 1, 2)
    assert (found.stuck, found.success_rate) == (1, 40.0)
    assert [(s.stage, s.payments, s.dropoff_rate) for s in found.stages] == [
        ("payment_initialized", 5, 0.0),
        ("payment_completed", 2, 60.0),
        ("webhook_received", 1, 50.0),
        ("credits_added", 1, 0.0),
    ]
    assert found.stages[1].median_seconds == 240.0  # (3 min + 5 min) ÷ 2
    assert [p.reference for p in found.payments] == ["r5", "r4", "r3", "r2", "r1"]
    credited = found.payments[-1]
    assert (credited.person, credited.email, credited.amount) == ("ann", "ann@example.org", Decimal(5))
    assert (credited.status, credited.verified, credited.webhook_at) == (
        "credited",
        True,
        ms("2026-03-10 10:01"),
    )
    stuck = found.payments[-2]
    assert (stuck.stuck, stuck.verified, stuck.webhook_received) == (True, False, False)
    assert found.payments[2].error_message == "Card declined"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"state": "stuck"}, ["r2"]),
        ({"state": "pending"}, ["r5", "r4"]),
        ({"search": "ANN@"}, ["r5", "r4", "r3", "r1"]),
        ({"search": "R3"}, ["r3"]),
        ({"search": "nobody"}, []),
    ],
)
def test_which_are_listed(
    store_with: Callable[..., LoadedSite], options: dict[str, str], expected: list[str]
) -> None:
    found = store_with(STORY).ask(payments.answer, options=options, **WEEK)
    assert ([p.reference for p in found.payments], found.total) == (expected, len(expected))
    assert found.payments_started == 5, "the figures are of all"


def test_pages_and_filters(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    page = site.ask(payments.answer, **WEEK, limit="2", offset="2")
    assert ([p.reference for p in page.payments], page.total) == (["r3", "r2"], 5)
    assert site.ask(payments.answer, **WEEK, offset="9").total == 5
    assert site.ask(payments.answer, **WEEK, filter="user:ben").payments_started == 1
    with pytest.raises(Invalid) as caught:
        payments.answer.read({"state": "lost"})
    assert caught.value.field == "state"


def test_a_payment_is_not_stuck_yet_within_a_quarter_of_an_hour(
    store_with: Callable[..., LoadedSite],
) -> None:
    site = store_with(STORY)
    early = site.ask(payment.answer, now="2026-03-10 11:19", options={"reference": "r2"}, **WEEK)
    assert (early.payment.status, early.payment.stuck) == ("completed", False)
    late = site.ask(payment.answer, now="2026-03-10 11:20", options={"reference": "r2"}, **WEEK)
    assert late.payment.stuck


def test_one_payment_with_all_its_events(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    found = site.ask(payment.answer, options={"reference": "r1"}, timeframe="today")
    assert [(e.event, e.verified) for e in found.events] == [
        ("payment_initialized", False),
        ("webhook_received", True),
        ("webhook_received", True),
        ("payment_completed", False),
        ("credits_added", True),
    ]
    (listed,) = [p for p in site.ask(payments.answer, **WEEK).payments if p.reference == "r1"]
    assert found.payment == listed
    with pytest.raises(NotFound):
        site.ask(payment.answer, options={"reference": "r99"}, **WEEK)


def test_nothing_yet(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with([]).ask(payments.answer, timeframe="7d")
    assert (found.payments_started, found.success_rate, found.payments) == (0, None, ())
    assert [stage.median_seconds for stage in found.stages] == [None] * 4


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=slow.paying())
def test_equals_the_slow_way(store_with: Callable[..., LoadedSite], story: list[Simple]) -> None:
    site, history = store_with(story), History(story)
    params = {"from": "2026-03-28", "to": "2026-03-30"}
    query = site.query(**params)
    expected = slow.payments(history.events, query.period.since, query.period.until, query.now)
    found = site.ask(payments.answer, **params)
    assert {p.reference: (p.status, p.stuck, p.started_at) for p in found.payments} == expected
    states = Counter(state for state, _, _ in expected.values())
    assert (found.credited, found.failed, found.pending) == (
        states["credited"],
        states["failed"],
        states["pending"],
    )
    assert found.completed == states["credited"] + states["completed"]
    assert found.payments_started == found.completed + found.failed + found.pending == found.total
    for p in found.payments:
        assert site.ask(payment.answer, options={"reference": p.reference}, **params).payment == p
