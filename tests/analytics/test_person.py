"""One person: identity, figures, frequency, devices, sessions."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import History
from tests.analytics.oracle_overview import Asked, local, visit_histories
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple, ms
from tracker.analytics import people, person
from tracker.analytics.registry import to_json
from tracker.analytics.segments.segment import Segment
from tracker.errors import Invalid, NotFound

WEEK = {"from": "2026-03-09", "to": "2026-03-15"}
PHONE = {"device": "mobile", "browser": "Safari", "os": "iOS", "country": "DE"}
DESK = {"device": "desktop", "browser": "Firefox", "os": "Linux", "country": "AT"}
STORY: list[Simple] = [
    # Monday 9 March: alice as a visitor, from Google, four minutes; on Tuesday she signs in.
    {"at": "2026-03-09 10:00", "visitor": "v1", "page": "/", "source": "Google"} | PHONE,
    {"at": "2026-03-09 10:04", "visitor": "v1", "page": "/pricing"} | PHONE,
    {"at": "2026-03-10 23:30", "visitor": "v1", "user": "alice", "page": "/", "profile": {
        "name": "Alice", "email": "a@example.org", "traits": {"plan": "free", "seats": 3}}} | PHONE,
    {"at": "2026-03-13 09:00", "user": "alice", "name": "export",
     "profile": {"traits": {"plan": "pro"}}} | DESK,
    {"at": "2026-03-13 09:01", "user": "alice", "name": "webhook", "interactive": False},
    {"at": "2026-03-20 09:00", "user": "alice", "page": "/later"} | DESK,
    {"at": "2026-03-13 09:00", "visitor": "alice", "page": "/other"},  # a visitor of that very name
    {"at": "2026-03-13 09:00", "visitor": "pinger", "name": "ping", "interactive": False},
]  # fmt: skip


def summary(site: LoadedSite, who: str, **asked: Any) -> person.Summary:
    found: person.Summary = site.ask(person.answer, options={"person": who}, **{**WEEK, **asked})
    return found


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    found = summary(store_with(STORY), "alice")
    assert (found.person, found.user_id, found.name, found.email) == (
        "alice",
        "alice",
        "Alice",
        "a@example.org",
    )
    assert found.traits == {"plan": "pro", "seats": 3}
    assert (found.first_seen, found.last_seen) == (ms("2026-03-09 10:00"), ms("2026-03-20 09:00"))
    assert (found.first_source, found.country) == ("Google", "AT")
    assert (found.events, found.page_views, found.visits) == (4, 3, 3)
    # Four minutes, nothing, one minute; the second visit is a bounce.
    assert (found.avg_visit_duration, found.bounce_rate) == (100.0, 33.33)
    # Active on the 9th, 10th and 13th.
    assert (found.active_days, found.events_per_active_day, found.days_between) == (3, 1.33, 2.0)
    assert [dataclasses.astuple(day) for day in found.activity_by_date] == [
        ("2026-03-09", 2),
        ("2026-03-10", 1),
        ("2026-03-13", 1),
    ]
    busy = {(d, h): n for d, day in enumerate(found.activity_by_hour) for h, n in enumerate(day) if n}
    assert busy == {(0, 10): 2, (1, 23): 1, (4, 9): 1}
    assert [(e.name, e.count) for e in found.top_events] == [
        ("page_viewed", 3),
        ("export", 1),
        ("webhook", 1),
    ]
    assert [dataclasses.astuple(page) for page in found.top_pages] == [
        ("/", 2, ms("2026-03-10 23:30")),
        ("/pricing", 1, ms("2026-03-09 10:04")),
    ]
    assert [(d.device, d.browser, d.os, d.visits) for d in found.devices] == [
        ("mobile", "Safari", "iOS", 2),
        ("desktop", "Firefox", "Linux", 1),
    ]
    assert [(s.entry_page, s.exit_page, s.events, s.duration, s.source) for s in found.sessions] == [
        (None, None, 2, 60.0, None),
        ("/", "/", 1, 0.0, None),
        ("/", "/pricing", 2, 240.0, "Google"),
    ]


def test_hours_and_days_are_the_sites(store_with: Callable[..., LoadedSite]) -> None:
    found = summary(store_with(STORY, "Europe/Berlin"), "alice")
    assert found.activity_by_hour[2][0] == 1  # 00:30 on Wednesday
    assert [day.date for day in found.activity_by_date] == ["2026-03-09", "2026-03-11", "2026-03-13"]


def test_who_is_meant(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    assert summary(site, "v1").user_id == "alice"  # the visitor became her
    assert summary(site, "pinger").person == "pinger"
    for one in ("nobody", "Alice", "a@example.org"):
        with pytest.raises(NotFound) as caught:
            summary(site, one)
        assert caught.value.field == "person"
    elsewhere = store_with([])
    with pytest.raises(NotFound):
        summary(elsewhere, "alice")


def test_nothing_in_the_period(store_with: Callable[..., LoadedSite]) -> None:
    found = to_json(summary(store_with(STORY), "pinger"))
    assert (found["events"], found["visits"], found["avgVisitDuration"], found["daysBetween"]) == (
        0,
        0,
        None,
        None,
    )
    assert found["activityByHour"] == [[0] * 24] * 7
    assert found["firstSeen"] is None
    assert [event["name"] for event in found["topEvents"]] == ["ping"]


def test_a_filter_a_segment_and_pages(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    found = summary(site, "alice", filter="page:/pricing")
    assert (found.events, found.visits, found.active_days) == (1, 1, 1)
    others = Segment.parse({"name": "Others", "criteria": {"dimension": "user", "operator": "unknown"}})
    assert (
        summary(site, "alice", segment=others).events,
        summary(site, "pinger", segment=others).events,
    ) == (0, 0)
    second = summary(site, "alice", limit="1", offset="1")
    assert ([s.entry_page for s in second.sessions], second.visits) == (["/"], 3)


def test_whom_must_be_said() -> None:
    for params in ({}, {"person": ""}, {"person": " "}, {"person": "x" * 501}):
        with pytest.raises(Invalid) as caught:
            person.answer.read(params)
        assert caught.value.field == "person"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=visit_histories(),
    zone=st.sampled_from(ZONES),
    wanted=st.sampled_from(({}, {"country": "DE"}, {"page": "/pricing"})),
)
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite], told: list[Simple], zone: str, wanted: dict[str, str]
) -> None:
    site, history = store_with(told, zone), History(told, zone)
    params: dict[str, Any] = {"from": "2026-03-27", "to": "2026-04-01"}
    params["filter"] = [f"{key}:{value}" for key, value in wanted.items()]
    asked = Asked.of(history, site.query(**params), wanted)
    for one in site.ask(people.answer, **params).people:
        who = f"user {one.user_id}" if one.user_id else f"visitor {one.person}"
        found = summary(site, one.person, **params)
        acts = [e for e in asked.active() if e.person == who]
        visits = [v for v in asked.visits() if v.person == who]
        assert (found.events, found.visits, found.page_views) == (one.events, one.visits, one.page_views)
        assert (found.first_seen, found.last_seen) == (one.first_seen, one.last_seen)
        hours = Counter((local(e.at, zone).weekday(), local(e.at, zone).hour) for e in acts)
        assert found.activity_by_hour == tuple(tuple(hours[d, h] for h in range(24)) for d in range(7))
        days = Counter(e.day(zone).isoformat() for e in acts)
        assert {day.date: day.events for day in found.activity_by_date} == days
        assert found.active_days == len(days)
        assert sum(device.visits for device in found.devices) == found.visits
        expected = sorted(((v.start, v.duration / 1000, v.bounce) for v in visits), reverse=True)
        assert [(s.started_at, s.duration, s.bounce) for s in found.sessions] == expected
