"""Growth: who comes and goes from step to step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics import oracle_growth
from tests.analytics.oracle import History
from tests.analytics.oracle_overview import FILTERS, visit_histories
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple
from tests.analytics.test_overview import Users
from tracker.analytics import activity, growth

STORY: list[Simple] = [
    {"at": "2026-02-10 10:00", "visitor": "dora"},
    {"at": "2026-02-20 10:00", "visitor": "alice"},
    {"at": "2026-02-26 10:00", "user": "bob"},
    # 2 to 8 March
    {"at": "2026-03-03 10:00", "visitor": "alice"},
    {"at": "2026-03-04 10:00", "user": "bob", "page": "/pricing"},
    {"at": "2026-03-05 10:00", "user": "bob", "name": "ping", "interactive": False},
    {"at": "2026-03-08 23:50", "user": "carol"},
    {"at": "2026-03-09 00:10", "user": "carol"},
    # 9 to 15 March
    {"at": "2026-03-10 10:00", "user": "bob"},
    {"at": "2026-03-12 10:00", "visitor": "dora", "page": "/pricing"},
    {"at": "2026-03-12 10:00", "visitor": "hash", "daily": True},
    {"at": "2026-03-13 10:00", "visitor": "spider", "bot": "user_agent"},
]
WEEKS = {"from": "2026-03-04", "to": "2026-03-22", "interval": "week"}


def counts(found: growth.Growth) -> list[oracle_growth.Counts]:
    return [(s.active, s.new, s.returning, s.reactivated, s.churned) for s in found.series]


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(growth.answer, **WEEKS)
    # Before 4 March, since Monday 23 February: Bob and Alice. Alice is lost in the first week.
    assert counts(found) == [(2, 1, 1, 0, 1), (3, 0, 2, 1, 0), (0, 0, 0, 0, 3)]
    assert [step.net for step in found.series] == [0, 1, -3]
    assert [step.date for step in found.series] == ["2026-03-04", "2026-03-09", "2026-03-16"]
    assert found.left_out == 1


def test_by_day_and_month(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    days = site.ask(growth.answer, **{"from": "2026-03-08", "to": "2026-03-10", "interval": "day"})
    assert counts(days) == [(1, 1, 0, 0, 0), (1, 0, 1, 0, 0), (1, 0, 0, 1, 1)]
    months = site.ask(growth.answer, **{"from": "2026-02-01", "to": "2026-03-31", "interval": "month"})
    assert counts(months) == [(3, 3, 0, 0, 0), (4, 1, 3, 0, 0)]


def test_a_filter_and_a_segment(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    # Bob and Dora are not new: their first event ever was of another page.
    found = site.ask(growth.answer, filter="page:/pricing", **WEEKS)
    assert counts(found) == [(1, 0, 0, 1, 0), (1, 0, 0, 1, 1), (0, 0, 0, 0, 1)]
    users = site.ask(growth.answer, segment=Users(), **WEEKS)
    assert counts(users) == [(2, 1, 1, 0, 0), (2, 0, 2, 0, 0), (0, 0, 0, 0, 2)]


def test_nothing_yet(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with([]).ask(growth.answer, timeframe="12mo")
    assert found.left_out == 0
    assert counts(found) == [(0, 0, 0, 0, 0)] * len(found.series)
    assert len(found.series) in (12, 13)


def test_one_step_is_the_period_of_active_users(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    week = {"from": "2026-03-09", "to": "2026-03-15", "interval": "week"}
    step, whole = site.ask(growth.answer, **week).series[0], site.ask(activity.answer, **week)
    assert (step.new, step.returning, step.reactivated, step.churned) == (
        whole.new_users,
        whole.returning_users,
        whole.reactivated_users,
        whole.churned_users,
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=visit_histories(),
    zone=st.sampled_from(ZONES),
    wanted=st.sampled_from(FILTERS),
    cut=st.sampled_from(
        (
            ("hour", "2026-03-29", "2026-03-29"),
            ("day", "2026-03-28", "2026-04-01"),
            ("week", "2026-03-29", "2026-04-02"),
            ("month", "2026-03-29", "2026-04-02"),
        )
    ),
)
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite],
    told: list[Simple],
    zone: str,
    wanted: dict[str, str | None],
    cut: tuple[str, str, str],
) -> None:
    site = store_with(told, zone=zone)
    interval, first, last = cut
    filters = [f"{key}:{value}" for key, value in wanted.items()]
    params = {"from": first, "to": last, "interval": interval, "filter": filters}
    query = site.query(**params)
    found = site.ask(growth.answer, **params)
    expected = oracle_growth.growth(History(told, zone), query.period, query.buckets(), interval, wanted)
    assert counts(found) == expected
    for step in found.series:
        assert step.active == step.new + step.returning + step.reactivated


@pytest.mark.parametrize("interval", ["hour", "day", "week", "month"])
def test_every_step_is_there(store_with: Callable[..., LoadedSite], interval: str) -> None:
    site = store_with(STORY, zone="Pacific/Auckland")
    params = {"from": "2026-03-01", "to": "2026-03-20", "interval": interval}
    found = site.ask(growth.answer, **params)
    assert [step.date for step in found.series] == [bucket.name for bucket in site.query(**params).buckets()]
