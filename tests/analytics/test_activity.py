"""Active users: by day, week and month, coming and going, engagement, and when."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics import oracle_activity
from tests.analytics.oracle import History
from tests.analytics.oracle_overview import FILTERS, visit_histories
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple
from tests.analytics.test_overview import Users
from tracker.analytics import activity
from tracker.analytics.registry import to_json

WEEK = {"from": "2026-03-09", "to": "2026-03-15"}
STORY: list[Simple] = [
    {"at": "2026-01-05 10:00", "visitor": "dora", "page": "/"},
    # The week before: Alice, Bob.
    {"at": "2026-03-04 10:00", "visitor": "alice", "page": "/"},
    {"at": "2026-03-05 10:00", "user": "bob", "page": "/"},
    # This week (it begins on a Monday): Alice on three days, Carol is new on Sunday, Dora is back.
    {"at": "2026-03-09 10:00", "visitor": "alice", "page": "/"},
    {"at": "2026-03-09 10:10", "visitor": "alice", "page": "/pricing"},
    {"at": "2026-03-10 11:00", "visitor": "alice", "page": "/"},
    {"at": "2026-03-15 23:00", "visitor": "alice", "page": "/"},
    {"at": "2026-03-14 12:00", "visitor": "dora", "page": "/"},
    {"at": "2026-03-15 10:00", "user": "carol", "page": "/"},
    {"at": "2026-03-15 10:20", "user": "carol", "name": "search", "page": "/pricing"},
    {"at": "2026-03-12 12:00", "user": "bob", "name": "ping", "interactive": False},
    {"at": "2026-03-12 12:00", "visitor": "spider", "page": "/", "bot": "user_agent"},
]


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(activity.answer, **WEEK)
    assert (found.dau, found.wau, found.mau) == (2, 3, 4)
    # The day before: Dora; the week before: Alice and Bob; the 30 days before: nobody.
    assert (found.dau_change, found.wau_change, found.mau_change) == (100.0, 50.0, None)
    assert (found.new_users, found.returning_users, found.reactivated_users, found.churned_users) == (
        1, 1, 1, 1,
    )  # fmt: skip
    assert found.avg_sessions_per_user == round(5 / 3, 2)
    assert found.avg_session_duration == round((600 + 1200) / 5, 2)
    assert found.bounce_rate == 60.0
    assert sum(found.activity_by_hour) == 7
    assert {hour: n for hour, n in enumerate(found.activity_by_hour) if n} == {10: 4, 11: 1, 12: 1, 23: 1}
    assert found.activity_by_day_of_week == (2, 1, 0, 0, 0, 1, 3)
    days = [dataclasses.astuple(day) for day in found.activity_by_date]
    assert days[0] == ("2026-03-09", 1, 1, 2)
    assert days[3] == ("2026-03-12", 0, 0, 0)
    assert days[6] == ("2026-03-15", 2, 2, 3)


def test_engagement_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    # Events per session: Alice 4/3, Carol 2, Dora 1; the 90th percentile lies 0.8 of the way from 4/3 to 2.
    # Mean length (s): Alice 200, Carol 1200, Dora 0; the 90th percentile is 200 + 0.8 × 1000 = 1000.
    high = 4 / 3 + 0.8 * (2 - 4 / 3)
    alice = 0.4 * 3 / 7 + 0.3 * (4 / 3) / high + 0.3 * 200 / 1000
    carol = 0.4 * 1 / 7 + 0.3 + 0.3
    dora = 0.4 * 1 / 7 + 0.3 * 1 / high
    found = store_with(STORY).ask(activity.answer, **WEEK)
    assert found.engagement_score == pytest.approx(100 * (alice + carol + dora) / 3, abs=0.01)
    # The week before one event a session was the site's best, and no session lasted.
    before = 100 * (0.4 * 1 / 7 + 0.3)
    assert found.engagement_score > 1.1 * before
    assert found.engagement_trend == "increasing"


def test_names_are_those_of_the_whole_answer(store_with: Callable[..., LoadedSite]) -> None:
    found = to_json(store_with(STORY).ask(activity.answer, **WEEK))
    assert list(found) == [
        "dau", "wau", "mau", "dauChange", "wauChange", "mauChange", "newUsers", "returningUsers",
        "reactivatedUsers", "churnedUsers", "avgSessionsPerUser", "avgSessionDuration", "bounceRate",
        "engagementScore", "engagementTrend", "activityByHour", "activityByDayOfWeek", "activityByDate",
        "leftOut", "unavailable",
    ]  # fmt: skip
    assert len(found["activityByHour"]) == 24
    assert found["activityByDate"][0] == {"date": "2026-03-09", "activeUsers": 1, "sessions": 1, "events": 2}


def test_a_filter_and_a_segment(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    found = site.ask(activity.answer, filter="page:/pricing", **WEEK)
    assert (found.wau, found.new_users, found.returning_users, found.reactivated_users) == (2, 1, 0, 1)
    assert sum(found.activity_by_day_of_week) == 2
    users = site.ask(activity.answer, segment=Users(), **WEEK)
    assert (users.wau, users.new_users, users.churned_users) == (1, 1, 1)
    # Held against the whole site's habits, not against the segment's own.
    assert users.engagement_score == pytest.approx(100 * (0.4 / 7 + 0.3 + 0.3), abs=0.01)


def test_nothing_yet(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with([]).ask(activity.answer, timeframe="7d")
    assert (found.dau, found.dau_change, found.churned_users, found.engagement_score) == (0, 0.0, 0, 0.0)
    assert found.engagement_trend == "stable"
    assert len(found.activity_by_date) == 7


PERIODS = (
    {"from": "2026-03-28", "to": "2026-04-01"},
    {"from": "2026-03-29", "to": "2026-03-29"},
    {"from": "2026-03-30", "to": "2026-04-02"},
    {"timeframe": "24h"},
    {"timeframe": "7d"},
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=visit_histories(),
    zone=st.sampled_from(ZONES),
    wanted=st.sampled_from(FILTERS),
    params=st.sampled_from(PERIODS),
)
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite],
    told: list[Simple],
    zone: str,
    wanted: dict[str, str | None],
    params: dict[str, str],
) -> None:
    site = store_with(told, zone=zone)
    asked = {"filter": [f"{key}:{value}" for key, value in wanted.items()], "now": "2026-03-30 10:30"}
    found = site.ask(activity.answer, **asked, **params)
    period = site.query(**asked, **params).period
    expected = oracle_activity.activity(History(told, zone), period, wanted)
    plain = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
    plain["activity_by_date"] = tuple(dataclasses.astuple(day) for day in found.activity_by_date)
    assert plain.pop("engagement_score") == pytest.approx(expected.pop("engagement_score"), abs=0.01)
    assert plain == expected
    # The same totals however they are cut.
    assert sum(found.activity_by_hour) == sum(day.events for day in found.activity_by_date)
    assert sum(found.activity_by_hour) == sum(found.activity_by_day_of_week)
    assert found.dau <= found.wau <= found.mau
