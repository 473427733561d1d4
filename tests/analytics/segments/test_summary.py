"""What is said of segments: how many, how engaged, what they bring in, what they have in common."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import History
from tests.analytics.oracle_segments import People
from tests.analytics.random_histories import ZONES, histories
from tests.analytics.stores import LoadedSite, Simple
from tracker.analytics.segments import size
from tracker.analytics.segments.answer import Segments, Summary, answer
from tracker.analytics.segments.segment import Segment
from tracker.analytics.segments.templates import TEMPLATES
from tracker.errors import Invalid

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
EVERYBODY = {"total": "events", "at_least": 0}
EUR = {"currency": "EUR"}


def bob(minute: int, name: str = "purchase", *, verified: bool = False, **properties: Any) -> Simple:
    told = {"at": f"2026-03-05 10:0{minute}", "visitor": "bob", "name": name, "verified": verified}
    return told | {"properties": {"currency": "EUR", **properties}}


STORY: list[Simple] = [
    {"at": "2026-03-02 10:00", "visitor": "alice", "country": "DE", "device": "mobile"},
    {"at": "2026-03-02 10:10", "visitor": "alice", "name": "purchase", "properties": {"amount": 30, **EUR}},
    {"at": "2026-03-05 10:00", "visitor": "bob", "country": "DE", "device": "desktop"},
    # The same sale told twice, one that failed, one in another currency, and a payment nobody vouches for.
    bob(1, amount=7, reference="r1"),
    bob(1, amount=7, reference="r1"),
    bob(2, amount=9, status="failed"),
    bob(2, amount=9, currency="USD"),
    bob(3, "payment_completed", amount=9),
    bob(4, "payment_completed", amount="0.50", verified=True),
    {"at": "2026-02-05 10:00", "visitor": "carol", "country": "US", "device": "mobile"},
    {"at": "2026-03-06 10:00", "visitor": "dave", "country": "FR", "device": "desktop"},
]


def segment(criteria: Any, name: str = "Some") -> Segment:
    return Segment.parse({"name": name, "criteria": criteria})


def ask(site: LoadedSite, *segments: Segment, **asked: Any) -> Segments:
    found: Segments = site.ask(answer, options={"segments": segments}, **asked)
    return found


def test_how_many_and_what_they_have_in_common(store_with: Callable[..., LoadedSite]) -> None:
    buyers, mobile = segment({"event": "purchase"}), segment({"dimension": "device", "value": "mobile"})
    found = ask(store_with(STORY), buyers, mobile, **MARCH)
    assert (found.of, found.currency) == (4, "EUR")
    first, second = found.segments
    assert (first.user_count, first.segment_type) == (2, "behavioral")
    # Both are from Germany, of everybody half are; as many have phones and desktops as of everybody.
    assert first.characteristics == ("did purchase", "country DE: 100 % (of everybody 50 %)")
    assert first.avg_revenue == Decimal("18.75")  # (30 + 7 + 0.50) ÷ 2
    assert (second.user_count, second.segment_type) == (2, "technographic")
    assert second.characteristics == ("device is mobile", "country US: 50 % (of everybody 25 %)")
    assert second.avg_revenue == Decimal("15.00")  # Alice and Carol


def test_engagement_is_of_those_active_in_the_period(store_with: Callable[..., LoadedSite]) -> None:
    story = [
        {"at": f"2026-03-{day} 10:{minute}", "visitor": visitor}
        for visitor, days in (("alice", ("01", "02")), ("bob", ("01",)))
        for day in days
        for minute in ("00", "10")
    ]
    found = ask(
        store_with([*story, {"at": "2026-02-01 10:00", "visitor": "carol"}]),
        segment(EVERYBODY),
        segment({"total": "sessions", "at_least": 2}),
        segment({"last_seen": {"before": "2026-03-01"}}),
        **{"from": "2026-03-01", "to": "2026-03-04"},
    )
    # Every session has two events and ten minutes, as much as the ninetieth percentile: 30 + 30, and
    # 40 × 2 ÷ 4 days for Alice, 40 × 1 ÷ 4 for Bob. Carol is not active.
    assert [s.avg_engagement for s in found.segments] == [75.0, 80.0, 0.0]


def test_filters_and_segment(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    found = ask(site, segment(EVERYBODY), filter="country:DE", **MARCH)
    assert (found.of, found.segments[0].user_count) == (2, 2)
    found = ask(site, segment({"event": "purchase"}), segment=segment(EVERYBODY), **MARCH)
    assert (found.of, found.segments[0].user_count) == (4, 2)
    phones = segment({"dimension": "device", "value": "mobile"})
    assert ask(site, segment({"event": "purchase"}), segment=phones, **MARCH).segments[0].user_count == 1


def test_the_templates_and_a_site_without_events(store_with: Callable[..., LoadedSite]) -> None:
    found = site_answer = store_with([]).ask(answer, **MARCH)
    assert [s.segment_name for s in found.segments] == [s.name for s in TEMPLATES]
    assert site_answer.segments[0] == Summary(
        "New", "behavioral", 0, ("first seen in the last 7 days",), 0.0, Decimal(0)
    )
    for template in TEMPLATES:
        assert Segment.parse(template.to_json()) == template
    known = store_with(STORY).ask(answer, now="2026-03-08 12:00", timeframe="7d").segments
    assert {s.segment_name: s.user_count for s in known} == {
        "New": 3, "Regulars": 0, "Dormant": 1, "Customers": 2, "Known users": 0, "Mobile": 2,
    }  # fmt: skip


def test_the_size_of_one_that_is_being_written(store_with: Callable[..., LoadedSite]) -> None:
    written = size.answer.read({"definition": '{"name": "x", "criteria": {"event": "purchase"}}'})
    found = store_with(STORY).ask(size.answer, options=written, timeframe="today")
    assert found == size.Size(2, 50.0, "behavioral", ("did purchase",))
    assert store_with([]).ask(size.answer, options=written) == size.Size(
        0, None, "behavioral", ("did purchase",)
    )


@pytest.mark.parametrize(
    ("text", "field"),
    [("x", "segments"), ('[{"name": "x", "criteria": {"event": 1}}]', "segments[0].criteria.event")],
)
def test_a_wrong_segment_is_named(text: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        answer.read({"segments": text})
    assert caught.value.field == field


WANTED = (
    EVERYBODY,
    {"event": "purchase"},
    {"not": {"dimension": "country", "value": "DE"}},
    {"trait": "plan", "value": "pro"},
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=histories(size=30), zone=st.sampled_from(ZONES))
def test_it_agrees_with_adding_up_each_person(
    store_with: Callable[..., LoadedSite], told: list[Simple], zone: str
) -> None:
    site, history = store_with(told, zone), History(told, zone)
    asked = {"from": "2026-03-22", "to": "2026-04-02", "now": "2026-04-08 21:00"}
    period = site.query(**asked).period
    people = People(history, asked["now"])
    found = ask(site, *(segment(criteria) for criteria in WANTED), **asked)
    engaged = engagement(history, period.since, period.until, period.length)
    assert found.of == len(people.own)
    for summary, criteria in zip(found.segments, WANTED, strict=True):
        members = people.members(criteria)
        assert summary.user_count == len(members)
        scores = [engaged[person] for person in members if person in engaged]
        mean = sum(scores) / len(scores) if scores else 0
        assert summary.avg_engagement == pytest.approx(mean, abs=0.006)
        sales = [
            Decimal(str(e.told["properties"]["amount"]))
            for e in history.events
            if e.person in members and not e.bot and e.name == "purchase"
            and period.since <= e.at < period.until
            and e.told.get("properties", {}).get("currency") == found.currency is not None
        ]  # fmt: skip
        expected = sum(sales, Decimal()) / len(members) if members else Decimal()
        assert abs(summary.avg_revenue - expected) <= Decimal("0.005")


def engagement(history: History, since: int, until: int, days: int) -> dict[str, float]:
    """The score of everybody active between two moments."""
    visits = history.visits_between(since, until)
    own = {p: [v for v in visits if v.person == p] for p in {v.person for v in visits}}
    events = {p: sum(v.interactive for v in vs) / len(vs) for p, vs in own.items()}
    length = {p: sum(v.duration for v in vs) / len(vs) for p, vs in own.items()}
    high_events, high_length = high(list(events.values())), high(list(length.values()))
    found = {}
    for person in history.active_between(since, until):
        mine = {
            e.day(history.zone)
            for e in history.events
            if e.active and e.person == person and since <= e.at < until
        }
        found[person] = (
            40 * min(1, len(mine) / days)
            + 30 * against(events.get(person, 0), high_events)
            + 30 * against(length.get(person, 0), high_length)
        )
    return found


def against(value: float, usual: float) -> float:
    return min(1, value / usual) if usual else float(value > 0)


def high(values: list[float]) -> float:
    """The ninetieth percentile, between the two nearest values."""
    if not values:
        return 0
    ordered, place = sorted(values), 0.9 * (len(values) - 1)
    low = int(place)
    above = ordered[min(low + 1, len(ordered) - 1)]
    return ordered[low] + (above - ordered[low]) * (place - low)
