"""Heatmap: hours of the week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import Happened, History
from tests.analytics.oracle_overview import FILTERS, Asked, local, visit_histories
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple
from tests.analytics.test_overview import Users
from tracker.analytics import activity, heatmap
from tracker.errors import Invalid

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
STORY: list[Simple] = [
    # Mondays, ten o'clock: Alice twice and again a week later, Bob once.
    {"at": "2026-03-02 10:00", "visitor": "alice"},
    {"at": "2026-03-02 10:59", "visitor": "alice", "page": "/pricing"},
    {"at": "2026-03-09 10:30", "visitor": "alice"},
    {"at": "2026-03-02 10:10", "user": "bob"},
    {"at": "2026-03-01 23:59", "user": "bob", "page": "/pricing"},
    {"at": "2026-03-03 10:00", "user": "bob", "name": "ping", "interactive": False},
    {"at": "2026-03-03 10:00", "visitor": None},
    {"at": "2026-03-03 10:00", "visitor": "spider", "bot": "user_agent"},
]


def cells(site: LoadedSite, by: str, **params: Any) -> dict[tuple[int, int], int]:
    found = site.ask(heatmap.answer, options={"by": by}, **params)
    assert [(c.weekday, c.hour) for c in found.cells] == [(d, h) for d in range(7) for h in range(24)]
    assert found.peak == max(c.value for c in found.cells)
    return {(c.weekday, c.hour): c.value for c in found.cells if c.value}


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    assert cells(site, "events", **MARCH) == {(0, 10): 4, (6, 23): 1}
    assert cells(site, "persons", **MARCH) == {(0, 10): 2, (6, 23): 1}
    events = site.ask(heatmap.answer, **MARCH)
    persons = site.ask(heatmap.answer, options={"by": "persons"}, **MARCH)
    assert (events.by, events.total, persons.by, persons.total) == ("events", 5, "persons", 2)
    assert events.days == (5, 5, 4, 4, 4, 4, 5)


def test_hours_are_the_sites(store_with: Callable[..., LoadedSite]) -> None:
    assert cells(store_with(STORY, zone="Pacific/Auckland"), "events", **MARCH) == {(0, 23): 4, (0, 12): 1}
    assert cells(store_with(STORY, zone="Pacific/Honolulu"), "events", **MARCH) == {(0, 0): 4, (6, 13): 1}


def test_the_skipped_hour_is_empty_and_the_double_one_holds_both(
    store_with: Callable[..., LoadedSite],
) -> None:
    spring = [{"at": f"2026-03-29 {hour:02}:30"} for hour in range(4)]
    autumn = [{"at": f"2026-10-25 {hour:02}:30"} for hour in range(4)]
    site = store_with([*spring, *autumn], zone="Europe/Berlin")
    sunday = {"from": "2026-03-29", "to": "2026-03-29"}
    assert cells(site, "events", **sunday) == {(6, hour): 1 for hour in (1, 3, 4, 5)}
    sunday = {"from": "2026-10-25", "to": "2026-10-25"}
    assert cells(site, "events", **sunday) == {(6, 2): 2, (6, 3): 1, (6, 4): 1}


def test_a_filter_and_a_segment(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    assert cells(site, "events", filter="page:/pricing", **MARCH) == {(0, 10): 1, (6, 23): 1}
    assert cells(site, "events", segment=Users(), **MARCH) == {(0, 10): 1, (6, 23): 1}


def test_nothing_yet_and_wrong_measures(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with([])
    assert cells(site, "events") == cells(site, "persons") == {}
    with pytest.raises(Invalid) as caught:
        cells(site, "people")
    assert caught.value.field == "by"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=visit_histories(), zone=st.sampled_from(ZONES), wanted=st.sampled_from(FILTERS))
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite], told: list[Simple], zone: str, wanted: dict[str, str | None]
) -> None:
    site = store_with(told, zone=zone)
    filters = [f"{key}:{value}" for key, value in wanted.items()]
    params = {"from": "2026-03-27", "to": "2026-04-01", "filter": filters}
    own: dict[tuple[int, int], list[Happened]] = defaultdict(list)
    for event in Asked.of(History(told, zone), site.query(**params), wanted).active():
        moment = local(event.at, zone)
        own[moment.weekday(), moment.hour].append(event)
    assert cells(site, "events", **params) == {place: len(found) for place, found in own.items()}
    assert cells(site, "persons", **params) == {
        place: len({event.person for event in found}) for place, found in own.items()
    }
    # The same events elsewhere.
    counted = site.ask(activity.answer, **params)
    found = site.ask(heatmap.answer, **params)
    by_hour = [sum(c.value for c in found.cells if c.hour == hour) for hour in range(24)]
    assert tuple(by_hour) == counted.activity_by_hour
    persons = site.ask(heatmap.answer, options={"by": "persons"}, **params)
    came = (counted.new_users, counted.returning_users, counted.reactivated_users)
    assert persons.total == sum(number or 0 for number in came) + counted.left_out
