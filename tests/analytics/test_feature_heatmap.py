"""Feature heatmap: category by feature."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics import oracle_features as slow
from tests.analytics.oracle import Happened, History
from tests.analytics.oracle_overview import Asked
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple
from tracker.analytics import feature_heatmap, features
from tracker.analytics.listed_features import ListedFeature, names
from tracker.analytics.registry import to_table
from tracker.analytics.segments.segment import Segment

WEEK = {"from": "2026-03-09", "to": "2026-03-15"}


def use(user: str, feature: str, category: str | None = None, **more: Any) -> Simple:
    properties = {"feature": feature} | ({"category": category} if category else {})
    return {"at": "2026-03-10 10:00", "user": user, "name": "feature_used", "properties": properties} | more


STORY: list[Simple] = [
    use("alice", "export", "data"),
    use("alice", "export", "data"),
    use("alice", "import", "data"),
    use("bob", "import", "data", country="DE"),
    use("bob", "import", "admin", country="DE"),
    use("carol", "search"),
    {"at": "2026-03-10 10:00", "user": "carol", "name": "signup"},
    {"at": "2026-03-10 10:00", "user": "dave"},
    use("dave", "export", "data", at="2026-03-16 00:00"),
    use("erin", "export", "data", interactive=False),
    use("spider", "export", "data", bot="user_agent"),
]


def cells(found: feature_heatmap.FeatureHeatmap) -> list[tuple[Any, ...]]:
    return [dataclasses.astuple(cell) for cell in found.cells]


def categories(found: feature_heatmap.FeatureHeatmap) -> list[tuple[Any, ...]]:
    return [dataclasses.astuple(category) for category in found.categories]


def test_the_catalogue_names_the_category_where_the_event_does_not(
    store_with: Callable[..., LoadedSite],
) -> None:
    events = [
        {"name": "exported", "at": "2026-03-30 10:00"},
        {"name": "exported", "properties": {"category": "Own"}},
        {"name": "feature_used", "properties": {"feature": "exported"}},
    ]
    listed = (ListedFeature("exported", "Files"),)
    found = store_with(events).ask(feature_heatmap.answer, options={"listed": listed}, timeframe="7d")
    assert {(cell.category, cell.usage) for cell in found.cells} == {("Files", 1), ("Own", 1), (None, 1)}


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(feature_heatmap.answer, options={"listed": names("signup")}, **WEEK)
    assert found.active_users == 4
    assert categories(found) == [("data", 4, 2, 50.0), (None, 2, 1, 25.0), ("admin", 1, 1, 25.0)]
    assert cells(found) == [
        ("data", 2, 1, 25.0, "export"),
        ("data", 2, 2, 50.0, "import"),
        (None, 1, 1, 25.0, "search"),
        (None, 1, 1, 25.0, "signup"),
        ("admin", 1, 1, 25.0, "import"),
    ]
    header, _ = to_table(feature_heatmap.answer, found)
    assert header == ["category", "usage", "users", "adoptionRate", "feature"]


def test_a_filter_and_a_segment(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    german = site.ask(feature_heatmap.answer, filter="country:DE", **WEEK)
    assert categories(german) == [("admin", 1, 1, 100.0), ("data", 1, 1, 100.0)]
    exported = Segment.parse({"name": "Exported", "criteria": {"event": "signup"}})
    found = site.ask(feature_heatmap.answer, segment=exported, **WEEK)
    assert cells(found) == [(None, 1, 1, 100.0, "search")]


def test_nothing_yet(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with([]).ask(feature_heatmap.answer, timeframe="7d")
    assert found == feature_heatmap.FeatureHeatmap(0, (), ())


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=slow.feature_histories(),
    zone=st.sampled_from(ZONES),
    wanted=st.sampled_from(({}, {"country": "DE"}, {"source": "Google"})),
)
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite], told: list[Simple], zone: str, wanted: dict[str, str]
) -> None:
    site = store_with(told, zone)
    params: dict[str, Any] = {"from": "2026-03-25", "to": "2026-04-02"}
    params["filter"] = [f"{key}:{value}" for key, value in wanted.items()]
    found = site.ask(feature_heatmap.answer, options={"listed": names(",".join(slow.LISTED))}, **params)
    asked = Asked.of(History(told, zone), site.query(**params), wanted)
    uses = slow.uses(asked)
    assert found.active_users == len({e.person for e in asked.active()})

    def category(event: Happened) -> str | None:
        return event.told.get("properties", {}).get("category")

    for one in found.categories:
        own = [e for e in uses if category(e) == one.category]
        assert (one.usage, one.users) == (len(own), len({e.person for e in own}))
        assert one.usage == sum(cell.usage for cell in found.cells if cell.category == one.category)
    for cell in found.cells:
        own = [e for e in uses if (category(e), slow.feature_of(e)) == (cell.category, cell.feature)]
        assert (cell.usage, cell.users) == (len(own), len({e.person for e in own}))
        assert cell.adoption_rate == round(100 * cell.users / found.active_users, 2)
    assert sum(one.usage for one in found.categories) == len(uses)
    listed = site.ask(features.answer, options={"listed": names(",".join(slow.LISTED))}, **params)
    assert sum(row.usage_count for row in listed.features) == len(uses)
