"""Traits of persons: names always, values only where many share them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.stores import LoadedSite, Simple
from tracker.analytics import person_traits

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


def person(number: int, bot: str | None = None, **traits: Any) -> Simple:
    return {
        "at": f"2026-02-02 10:{number:02d}",
        "name": "login",
        "user": f"u{number}",
        "bot": bot,
        "profile": {"traits": traits},
    }


def told(found: Any) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(one.name, one.persons, one.values) for one in found.traits]


def test_names_and_shared_values_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    everybody = [
        person(n, plan="pro" if n < 15 else "free", nick=f"n{n}", seats=n % 3, team={"size": "s"})
        for n in range(19)
    ]
    site = store_with([*everybody, person(20, rare="x"), person(21, bot="user_agent", spider=True)])
    found = site.ask(person_traits.answer, **MARCH)
    assert found.looked_at == 20
    assert told(found) == [
        ("nick", 19, ()),  # everybody's own
        ("plan", 19, ("pro",)),  # four are no crowd
        ("seats", 19, ("0", "1", "2")),
        ("team.size", 19, ("s",)),
        ("rare", 1, ()),
    ]
    assert [one[0] for one in told(site.ask(person_traits.answer, limit="1", offset="4", **MARCH))] == [
        "rare"
    ]
    assert store_with([]).ask(person_traits.answer, **MARCH).traits == ()


def test_a_trait_that_tells_people_apart_keeps_its_values(store_with: Callable[..., LoadedSite]) -> None:
    cities = [person(n, city="Oslo" if n < 10 else f"town {n}") for n in range(35)]
    assert told(store_with(cities).ask(person_traits.answer, **MARCH)) == [("city", 35, ())]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    documents=st.lists(
        st.dictionaries(st.sampled_from("ab"), st.sampled_from(("x", "y", 1, True)), min_size=1), max_size=20
    )
)
def test_equals_the_slow_way(store_with: Callable[..., LoadedSite], documents: list[dict[str, Any]]) -> None:
    site = store_with([person(n, **document) for n, document in enumerate(documents)])
    found = site.ask(person_traits.answer, **MARCH)
    assert {one.name: one.persons for one in found.traits} == Counter(k for d in documents for k in d)
    for one in found.traits:
        texts = Counter(str(d[one.name]).lower() for d in documents if one.name in d)
        assert set(one.values) == {text for text, count in texts.items() if count >= person_traits.SHARED_BY}
