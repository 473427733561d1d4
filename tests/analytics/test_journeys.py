"""Journeys: paths, where visits come in and leave, what leads to goals."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics import oracle_journeys as slow
from tests.analytics.oracle import History
from tests.analytics.oracle_overview import FILTERS, Asked, visit_histories
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple
from tracker.analytics import journeys
from tracker.analytics.goals.goal import Goal
from tracker.analytics.occurrence import Occurrence
from tracker.analytics.query import Filter
from tracker.analytics.registry import to_json
from tracker.analytics.segments.segment import Segment
from tracker.errors import Invalid

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


def visit(day: int, who: str, *pages: str, minutes: int = 1, **more: Any) -> list[Simple]:
    """Page views from ten o'clock on, so many minutes apart; names without a slash are other events."""
    return [
        {"at": f"2026-03-{day:02} 10:{n * minutes:02}", "visitor": who, **more}
        | ({"page": page} if page.startswith("/") else {"name": page})
        for n, page in enumerate(pages)
    ]


STORY: list[Simple] = [
    *visit(2, "alice", "/", "/", "/pricing", "signup", country="DE"),  # a reload counts once
    *visit(3, "bob", "/", "/pricing", "/docs"),
    *visit(4, "carol", "/", "/pricing", "signup", "/welcome"),
    *visit(5, "dave", "/", "/docs", minutes=3),
    *visit(6, "erin", "/"),
    *visit(7, "erin", "/docs", "/a", "/b", "/docs", "/c", "/d", "signup"),
    *visit(8, "frank", "signup"),  # no page at all
    *visit(9, "spider", "/", "/trap", bot="user_agent"),
    *visit(10, "ping", "/", interactive=False),
]


def paths(found: journeys.Journeys) -> list[tuple[Any, ...]]:
    return [dataclasses.astuple(path) for path in found.common_paths]


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(journeys.answer, **MARCH)
    # Five visits begin at /, three of them go on to /pricing, one of those to /docs, one to /welcome.
    assert paths(found) == [
        (("/",), 1, 100.0, ()),
        (("/", "/docs"), 1, 20.0, (("/", 80.0),)),
        (("/", "/pricing"), 1, 60.0, (("/", 40.0),)),
        (("/", "/pricing", "/docs"), 1, 20.0, (("/", 40.0), ("/pricing", 66.67))),
        (("/", "/pricing", "/welcome"), 1, 20.0, (("/", 40.0), ("/pricing", 66.67))),
        (
            ("/docs", "/a", "/b", "/docs", "/c"),
            1,
            100.0,
            (("/docs", 0.0), ("/a", 0.0), ("/b", 0.0), ("/docs", 0.0)),
        ),
    ]
    assert [dataclasses.astuple(e) for e in found.entry_points] == [("/", 5, 20.0), ("/docs", 1, 0.0)]
    assert [dataclasses.astuple(e) for e in found.exit_points] == [
        ("/docs", 2, 150.0),  # two minutes and three
        ("/", 1, 0.0),
        ("/d", 1, 300.0),
        ("/pricing", 1, 120.0),
        ("/welcome", 1, 180.0),
    ]
    assert found.conversion_paths == ()


def test_reloads_and_views_of_one_moment(store_with: Callable[..., LoadedSite]) -> None:
    """The first five, none twice in a row, however often it is viewed; of one moment as they arrived."""
    same = [{"at": "2026-03-05 10:00", "visitor": "same", "page": page} for page in ("/b", "/a", "/a", "/c")]
    site = store_with([
        *visit(2, "some", "/a", "/a", "/b", "/b", "/b", "/a"),
        *visit(3, "late", *["/a"] * 13, "/b", "/b", "/c"),  # more than are looked at first
        *visit(4, "full", "/a", "/a", "/b", "/c", "/c", "/d", "/e", "/e", "/f"),
        *same,
    ])  # fmt: skip
    found = site.ask(journeys.answer, **MARCH)
    assert sorted(path.path for path in found.common_paths) == [
        ("/a", "/b", "/a"),
        ("/a", "/b", "/c"),
        ("/a", "/b", "/c", "/d", "/e"),
        ("/b", "/a", "/c"),
    ]


def test_what_leads_to_a_goal(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(journeys.answer, options={"goals": journeys.goals("signup")}, **MARCH)
    (goal,) = found.conversion_paths
    assert goal.goal == "signup"
    assert [dataclasses.astuple(path) for path in goal.paths] == [
        (("/", "/pricing"), 2, 66.67),  # bob saw both too and did not sign up
        ((), 1, 14.29),  # one of seven visits
        (("/a", "/b", "/docs", "/c", "/d"), 1, 100.0),
    ]


def test_goals_may_be_pages_and_several(store_with: Callable[..., LoadedSite]) -> None:
    wanted = journeys.goals('[{"page": "/welcome"}, {"event": "signup", "filters": ["country:DE"]}]')
    found = store_with(STORY).ask(journeys.answer, options={"goals": wanted}, **MARCH)
    told = to_json(found)["conversionPaths"]
    assert [(goal["goal"], [path["steps"] for path in goal["paths"]]) for goal in told] == [
        ("a view of /welcome", [["/", "/pricing"]]),
        ("signup (country is DE)", [["/", "/pricing"]]),
    ]
    assert [path["conversions"] for goal in told for path in goal["paths"]] == [1, 1]


def test_a_goal_is_read() -> None:
    assert journeys.goals("signup") == (Goal("signup", Occurrence("signup")),)
    thanks = Occurrence("page_viewed", (Filter("page", values=("/thanks",)),))
    assert journeys.goals("/thanks") == (Goal("a view of /thanks", thanks),)
    assert journeys.goals('{"name": "Thanked", "page": "/thanks"}') == (Goal("Thanked", thanks),)
    assert journeys.answer.read({}) == {"goals": ()}


@pytest.mark.parametrize(
    ("text", "field"),
    [("{", "goals"), ('{"evnt": "x"}', "goals[0].evnt"), ("[]", "goals"), ('["x"]', "goals[0]")],
)
def test_a_wrong_goal_is_named(text: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        journeys.answer.read({"goals": text})
    assert caught.value.field == field


def test_a_filter_a_segment_and_a_limit(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    german = site.ask(journeys.answer, filter="country:DE", **MARCH)
    assert [path[0] for path in paths(german)] == [("/", "/pricing")]
    docs = Segment.parse({"name": "Docs", "criteria": {"page": "/docs"}})
    found = site.ask(journeys.answer, segment=docs, **MARCH)
    assert Counter({e.page: e.count for e in found.entry_points}) == {"/": 3, "/docs": 1}
    second = site.ask(journeys.answer, limit="1", offset="2", **MARCH)
    assert [path[0] for path in paths(second)] == [("/", "/pricing")]
    assert (len(second.entry_points), len(second.exit_points)) == (1, 1)


def test_nothing_yet(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with([]).ask(journeys.answer, options={"goals": journeys.goals("signup")}, timeframe="7d")
    empty = {"commonPaths": [], "entryPoints": [], "exitPoints": []}
    assert to_json(found) == empty | {"conversionPaths": [{"goal": "signup", "paths": []}]}


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=visit_histories(), zone=st.sampled_from(ZONES), wanted=st.sampled_from(FILTERS), dense=st.booleans()
)
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite],
    told: list[Simple],
    zone: str,
    wanted: dict[str, str],
    dense: bool,
) -> None:
    for event in told if dense else ():  # fewer, longer visits
        event["at"] = told[0]["at"] + (event["at"] - told[0]["at"]) // 400
    site = store_with(told, zone)
    filters = [f"{key}:{value}" for key, value in wanted.items()]
    params: dict[str, Any] = {"from": "2026-03-27", "to": "2026-04-01", "filter": filters}
    found = site.ask(journeys.answer, options={"goals": journeys.goals("purchase")}, **params)
    visits = Asked.of(History(told, zone), site.query(**params), wanted).visits()
    assert paths(found) == slow.common(visits)
    assert {e.page: e.count for e in found.entry_points} == Counter(
        v.page_views[0].page for v in visits if v.page_views
    )
    assert {e.page: (e.count, e.avg_time_before_exit) for e in found.exit_points} == exits(visits)
    goals = {path.steps: (path.conversions, path.conversion_rate) for path in found.conversion_paths[0].paths}
    expected = slow.conversions(visits, "purchase")
    assert goals.items() <= expected.items()
    assert len(goals) == min(10, len(expected))


def exits(visits: list[Any]) -> dict[str, tuple[int, float]]:
    seconds: dict[str, list[float]] = {}
    for v in visits:
        if v.page_views:
            seconds.setdefault(v.page_views[-1].page, []).append((v.page_views[-1].at - v.start) / 1000)
    return {page: (len(own), round(sum(own) / len(own), 2)) for page, own in seconds.items()}
