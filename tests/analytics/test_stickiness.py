"""Stickiness: days of use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import History
from tests.analytics.oracle_overview import FILTERS, Asked, day_of, visit_histories
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple
from tests.analytics.test_overview import Users
from tracker.analytics import activity, stickiness
from tracker.domain.period import Period

MARCH = {"from": "2026-03-01", "to": "2026-03-30"}
STORY: list[Simple] = [
    {"at": "2026-02-28 10:00", "visitor": "alice"},
    # Alice: 2, 24, 25 (twice), 30 March. Bob: 10 March. Carol: 30 March.
    {"at": "2026-03-02 10:00", "visitor": "alice"},
    {"at": "2026-03-10 10:00", "user": "bob", "page": "/pricing"},
    {"at": "2026-03-24 23:50", "visitor": "alice"},
    {"at": "2026-03-25 00:10", "visitor": "alice"},
    {"at": "2026-03-25 12:00", "visitor": "alice"},
    {"at": "2026-03-26 12:00", "visitor": "alice", "name": "ping", "interactive": False},
    {"at": "2026-03-30 12:00", "visitor": "alice"},
    {"at": "2026-03-30 12:00", "visitor": "carol", "page": "/pricing"},
    {"at": "2026-03-30 12:00", "visitor": "spider", "bot": "user_agent"},
]


def habits(found: tuple[stickiness.Habit, ...]) -> dict[int, int]:
    return {habit.days: habit.persons for habit in found if habit.persons}


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(stickiness.answer, **MARCH)
    assert (found.daily_mean, found.wau, found.mau) == (0.2, 2, 3)  # 6 person-days in 30 days
    assert (found.dau_mau, found.dau_wau, found.wau_mau) == (6.67, round(100 * 4 / 14, 2), 66.67)
    assert habits(found.days_per_week) == {1: 1, 3: 1}
    assert habits(found.days_per_month) == {1: 2, 4: 1}
    weeks = [(s.date, s.active, s.daily_mean, s.stickiness) for s in found.series]
    assert weeks == [
        ("2026-03-01", 0, 0.0, None),
        ("2026-03-02", 1, 0.14, 14.29),
        ("2026-03-09", 1, 0.14, 14.29),
        ("2026-03-16", 0, 0.0, None),
        ("2026-03-23", 1, 0.29, 28.57),
        ("2026-03-30", 2, 2.0, 100.0),
    ]


def test_a_filter_and_a_segment(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    found = site.ask(stickiness.answer, filter="page:/pricing", **MARCH)
    assert (found.wau, found.mau, habits(found.days_per_month)) == (1, 2, {1: 2})
    users = site.ask(stickiness.answer, segment=Users(), interval="month", **MARCH)
    assert (users.wau, users.mau) == (0, 1)
    assert [step.stickiness for step in users.series] == [3.33]


def test_nothing_yet(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with([]).ask(stickiness.answer, timeframe="24h")
    assert (found.daily_mean, found.wau, found.mau, found.dau_mau) == (0.0, 0, 0, None)
    assert [habit.days for habit in found.days_per_week] == [1, 2, 3, 4, 5, 6, 7]
    assert len(found.days_per_month) == 30


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=visit_histories(),
    zone=st.sampled_from(ZONES),
    wanted=st.sampled_from(FILTERS),
    interval=st.sampled_from(("week", "month")),
)
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite],
    told: list[Simple],
    zone: str,
    wanted: dict[str, str | None],
    interval: str,
) -> None:
    site, history = store_with(told, zone=zone), History(told, zone)
    filters = [f"{key}:{value}" for key, value in wanted.items()]
    params = {"from": "2026-03-27", "to": "2026-04-01", "interval": interval, "filter": filters}
    found = site.ask(stickiness.answer, **params)
    for days, had in ((7, found.days_per_week), (30, found.days_per_month)):
        own = days_of(history, Period.ending(zone, date(2026, 4, 1), days), wanted)
        assert habits(had) == Counter(len(dates) for dates in own.values())
    query = site.query(**params)
    for step, bucket in zip(found.series, query.buckets(), strict=True):
        own = days_of(
            history, Period(zone, query.period.first, query.period.last, bucket.start, bucket.end), wanted
        )
        length = len({day_of(at, zone) for at in range(bucket.start, bucket.end, 3_600_000)})
        total = sum(len(dates) for dates in own.values())
        assert step.active == len(own)
        assert step.daily_mean == pytest.approx(total / length, abs=0.006)
        assert step.stickiness == (pytest.approx(100 * total / length / len(own), abs=0.006) if own else None)
    # The same persons as elsewhere.
    counted = site.ask(activity.answer, **params)
    left_out = {event.person for event in Asked(history, *month(zone), wanted).active()} - history.lasting()
    assert (found.mau, found.left_out) == (counted.mau - len(left_out), len(left_out))
    assert sum(habit.persons for habit in found.days_per_month) == found.mau


def month(zone: str) -> tuple[int, int]:
    """The last 30 days of the period that is asked for."""
    period = Period.ending(zone, date(2026, 4, 1), 30)
    return period.since, period.until


def days_of(history: History, period: Period, wanted: dict[str, str | None]) -> dict[str, set[date]]:
    found: dict[str, set[date]] = {}
    for event in Asked(history, period.since, period.until, wanted).active():
        if event.person not in history.lasting():
            continue
        found.setdefault(str(event.person), set()).add(day_of(event.at, period.zone))
    return found
