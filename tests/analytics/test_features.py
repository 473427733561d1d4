"""Features: use, adoption, retention, trend, funnel, idle ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics import oracle_features as slow
from tests.analytics.oracle import History
from tests.analytics.oracle_overview import Asked
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple, ms
from tracker.analytics import features
from tracker.analytics.listed_features import names
from tracker.analytics.registry import to_json
from tracker.analytics.segments.segment import Segment
from tracker.errors import Invalid

FORTNIGHT = {"from": "2026-03-02", "to": "2026-03-15"}


def use(at: str, user: str, feature: str, **properties: Any) -> Simple:
    return {"at": at, "user": user, "name": "feature_used", "properties": {"feature": feature, **properties}}


STORY: list[Simple] = [
    # The fortnight before: alice and bob export, carol shares.
    use("2026-02-20 10:00", "alice", "export", category="files"),
    use("2026-02-20 11:00", "bob", "export", category="files"),
    use("2026-02-21 11:00", "carol", "share"),
    # Alice exports in both weeks, bob searches twice on one day, dave once and signs up, erin only looks.
    use("2026-03-03 10:00", "alice", "export", category="data", duration=10),
    use("2026-03-10 10:00", "alice", "export", duration=25),
    use("2026-03-03 12:00", "bob", "search", category="data"),
    use("2026-03-03 12:10", "bob", "search"),
    use("2026-03-04 12:00", "dave", "search", duration=1) | {"country": "DE"},
    {"at": "2026-03-04 12:05", "user": "dave", "name": "signup"},
    {"at": "2026-03-05 12:00", "user": "erin", "page": "/"},
    # Not a person's use: a server's, a bot's, one without a name.
    use("2026-03-06 12:00", "frank", "export") | {"interactive": False},
    use("2026-03-06 12:00", "spider", "export") | {"bot": "user_agent"},
    {"at": "2026-03-06 12:00", "user": "erin", "name": "feature_used"},
]


def rows(found: features.FeatureUsage) -> list[tuple[Any, ...]]:
    return [dataclasses.astuple(row) for row in found.features]


def stages(found: features.FeatureUsage) -> list[int]:
    return [stage.users for stage in found.adoption_funnel]


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(features.answer, options={"listed": names("signup,never")}, **FORTNIGHT)
    assert rows(found) == [
        ("search", "data", 3, 2, 1.0, 50.0, None),
        ("export", "data", 2, 1, 17.5, 25.0, 50.0),  # of alice and bob only alice came back to it
        ("signup", None, 1, 1, None, 25.0, None),
    ]
    assert [dataclasses.astuple(stage) for stage in found.adoption_funnel] == [
        ("active", 4, 0.0),
        ("tried", 3, 25.0),
        ("repeated", 1, 66.67),
        ("habitual", 1, 0.0),
    ]
    assert [dataclasses.astuple(top) for top in found.top_features] == [
        ("search", 3, "increasing"),
        ("export", 2, "stable"),
        ("signup", 1, "increasing"),
    ]
    assert [dataclasses.astuple(idle) for idle in found.unused_features] == [
        ("never", None),
        ("share", ms("2026-02-21 11:00")),
    ]


def test_without_a_list_only_told_features_count(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(features.answer, **FORTNIGHT)
    assert [row[0] for row in rows(found)] == ["search", "export"]
    assert [idle.feature for idle in found.unused_features] == ["share"]


def test_a_filter_and_a_segment(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    found = site.ask(features.answer, filter="country:DE", **FORTNIGHT)
    assert rows(found) == [("search", None, 1, 1, 1.0, 100.0, None)]
    alice = Segment.parse({"name": "Alice", "criteria": {"dimension": "user", "value": "alice"}})
    found = site.ask(features.answer, segment=alice, **FORTNIGHT)
    assert rows(found) == [("export", "data", 2, 1, 17.5, 100.0, 100.0)]
    assert stages(found) == [1, 1, 1, 1]


def test_bots_when_asked_for_and_pages(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    assert ("export", 3) in [row[0:3:2] for row in rows(site.ask(features.answer, bots="1", **FORTNIGHT))]
    second = site.ask(features.answer, limit="1", offset="1", **FORTNIGHT)
    assert [row[0] for row in rows(second)] == ["export"]
    assert len(second.top_features) == 2
    assert [
        one.feature for one in site.ask(features.answer, options={"top": 1}, **FORTNIGHT).top_features
    ] == ["search"]
    for wrong in ("0", "1001", "10000", "ten", "²"):
        with pytest.raises(Invalid) as caught:
            features.answer.read({"top": wrong})
        assert caught.value.field == "top"


def test_nothing_yet(store_with: Callable[..., LoadedSite]) -> None:
    found = to_json(store_with([]).ask(features.answer, timeframe="7d"))
    assert found["features"] == found["topFeatures"] == found["unusedFeatures"] == []
    assert found["adoptionFunnel"][0] == {"stage": "active", "users": 0, "dropoffRate": None}


def test_a_list_is_read(store_with: Callable[..., LoadedSite]) -> None:
    assert features.answer.read({"listed": "signup, invited,,signup"})["listed"] == names("signup,invited")
    assert features.answer.read({}) == {"listed": (), "top": 10}
    with pytest.raises(Invalid) as caught:
        features.answer.read({"listed": ",".join(f"e{number}" for number in range(201))})
    assert caught.value.field == "listed"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=slow.feature_histories(),
    zone=st.sampled_from(ZONES),
    wanted=st.sampled_from(({}, {}, {"country": "DE"}, {"source": "Google"})),
    first=st.sampled_from(("2026-03-25", "2026-03-29")),
)
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite],
    told: list[Simple],
    zone: str,
    wanted: dict[str, str],
    first: str,
) -> None:
    site = store_with(told, zone)
    params: dict[str, Any] = {"from": first, "to": "2026-04-02"}
    params["filter"] = [f"{key}:{value}" for key, value in wanted.items()]
    found = site.ask(features.answer, options={"listed": names(",".join(slow.LISTED))}, **params)
    query, history = site.query(**params), History(told, zone)
    asked, before = Asked.of(history, query, wanted), Asked.of(history, query.previous(), wanted)
    assert rows(found) == slow.features(asked, before)
    assert stages(found) == slow.funnel(asked, query.period.first, query.period.length)
    assert stages(found) == sorted(stages(found), reverse=True)
    assert {idle.feature: idle.last_used for idle in found.unused_features} == slow.unused(asked)
    assert sum(row[2] for row in rows(found)) == len(slow.uses(asked))
