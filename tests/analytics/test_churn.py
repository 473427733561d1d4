"""Churn: who is gone, for how long they were here, and who may be next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import History
from tests.analytics.oracle_churn import Presence
from tests.analytics.random_histories import ZONES, histories
from tests.analytics.stores import LoadedSite, Simple
from tracker.analytics.churn import Churn, answer
from tracker.analytics.rates import share
from tracker.analytics.risk import RiskSegment
from tracker.analytics.segments.segment import Segment

WEEK = {"from": "2026-03-09", "to": "2026-03-15"}
STORY: list[Simple] = [
    # The week before: Alice, Bob, Carol, and a visitor who cannot be told again.
    {"at": "2026-03-01 12:00", "visitor": "alice", "country": "DE"},
    {"at": "2026-03-04 00:00", "visitor": "alice", "country": "DE"},
    {"at": "2026-03-08 12:00", "visitor": "bob"},
    {"at": "2026-03-08 13:00", "visitor": "carol", "country": "DE"},
    {"at": "2026-03-08 12:00", "visitor": "hash", "daily": True},
    # This week only Carol is active: Bob's is a ping and a bot's.
    {"at": "2026-03-10 12:00", "visitor": "carol"},
    {"at": "2026-03-10 12:00", "visitor": "bob", "name": "ping", "interactive": False},
    {"at": "2026-03-11 12:00", "visitor": "bob", "bot": "user_agent"},
    {"at": "2026-03-12 12:00", "visitor": "dave"},
]


def ask(site: LoadedSite, **asked: Any) -> Churn:
    found: Churn = site.ask(answer, **asked)
    return found


def risks(found: Churn) -> dict[str, tuple[int, float | None]]:
    return {risk.segment: (risk.users, risk.churn_probability) for risk in found.risk_segments}


def test_who_is_gone(store_with: Callable[..., LoadedSite]) -> None:
    found = ask(store_with(STORY), **WEEK)
    assert (found.active_before, found.churned_users, found.left_out) == (3, 2, 1)
    assert found.churn_rate == 66.67
    assert found.avg_lifetime == 1.25  # Alice 2.5 days, Bob none


def test_filters_and_segment(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    germans = ask(site, filter="country:DE", **WEEK)
    assert (germans.active_before, germans.churned_users) == (2, 2)  # Carol did not come from Germany again
    often = Segment.parse({"name": "x", "criteria": {"total": "sessions", "at_least": 2}})
    assert ask(site, segment=often, **WEEK).churn_rate == 50.0  # Alice and Carol


def test_compared_with_the_week_before(store_with: Callable[..., LoadedSite]) -> None:
    # From the week of the 23rd of February to that of the 2nd of March nobody was lost.
    assert ask(store_with(STORY), compare="1", **WEEK).previous_churn_rate == 0.0
    assert ask(store_with(STORY), **WEEK).previous_churn_rate is None


def _visits(visitor: str, *days: str) -> list[Simple]:
    return [{"at": f"2026-{day} 12:00", "visitor": visitor} for day in days]


def test_what_became_of_persons_in_the_same_state(store_with: Callable[..., LoadedSite]) -> None:
    story = [
        *_visits("alice", "03-10", "03-28"),  # now: twice, seen this week
        *_visits("bob", "03-18"),  # now: once, away for a week
        *_visits("carol", "02-16", "03-30"),  # thirty days ago: once, away for a week; came back, once
        *_visits("dave", "02-15"),  # the same; did not come back
        *_visits("erin", "02-28", "02-28", "03-01"),  # thirty days ago and now: once
    ]
    found = ask(store_with(story), **{"from": "2026-03-24", "to": "2026-03-30"})
    # The last day is the 30th of March, thirty days earlier is the 28th of February.
    assert found.risk_segments == (
        RiskSegment(
            "Once, away for a week",
            1,
            0.5,
            (
                "last active 7 to 13 days ago",
                "active on 1 day of the last 30",
                "of 2 like this 30 days earlier, 1 did not come back",
            ),
        ),
        RiskSegment(
            "Now and then, seen this week",
            1,
            None,
            (
                "last active 0 to 6 days ago",
                "active on 2 to 4 days of the last 30",
                "of 0 like this 30 days earlier, 0 did not come back",
            ),
        ),
        RiskSegment(
            "Once, away for two weeks or more",
            1,
            None,
            (
                "last active 14 to 29 days ago",
                "active on 1 day of the last 30",
                "of 0 like this 30 days earlier, 0 did not come back",
            ),
        ),
        RiskSegment(
            "Once, seen this week",
            1,
            0.0,
            (
                "last active 0 to 6 days ago",
                "active on 1 day of the last 30",
                "of 1 like this 30 days earlier, 0 did not come back",
            ),
        ),
    )


def test_a_site_without_events(store_with: Callable[..., LoadedSite]) -> None:
    assert ask(store_with([]), **WEEK) == Churn(None, None, (), 0, 0, 0)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=histories(since="2026-02-05 00:00", days=60, size=40),
    zone=st.sampled_from(ZONES),
    days=st.sampled_from((("2026-03-25", "2026-03-31"), ("2026-03-02", "2026-03-29"))),
    country=st.sampled_from((None, None, "DE")),
)
def test_it_agrees_with_asking_each_person(
    store_with: Callable[..., LoadedSite],
    told: list[Simple],
    zone: str,
    days: tuple[str, str],
    country: str | None,
) -> None:
    site, people = store_with(told, zone), Presence(History(told, zone), country)
    asked: dict[str, Any] = {"from": days[0], "to": days[1], "now": "2026-04-10 12:00"}
    asked |= {"filter": f"country:{country}"} if country else {}
    period = site.query(**asked).period
    found = ask(site, **asked)
    before = people.between(period.previous().since, period.since)
    stable = {person for person in before if people.stable(person)}
    gone = stable - people.between(period.since, period.until)
    assert (found.active_before, found.left_out) == (len(stable), len(before - stable))
    assert (found.churned_users, found.churn_rate) == (len(gone), share(len(gone), len(stable)))
    lifetimes = [people.lifetime(person) / 86_400_000 for person in gone]
    expected = round(sum(lifetimes) / len(gone), 2) if gone else None
    assert found.avg_lifetime is None if expected is None else abs(found.avg_lifetime - expected) < 0.011
    words = {
        "this week": "seen this week",
        "a week": "away for a week",
        "two weeks": "away for two weeks or more",
    }
    assert risks(found) == {
        f"{habit}, {words[recency]}": risk for (recency, habit), risk in people.risks(period.last).items()
    }
