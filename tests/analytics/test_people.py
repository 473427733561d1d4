"""People: who is in the list, their figures, search, order, pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import History
from tests.analytics.oracle_overview import FILTERS, Asked, visit_histories
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple, ms
from tracker.analytics import overview, people
from tracker.analytics.segments.segment import Segment
from tracker.errors import Invalid

WEEK = {"from": "2026-03-09", "to": "2026-03-15"}
STORY: list[Simple] = [
    {"at": "2026-01-05 10:00", "user": "7", "country": "US"},
    {"at": "2026-03-10 10:00", "user": "7", "country": "DE", "device": "mobile",
     "profile": {"name": "Alice Ash", "email": "Alice@example.org", "phone_number": "+49123"}},
    {"at": "2026-03-10 10:01", "user": "7", "name": "click", "country": "DE"},
    {"at": "2026-03-10 10:02", "user": "7", "name": "webhook", "interactive": False},
    {"at": "2026-03-12 10:00", "user": "7", "country": "DE", "device": "desktop", "browser": "Firefox"},
    {"at": "2026-03-11 10:00", "visitor": "v-100%", "country": "US"},
    {"at": "2026-03-11 12:00", "user": "8", "profile": {"name": "Bob Birch"}, "country": "FR"},
    {"at": "2026-03-20 12:00", "user": "8", "country": "FR"},
    {"at": "2026-03-11 10:00", "visitor": "pinger", "name": "ping", "interactive": False},
    {"at": "2026-03-11 10:00", "visitor": "spider", "bot": "user_agent"},
    {"at": "2026-03-16 00:00", "user": "9"},
]  # fmt: skip


def listed(site: LoadedSite, search: str = "", sort: str = "last_seen", **asked: Any) -> people.People:
    options = {"search": search, "sort": sort}
    found: people.People = site.ask(people.answer, options=options, **{**WEEK, **asked})
    return found


def names(found: people.People) -> list[str]:
    return [one.person for one in found.people]


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    found = listed(store_with(STORY))
    assert found.total == 3
    assert names(found) == ["8", "7", "v-100%"]
    bob, alice, visitor = found.people
    assert (alice.name, alice.email, alice.phone) == ("Alice Ash", "Alice@example.org", "+49123")
    assert (alice.events, alice.visits, alice.page_views) == (3, 2, 2)
    assert (alice.first_seen, alice.last_seen) == (ms("2026-01-05 10:00"), ms("2026-03-12 10:00"))
    assert (alice.country, alice.device, alice.browser) == ("DE", "desktop", "Firefox")
    assert (bob.events, bob.last_seen) == (1, ms("2026-03-20 12:00"))
    assert (visitor.user_id, visitor.name, visitor.country) == (None, None, "US")


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("ali", ["7"]),
        ("BIRCH", ["8"]),
        ("EXAMPLE", ["7"]),
        ("+49", ["7"]),
        ("100%", ["v-100%"]),
        ("%", ["v-100%"]),
        ("_", []),
        ("pinger", []),
    ],
)
def test_search(store_with: Callable[..., LoadedSite], search: str, expected: list[str]) -> None:
    found = listed(store_with(STORY), search)
    assert (names(found), found.total) == (expected, len(expected))


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-last_seen", ["v-100%", "7", "8"]),
        ("first_seen", ["8", "v-100%", "7"]),
        ("-first_seen", ["7", "v-100%", "8"]),
        ("name", ["7", "8", "v-100%"]),
        ("-name", ["8", "7", "v-100%"]),
    ],
)
def test_order(store_with: Callable[..., LoadedSite], sort: str, expected: list[str]) -> None:
    assert names(listed(store_with(STORY), sort=sort)) == expected


def test_pages_say_how_many_there_are(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    for sort in people.SORTS:
        pages = [listed(site, sort=sort, limit="2", offset=str(n)) for n in (0, 2, 4)]
        assert [page.total for page in pages] == [3, 3, 3]
        assert sorted(name for page in pages for name in names(page)) == ["7", "8", "v-100%"]
    assert names(listed(site, sort="events"))[0] == names(listed(site, sort="visits"))[0] == "7"


def test_a_filter_and_a_segment(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    clicked = listed(site, filter="event:click")
    assert [(p.person, p.events, p.visits, p.page_views) for p in clicked.people] == [("7", 1, 1, 0)]
    french = Segment.parse({"name": "French", "criteria": {"dimension": "country", "value": "FR"}})
    assert names(listed(site, segment=french)) == ["8"]
    assert "spider" in names(listed(site, bots="1"))


def test_nothing_yet(store_with: Callable[..., LoadedSite]) -> None:
    assert listed(store_with([])) == listed(store_with([]), offset="5") == people.People(0, ())


def test_parameters_are_read() -> None:
    assert people.answer.read({"search": " Ash "}) == {"search": "Ash", "sort": "last_seen"}
    for params in ({"sort": "age"}, {"search": "x" * 201}):
        with pytest.raises(Invalid) as caught:
            people.answer.read(params)
        assert caught.value.field == next(iter(params))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=visit_histories(), zone=st.sampled_from(ZONES), wanted=st.sampled_from(FILTERS))
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite], told: list[Simple], zone: str, wanted: dict[str, str]
) -> None:
    site, history = store_with(told, zone), History(told, zone)
    params: dict[str, Any] = {"from": "2026-03-27", "to": "2026-04-01"}
    params["filter"] = [f"{key}:{value}" for key, value in wanted.items()]
    found = listed(site, **params)
    asked = Asked.of(history, site.query(**params), wanted)
    acts = Counter(str(e.person) for e in asked.active())
    views = Counter(e.person for e in asked.events() if e.page_view)
    visits = Counter(v.person for v in asked.visits())
    first, last = history.first_ever(), {}
    for e in history.events:
        if e.active:
            last[e.person] = max(e.at, last.get(e.person, e.at))
    whose = [f"user {p.user_id}" if p.user_id else f"visitor {p.person}" for p in found.people]
    assert sorted(whose) == sorted(acts)
    assert len(acts) == found.total == site.ask(overview.answer, **params).visitors
    for who, one in zip(whose, found.people, strict=True):
        assert (one.events, one.visits, one.page_views) == (acts[who], visits[who], views[who])
        assert (one.first_seen, one.last_seen) == (first[who], last[who])
    assert [p.last_seen for p in found.people] == sorted((p.last_seen for p in found.people), reverse=True)
