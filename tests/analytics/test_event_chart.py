"""Event chart: steps and lines, cut by what events tell."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import Happened, History
from tests.analytics.oracle_overview import source_of
from tests.analytics.random_histories import ZONES, histories
from tests.analytics.stores import LoadedSite, Simple
from tracker.analytics import event_chart
from tracker.analytics.registry import to_table
from tracker.analytics.segments.segment import Segment
from tracker.errors import Invalid

DAYS = {"from": "2026-03-09", "to": "2026-03-11"}
STORY: list[Simple] = [
    {"at": "2026-03-09 10:00", "visitor": "alice", "name": "signup", "properties": {"plan": "pro"}},
    {"at": "2026-03-09 10:05", "visitor": "alice", "name": "signup", "properties": {"plan": "pro"}},
    {"at": "2026-03-11 10:00", "visitor": "alice", "name": "signup", "properties": {"plan": "free"}},
    {"at": "2026-03-11 10:00", "user": "bob", "name": "signup", "country": "DE"},
    {"at": "2026-03-10 10:00", "user": "bob", "name": "purchase", "source": "Google"},
    {"at": "2026-03-10 10:01", "user": "bob", "name": "purchase", "source": "Twitter"},  # the same visit
    {"at": "2026-03-10 12:00", "visitor": None, "name": "purchase"},
    {"at": "2026-03-10 12:00", "visitor": "spider", "name": "signup", "bot": "user_agent"},
    {"at": "2026-03-12 00:00", "visitor": "alice", "name": "signup"},
]


def lines(found: event_chart.EventChart) -> list[tuple[Any, ...]]:
    return [dataclasses.astuple(line) for line in found.series]


def steps(found: event_chart.EventChart, field: str = "events") -> list[int]:
    return [getattr(step, field) for step in found.steps]


def chart(
    site: LoadedSite, *names: str, by: str | None = None, persons: bool = True, **asked: Any
) -> event_chart.EventChart:
    found: event_chart.EventChart = site.ask(
        event_chart.answer, options={"names": names, "by": by, "persons": persons}, **{**DAYS, **asked}
    )
    return found


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    found = chart(site, "signup", "purchase", "never")
    assert (found.total, found.other) == (7, 0)
    assert lines(found) == [("signup", None, 4, 2), ("purchase", None, 3, 1), ("never", None, 0, 0)]
    assert steps(found) == [2, 0, 2, 0, 3, 0, 0, 0, 0]
    assert steps(found, "persons") == [1, 0, 2, 0, 1, 0, 0, 0, 0]
    everything = chart(site)
    assert lines(everything) == [(None, None, 7, 2)]
    assert steps(everything) == [2, 3, 2]
    assert [step.date for step in everything.steps] == ["2026-03-09", "2026-03-10", "2026-03-11"]


def test_cut_by_a_property_and_by_a_visits_source(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    found = chart(site, "signup", by="property.plan")
    assert lines(found) == [("signup", "pro", 2, 1), ("signup", None, 1, 1), ("signup", "free", 1, 1)]
    assert steps(found) == [2, 0, 0, 0, 0, 1, 0, 0, 1]
    # A visit has one source: that of its first event.
    assert lines(chart(site, "purchase", by="source")) == [
        ("purchase", "Google", 2, 1),
        ("purchase", None, 1, 0),
    ]
    top = chart(site, "signup", by="property.plan", limit="1")
    assert (lines(top), top.total, top.other) == ([("signup", "pro", 2, 1)], 4, 2)
    alone = chart(site, "signup", by="property.plan", persons=False, limit="1")
    assert (lines(alone), alone.total, alone.other) == ([("signup", "pro", 2, None)], 4, 2)
    assert steps(alone) == steps(top)


def test_a_filter_and_a_segment(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    assert lines(chart(site, "signup", filter="country:DE")) == [("signup", None, 1, 1)]
    bob = Segment.parse({"name": "Bob", "criteria": {"dimension": "user", "value": "bob"}})
    assert lines(chart(site, by="event", segment=bob)) == [(None, "purchase", 2, 1), (None, "signup", 1, 1)]


def test_nothing_yet(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with([])
    assert lines(chart(site)) == [(None, None, 0, 0)]
    assert steps(chart(site, "signup")) == [0, 0, 0]
    assert chart(site, by="page") == event_chart.EventChart(0, 0, (), ())
    assert chart(site, by="page", persons=False) == event_chart.EventChart(0, 0, (), ())
    assert lines(chart(site, "signup", persons=False)) == [("signup", None, 0, None)]
    header, rows = to_table(event_chart.answer, chart(site))
    assert header == ["date", "start", "event", "value", "events", "persons"]
    assert len(list(rows)) == 3


def test_parameters_are_read() -> None:
    read = event_chart.answer.read
    found = read({"names": "signup, $pageview,signup"})
    assert found == {"names": ("signup", "page_viewed"), "by": None, "persons": True}
    assert read({"persons": "0"})["persons"] is False
    assert read({"by": "property.a.b"})["by"] == "property.a.b"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"by": "colour"}, "by"),
        ({"by": "trait.plan"}, "by"),
        ({"persons": "few"}, "persons"),
        ({"names": ",".join("abcdefghijklmnopqrstu")}, "names"),
    ],
)
def test_a_wrong_parameter_is_named(params: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        event_chart.answer.read(params)
    assert caught.value.field == field


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=histories(since="2026-03-24 00:00", days=12),
    zone=st.sampled_from(ZONES),
    by=st.sampled_from((None, "country", "property.plan", "source")),
    interval=st.sampled_from(("hour", "day", "week", "month")),
)
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite], told: list[Simple], zone: str, by: str | None, interval: str
) -> None:
    names = ("page_viewed", "purchase")
    site, history = store_with(told, zone), History(told, zone)
    params = {"from": "2026-03-27", "to": "2026-04-01", "interval": interval}
    found = chart(site, *names, by=by, **params)
    alone = chart(site, *names, by=by, persons=False, **params)
    assert alone.series == tuple(dataclasses.replace(line, persons=None) for line in found.series)
    assert alone.steps == tuple(dataclasses.replace(step, persons=None) for step in found.steps)
    visits = {e.place: v for v in history.visits for e in v.events}

    def value(event: Happened) -> str | None:
        if by == "source":
            return source_of(visits[event.place]) if event.place in visits else None
        told = event.told if by == "country" else event.told.get("properties", {})
        return told.get((by or "").removeprefix("property."))

    query = site.query(**params)
    events = [e for e in history.events if e.name in names and not e.bot]
    events = [e for e in events if query.period.since <= e.at < query.period.until]
    counts = Counter((e.name, value(e)) for e in events)
    assert {(s.event, s.value): s.events for s in found.series if s.events} == counts
    assert (found.total, found.other) == (len(events), 0)
    for line in found.series:
        own = [e for e in events if (e.name, value(e)) == (line.event, line.value)]
        assert line.persons == len({e.person for e in own} - {None})
        mine = [s for s in found.steps if (s.event, s.value) == (line.event, line.value)]
        for step, bucket in zip(mine, query.buckets(), strict=True):
            inside = [e for e in own if bucket.start <= e.at < bucket.end]
            assert (step.start, step.events) == (bucket.start, len(inside))
            assert step.persons == len({e.person for e in inside} - {None})
