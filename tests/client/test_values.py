"""What programs hand over, as it is sent."""

from __future__ import annotations

import json
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.client.event import MAX_BYTES, encode, new_id
from tracker.client.notes import Notes
from tracker.client.values import epoch_ms, to_json

NOW = 1_760_000_000_000


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Broken:
    def __iter__(self) -> Any:
        raise RuntimeError("no")

    def __repr__(self) -> str:
        raise RuntimeError("no")

    __str__ = __repr__


def sent(value: Any) -> tuple[Any, int]:
    """(as the server reads it, how many problems were told)."""
    problems: list[str] = []
    return json.loads(to_json(value, problems.append)), len(problems)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.000000000000000001"), "0.000000000000000001"),
        (datetime(2026, 3, 1, 12, 30, tzinfo=UTC), "2026-03-01T12:30:00+00:00"),
        (datetime(2026, 3, 1, 12, 30), "2026-03-01T12:30:00"),
        (date(2026, 3, 1), "2026-03-01"),
        (time(9, 30), "09:30:00"),
        (timedelta(minutes=1.5), 90.0),
        (uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (Colour.RED, "red"),
        (Level.HIGH, 3),
        (PurePosixPath("/a/b"), "/a/b"),
        ((1, "two", None, True), [1, "two", None, True]),
        ({7}, [7]),
        (OrderedDict(a=1), {"a": 1}),
        ("naïve \U0001f600 \ud800", "naïve \U0001f600 \ud800"),
    ],
)
def test_common_values_keep_their_meaning(value: Any, expected: Any) -> None:
    assert sent({"v": value, "deep": [{"v": value}]}) == ({"v": expected, "deep": [{"v": expected}]}, 0)


@pytest.mark.parametrize(
    "bad",
    [float("nan"), float("inf"), Decimal("NaN"), object(), b"bytes", Broken(), lambda: 1, 10**5000],
    ids=["nan", "inf", "decimal-nan", "object", "bytes", "broken", "function", "huge"],
)
def test_a_bad_value_costs_only_itself(bad: Any) -> None:
    value, problems = sent({"bad": bad, "good": 1, "list": [bad, 2]})
    assert value == {"bad": None, "good": 1, "list": [None, 2]}
    assert problems == 2


def test_names_of_properties_become_text() -> None:
    value, problems = sent({1: "a", Colour.RED: "b", (1, 2): "c", date(2026, 3, 1): "d"})
    assert (value, problems) == ({"1": "a", "red": "b", "2026-03-01": "d"}, 1)


def test_what_holds_itself_ends() -> None:
    loop: dict[str, Any] = {"n": 1}
    loop["a"] = loop["b"] = loop
    assert sent(loop) == ({"n": 1, "a": None, "b": None}, 2)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert sent({"deep": deep, "n": 1})[0]["n"] == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.decimals()
    | st.datetimes() | st.uuids() | st.complex_numbers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(VALUES)
def test_anything_becomes_json_that_strict_parsers_read(value: Any) -> None:
    text = to_json({"v": value}, lambda _: None)
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert to_json(json.loads(text), lambda _: pytest.fail("clean values have no problems"))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 1, tzinfo=UTC), 1_772_323_200_000),
        (datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=1))), 1_772_323_200_000),
        (1_772_323_200, 1_772_323_200_000),
        (1_772_323_200.5, 1_772_323_200_500),
        (1_772_323_200_000, 1_772_323_200_000),
        ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        (True, None),
        (float("nan"), None),
        ([], None),
    ],
)
def test_moments(moment: Any, expected: Any) -> None:
    assert epoch_ms(moment) == expected


def test_a_naive_datetime_is_local_time() -> None:
    assert epoch_ms(datetime(2026, 3, 1)) == epoch_ms(datetime(2026, 3, 1).astimezone())


def event(name: Any = "x", **parts: Any) -> tuple[dict[str, Any] | None, int]:
    """(the event, how many bad values were counted)."""
    notes = Notes()
    text = encode(name, NOW, notes, **parts)
    return None if text is None else json.loads(text), notes.counts()["bad"]


def test_an_event_says_only_what_is_known() -> None:
    found, bad = event("opened")
    assert found is not None and bad == 0
    assert found.keys() == {"id", "eventName", "timestamp"} and found["timestamp"] == NOW
    assert uuid.UUID(found["id"]).version == 7 and uuid.UUID(found["id"]).variant == uuid.RFC_4122


def test_ids_sort_by_time_and_differ() -> None:
    early, late = [new_id(NOW) for _ in range(500)], new_id(NOW + 1)
    assert len(set(early)) == 500 and max(early) < late
    assert int(late.replace("-", "")[:12], 16) == NOW + 1


@pytest.mark.parametrize(
    ("user", "expected", "bad"),
    [
        ("42", {"id": "42"}, 0),
        (42, {"id": "42"}, 0),
        (uuid.UUID(int=7), {"id": str(uuid.UUID(int=7))}, 0),
        ({"id": 42, "name": "Ada", "plan": "pro"}, {"id": "42", "name": "Ada", "traits": {"plan": "pro"}}, 0),
        ({"email": "a@example.org", "traits": {"a": 1}, "b": 2},
         {"email": "a@example.org", "traits": {"a": 1, "b": 2}}, 0),
        ({}, None, 0),
        (object(), None, 1),
        ("x" * 201, None, 1),
    ],
)  # fmt: skip
def test_users(user: Any, expected: Any, bad: int) -> None:
    found, counted = event(user=user)
    assert found is not None and (found["user"], counted) == (expected, bad)


@pytest.mark.parametrize("name", [None, "", "  ", "x" * 121, 7, b"x", object()])
def test_without_a_name_there_is_no_event(name: Any) -> None:
    assert event(name) == (None, 1)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"properties": 7}, "properties"),
        ({"properties": ["a"]}, "properties"),
        ({"context": "x"}, "context"),
        ({"visitor": object()}, "visitor"),
        ({"session": ""}, "session"),
        ({"visitor": True}, "visitor"),
    ],
)
def test_a_bad_part_costs_only_itself(parts: dict[str, Any], field: str) -> None:
    found, bad = event("x", **parts)
    assert found is not None and (found[field], found["eventName"], bad) == (None, "x", 1)


def test_a_bad_moment_becomes_now_and_a_bad_id_a_new_one() -> None:
    found, bad = event("x", timestamp=object(), event_id=[])
    assert found is not None and (found["timestamp"], bad) == (NOW, 2)
    assert uuid.UUID(found["id"])


def test_what_no_request_could_carry_is_left_out() -> None:
    assert event("x", properties={"text": "y" * MAX_BYTES}) == (None, 1)


def test_any_mapping_does_for_properties() -> None:
    class Settings(Mapping[str, int]):
        def __getitem__(self, key: str) -> int:
            return {"a": 1}[key]

        def __iter__(self) -> Any:
            return iter(["a"])

        def __len__(self) -> int:
            return 1

    found, bad = event(properties=Settings())
    assert found is not None and (found["properties"], bad) == ({"a": 1}, 0)


def test_a_sentence_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    notes = Notes()
    report: Callable[[], None] = lambda: notes.bad("This cannot be sent.")  # noqa: E731
    for _ in range(5):
        report()
    assert notes.counts()["bad"] == 5
    assert [record.message for record in caplog.records] == ["This cannot be sent."]
