"""What charts said before details went they say afterwards, by day, week and month; or that nobody knows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.random_histories import NAMES, ZONES, histories
from tests.analytics.stores import LoadedSite, Simple
from tests.keeping.places import Place
from tracker.analytics import activity, breakdown, breakdown_steps, event_chart, event_ranking, overview
from tracker.errors import Invalid

GRAINS = ("day", "week", "month")
WHOLE = {"from": "2025-12-29", "to": "2026-03-31"}
"""Whole weeks at the beginning, whole months at the end."""


def charts(site: LoadedSite) -> dict[str, Any]:
    """All that must stay the same, by name."""
    found: dict[str, Any] = {}
    for grain in GRAINS:
        found[f"overview {grain}"] = site.ask(overview.answer, interval=grain, **WHOLE)
        for names in ((), NAMES):
            chart = site.ask(event_chart.answer, options={"names": names}, interval=grain, **WHOLE)
            found[f"events {grain} {len(names)}"] = chart
    found["ranking"] = site.ask(event_ranking.answer, **WHOLE)
    return found


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    history=histories(since="2026-01-05 00:00", days=84, size=30),
    zone=st.sampled_from(ZONES),
    ages=st.lists(st.integers(31, 80), min_size=1, max_size=2),
)
def test_figures_stay(place: Place, history: list[Simple], zone: str, ages: list[int]) -> None:
    site = place.load(history, zone)
    before, new = charts(site), site.ask(activity.answer, timeframe="7d").new_users
    for age in sorted(ages, reverse=True):
        place.let_go(site, "2026-03-31 12:00", details=age, errors=None)
    for where in (site, place.rebuilt(site)):
        after = charts(where)
        assert same(before, after) == []
        assert where.ask(activity.answer, timeframe="7d").new_users == new
    where.store.close()


def same(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What differs: everything must be as it was, but persons of stretches that are cut may be unknown."""
    wrong = []
    for name, told in before.items():
        now = after[name]
        pairs = [*zip(steps(told), steps(now), strict=True), (told, now)]
        for old, new in pairs:
            for key in FIGURES:
                was, became = getattr(old, key, None), getattr(new, key, None)
                unknown = (
                    became is None and (old is told or cut(name, old)) and key in ("visitors", "persons")
                )
                if was != became and not unknown:
                    wrong.append(f"{name} {getattr(old, 'date', '')}: {key} was {was}, is {became}")
    return wrong


FIGURES = (
    *("visitors", "visits", "page_views", "views_per_visit", "bounce_rate", "visit_duration"),
    *("events", "persons", "total"),
)


def steps(answer: Any) -> list[Any]:
    """Steps of an answer, by name and time."""
    found = getattr(answer, "steps", None) or getattr(answer, "series", None) or answer.rows
    return sorted(found, key=lambda one: (getattr(one, "event", "") or "", getattr(one, "date", "")))


def cut(name: str, step: Any) -> bool:
    """Whether the period holds a part of the step only (the last week, the first month), or it is no step."""
    date = getattr(step, "date", None)
    return date is None or (name.split()[1], date) in (("week", "2026-03-30"), ("month", "2025-12-29"))


SHOP = (
    {"at": "2026-01-02 10:00", "visitor": "ada", "page": "/", "country": "DE"},
    {"at": "2026-01-02 10:10", "visitor": "ada", "page": "/pricing", "country": "DE"},
    {"at": "2026-01-02 23:50", "visitor": "bob", "page": "/", "country": "DE"},
    {"at": "2026-01-03 00:10", "visitor": "bob", "page": "/", "country": "DE"},
    {"at": "2026-01-03 09:00", "visitor": "cleo", "page": "/", "country": "AT"},
    {"at": "2026-01-20 09:00", "visitor": "ada", "page": "/", "country": "DE"},
    {"at": "2026-01-20 09:01", "user": "eve", "name": "payment_completed", "properties": {"amount": 5}},
    {"at": "2026-03-30 09:00", "visitor": "ada", "page": "/", "country": "DE"},
)


@pytest.fixture(scope="module")
def shop(place: Place) -> LoadedSite:
    site = place.load(SHOP)
    assert place.let_go(site, "2026-03-31 12:00", details=60) == 6
    return site


def test_figures_of_many_days_at_once_are_those_of_each_day(place: Place) -> None:
    site = place.load(SHOP)
    period = {"from": "2026-01-01", "to": "2026-01-21"}
    for dimension in ("page", "entry_page", "country"):
        with site.connect() as connection:
            found = breakdown_steps.counted(connection, site.query(**period), dimension)
        for bucket in site.query(**period).buckets():
            day = {"from": bucket.name, "to": bucket.name}
            told = site.ask(breakdown.answer, options={"dimension": dimension}, interval="day", **day)
            here = {value: sums for (step, value), sums in found.items() if step == bucket.key}
            assert {row.value: (row.visitors, row.visits, row.page_views) for row in told.rows} == {
                value: (sums.visitors, sums.visits, sums.views) for value, sums in here.items()
            }


def test_breakdowns_keep_what_enough_people_had(shop: LoadedSite) -> None:
    january = {"from": "2026-01-01", "to": "2026-01-31"}
    pages = shop.ask(breakdown.answer, options={"dimension": "page"}, **january)
    assert [(row.value, row.visitors, row.visits, row.page_views) for row in pages.rows] == [("/", 3, 4, 5)]
    quarter = {"from": "2026-01-01", "to": "2026-03-31"}
    pages = shop.ask(breakdown.answer, options={"dimension": "page"}, **quarter)
    assert [(row.value, row.visitors, row.visits, row.page_views) for row in pages.rows] == [
        ("/", None, 5, 6)
    ]


def test_by_hand(shop: LoadedSite) -> None:
    told = shop.ask(overview.answer, **{"from": "2026-01-01", "to": "2026-03-31"}, interval="month")
    assert [(s.visitors, s.visits, s.page_views) for s in told.series] == [(4, 5, 6), (0, 0, 0), (1, 1, 1)]
    assert (told.visitors, told.visits, told.page_views) == (None, 6, 7), "who came in both nobody knows"
    days = shop.ask(overview.answer, **{"from": "2026-01-01", "to": "2026-01-04"})
    assert [(s.visitors, s.visits, s.page_views) for s in days.series] == [
        (0, 0, 0),
        (2, 2, 3),
        (2, 1, 2),
        (0, 0, 0),
    ]
    january = shop.ask(overview.answer, **{"from": "2026-01-01", "to": "2026-01-31"})
    assert january.visitors == 4, "a whole month"


def test_payments_stay_and_new_stays_new(shop: LoadedSite) -> None:
    assert shop.ask(activity.answer, timeframe="7d").new_users == 0, "ada came in January already"
    chart = shop.ask(
        event_chart.answer,
        options={"names": ("payment_completed",)},
        **{"from": "2026-01-01", "to": "2026-03-31"},
    )
    assert [(line.events, line.persons) for line in chart.series] == [(1, None)]


def test_a_closed_day_counts_no_late_event(place: Place, shop: LoadedSite) -> None:
    place.add(shop.id, [{"at": "2026-01-02 11:00", "visitor": "late", "id": "late"}])
    place.sync()
    days = shop.ask(overview.answer, interval="day", **{"from": "2026-01-02", "to": "2026-01-02"})
    assert (days.visitors, days.visits) == (2, 2)
    assert place.let_go(shop, "2026-03-31 12:00", details=60) == 0


def test_a_late_event_in_a_month_that_is_closed_in_part_makes_its_persons_unknown(place: Place) -> None:
    days = ("10", "20", "30")
    site = place.load([{"at": f"2026-01-{day} 10:00", "visitor": "a", "id": f"m{day}"} for day in days])
    month = {"from": "2026-01-01", "to": "2026-01-31"}
    assert place.let_go(site, "2026-03-20 12:00", details=60) == 1
    assert site.ask(overview.answer, interval="month", **month).visitors == 1
    place.add(site.id, [{"at": "2026-01-25 10:00", "visitor": "b", "id": "m25"}])
    place.sync()
    for _ in range(2):
        told = site.ask(overview.answer, interval="month", **month)
        assert (told.visitors, told.series[0].visitors, told.visits) == (None, None, 4)
        place.let_go(site, "2026-04-20 12:00", details=60)


def test_words_of_errors_go_first_and_no_figure_changes(place: Place) -> None:
    failed = {"error_message": "Card 12 declined for Ada", "status": "failed", "feature": "pay", "note": "x"}
    event = {"at": "2026-02-01 10:00", "visitor": "a", "name": "pay_failed", "properties": failed}
    site = place.load([event])
    before = charts(site)
    assert place.let_go(site, "2026-03-31 12:00", details=None) == 1
    assert same(before, charts(site)) == []
    with place.store.connect() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT error_message, properties, status, feature FROM events WHERE site_id = {site.id}"
        ).fetchall()
    assert [tuple(row) for row in rows] == [(None, '{"status":"failed","feature":"pay"}', "failed", "pay")]
    assert place.let_go(site, "2026-03-31 12:00", details=None) == 0


def test_names_of_their_own_and_a_zone_that_changes(place: Place) -> None:
    history = [
        {"at": "2026-02-01 10:00", "visitor": "a", "name": name, "id": f"z{name}{hour}"}
        for hour in range(2)
        for name in ("signup", "click")
    ]
    site = place.load([*history, {"at": "2026-03-01 02:00", "visitor": "a", "id": "z"}], "Europe/Berlin")
    assert place.let_go(site, "2026-03-31 12:00", details=31, names={"signup": 365}) == 2
    moved = LoadedSite(site.id, "America/New_York", site.store, site.ledger)
    told = moved.ask(overview.answer, **{"from": "2026-01-01", "to": "2026-03-31"})
    assert told.visits == 2 and sum(step.page_views for step in told.series) == 1


def test_only_details_tell_says_from_when(place: Place, shop: LoadedSite) -> None:
    from tracker.analytics.answers import Answers
    from tracker.analytics.registry import get

    answers = Answers(place.store)
    query = shop.query(**{"from": "2026-01-01", "to": "2026-03-31"})
    assert answers.told(get("overview"), query)["detailFrom"] == "2026-01-30"
    assert answers.told(get("journeys"), query)["detailFrom"] == "2026-01-30"
    assert "detailFrom" not in answers.told(get("overview"), shop.query(timeframe="7d"))
    with pytest.raises(Invalid, match="2026-01-30"):
        answers.told(get("journeys"), shop.query(**{"from": "2026-01-01", "to": "2026-01-20"}))
