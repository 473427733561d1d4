"""CSV: columns, cells, quotes, and rows that cannot be read."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tracker.errors import Invalid
from tracker.history import rows, table
from tracker.history.lines import MAX_LINE, numbered


def read(text: str | bytes) -> list[rows.Row]:
    raw = text if isinstance(text, bytes) else text.encode()
    return list(rows.of_csv(numbered(io.BytesIO(raw))))


def items(text: str) -> list[dict[str, Any]]:
    return [row.item for row in read("event,timestamp," + text)]


def test_columns_go_where_they_belong() -> None:
    header = "Event Name,created_at,event_id,visitor_id,session_id,user_id,Email,traits.plan"
    header += ",url,context.ip,color,properties.id"
    (row,) = read(header + "\nbuy,2025-01-28,e1,v,s,42,a@b.example,pro,https://a.example/,192.0.2.1,red,7\n")
    assert row.item == {
        "eventName": "buy",
        "timestamp": "2025-01-28",
        "id": "e1",
        "visitor": "v",
        "session": "s",
        "user": {"id": "42", "email": "a@b.example", "traits": {"plan": "pro"}},
        "context": {"url": "https://a.example/", "ip": "192.0.2.1"},
        "properties": {"color": "red", "id": 7},
    }


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("5", 5), ("-0.5", -0.5), ("0", 0), ("007", "007"), ("1e5", "1e5"), ("+5", "+5"),
        ("1234567890123456", "1234567890123456"),
        ("true", True), ("True", "True"), (" 5", " 5"), ("NaN", "NaN"), ("5.", "5."), ("٣", "٣"),
    ],
)  # fmt: skip
def test_cells_are_numbers_as_json_writes_them(cell: str, value: Any) -> None:
    (told,) = items(f"a\nx,1,{cell}")
    assert told["properties"] == {"a": value} and type(told["properties"]["a"]) is type(value)


def test_money_and_times_stay_exact() -> None:
    (told,) = items("amount,reference\nx,1738060200000,19.90,12345\n")
    assert told == {
        "eventName": "x",
        "timestamp": 1738060200000,
        "properties": {"amount": "19.90", "reference": "12345"},
    }


def test_properties_as_json_and_as_columns() -> None:
    (told,) = items('properties,b,interactive\nx,1,"{""a"":1,""b"":2}",3,FALSE\n')
    assert (told["properties"], told["interactive"]) == ({"a": 1, "b": 3}, False)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators(separator: str) -> None:
    (row,) = read(f"event,timestamp,a\nx,1,{'y'}\n".replace(",", separator))
    assert row.item == {"eventName": "x", "timestamp": 1, "properties": {"a": "y"}}


def test_lines_are_those_of_the_file() -> None:
    found = read('event,timestamp,a\r\nx,1,"two\nlines"\n\nx,2,b,c,d\nx,3\n"x",4,"öl"')
    assert [(row.line, row.problem, row.item.get("timestamp")) for row in found] == [
        (2, "", 1),
        (5, "The row has 5 cells, the header 3.", None),
        (6, "", 3),
        (7, "", 4),
    ]
    assert found[0].item["properties"] == {"a": "two\nlines"}


def test_bad_rows_cost_themselves_only() -> None:
    text = (
        b"\xef\xbb\xbfevent,timestamp,a\nx,1,\xff\nx,2,ok\nx,3,"
        + b"y" * MAX_LINE
        + b'\nx,4,ok\nx,5,"open\nx,6,lost'
    )
    found = read(text)
    assert [(row.line, row.problem[:26]) for row in found[:4]] == [
        (2, "The row is not UTF-8."),
        (3, ""),
        (4, "The line is longer than 1,"),
        (5, ""),
    ]
    assert [(row.line, "quote" in row.problem) for row in found[4:]] == [(6, True)], "not half a row"
    many = b'event,timestamp,a\nx,1,"' + b"open\n" * 40_000 + b"x,2,ok\n"
    first = read(many)[0]
    assert first.line == 2 and "quote" in first.problem


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("timestamp,a\n1,2", "none for eventName"),
        ("event,a\nx,2", "none for timestamp"),
        ("event,name,timestamp\n", "mean the same"),
        ("event,timestamp,\n", "Column 3 has no name"),
        ("event,timestamp,properties.\n", "Column 3 has no name"),
    ],
)
def test_a_header_that_will_not_do(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        read(text)
    assert refused.value.field == "header"


@pytest.mark.parametrize(
    ("header", "cell", "field"),
    [
        ("properties", "[1]", "properties"),
        ("properties", "{", "properties"),
        ("interactive", "maybe", "interactive"),
    ],
)
def test_cells_that_will_not_do_are_named(header: str, cell: str, field: str) -> None:
    (row,) = read(f"event,timestamp,{header}\nx,1,{cell}\n")
    assert row.problem and row.field == field


def test_every_known_column_has_one_meaning() -> None:
    assert all(table._place(name) == place for name, place in table.KNOWN.items())
