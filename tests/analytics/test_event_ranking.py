"""Event ranking: counts, persons, share, trend."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import Happened, History
from tests.analytics.random_histories import ZONES, histories
from tests.analytics.stores import LoadedSite, Simple
from tracker.analytics import event_ranking
from tracker.analytics.registry import to_json
from tracker.analytics.segments.segment import Segment

WEEK = {"from": "2026-03-09", "to": "2026-03-15"}
STORY: list[Simple] = [
    # The week before: one page view, two sign-ups, one export.
    {"at": "2026-03-03 10:00", "visitor": "alice"},
    {"at": "2026-03-03 10:01", "visitor": "alice", "name": "signup"},
    {"at": "2026-03-03 10:02", "visitor": "bob", "name": "signup"},
    {"at": "2026-03-03 10:03", "visitor": "bob", "name": "export"},
    # The week: five page views of two persons, one sign-up, one of a server, one of nobody, a bot's.
    {"at": "2026-03-09 00:00", "visitor": "alice", "country": "DE"},
    {"at": "2026-03-10 10:00", "visitor": "alice"},
    {"at": "2026-03-10 10:01", "visitor": "alice"},
    {"at": "2026-03-15 23:59", "visitor": "bob", "country": "DE"},
    {"at": "2026-03-11 10:00", "visitor": None},
    {"at": "2026-03-11 10:01", "visitor": "bob", "name": "signup", "country": "DE"},
    {"at": "2026-03-11 10:02", "visitor": "bob", "name": "ping", "interactive": False},
    {"at": "2026-03-11 10:03", "visitor": "spider", "bot": "user_agent"},
]


def rows(found: event_ranking.Ranking) -> list[tuple[Any, ...]]:
    return [dataclasses.astuple(row) for row in found.rows]


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(event_ranking.answer, **WEEK)
    assert (found.total, found.names) == (7, 3)
    assert rows(found) == [
        ("page_viewed", 5, 2, 71.43, 1, 400.0, "increasing"),
        ("ping", 1, 1, 14.29, 0, None, "increasing"),
        ("signup", 1, 1, 14.29, 2, -50.0, "decreasing"),
    ]


def test_a_filter_a_segment_and_a_limit(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    german = site.ask(event_ranking.answer, filter="country:DE", **WEEK)
    assert [row[:3] for row in rows(german)] == [("page_viewed", 2, 2), ("signup", 1, 1)]
    exported = Segment.parse({"name": "Exported", "criteria": {"event": "export"}})
    found = site.ask(event_ranking.answer, segment=exported, **WEEK)
    assert [row[:3] for row in rows(found)] == [("page_viewed", 1, 1), ("ping", 1, 1), ("signup", 1, 1)]
    second = site.ask(event_ranking.answer, limit="1", offset="1", **WEEK)
    assert ([row[0] for row in rows(second)], second.total, second.names) == (["ping"], 7, 3)


def test_nothing_yet(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with([]).ask(event_ranking.answer, timeframe="7d")
    assert to_json(found) == {"total": 0, "names": 0, "rows": []}


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=histories(since="2026-03-24 00:00", days=12), zone=st.sampled_from(ZONES), german=st.booleans())
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite], told: list[Simple], zone: str, german: bool
) -> None:
    site = store_with(told, zone)
    asked: dict[str, Any] = {"from": "2026-03-29", "to": "2026-04-01"}
    asked |= {"filter": "country:DE"} if german else {}
    found, query = site.ask(event_ranking.answer, **asked), site.query(**asked)

    def happened(since: int, until: int) -> list[Happened]:
        events = [e for e in History(told, zone).events if since <= e.at < until and not e.bot]
        return [e for e in events if not german or e.told.get("country") == "DE"]

    now = happened(query.period.since, query.period.until)
    earlier = query.previous().period
    before = Counter(e.name for e in happened(earlier.since, earlier.until))
    counts = Counter(e.name for e in now)
    assert found.total == len(now) == sum(row.events for row in found.rows)
    assert {row.event: row.events for row in found.rows} == counts
    for row in found.rows:
        assert row.persons == len({e.person for e in now if e.name == row.event} - {None})
        assert row.events_before == before[row.event]
        grown = 100 * (row.events - row.events_before)
        expected = "increasing" if grown > 10 * row.events_before else "stable"
        assert row.trend == ("decreasing" if grown < -10 * row.events_before else expected)
