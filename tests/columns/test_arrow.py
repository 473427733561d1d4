"""Texts that lie one after the other, read by DuckDB: what goes in comes out."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.columns import arrow

TEXT = (
    st.none()
    | st.text(max_size=20)
    | st.sampled_from([127, 128, 2_048, 55_296, 57_343, 70_000]).map("x".__mul__)
)
ROWS = st.lists(st.tuples(st.integers(0, 999_999), TEXT, TEXT), min_size=1, max_size=30)


def lengths(texts: list[bytes]) -> bytes:
    """As SQLite tells them."""
    return "".join(chr(len(text)) for text in texts).encode("utf-8", "surrogatepass")


@settings(max_examples=60, deadline=None)
@given(batches=st.lists(ROWS, max_size=4))
def test_what_goes_in_comes_out(batches: list[list[tuple[int, str | None, str | None]]]) -> None:
    stream = arrow.Stream(["number", "first", "second"])
    for rows in batches:
        numbers = "".join(f"{number:06}" for number, *_ in rows).encode()
        columns = [arrow.of_width(numbers, 6, len(rows))]
        for place in (1, 2):
            texts = [(row[place] or "").encode() for row in rows]
            columns.append(arrow.of_lengths(b"".join(texts) or None, lengths(texts)))
        stream.add(columns, len(rows))
    told = [(number, first or "", second or "") for rows in batches for number, first, second in rows]
    with duckdb.connect() as connection:
        connection.register("stream", stream)
        for _ in range(2):  # a stream may be asked for again
            found = connection.execute('SELECT "number"::BIGINT, "first", "second" FROM stream').fetchall()
            assert sorted(found) == sorted(told)


def test_a_value_of_another_width_is_refused() -> None:
    with pytest.raises(OverflowError):
        arrow.of_width(b"123456", 4, 2)


def test_lengths_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(OverflowError):
        arrow.of_lengths(b"abc", lengths([b"a", b"b"]))
