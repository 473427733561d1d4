"""Funnels: who counts as how far, how fast, and cut by what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import Happened, History
from tests.analytics.oracle_funnels import medians, walks
from tests.analytics.random_histories import PAGES, ZONES, histories
from tests.analytics.stores import LoadedSite
from tracker.analytics.funnels.answer import FunnelAnswer, Part, answer
from tracker.analytics.funnels.funnel import Funnel
from tracker.analytics.segments.segment import Segment
from tracker.errors import Invalid

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
SIGNUP = [{"page": "/"}, {"event": "signup"}, {"event": "purchase"}]
STORY = [
    # Alice goes all the way: 2 minutes, then a day.
    {"at": "2026-03-02 10:00", "visitor": "alice", "page": "/", "country": "DE", "source": "Google"},
    {"at": "2026-03-02 10:02", "visitor": "alice", "name": "signup", "country": "DE"},
    {"at": "2026-03-03 10:02", "user": "ALICE", "visitor": "alice", "name": "purchase", "country": "DE"},
    # Bob's first start fails the two weeks, his second one does not.
    {"at": "2026-03-01 10:00", "visitor": "bob", "page": "/", "country": "US"},
    {"at": "2026-03-20 10:00", "visitor": "bob", "page": "/", "country": "DE"},
    {"at": "2026-03-20 10:04", "visitor": "bob", "name": "signup"},
    {"at": "2026-03-20 10:10", "visitor": "bob", "name": "purchase"},
    # Carol did it in the wrong order.
    {"at": "2026-03-05 10:00", "visitor": "carol", "name": "signup"},
    {"at": "2026-03-05 10:01", "visitor": "carol", "page": "/"},
    # Dave starts on the last day and signs up after it; a daily visitor only looks.
    {"at": "2026-03-31 23:00", "visitor": "dave", "page": "/", "country": "DE"},
    {"at": "2026-04-02 23:00", "visitor": "dave", "name": "signup"},
    {"at": "2026-03-31 23:00", "visitor": "hash", "page": "/", "daily": True},
    # Not in March, or not people.
    {"at": "2026-04-01 10:00", "visitor": "erin", "page": "/"},
    {"at": "2026-03-01 10:00", "visitor": "spider", "page": "/", "bot": "user_agent"},
]


def funnel(steps: list[dict[str, Any]], **more: Any) -> Funnel:
    return Funnel.parse({"name": "Sign-up", "steps": steps, **more})


def ask(site: LoadedSite, found: Funnel, breakdown: str | None = None, **asked: Any) -> FunnelAnswer:
    answered: FunnelAnswer = site.ask(answer, options={"funnel": found, "breakdown": breakdown}, **asked)
    return answered


def counts(found: FunnelAnswer) -> list[int]:
    return [step.count for step in found.steps]


def test_each_step_of_a_story(store_with: Callable[..., LoadedSite]) -> None:
    found = ask(store_with(STORY), funnel(SIGNUP), now="2026-04-10 12:00", **MARCH)
    assert counts(found) == [5, 3, 2]  # Alice, Bob, Carol, Dave, hash; the first, second and fourth; A., B.
    assert (found.started, found.completed, found.conversion_rate) == (5, 2, 40.0)
    _, second, third = found.steps
    assert (second.step_rate, second.overall_rate, second.dropped, second.dropoff_rate) == (60, 60, 2, 40)
    assert (third.step_rate, third.overall_rate, third.dropped, third.dropoff_rate) == (66.67, 40, 1, 33.33)
    assert second.median_seconds == 4 * 60  # of 2 min, 4 min and 2 days
    assert third.median_seconds == (86_400 + 360) / 2
    assert found.median_seconds == (86_400 + 120 + 600) / 2
    assert found.one_day_persons == 1


def test_the_window_and_the_session(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    assert counts(ask(site, funnel(SIGNUP, window="30d"), **MARCH)) == [5, 3, 2]
    assert counts(ask(site, funnel(SIGNUP, window="3m"), **MARCH)) == [5, 1, 0]
    # Sessions: six with a start; in Alice's first one and in Bob's second one there is a sign-up.
    assert counts(ask(site, funnel(SIGNUP, per="session"), **MARCH)) == [6, 2, 1]


def test_the_earliest_of_the_best_starts_is_timed(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(
        [
            {"at": "2026-03-01 10:00", "visitor": "a", "page": "/"},  # too early for the purchase
            {"at": "2026-03-10 10:00", "visitor": "a", "page": "/"},
            {"at": "2026-03-10 10:01", "visitor": "a", "page": "/"},
            {"at": "2026-03-10 10:05", "visitor": "a", "name": "signup"},
            {"at": "2026-03-10 10:06", "visitor": "a", "name": "signup"},
            {"at": "2026-03-20 10:05", "visitor": "a", "name": "purchase"},
        ]
    )
    found = ask(site, funnel(SIGNUP), **MARCH)
    assert [step.median_seconds for step in found.steps] == [None, 5 * 60, 10 * 86_400]


def test_one_event_is_one_step_and_moments_have_no_order(store_with: Callable[..., LoadedSite]) -> None:
    twice = funnel([{"page": "/"}, {"event": "page_viewed"}])
    one = {"at": "2026-03-02 10:00", "visitor": "a", "page": "/"}
    assert counts(ask(store_with([one]), twice, **MARCH)) == [1, 0]
    assert counts(ask(store_with([one, one]), twice, **MARCH)) == [1, 0]
    assert counts(ask(store_with([{**one, "page": "/x"}, one]), twice, **MARCH)) == [1, 1]
    assert counts(ask(store_with([one, {**one, "at": one["at"] + ":01"}]), twice, **MARCH)) == [1, 1]


def test_filters_and_segment(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    two = funnel(SIGNUP[:2])
    # Started in Germany: Alice, Bob (who failed from America), Dave.
    assert counts(ask(site, two, filter="country:DE", **MARCH)) == [3, 3]
    assert counts(ask(site, two, filter="source:Google", **MARCH)) == [1, 1]
    assert counts(ask(site, two, filter="event:purchase", **MARCH)) == [2, 2]
    assert counts(ask(site, two, filter=["event:purchase", "country:US"], **MARCH)) == [1, 0]
    bought = Segment.parse({"name": "x", "criteria": {"event": "purchase"}})
    assert counts(ask(site, two, segment=bought, **MARCH)) == [2, 2]
    assert counts(ask(site, funnel([{"event": "signup"}, {"page": "/"}]), bots="1", **MARCH)) == [3, 1]


def test_a_breakdown_goes_by_the_start_and_adds_up(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    found = ask(site, funnel(SIGNUP), "country", **MARCH)
    assert found.breakdown == (
        Part("DE", (3, 3, 2), 66.67),
        Part(None, (2, 0, 0), 0.0),
    )
    for name in ("source", "user", "page", "trait.plan", "property.x", "device"):
        parts = ask(site, funnel(SIGNUP), name, **MARCH).breakdown
        assert [sum(n) for n in zip(*(part.counts for part in parts or ()), strict=True)] == counts(found)
    assert ask(site, funnel(SIGNUP), "source", **MARCH).breakdown == (
        Part(None, (4, 2, 1), 25.0),
        Part("Google", (1, 1, 1), 100.0),
    )


def test_compared_with_the_period_before(store_with: Callable[..., LoadedSite]) -> None:
    before = [{**event, "at": str(event["at"]).replace("-03-", "-02-")} for event in STORY[:3]]
    found = ask(store_with([*STORY, *before]), funnel(SIGNUP), compare="1", **MARCH)
    assert found.previous_conversion_rate == 100.0


def test_a_site_without_events(store_with: Callable[..., LoadedSite]) -> None:
    found = ask(store_with([]), funnel(SIGNUP), "country", **MARCH)
    assert (found.started, found.completed, found.conversion_rate, found.median_seconds) == (0, 0, None, None)
    assert counts(found) == [0, 0, 0]
    assert found.breakdown == ()


def test_a_wrong_breakdown_is_named(store_with: Callable[..., LoadedSite]) -> None:
    with pytest.raises(Invalid) as caught:
        answer.read({"funnel": "payment", "breakdown": "planet"})
    assert caught.value.field == "breakdown"
    assert answer.read({"funnel": "payment"})["breakdown"] is None


STEP = st.one_of(
    st.fixed_dictionaries({"event": st.sampled_from(("page_viewed", "signup", "purchase", "ping"))}),
    st.fixed_dictionaries({"page": st.sampled_from(PAGES)}),
    st.just({"event": "purchase", "filters": ["property.plan:pro"]}),
)


def fits(step: dict[str, Any]) -> Callable[[Happened], bool]:
    def check(e: Happened) -> bool:
        if "page" in step:
            return e.page_view and e.page == step["page"]
        plan = e.told.get("properties", {}).get("plan")
        return e.name == step["event"] and ("filters" not in step or plan == "pro")

    return check


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=histories(days=12, size=30),
    steps=st.lists(STEP, min_size=2, max_size=4),
    hours=st.sampled_from((1, 23, 24, 72, 336)),
    per=st.sampled_from(("person", "session")),
    zone=st.sampled_from(ZONES),
    german=st.booleans(),
)
def test_it_agrees_with_walking_from_each_start(
    store_with: Callable[..., LoadedSite],
    told: list[dict[str, Any]],
    steps: list[dict[str, Any]],
    hours: int,
    per: str,
    zone: str,
    german: bool,
) -> None:
    site, history = store_with(told, zone), History(told, zone)
    asked = {"from": "2026-03-22", "to": "2026-03-29", **({"filter": "country:DE"} if german else {})}
    period = site.query(**asked).period
    found = ask(site, funnel(steps, window=f"{hours}h", per=per), "country", **asked)
    expected = walks(
        history,
        [fits(step) for step in steps],
        period.since,
        period.until,
        hours * 3_600_000,
        per,
        lambda e: not german or e.told.get("country") == "DE",
    )
    assert counts(found) == [sum(len(walk) > n for walk in expected) for n in range(len(steps))]
    assert [s.median_seconds for s in found.steps[1:]] + [found.median_seconds] == pytest.approx(
        medians(expected, len(steps))
    )
    assert [sum(n) for n in zip(*(p.counts for p in found.breakdown or ()), strict=True)] == (
        counts(found) if expected else []
    )
    assert all(a.count >= b.count for a, b in zip(found.steps, found.steps[1:], strict=False))
