"""Overview: figures, steps of the chart, comparison."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import History
from tests.analytics.oracle_overview import FILTERS, Asked, visit_histories
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple
from tracker.analytics import overview
from tracker.analytics.query import Query
from tracker.analytics.registry import to_json, to_table
from tracker.columns.schema import persons

WEEK = {"from": "2026-03-02", "to": "2026-03-08"}
STORY: list[Simple] = [
    # Alice: three pages in four minutes, a click; the next day a bounce.
    {"at": "2026-03-02 10:00", "visitor": "alice", "page": "/", "source": "Google", "country": "DE"},
    {"at": "2026-03-02 10:02", "visitor": "alice", "page": "/pricing", "country": "DE"},
    {"at": "2026-03-02 10:03", "visitor": "alice", "name": "click", "country": "DE"},
    {"at": "2026-03-02 10:04", "visitor": "alice", "page": "/docs", "country": "DE"},
    {"at": "2026-03-03 09:00", "visitor": "alice", "page": "/", "country": "DE"},
    # Bob: begins on Tuesday and goes on after midnight: one visit, on two days.
    {"at": "2026-03-03 23:50", "user": "bob", "page": "/pricing", "country": "US"},
    {"at": "2026-03-04 00:10", "user": "bob", "page": "/docs", "country": "US"},
    # A ping is nobody's activity, a bot is nobody.
    {"at": "2026-03-05 12:00", "visitor": "carol", "name": "ping", "interactive": False},
    {"at": "2026-03-05 12:00", "visitor": "spider", "page": "/", "bot": "user_agent"},
    # The week before: only Alice, one bounce.
    {"at": "2026-02-25 12:00", "visitor": "alice", "page": "/"},
]


@dataclass(frozen=True)
class Users:
    """A segment: everybody with a user id."""

    def persons(self, query: Query) -> sa.Select[Any]:
        return sa.select(persons.c.person_id).where(
            persons.c.site_id == query.site_id, persons.c.user_id.is_not(None)
        )


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(overview.answer, compare="1", **WEEK)
    assert (found.visitors, found.visits, found.page_views) == (2, 3, 6)
    assert (found.views_per_visit, found.bounce_rate) == (2.0, 33.33)
    assert found.visit_duration == round((240 + 0 + 1200) / 3, 2)
    assert [step.visitors for step in found.series] == [1, 2, 1, 0, 0, 0, 0]
    assert [step.visits for step in found.series] == [1, 2, 0, 0, 0, 0, 0]
    assert [step.page_views for step in found.series] == [3, 2, 1, 0, 0, 0, 0]
    assert found.series[0].date == "2026-03-02"
    assert found.series[3].bounce_rate is None
    assert dataclasses.astuple(found.previous) == (1, 1, 1, 1.0, 100.0, 0.0)
    assert (found.changes.visitors, found.changes.visits, found.changes.page_views) == (100.0, 200.0, 500.0)
    assert found.changes.visit_duration is None  # from 0 seconds to 480
    assert [step.page_views for step in found.previous_series] == [0, 0, 1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["source:Google"], (1, 1, 3, 3.0, 0.0, 240.0)),
        (["page:/pricing"], (2, 2, 2, 1.0, 0.0, 720.0)),
        (["country:DE"], (1, 2, 4, 2.0, 50.0, 120.0)),
        (["country:DE", "event:click"], (1, 1, 0, 0.0, 0.0, 240.0)),
        (["user:bob"], (1, 1, 2, 2.0, 0.0, 1200.0)),
        (["country:FR"], (0, 0, 0, None, None, None)),
    ],
)
def test_filters(
    store_with: Callable[..., LoadedSite], wanted: list[str], expected: tuple[float | None, ...]
) -> None:
    found = store_with(STORY).ask(overview.answer, filter=wanted, **WEEK)
    assert figures(found) == expected


def test_a_segment(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(overview.answer, segment=Users(), **WEEK)
    assert figures(found) == (1, 1, 2, 2.0, 0.0, 1200.0)


def test_nothing_yet(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with([]).ask(overview.answer, timeframe="7d", compare="1")
    assert figures(found) == (0, 0, 0, None, None, None)
    assert found.changes.visitors == 0.0
    assert len(found.series) == len(found.previous_series) == 7


def test_as_json_and_as_a_table(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(overview.answer, **WEEK)
    assert to_json(found)["pageViews"] == 6
    header, rows = to_table(overview.answer, found)
    assert header[:3] == ["visitors", "visits", "pageViews"]
    assert sum(row[2] for row in rows) == 6


def test_days_of_23_and_25_hours_have_that_many_steps(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with([{"at": "2026-03-29 01:30", "page": "/"}], zone="Europe/Berlin")
    day = {"from": "2026-03-29", "to": "2026-03-29", "interval": "hour"}
    found = site.ask(overview.answer, now="2026-03-30", **day)
    assert len(found.series) == 23
    assert [step.date for step in found.series if step.visitors] == ["2026-03-29T03:00+02:00"]
    autumn = {"from": "2026-10-25", "to": "2026-10-25"}
    assert len(site.ask(overview.answer, now="2026-10-26", **autumn).series) == 25


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=visit_histories(),
    zone=st.sampled_from(ZONES),
    wanted=st.sampled_from(FILTERS),
    interval=st.sampled_from(("hour", "day", "week", "month")),
)
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite],
    told: list[Simple],
    zone: str,
    wanted: dict[str, str],
    interval: str,
) -> None:
    site = store_with(told, zone=zone)
    filters = [f"{key}:{value}" for key, value in wanted.items()]
    params = {"from": "2026-03-28", "to": "2026-04-01", "interval": interval, "filter": filters}
    found = site.ask(overview.answer, **params)
    asked = Asked.of(History(told, zone), site.query(**params), wanted)
    assert figures(found) == asked.figures()
    for step, bucket in zip(found.series, site.query(**params).buckets(), strict=True):
        part = Asked(asked.history, bucket.start, bucket.end, wanted, matching_since=asked.since)
        assert figures(step) == part.figures()
    assert sum(step.page_views for step in found.series) == found.page_views
    assert sum(step.visits for step in found.series) == found.visits


def figures(found: overview.Figures) -> tuple[float | None, ...]:
    return tuple(getattr(found, field.name) for field in dataclasses.fields(overview.Figures))
