"""Event properties: names and values, by hand and the slow way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.stores import LoadedSite, Simple
from tracker.analytics import event_properties

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


def event(at: str, name: str = "buy", bot: str | None = None, **properties: Any) -> Simple:
    return {"at": at, "name": name, "visitor": "v", "bot": bot, "properties": properties}


def told(found: Any) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(one.name, one.events, one.values) for one in found.properties]


def test_names_and_values_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(
        [
            event("2026-03-02 10:00", plan="pro", card={"brand": "visa", "a": {"b": {"c": 1}}}),
            event("2026-03-02 11:00", plan="free", new=True, tags=["x"]),
            event("2026-03-02 12:00", "look", plan="pro", seats=3, text="x" * 201),
            event("2026-03-02 13:00", bot="user_agent", spider=1),
            event("2026-02-02 13:00", old=1),
            {"at": "2026-03-03 10:00", "name": "buy", "visitor": "v"},
        ]
    )
    found = site.ask(event_properties.answer, **MARCH)
    assert found.looked_at == 3
    assert told(found) == [
        ("plan", 3, ("pro", "free")),
        ("card.brand", 1, ("visa",)),
        ("new", 1, ("true",)),
        ("seats", 1, ("3",)),
        ("tags", 1, ()),
        ("text", 1, ()),
    ]
    of_look = site.ask(event_properties.answer, options={"event": "look"}, **MARCH)
    assert [one[0] for one in told(of_look)] == ["plan", "seats", "text"]
    filtered = site.ask(event_properties.answer, filter="property.plan:free", **MARCH)
    assert [one[0] for one in told(filtered)] == ["new", "plan", "tags"]
    assert told(site.ask(event_properties.answer, limit="1", offset="1", **MARCH)) == [
        ("card.brand", 1, ("visa",))
    ]
    assert store_with([]).ask(event_properties.answer, **MARCH).properties == ()


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    documents=st.lists(
        st.dictionaries(st.sampled_from("abc"), st.sampled_from(("x", "y", 1, True)), min_size=1), max_size=20
    )
)
def test_equals_the_slow_way(store_with: Callable[..., LoadedSite], documents: list[dict[str, Any]]) -> None:
    site = store_with([event("2026-03-02 10:00", **document) for document in documents])
    found = site.ask(event_properties.answer, **MARCH)
    assert {one.name: one.events for one in found.properties} == Counter(k for d in documents for k in d)
    for one in found.properties:
        texts = {str(d[one.name]).lower() if d[one.name] is True else str(d[one.name])
                 for d in documents if one.name in d}  # fmt: skip
        assert set(one.values) == texts
