"""Figures that follow people: unavailable where nobody can be followed, else of those alone who can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.analytics.stores import LoadedSite, Simple
from tracker.analytics import activity, churn, cohorts, growth, retention, stickiness, user_activity
from tracker.analytics.lasting import NO_LASTING_ID
from tracker.analytics.registry import to_json

WEEK = {"from": "2026-03-09", "to": "2026-03-15", "interval": "day"}
NOW = {"now": "2026-03-20 12:00"}
# One person on a site without ids: somebody else on each day they come.
DAILY: list[Simple] = [
    {"at": f"2026-03-{day:02d} 10:00", "visitor": f"d-{day}", "daily": True, "page": "/"}
    for day in (3, 4, 9, 10, 11)
]
# Ann, who signed in, came before and on two days of the week; Ben's browser has an id, and he came once.
KNOWN: list[Simple] = [
    {"at": "2026-03-04 12:00", "user": "ann", "page": "/"},
    {"at": "2026-03-09 12:00", "user": "ann", "page": "/"},
    {"at": "2026-03-10 12:00", "user": "ann", "page": "/"},
    {"at": "2026-03-10 13:00", "visitor": "ben", "page": "/"},
]
FOLLOWING = (retention, cohorts, churn, growth, stickiness, activity)


@pytest.mark.parametrize("module", FOLLOWING, ids=lambda module: module.__name__.rsplit(".", 1)[-1])
def test_nobody_can_be_followed(store_with: Callable[..., LoadedSite], module: Any) -> None:
    told = to_json(store_with(DAILY).ask(module.answer, **WEEK, **NOW))
    assert told["unavailable"] == NO_LASTING_ID == "visitors have no lasting id"
    before, in_thirty_days, in_the_week = 2, 5, 3
    assert told["leftOut"] == {churn: before, stickiness: in_thirty_days}.get(module, in_the_week)


@pytest.mark.parametrize("module", FOLLOWING, ids=lambda module: module.__name__.rsplit(".", 1)[-1])
def test_nobody_at_all_is_nothing_unavailable(store_with: Callable[..., LoadedSite], module: Any) -> None:
    told = to_json(store_with([]).ask(module.answer, **WEEK, **NOW))
    assert (told["unavailable"], told["leftOut"]) == (None, 0)


def test_what_is_unavailable_is_not_zero(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(DAILY)
    found = site.ask(activity.answer, **WEEK, **NOW)
    assert (found.dau, found.wau) == (0, 3), "who was here on a day can be told"
    assert found.new_users is None and found.returning_users is None
    assert found.reactivated_users is None and found.churned_users is None
    assert site.ask(churn.answer, **WEEK, **NOW).churn_rate is None
    habits = site.ask(stickiness.answer, **WEEK, **NOW)
    assert (habits.dau_mau, habits.mau) == (None, 0)
    assert {point.retention_rate for point in site.ask(retention.answer, **WEEK, **NOW).retention_curve} == {
        None
    }
    whole = to_json(site.ask(user_activity.answer, **WEEK, **NOW))
    assert whole["activityMetrics"]["newUsers"] is None and whole["retention"]["cohorts"] == []
    assert "unavailable" not in whole["activityMetrics"]


def test_of_a_mixed_site_those_count_who_can_be_followed(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(DAILY + KNOWN)
    week = site.ask(activity.answer, **WEEK, **NOW)
    # New: Ben. Returning: Ann, who was here the week before. Three others were here under daily ids.
    assert (week.new_users, week.returning_users, week.reactivated_users, week.churned_users) == (1, 1, 0, 0)
    assert (week.wau, week.left_out, week.unavailable) == (5, 3, None)
    steps = {step.date: step for step in site.ask(growth.answer, **WEEK, **NOW).series}
    tuesday = steps["2026-03-10"]
    assert (tuesday.active, tuesday.new, tuesday.returning, tuesday.churned) == (2, 1, 1, 0)
    assert steps["2026-03-11"].churned == 2 and steps["2026-03-11"].active == 0
    lost = site.ask(churn.answer, **WEEK, **NOW)
    assert (lost.active_before, lost.churn_rate, lost.left_out) == (1, 0.0, 2)
    came = site.ask(retention.answer, **WEEK, **NOW)
    assert (came.new_users, came.left_out, came.unavailable) == (1, 3, None)
    habits = site.ask(stickiness.answer, **WEEK, **NOW)
    assert (habits.mau, habits.wau, habits.left_out) == (2, 2, 5)
    assert [(habit.days, habit.persons) for habit in habits.days_per_month if habit.persons] == [
        (1, 1),
        (3, 1),
    ]


def test_who_signs_in_can_be_followed_though_their_browser_cannot(
    store_with: Callable[..., LoadedSite],
) -> None:
    site = store_with([*DAILY, {"at": "2026-03-11 10:05", "visitor": "d-11", "daily": True, "user": "ann"}])
    week = site.ask(activity.answer, **WEEK, **NOW)
    assert (week.new_users, week.left_out, week.unavailable) == (1, 2, None)
