"""Retention: who is back when, and what cannot be known yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import History
from tests.analytics.oracle_newcomers import newcomers, rate
from tests.analytics.random_histories import ZONES, histories
from tests.analytics.stores import LoadedSite, ms
from tracker.analytics.retention import Point, Retention, answer
from tracker.analytics.segments.segment import Segment
from tracker.errors import Invalid

WEEK = {"from": "2026-03-02", "to": "2026-03-08"}
STORY = [
    # Alice and Bob begin on the 2nd, Carol on the 5th. Dave has been here before.
    {"at": "2026-03-02 10:00", "visitor": "alice", "country": "DE"},
    {"at": "2026-03-03 23:50", "visitor": "alice"},
    {"at": "2026-03-04 00:10", "visitor": "alice"},  # the same session, another day
    {"at": "2026-03-02 12:00", "visitor": "bob"},
    {"at": "2026-03-03 12:00", "visitor": "bob", "name": "ping", "interactive": False},
    {"at": "2026-03-04 12:00", "visitor": "bob", "bot": "user_agent"},
    {"at": "2026-03-05 12:00", "visitor": "carol"},
    {"at": "2026-03-06 12:00", "visitor": "carol", "page": "/docs", "country": "DE"},
    {"at": "2026-01-05 12:00", "visitor": "dave"},
    {"at": "2026-03-05 12:00", "visitor": "dave"},
    # Told again on the same day only.
    {"at": "2026-03-05 12:00", "visitor": "hash", "daily": True},
    {"at": "2026-03-10 12:00", "visitor": "erin"},
]


def ask(site: LoadedSite, days: int = 3, **asked: Any) -> Retention:
    found: Retention = site.ask(answer, options={"days": days}, **asked)
    return found


def test_the_curve_pools_newcomers_of_all_days(store_with: Callable[..., LoadedSite]) -> None:
    found = ask(store_with(STORY), **WEEK)
    assert (found.new_users, found.left_out) == (3, 1)
    assert found.retention_curve == (
        Point(0, 100.0, 3),
        Point(1, 66.67, 2),  # Alice and Carol
        Point(2, 33.33, 1),  # Alice
        Point(3, 0.0, 0),
    )
    assert found.observed == (3, 3, 3, 3)


def test_days_that_are_not_over_are_unknown(store_with: Callable[..., LoadedSite]) -> None:
    found = ask(store_with(STORY), now="2026-03-06 13:00", **WEEK)
    # On the 6th the 6th is not over: Carol's next day is not known yet, nor the fourth day of anybody.
    assert found.retention_curve == (
        Point(0, 100.0, 3),
        Point(1, 50.0, 1),
        Point(2, 50.0, 1),
        Point(3, 0.0, 0),
    )
    assert found.observed == (3, 2, 2, 2)
    assert ask(store_with(STORY), 5, now="2026-03-06 13:00", **WEEK).retention_curve[4:] == (
        Point(4, None, None),
        Point(5, None, None),
    )
    first_day = ask(store_with(STORY), now="2026-03-02 13:00", timeframe="today")
    assert first_day.new_users == 2
    assert {point.retention_rate for point in first_day.retention_curve} == {None}


def test_filters_and_segment_pick_newcomers(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    assert ask(site, filter="country:DE", **WEEK).observed[0] == 2
    assert ask(site, filter="page:/docs", **WEEK).retention_curve[1] == Point(1, 100.0, 1)
    often = Segment.parse({"name": "x", "criteria": {"total": "sessions", "at_least": 2}})
    assert ask(site, segment=often, **WEEK).retention_curve[1] == Point(1, 100.0, 2)


def test_compared_with_the_week_before(store_with: Callable[..., LoadedSite]) -> None:
    later = {"from": "2026-03-09", "to": "2026-03-15"}
    found = ask(store_with(STORY), compare="1", **later)
    assert found.retention_curve[:2] == (Point(0, 100.0, 1), Point(1, 0.0, 0))
    assert found.previous == ask(store_with(STORY), **WEEK).retention_curve


def test_a_site_without_events(store_with: Callable[..., LoadedSite]) -> None:
    found = ask(store_with([]), **WEEK)
    assert found == Retention(0, 0, tuple(Point(n, None, None) for n in range(4)), (0,) * 4)


@pytest.mark.parametrize("text", ["0", "366", "0003651", "x", "-1", "1.5"])
def test_a_wrong_number_of_days_is_named(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        answer.read({"days": text})
    assert caught.value.field == "days"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=histories(days=16),
    zone=st.sampled_from(ZONES),
    now=st.sampled_from(("2026-03-29 12:00", "2026-04-04 23:30", "2026-04-20 12:00")),
    country=st.sampled_from((None, "DE")),
)
def test_it_agrees_with_asking_each_person(
    store_with: Callable[..., LoadedSite],
    told: list[dict[str, Any]],
    zone: str,
    now: str,
    country: str | None,
) -> None:
    site, history = store_with(told, zone), History(told, zone)
    asked: dict[str, Any] = {"from": "2026-03-22", "to": "2026-03-30"}
    asked |= {"filter": f"country:{country}"} if country else {}
    period = site.query(now=now, **asked).period
    found = ask(site, 8, now=now, **asked)
    everybody = newcomers(history, period.since, period.until, country)
    counted = [person for person in everybody if person.stable]
    today = datetime.fromtimestamp(ms(now) / 1000, ZoneInfo(zone)).date()
    assert (found.new_users, found.left_out) == (len(counted), len(everybody) - len(counted))
    for n, point in enumerate(found.retention_curve):
        known = [person for person in counted if person.first + timedelta(days=n) < today]
        assert found.observed[n] == len(known)
        assert (point.day, point.retention_rate) == (n, rate(known, n))
        assert (point.active_users or 0) == sum(person.back_after(n) for person in known)
