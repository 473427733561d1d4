"""Segments: who is in them, and what is said of wrong criteria."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import History
from tests.analytics.oracle_segments import People
from tests.analytics.random_histories import ZONES, histories
from tests.analytics.stores import LoadedSite
from tracker.analytics.filters import activity_in
from tracker.analytics.segments.segment import Segment
from tracker.columns.schema import events, persons
from tracker.errors import Invalid

STORY = [
    {"at": "2026-01-05 10:00", "user": "alice", "profile": {"traits": {"plan": "pro", "seats": 7}}},
    {"at": "2026-03-10 10:00", "user": "alice", "name": "purchase", "properties": {"plan": "pro"}},
    {"at": "2026-03-20 10:00", "user": "alice", "name": "purchase", "country": "DE"},
    {"at": "2026-03-25 10:00", "user": "bob", "page": "/pricing", "device": "mobile", "country": "US"},
    {"at": "2026-03-25 10:01", "user": "bob", "name": "purchase", "profile": {"traits": {"plan": "free"}}},
    {"at": "2026-02-01 10:00", "visitor": "carol", "page": "/pricing", "source": "Google"},
    {"at": "2026-02-01 12:00", "visitor": "carol", "page": "/"},
    {"at": "2026-03-30 10:00", "user": "dave", "name": "webhook_received", "interactive": False},
    {"at": "2026-03-30 10:00", "visitor": "spider", "page": "/pricing", "bot": "user_agent"},
]
ALICE, BOB, CAROL, DAVE = "user alice", "user bob", "visitor carol", "user dave"


def segment(criteria: Any) -> Segment:
    return Segment.parse({"name": "Some", "criteria": criteria})


def members(site: LoadedSite, found: Segment, **asked: Any) -> set[str]:
    query = site.query(**asked)
    chosen = sa.select(persons.c.user_id, persons.c.visitor).where(
        persons.c.person_id.in_(found.persons(query))
    )
    rows = site.rows(chosen)
    with site.connect() as connection:
        assert found.count(connection, query) == len(rows)
    return {f"user {user}" if user else f"visitor {visitor}" for user, visitor in rows}


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({"trait": "plan", "value": "pro"}, {ALICE}),
        ({"trait": "seats", "operator": "over", "value": 6}, {ALICE}),
        ({"not": {"trait": "plan", "value": "pro"}}, {BOB, CAROL, DAVE}),
        ({"trait": "plan", "operator": "unknown"}, {CAROL, DAVE}),
        ({"event": "purchase"}, {ALICE, BOB}),
        ({"event": "purchase", "times": 2}, {ALICE}),
        ({"event": "purchase", "times": 2, "days": 20}, set()),  # since 12 March
        ({"event": "purchase", "times": 2, "days": 22}, {ALICE}),  # since 10 March
        ({"event": "purchase", "done": False}, {CAROL, DAVE}),
        ({"event": "purchase", "filters": ["property.plan:pro"]}, {ALICE}),
        ({"event": "webhook_received"}, {DAVE}),
        ({"page": "/pricing"}, {BOB, CAROL}),
        ({"page": "/pricing", "days": 7}, {BOB}),
        ({"property": "plan", "value": "pro"}, {ALICE}),
        ({"dimension": "country", "values": ["DE", "US"]}, {ALICE, BOB}),
        ({"dimension": "device", "value": "mobile"}, {BOB}),
        ({"dimension": "source", "value": "Google"}, {CAROL}),
        ({"dimension": "source", "value": "Google", "days": 30}, set()),
        ({"dimension": "first_page", "operator": "starts", "value": "/pri"}, {BOB, CAROL}),
        ({"first_seen": {"before": "2026-02-01"}}, {ALICE}),
        ({"first_seen": {"after": "2026-02-01", "before": "2026-02-02"}}, {CAROL}),
        ({"last_seen": {"not_within_days": 30}}, {CAROL}),
        ({"last_seen": {"within_days": 7}}, {BOB}),
        ({"total": "sessions", "at_least": 2}, {ALICE, CAROL}),
        ({"total": "page_views", "at_most": 1}, {ALICE, BOB, DAVE}),
        ({"and": [{"event": "purchase"}, {"trait": "plan", "value": "free"}]}, {BOB}),
        ({"or": [{"page": "/pricing"}, {"trait": "plan", "value": "pro"}]}, {ALICE, BOB, CAROL}),
    ],
)
def test_who_is_in_it(
    store_with: Callable[..., LoadedSite], criteria: dict[str, Any], expected: set[str]
) -> None:
    found = segment(criteria)
    assert members(store_with(STORY), found) == expected
    assert Segment.parse(found.to_json()) == found


def test_days_are_counted_back_from_the_asking_in_the_sites_zone(
    store_with: Callable[..., LoadedSite],
) -> None:
    # 23:30 UTC on 24 March is 12:30 on the 25th in Auckland, and the afternoon of the 24th in Honolulu.
    story = [{"at": "2026-03-24 23:30", "visitor": "alice"}]
    week = segment({"last_seen": {"within_days": 7}})
    expected = {"Pacific/Auckland": {"visitor alice"}, "Pacific/Honolulu": {"visitor alice"}, "UTC": set()}
    for zone, people in expected.items():
        assert members(store_with(story, zone), week, now="2026-03-31 01:00", timeframe="today") == people


def test_a_segment_applies_to_any_question(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    query = site.query(segment=segment({"event": "purchase"}), **{"from": "2026-01-01", "to": "2026-01-31"})
    counted = sa.select(sa.func.count(events.c.person_id.distinct())).where(*activity_in(query))
    assert site.rows(counted) == [(1,)]  # only Alice was there in January; that she bought in March counts


def test_what_people_read_of_it() -> None:
    found = segment(
        {
            "and": [
                {"event": "purchase", "times": 3, "days": 30},
                {"not": {"dimension": "country", "values": ["DE", "AT"]}},
                {"or": [{"page": "/pricing"}, {"last_seen": {"not_within_days": 7}}]},
            ]
        }
    )
    assert found.words == (
        "did purchase at least 3 times in the last 30 days",
        "not (country is DE or AT)",
        "did a view of /pricing or last seen more than 7 days ago",
    )


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({"trait": "plan", "value": "pro"}, "demographic"),
        ({"dimension": "country", "value": "DE"}, "demographic"),
        ({"and": [{"dimension": "os", "value": "iOS"}, {"trait": "plan", "value": "pro"}]}, "technographic"),
        ({"or": [{"dimension": "os", "value": "iOS"}, {"event": "login"}]}, "behavioral"),
        ({"dimension": "source", "value": "Google"}, "behavioral"),
    ],
)
def test_its_type(criteria: dict[str, Any], expected: str) -> None:
    assert segment(criteria).type == expected


BUY = {"event": "purchase"}


@pytest.mark.parametrize(
    ("criteria", "field"),
    [
        (None, "criteria"),
        ([], "criteria"),
        ({}, "criteria"),
        ({"events": "purchase"}, "criteria"),
        ({"and": []}, "criteria.and"),
        ({"and": [BUY, {"event": "x", "times": 0}]}, "criteria.and[1].times"),
        ({"and": [BUY, {"event": "x", "times": "3"}]}, "criteria.and[1].times"),
        ({"and": [BUY], "or": [BUY]}, "criteria.or"),
        ({"or": [{"not": {"event": ""}}]}, "criteria.or[0].not.event"),
        ({"not": [BUY]}, "criteria.not"),
        ({"event": "x", "often": 3}, "criteria.often"),
        ({"event": "x", "page": "/"}, "criteria.page"),
        ({"event": "x", "done": 1}, "criteria.done"),
        ({"event": "x", "days": 0}, "criteria.days"),
        ({"event": "x", "filters": "plan"}, "criteria.filters"),
        ({"event": "x", "filters": ["country:DE", "plan:x"]}, "criteria.filters[1]"),
        (
            {"event": "x", "filters": [{"dimension": "plan", "value": "x"}]},
            "criteria.filters[0].dimension",
        ),
        ({"trait": "plan"}, "criteria.values"),
        ({"trait": "plan", "values": []}, "criteria.values"),
        ({"trait": "plan", "values": ["a", None]}, "criteria.values[1]"),
        ({"trait": "plan", "value": "a", "operator": "like"}, "criteria.operator"),
        ({"trait": "plan", "value": "a", "operator": "known"}, "criteria.value"),
        ({"trait": "plan", "value": "many", "operator": "over"}, "criteria.value"),
        ({"trait": "plan", "value": "a", "values": ["b"]}, "criteria.value"),
        ({"trait": "plan", "value": "a", "days": 3}, "criteria.days"),
        ({"property": "a.b.c.d.e.f.g.h.i", "value": "x"}, "criteria.property"),
        ({"dimension": "planet", "value": "x"}, "criteria.dimension"),
        ({"dimension": "country", "value": "DE", "days": 3}, "criteria.days"),
        ({"first_seen": {}}, "criteria.first_seen"),
        ({"first_seen": {"after": "yesterday"}}, "criteria.first_seen.after"),
        ({"last_seen": {"within_days": 1.5}}, "criteria.last_seen.within_days"),
        ({"total": "sessions"}, "criteria"),
        ({"total": "clicks", "at_least": 1}, "criteria.total"),
        ({"total": "sessions", "at_least": 5, "at_most": 4}, "criteria.at_most"),
        ({"not": {"not": {"not": {"not": {"not": {"not": BUY}}}}}}, "criteria.not.not.not.not.not.not"),
        ({"and": [{"or": [BUY] * 26}, {"or": [BUY] * 26}]}, "criteria"),
    ],
)
def test_a_wrong_criterion_is_named(criteria: Any, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        segment(criteria)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("value", "field"),
    [({"criteria": BUY}, "name"), ({"name": "x" * 121, "criteria": BUY}, "name"), ({"nam": "x"}, "nam")],
)
def test_a_wrong_segment_is_named(value: Any, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        Segment.parse(value)
    assert caught.value.field == field


LEAVES = st.one_of(
    st.fixed_dictionaries(
        {"event": st.sampled_from(("purchase", "signup", "ping")), "times": st.integers(1, 3)},
        optional={
            "days": st.sampled_from((1, 5, 12)),
            "done": st.booleans(),
            "filters": st.just(["property.plan:pro"]),
        },
    ),
    st.fixed_dictionaries({"page": st.sampled_from(("/", "/pricing"))}),
    st.fixed_dictionaries({"trait": st.just("plan"), "value": st.sampled_from(("free", "pro"))}),
    st.fixed_dictionaries({"trait": st.just("plan"), "operator": st.sampled_from(("known", "unknown"))}),
    st.fixed_dictionaries({"property": st.just("amount"), "operator": st.just("over"), "value": st.just(6)}),
    st.fixed_dictionaries(
        {
            "dimension": st.sampled_from(("country", "user", "source")),
            "operator": st.sampled_from(("is", "is_not")),
            "values": st.sampled_from((["DE", "u"], ["US", "Google"])),
        },
    ),
    st.fixed_dictionaries(
        {"dimension": st.just("source"), "operator": st.just("unknown"), "days": st.sampled_from((1, 9))}
    ),
    st.sampled_from(("first_seen", "last_seen")).flatmap(
        lambda which: st.fixed_dictionaries(
            {
                which: st.one_of(
                    st.fixed_dictionaries({"after": st.sampled_from(("2026-03-28", "2026-03-29"))}),
                    st.fixed_dictionaries({"before": st.sampled_from(("2026-03-30", "2026-04-02"))}),
                    st.fixed_dictionaries(
                        {"within_days": st.integers(3, 15)}, optional={"not_within_days": st.integers(1, 6)}
                    ),
                )
            }
        )
    ),
    st.fixed_dictionaries(
        {
            "total": st.sampled_from(("sessions", "events", "page_views")),
            "at_least": st.integers(0, 2),
            "at_most": st.integers(2, 4),
        }
    ),
)
CRITERIA = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"and": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"or": st.lists(inner, min_size=1, max_size=3)}),
    ),
    max_leaves=5,
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), zone=st.sampled_from(ZONES), told=histories())
def test_it_holds_whom_the_plain_reading_holds(
    store_with: Callable[..., LoadedSite], data: st.DataObject, zone: str, told: list[dict[str, Any]]
) -> None:
    now = "2026-04-08 21:00"
    site, people = store_with(told, zone), People(History(told, zone), now)
    for criteria in data.draw(st.lists(CRITERIA, min_size=4, max_size=4)):
        found = segment(criteria)
        assert members(site, found, now=now) == people.members(criteria), criteria
        assert Segment.parse(found.to_json()) == found
