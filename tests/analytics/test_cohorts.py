"""Cohorts: newcomers by day, week and month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import History
from tests.analytics.oracle_newcomers import Newcomer, newcomers, rate
from tests.analytics.random_histories import ZONES, histories
from tests.analytics.stores import LoadedSite, ms
from tracker.analytics.cohorts import DAYS, Cohort, Cohorts, Returned, answer
from tracker.analytics.registry import to_json
from tracker.analytics.segments.segment import Segment

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
STORY = [
    {"at": "2026-03-02 10:00", "visitor": "alice", "country": "DE"},
    {"at": "2026-03-09 10:00", "visitor": "alice"},
    {"at": "2026-03-02 11:00", "visitor": "bob"},
    {"at": "2026-03-03 11:00", "visitor": "bob"},
    {"at": "2026-03-03 12:00", "visitor": "carol", "country": "DE"},
    {"at": "2026-03-04 12:00", "visitor": "carol"},
    {"at": "2026-03-17 12:00", "visitor": "carol"},
    {"at": "2026-02-27 12:00", "visitor": "dave"},
    {"at": "2026-03-04 12:00", "visitor": "dave"},
    {"at": "2026-03-04 12:00", "visitor": "hash", "daily": True},
]


def ask(site: LoadedSite, **asked: Any) -> Cohorts:
    found: Cohorts = site.ask(answer, **asked)
    return found


def test_cohorts_by_day(store_with: Callable[..., LoadedSite]) -> None:
    found = ask(store_with(STORY), now="2026-03-31 12:00", **MARCH)
    assert found == Cohorts(
        (
            # On the 31st the 30th day of the 2nd, the 1st of April, is yet to come.
            Cohort("2026-03-02", 2, Returned(50.0, 50.0, 0.0, None, None, None)),
            Cohort("2026-03-03", 1, Returned(100.0, 0.0, 100.0, None, None, None)),
        ),
        new_users=3,
        left_out=1,
    )


def test_cohorts_by_week_and_month(store_with: Callable[..., LoadedSite]) -> None:
    week = ask(store_with(STORY), interval="week", **MARCH).cohorts
    assert week == (Cohort("2026-03-02", 3, Returned(66.67, 33.33, 33.33, None, None, None)),)
    # The month begins on the 1st of March, its newcomers came on the 2nd and 3rd.
    month = ask(store_with(STORY), interval="month", now="2026-04-02 12:00", **MARCH).cohorts
    assert month == (Cohort("2026-03-01", 3, Returned(66.67, 33.33, 33.33, None, None, None)),)
    month = ask(store_with(STORY), interval="month", now="2026-04-03 12:00", **MARCH).cohorts
    assert month[0].retention.day30 == 0.0


def test_a_day_is_unknown_until_it_is_over(store_with: Callable[..., LoadedSite]) -> None:
    for now, expected in (("2026-03-09 23:59", None), ("2026-03-10 00:00", 50.0)):
        assert ask(store_with(STORY), now=now, **MARCH).cohorts[0].retention.day7 == expected


def test_filters_and_segment_pick_newcomers(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    germans = ask(site, filter="country:DE", **MARCH)
    assert [(c.cohort_date, c.cohort_size) for c in germans.cohorts] == [("2026-03-02", 1), ("2026-03-03", 1)]
    often = Segment.parse({"name": "x", "criteria": {"total": "sessions", "at_least": 3}})
    assert ask(site, segment=often, **MARCH).new_users == 1


def test_a_site_without_events(store_with: Callable[..., LoadedSite]) -> None:
    assert ask(store_with([]), **MARCH) == Cohorts((), 0, 0)


def test_the_names_that_leave(store_with: Callable[..., LoadedSite]) -> None:
    first = to_json(ask(store_with(STORY), **MARCH))["cohorts"][0]
    assert list(first) == ["cohortDate", "cohortSize", "retention"]
    assert list(first["retention"]) == ["day1", "day7", "day14", "day30", "day60", "day90"]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=histories(days=16),
    zone=st.sampled_from(ZONES),
    now=st.sampled_from(("2026-03-29 12:00", "2026-04-04 23:30", "2026-06-20 12:00")),
    country=st.sampled_from((None, "DE")),
    weekly=st.booleans(),
)
def test_it_agrees_with_asking_each_person(
    store_with: Callable[..., LoadedSite],
    told: list[dict[str, Any]],
    zone: str,
    now: str,
    country: str | None,
    weekly: bool,
) -> None:
    site, history = store_with(told, zone), History(told, zone)
    asked: dict[str, Any] = {"from": "2026-03-22", "to": "2026-04-02"}
    asked |= {"filter": f"country:{country}"} if country else {}
    asked |= {"interval": "week"} if weekly else {}
    period = site.query(now=now, **asked).period
    today = datetime.fromtimestamp(ms(now) / 1000, ZoneInfo(zone)).date()
    groups: dict[date, list[Newcomer]] = {}
    for person in newcomers(history, period.since, period.until, country):
        if person.stable:
            monday = person.first - timedelta(days=person.first.weekday())
            groups.setdefault(max(period.first, monday) if weekly else person.first, []).append(person)
    expected = []
    for start, group in sorted(groups.items()):
        last = max(person.first for person in group)
        rates = [rate(group, n) if last + timedelta(days=n) < today else None for n in DAYS]
        expected.append(Cohort(start.isoformat(), len(group), Returned(*rates)))
    assert list(ask(site, now=now, **asked).cohorts) == expected
