"""Errors: groups, whom they hit, what came before."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics import oracle_errors as slow
from tests.analytics.oracle import History
from tests.analytics.oracle_overview import Asked, visit_histories
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple, ms
from tracker.analytics import errors
from tracker.analytics.registry import to_json, to_table
from tracker.analytics.segments.segment import Segment

WEEK = {"from": "2026-03-09", "to": "2026-03-15"}


def error(at: str, message: str | None, name: str = "error_occurred", **more: Any) -> Simple:
    told = {"status": "failed"} if message is None else {"error_message": message}
    return {"at": at, "name": name, "interactive": False, "properties": told} | more


STORY: list[Simple] = [
    error("2026-03-02 10:00", "Out of stock", user="old"),
    error("2026-03-03 10:00", "Out of stock", user="old"),
    # Alice: looks, clicks, meets the error twice.
    {"at": "2026-03-10 10:00", "user": "alice", "page": "/", "profile": {"name": "Alice"}},
    {"at": "2026-03-10 10:01", "user": "alice", "page": "/cart"},
    {"at": "2026-03-10 10:02", "user": "alice", "name": "ping", "interactive": False},
    {"at": "2026-03-10 10:03", "user": "alice", "name": "pay"},
    error("2026-03-10 10:04", "Out of stock", user="alice"),
    error("2026-03-10 10:05", "Out of stock", "checkout_failed", user="alice", country="DE"),
    # Bob: lands on the cart and meets it; much later a failure without words.
    {"at": "2026-03-11 10:00", "user": "bob", "page": "/cart"},
    error("2026-03-11 10:01", "Out of stock", user="bob"),
    error("2026-03-12 10:01", None, "upload", user="bob"),
    error("2026-03-12 11:00", "Timeout", "webhook", visitor=None),
    error("2026-03-12 11:00", "Timeout", bot="user_agent", visitor="spider"),
    {"at": "2026-03-12 12:00", "user": "bob", "name": "pay", "properties": {"status": "success"}},
]


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(errors.answer, **WEEK)
    assert (found.total, found.messages, found.persons) == (5, 3, 2)
    stock, wordless, timeout = found.errors
    assert (stock.message, stock.count, stock.persons, stock.sessions) == ("Out of stock", 3, 2, 2)
    assert (stock.first_seen, stock.last_seen) == (ms("2026-03-02 10:00"), ms("2026-03-11 10:01"))
    assert (stock.count_before, stock.trend, stock.event) == (2, "increasing", "error_occurred")
    # Before the first: /, /cart, pay; before the second those and the first; before Bob's: /cart.
    assert [dataclasses.astuple(one) for one in stock.before] == [
        ("page_viewed", "/cart", 3),
        ("page_viewed", "/", 2),
        ("pay", None, 2),
        ("error_occurred", None, 1),
    ]
    assert [dataclasses.astuple(one) for one in stock.people] == [
        ("bob", None, 1, ms("2026-03-11 10:01")),
        ("alice", "Alice", 2, ms("2026-03-10 10:05")),
    ]
    assert (wordless.message, wordless.event, wordless.count, wordless.before) == (None, "upload", 1, ())
    assert (timeout.count, timeout.persons, timeout.sessions, timeout.people) == (1, 0, 0, ())


def test_a_filter_a_segment_and_a_limit(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    german = site.ask(errors.answer, filter="country:DE", **WEEK)
    (one,) = german.errors
    assert (one.event, one.count, one.first_seen) == ("checkout_failed", 1, ms("2026-03-10 10:05"))
    assert len(one.before) == 4  # what came before need not pass the filter
    bob = Segment.parse({"name": "Bob", "criteria": {"dimension": "user", "value": "bob"}})
    found = site.ask(errors.answer, segment=bob, **WEEK)
    assert [(e.message, e.count) for e in found.errors] == [(None, 1), ("Out of stock", 1)]
    second = site.ask(errors.answer, limit="1", offset="1", **WEEK)
    assert ([e.message for e in second.errors], second.total) == ([None], 5)
    bots = site.ask(errors.answer, bots="1", **WEEK)
    assert [e.count for e in bots.errors if e.message == "Timeout"] == [2]


def test_only_the_latest_hundred_are_looked_into(store_with: Callable[..., LoadedSite]) -> None:
    told: list[Simple] = []
    for n in range(102):
        told.append({"at": ms("2026-03-10 00:00") + n * 1000, "user": f"u{n:03}", "page": f"/{n // 51}"})
        told.append(error("2026-03-11 00:00", "Lost", user=f"u{n:03}") | {"at": told[-1]["at"] + 1})
    (one,) = store_with(told).ask(errors.answer, **WEEK).errors
    assert (one.count, one.persons) == (102, 102)
    assert [(step.page, step.count) for step in one.before] == [("/1", 51), ("/0", 49)]
    assert [hit.person for hit in one.people] == ["u101", "u100", "u099", "u098", "u097"]


def test_nothing_yet(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with([]).ask(errors.answer, timeframe="7d")
    assert to_json(found) == {"total": 0, "messages": 0, "persons": 0, "errors": []}
    assert list(to_table(errors.answer, found)[1]) == []


@st.composite
def error_histories(draw: st.DrawFn) -> list[Simple]:
    """Random histories, many of whose events are errors."""
    found: list[Simple] = draw(visit_histories(since="2026-03-22 00:00", days=14))
    for event in found:
        kind = draw(st.sampled_from((None, "Broken", "Lost", "failed", "success")))
        if kind in ("Broken", "Lost"):
            event["properties"] = {"error_message": kind, "status": "failed"}
        elif kind is not None:
            event["properties"] = {"status": kind}
    return found


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=error_histories(),
    zone=st.sampled_from(ZONES),
    wanted=st.sampled_from(({}, {}, {"source": "Google"})),
    dense=st.booleans(),
)
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite],
    told: list[Simple],
    zone: str,
    wanted: dict[str, str],
    dense: bool,
) -> None:
    for event in told if dense else ():  # fewer, longer visits
        event["at"] = ms("2026-03-29 00:00") + (event["at"] - ms("2026-03-22 00:00")) // 400
    site, history = store_with(told, zone), History(told, zone)
    params: dict[str, Any] = {"from": "2026-03-27", "to": "2026-03-31"}
    params["filter"] = [f"{key}:{value}" for key, value in wanted.items()]
    found, query = site.ask(errors.answer, **params), site.query(**params)
    asked = Asked.of(history, query, wanted)
    hits = slow.errors(asked)
    ever = slow.errors(dataclasses.replace(asked, since=0))
    earlier = slow.errors(Asked.of(history, query.previous(), wanted))
    assert (found.total, found.messages) == (len(hits), len({slow.message_of(e) for e in hits}))
    assert found.persons == len({e.person for e in hits} - {None})
    assert sum(one.count for one in found.errors) == len(hits)
    for one in found.errors:
        message = one.message or ""
        own = [e for e in hits if slow.message_of(e) == message]
        assert (one.count, one.persons) == (len(own), len({e.person for e in own} - {None}))
        assert one.last_seen == max(e.at for e in own)
        assert one.first_seen == min(e.at for e in ever if slow.message_of(e) == message)
        assert one.count_before == sum(slow.message_of(e) == message for e in earlier)
        assert one.event == max(own, key=lambda e: e.place).name
        expected = slow.before(history, own)
        counts = {(step.event, step.page): step.count for step in one.before}
        assert counts.items() <= expected.items()
        assert sorted(counts.values()) == sorted(expected.values())[-5:]
        last = {e.person: e.at for e in sorted(own, key=lambda e: e.at) if e.person}
        assert [hit.last_at for hit in one.people] == sorted(last.values(), reverse=True)[:5]
