"""Breakdown: the overview's figures for each value."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import History
from tests.analytics.oracle_overview import FILTERS, Asked, visit_histories
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple
from tests.analytics.test_overview import STORY, WEEK, Users
from tracker.analytics import breakdown, overview
from tracker.analytics.breakdown import Row
from tracker.errors import Invalid


def rows(site: LoadedSite, dimension: str, **params: str | list[str]) -> tuple[Row, ...]:
    found: breakdown.Breakdown = site.ask(breakdown.answer, options={"dimension": dimension}, **params)
    assert found.total == len(found.rows)
    return found.rows


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        ("source", {(None, 2, 2, 3, 50.0), ("Google", 1, 1, 3, 0.0)}),
        ("country", {("DE", 1, 2, 4, 50.0), ("US", 1, 1, 2, 0.0)}),
        ("entry_page", {("/", 1, 2, 4, 50.0), ("/pricing", 1, 1, 2, 0.0)}),
        ("exit_page", {("/", 1, 1, 1, 100.0), ("/docs", 2, 2, 5, 0.0)}),
        (
            "page",
            {("/", 1, 2, 2, 50.0), ("/pricing", 2, 2, 2, 0.0), ("/docs", 2, 2, 2, 0.0), (None, 1, 1, 0, 0.0)},
        ),
        ("event", {("page_viewed", 2, 3, 6, 33.33), ("click", 1, 1, 0, 0.0)}),
    ],
)
def test_counts_by_hand(
    store_with: Callable[..., LoadedSite], dimension: str, expected: set[tuple[object, ...]]
) -> None:
    # Bob's visit of two pages and Alice's bounce have no source.
    found = rows(store_with(STORY), dimension, **WEEK)
    assert {(r.value, r.visitors, r.visits, r.page_views, r.bounce_rate) for r in found} == expected


def test_most_visitors_first_then_page_views_and_in_parts(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    everything = rows(site, "page", **WEEK)
    assert [r.value for r in everything] == ["/docs", "/pricing", "/", None]
    part = site.ask(breakdown.answer, options={"dimension": "page"}, limit="2", offset="1", **WEEK)
    assert part.rows == everything[1:3]
    assert part.total == 4


def test_a_filter_and_a_segment(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    assert rows(site, "page", filter="country:US", **WEEK) == (
        Row("/docs", 1, 1, 1, 0.0, 1200.0),
        Row("/pricing", 1, 1, 1, 0.0, 1200.0),
    )
    found = site.ask(breakdown.answer, options={"dimension": "country"}, segment=Users(), **WEEK)
    assert found.rows == (Row("US", 1, 1, 2, 0.0, 1200.0),)


def test_by_a_property(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with([{"name": "buy", "properties": {"plan": plan}} for plan in ("pro", "free", "pro")])
    found = rows(site, "property.plan", timeframe="90d")
    assert [(r.value, r.visitors, r.visits) for r in found] == [("free", 1, 1), ("pro", 1, 1)]


def test_nothing_yet_and_wrong_dimensions(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with([])
    for dimension in ("page", "source", "country", "utm_campaign", "language", "screen", "host"):
        assert rows(site, dimension) == ()
    for wrong in ("nothing", "user", "trait.plan", "property."):
        with pytest.raises(Invalid) as caught:
            rows(site, wrong)
        assert caught.value.field == "dimension"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=visit_histories(),
    zone=st.sampled_from(ZONES),
    wanted=st.sampled_from(FILTERS),
    dimension=st.sampled_from(("page", "source", "country")),
)
def test_each_row_is_the_overview_of_its_value(
    store_with: Callable[..., LoadedSite],
    told: list[Simple],
    zone: str,
    wanted: dict[str, str],
    dimension: str,
) -> None:
    site = store_with(told, zone=zone)
    filters = [f"{key}:{value}" for key, value in wanted.items()]
    params = {"from": "2026-03-28", "to": "2026-04-01", "filter": filters}
    found = rows(site, dimension, **params)
    history, query = History(told, zone), site.query(**params)
    for row in found:
        if dimension in wanted and wanted[dimension] != row.value:
            raise AssertionError(f"{row} does not pass the filter")
        asked = Asked.of(history, query, wanted | {dimension: row.value})
        visitors, visits, views, _, bounce_rate, duration = asked.figures()
        assert row == Row(row.value, visitors, visits, views, bounce_rate, duration)
    whole = site.ask(overview.answer, **params)
    assert sum(row.page_views for row in found) == whole.page_views
    assert max((row.visitors for row in found), default=0) <= whole.visitors
    if dimension != "page":
        assert sum(row.visits for row in found) == whole.visits


@pytest.mark.parametrize("limit", ["3", "100", "1000"])
def test_figures_are_the_same_however_many_values_are_asked_for(
    store_with: Callable[..., LoadedSite], limit: str
) -> None:
    pages = [f"/{n:03d}" for n in range(140)]
    # One visit of all pages, one of every other page, and a bounce; some of their events have no page.
    wide = [{"visitor": "wide", "page": page, "at": f"2026-03-02 10:{n // 60:02d}:{n % 60:02d}"}
            for n, page in enumerate(pages)]  # fmt: skip
    half = [{"visitor": "half", "page": page, "at": f"2026-03-02 11:{n // 60:02d}:{n % 60:02d}"}
            for n, page in enumerate(pages[::2])]  # fmt: skip
    rest = [
        {"visitor": "bounce", "page": "/000", "at": "2026-03-02 12:00"},
        *({"visitor": who, "name": "click", "at": "2026-03-02 10:30"} for who in ("wide", "third")),
    ]
    site = store_with([*wide, *half, *rest])
    found = site.ask(breakdown.answer, options={"dimension": "page"}, limit=limit, **WEEK)
    expected = [
        Row("/000", 3, 3, 3, 33.33, 623.0),
        *(Row(page, 2, 2, 2, 0.0, 934.5) for page in pages[2::2]),
        Row(None, 2, 2, 0, 0.0, 900.0),
        *(Row(page, 1, 1, 1, 0.0, 1800.0) for page in pages[1::2]),
    ]
    assert found.total == 141
    assert list(found.rows) == expected[: int(limit)]
