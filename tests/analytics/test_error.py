"""One error: the same figures as its row in *Errors*, and what is told besides."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics import oracle_errors as slow
from tests.analytics.oracle import History
from tests.analytics.oracle_overview import Asked
from tests.analytics.random_histories import ZONES
from tests.analytics.stores import LoadedSite, Simple, ms
from tests.analytics.test_errors import STORY, WEEK, error, error_histories
from tracker.analytics import error as one
from tracker.analytics import errors
from tracker.analytics.registry import to_json, to_table


def test_counts_by_hand(store_with: Callable[..., LoadedSite]) -> None:
    more = error("2026-03-11 10:02", "Out of stock", user="bob", browser="Firefox", os="Linux", page="/cart")
    site = store_with([*STORY, more])
    found = site.ask(one.answer, options={"message": "Out of stock"}, interval="day", **WEEK)
    assert (found.total, found.persons, found.sessions, found.count_before) == (4, 2, 2, 2)
    assert (found.first_seen, found.last_seen) == (ms("2026-03-02 10:00"), ms("2026-03-11 10:02"))
    steps = [dataclasses.astuple(step) for step in found.steps]
    assert steps[:4] == [
        ("2026-03-09", 0, 0), ("2026-03-10", 2, 1), ("2026-03-11", 2, 1), ("2026-03-12", 0, 0)
    ]  # fmt: skip
    assert [(v.value, v.count) for v in found.browsers] == [(None, 3), ("Firefox", 1)]
    assert [(v.value, v.count) for v in found.pages] == [(None, 3), ("/cart", 1)]
    assert [(v.value, v.count) for v in found.events] == [("error_occurred", 3), ("checkout_failed", 1)]
    told = [(o.at, o.person, o.name, o.browser, o.country) for o in found.occurrences]
    assert told == [
        (ms("2026-03-11 10:02"), "bob", None, "Firefox", None),
        (ms("2026-03-11 10:01"), "bob", None, None, None),
        (ms("2026-03-10 10:05"), "alice", "Alice", None, "DE"),
        (ms("2026-03-10 10:04"), "alice", "Alice", None, None),
    ]
    row = site.ask(errors.answer, **WEEK).errors[0]
    assert (row.before, row.people, row.trend) == (found.before, found.people, found.trend)
    assert next(iter(to_table(one.answer, found)[1]))[2] == "error_occurred"


def test_without_a_message_nobody_known_filtered_and_cut(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(STORY)
    wordless = site.ask(one.answer, **WEEK)
    assert (wordless.message, wordless.total) == (None, 1)
    assert [v.value for v in wordless.events] == ["upload"]
    lonely = site.ask(one.answer, options={"message": "Timeout"}, **WEEK)
    assert (lonely.total, lonely.persons) == (1, 0)
    assert [(o.person, o.event) for o in lonely.occurrences] == [(None, "webhook")]
    assert site.ask(one.answer, options={"message": "Timeout"}, bots="1", **WEEK).total == 2
    german = site.ask(one.answer, options={"message": "Out of stock"}, filter="country:DE", **WEEK)
    assert [o.event for o in german.occurrences] == ["checkout_failed"]
    second = site.ask(one.answer, options={"message": "Out of stock"}, limit="1", offset="1", **WEEK)
    assert second.total == 3 and [o.at for o in second.occurrences] == [ms("2026-03-10 10:05")]


def test_nothing_of_the_kind(store_with: Callable[..., LoadedSite]) -> None:
    found = store_with(STORY).ask(one.answer, options={"message": "Never seen"}, **WEEK)
    assert (found.total, found.last_seen, found.occurrences, found.trend) == (0, None, (), None)
    assert [step.errors for step in found.steps] == [0] * 7
    assert to_json(store_with([]).ask(one.answer, timeframe="7d"))["occurrences"] == []


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=error_histories(),
    zone=st.sampled_from(ZONES),
    message=st.sampled_from(("Broken", "Lost", None)),
    wanted=st.sampled_from(({}, {}, {"source": "Google"})),
)
def test_equals_the_slow_way(
    store_with: Callable[..., LoadedSite],
    told: list[Simple],
    zone: str,
    message: str | None,
    wanted: dict[str, str],
) -> None:
    site, history = store_with(told, zone), History(told, zone)
    params: dict[str, Any] = {"from": "2026-03-27", "to": "2026-03-31", "interval": "day"}
    params["filter"] = [f"{key}:{value}" for key, value in wanted.items()]
    found, query = site.ask(one.answer, options={"message": message}, **params), site.query(**params)
    own = [e for e in slow.errors(Asked.of(history, query, wanted)) if slow.message_of(e) == (message or "")]
    assert (found.total, found.persons) == (len(own), len({e.person for e in own} - {None}))
    days = [datetime.fromtimestamp(e.at / 1000, ZoneInfo(zone)).date().isoformat() for e in own]
    assert {step.date: step.errors for step in found.steps if step.errors} == Counter(days)
    for step in found.steps:
        people = {e.person for e, day in zip(own, days, strict=True) if day == step.date} - {None}
        assert step.persons == len(people)
    assert {v.value: v.count for v in found.events} == Counter(e.name for e in own)
    latest = sorted(own, key=lambda e: (e.at, e.place), reverse=True)[:10]
    assert [o.at for o in found.occurrences][:10] == [e.at for e in latest]
    same = [row for row in site.ask(errors.answer, **params).errors if row.message == message]
    assert [(row.count, row.first_seen, row.before, row.people) for row in same] == (
        [(found.total, found.first_seen, found.before, found.people)] if own else []
    )
