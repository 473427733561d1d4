"""Sessions: how many, how long, on what and from where."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import History
from tests.analytics.oracle_overview import FILTERS, Asked, country_of, visit_histories
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple
from tests.analytics.test_overview import Users
from tracker.analytics import overview, sessions
from tracker.analytics.registry import to_json
from tracker.analytics.sessions import Devices, Place

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
PC = {"device": "desktop", "browser": "Firefox", "country": "DE"}
PHONE = {"device": "mobile", "browser": "Chrome", "country": "US"}
STORY: list[Simple] = [
    # Alice: a bounce, 29 s, 30 s and exactly 30 minutes. Bob: 5 minutes on the phone.
    {"at": "2026-03-01 10:00:00", "visitor": "alice", **PC},
    {"at": "2026-03-02 10:00:00", "visitor": "alice", **PC},
    {"at": "2026-03-02 10:00:29", "visitor": "alice", "page": "/pricing"},
    {"at": "2026-03-03 10:00:00", "visitor": "alice", **PC},
    {"at": "2026-03-03 10:00:30", "visitor": "alice", "name": "click"},
    {"at": "2026-03-04 10:00:00", "visitor": "alice", **PHONE},
    {"at": "2026-03-04 10:30:00", "visitor": "alice", "page": "/pricing", **PC},
    {"at": "2026-03-04 10:00:00", "user": "bob", **PHONE},
    {"at": "2026-03-04 10:05:00", "user": "bob", "page": "/pricing"},
    # Carol: nothing is known. A ping is no session, a bot neither.
    {"at": "2026-03-05 10:00:00", "user": "carol"},
    {"at": "2026-03-06 10:00:00", "user": "carol", "name": "ping", "interactive": False},
    {"at": "2026-03-06 10:00:00", "visitor": "spider", "bot": "user_agent", **PC},
]


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(sessions.answer, **MARCH)
    lengths = [0, 29, 30, 1800, 300, 0]
    assert found.total_sessions == 6
    assert found.avg_session_length == round(sum(lengths) / 6, 2)
    assert found.median_session_length == 29.5
    assert found.session_length_distribution == {
        "0-30s": 3, "30s-2m": 1, "2m-5m": 0, "5m-15m": 1, "15m-30m": 0, "30m+": 1,
    }  # fmt: skip
    assert found.device_breakdown == Devices(desktop=3, mobile=2, tablet=0)
    assert found.browser_breakdown == {"Firefox": 3, "Chrome": 2, "unknown": 1}
    assert found.location_breakdown == {"DE": Place(1, 3), "US": Place(2, 2), "unknown": Place(1, 1)}


def test_names_are_those_of_the_whole_answer(store_with: Callable[..., LoadedSite]) -> None:
    found = to_json(store_with(STORY).ask(sessions.answer, **MARCH))
    assert list(found) == [
        "totalSessions", "avgSessionLength", "medianSessionLength", "sessionLengthDistribution",
        "deviceBreakdown", "browserBreakdown", "locationBreakdown",
    ]  # fmt: skip
    assert found["deviceBreakdown"] == {"desktop": 3, "mobile": 2, "tablet": 0}
    assert found["locationBreakdown"]["US"] == {"users": 2, "sessions": 2}


def test_a_filter_and_a_segment(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    found = site.ask(sessions.answer, filter="page:/pricing", **MARCH)
    assert (found.total_sessions, found.median_session_length) == (3, 300.0)
    assert found.location_breakdown == {"US": Place(2, 2), "DE": Place(1, 1)}
    users = site.ask(sessions.answer, segment=Users(), **MARCH)
    assert (users.total_sessions, users.avg_session_length) == (2, 150.0)


def test_nothing_yet(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with([]).ask(sessions.answer)
    assert (found.total_sessions, found.avg_session_length, found.median_session_length) == (0, 0.0, 0.0)
    assert set(found.session_length_distribution.values()) == {0}
    assert found.device_breakdown == Devices(0, 0, 0)
    assert found.browser_breakdown == found.location_breakdown == {}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=visit_histories(), zone=st.sampled_from(ZONES), wanted=st.sampled_from(FILTERS))
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite], told: list[Simple], zone: str, wanted: dict[str, str | None]
) -> None:
    site = store_with(told, zone=zone)
    filters = [f"{key}:{value}" for key, value in wanted.items()]
    params = {"from": "2026-03-28", "to": "2026-04-01", "filter": filters}
    found = site.ask(sessions.answer, **params)
    visits = Asked.of(History(told, zone), site.query(**params), wanted).visits()
    seconds = [visit.duration / 1000 for visit in visits]
    assert found.total_sessions == len(visits)
    assert found.avg_session_length == pytest.approx(statistics.fmean(seconds or [0]), abs=0.006)
    assert found.median_session_length == pytest.approx(statistics.median(seconds or [0]), abs=0.006)
    edges = (30, 120, 300, 900, 1800)
    lengths = Counter(sum(length >= edge for edge in edges) for length in seconds)
    assert list(found.session_length_distribution.values()) == [lengths[n] for n in range(6)]
    people: dict[str, list[str]] = defaultdict(list)
    for visit in visits:
        people[country_of(visit) or "unknown"].append(visit.person)
    assert found.location_breakdown == {
        country: Place(len(set(who)), len(who)) for country, who in people.items()
    }
    # The same sessions elsewhere.
    assert found.total_sessions == site.ask(overview.answer, **params).visits
    assert sum(found.browser_breakdown.values()) == found.total_sessions
