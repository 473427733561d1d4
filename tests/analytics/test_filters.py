"""Filters: what each kind of dimension picks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.analytics.stores import LoadedSite
from tracker.analytics.filters import activity_in, events_in, sessions_in
from tracker.analytics.presence import persons_in, presence
from tracker.analytics.query import Filter, Operator, Query, format_filter, parse_filter
from tracker.columns.schema import events, persons, sessions
from tracker.errors import Invalid

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
STORY = [
    {"at": "2026-03-02 10:00", "visitor": "alice", "page": "/", "source": "Google", "country": "DE"},
    {"at": "2026-03-02 10:05", "visitor": "alice", "page": "/pricing", "country": "DE"},
    {"at": "2026-03-02 10:06", "visitor": "alice", "name": "click", "properties": {"plan": "pro", "n": 7}},
    {"at": "2026-03-03 10:00", "visitor": "bob", "page": "/pricing", "country": "US"},
    {"at": "2026-03-03 10:01", "user": "carol", "name": "login", "profile": {"traits": {"plan": "free"}}},
    {"at": "2026-03-03 10:02", "visitor": "spider", "page": "/", "bot": "user_agent"},
    {"at": "2026-04-01 00:00", "visitor": "dave", "page": "/"},
]  # fmt: skip


def counts(site: LoadedSite, query: Query) -> tuple[int, int, int]:
    """Events, sessions and persons under a query."""
    total = sa.func.count()
    return (
        site.rows(sa.select(total).select_from(events).where(*events_in(query)))[0][0],
        site.rows(sa.select(total).select_from(sessions).where(*sessions_in(query)))[0][0],
        site.rows(sa.select(total).select_from(persons).where(*persons_in(query)))[0][0],
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([], (5, 3, 3)),
        (["page:/pricing"], (2, 2, 2)),
        (["page:is_not:/pricing"], (3, 2, 2)),
        (["page:contains:pric", "country:US"], (1, 1, 1)),
        (["source:Google"], (3, 1, 1)),
        (["source:unknown"], (2, 2, 2)),
        (["property.plan:pro"], (1, 1, 1)),
        (["property.n:over:6"], (1, 1, 1)),
        (["property.n:over:7"], (0, 0, 0)),
        (["trait.plan:free"], (1, 1, 1)),
        (["user:carol"], (1, 1, 1)),
        (["event:page_viewed|login"], (4, 3, 3)),
        (["page:/", "event:login"], (0, 0, 0)),
    ],
)
def test_filters_pick_events_sessions_and_persons(
    store_with: Callable[..., LoadedSite], wanted: list[str], expected: tuple[int, int, int]
) -> None:
    site = store_with(STORY)
    assert counts(site, site.query(filter=wanted, **MARCH)) == expected


def test_a_visit_on_two_devices_counts_with_what_was_done_on_each(
    store_with: Callable[..., LoadedSite],
) -> None:
    """The visit's own row says desktop only; what its events say is what counts."""
    site = store_with(
        [
            {"at": "2026-03-02 10:00", "user": "bob", "device": "desktop"},
            {"at": "2026-03-02 10:05", "user": "bob", "device": "mobile", "page": "/x"},
            {"at": "2026-03-02 10:06", "user": "bob", "name": "ping", "interactive": False},
            {"at": "2026-03-02 11:00", "user": "carol", "device": "desktop"},
            {
                "at": "2026-03-02 11:01",
                "user": "carol",
                "device": "tablet",
                "interactive": False,
                "name": "x",
            },
            {"at": "2026-03-02 12:00", "user": "dave", "device": "mobile"},
        ]
    )
    uniform = sa.select(persons.c.user_id, sessions.c.uniform).join_from(
        persons, sessions, persons.c.person_id == sessions.c.person_id
    )
    assert sorted(site.rows(uniform.where(sessions.c.site_id == site.id))) == [
        ("bob", False),
        ("carol", True),
        ("dave", True),
    ]
    for device, active in {"desktop": 2, "mobile": 2, "tablet": 0}.items():
        query = site.query(filter=f"device:{device}", **MARCH)
        acts = presence(query).subquery("acts")
        assert site.rows(sa.select(sa.func.count(acts.c.person_id.distinct()))) == [(active,)]
        assert counts(site, query)[2] == active


def test_bots_count_only_when_asked_for(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    query = site.query(bots="1", **MARCH)
    assert counts(site, query) == (6, 4, 4)
    active = sa.select(sa.func.count(events.c.person_id.distinct())).where(*activity_in(query))
    assert site.rows(active) == [(4,)]


def test_filters_are_written_as_they_are_read() -> None:
    for wanted in (
        Filter("page", Operator.IS, ("/a|b", "c\\d")),
        Filter("property.a.b", Operator.CONTAINS_NOT, ("x:y",)),
        Filter("country", Operator.UNKNOWN),
    ):
        assert parse_filter(format_filter(wanted)) == wanted
    assert parse_filter("page:/a:b") == Filter("page", Operator.IS, ("/a:b",))


@pytest.mark.parametrize("text", ["nothing:x", "page", "property.:x", "property.n:over:many", "country:is:"])
def test_a_wrong_filter_is_named(store_with: Callable[..., LoadedSite], text: str) -> None:
    site = store_with([])
    with pytest.raises(Invalid) as caught:
        events_in(site.query(filter=text))
    assert caught.value.field == "filter"
