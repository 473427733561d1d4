"""Rows of NDJSON and CSV files: one event each, as the native batch has them, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from tracker.errors import Invalid
from tracker.history import table
from tracker.history.lines import MAX_LINE, Line

FORMATS = ("ndjson", "csv")
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Row:
    """One row and the line it begins at: an event as JSON would tell it, else a `problem` of a `field`."""

    line: int
    item: dict[str, Any]
    problem: str = ""
    field: str = "line"


def read(form: str, lines: Iterable[Line]) -> Iterator[Row]:
    """Rows of a file in one of FORMATS. Raises Invalid where no row can be read (a header without …)."""
    return of_csv(lines) if form == "csv" else of_ndjson(lines)


def of_ndjson(lines: Iterable[Line]) -> Iterator[Row]:
    """One JSON object a line; empty lines are passed over."""
    for number, line in lines:
        if line is None:
            yield Row(number, {}, f"The line is longer than {MAX_LINE:,} bytes.")
        elif line.strip():
            yield _json_row(number, line)


def of_csv(lines: Iterable[Line]) -> Iterator[Row]:
    """One event a row below a header; cells may hold line breaks inside quotes."""
    rows = table.rows(lines)
    header = next(rows, None)
    if header is None or header.problem:
        raise Invalid(header.problem if header else "The file is empty.", field="header")
    places = table.places(header.cells)
    for one in rows:
        if one.problem:
            yield Row(one.line, {}, one.problem)
            continue
        try:
            yield Row(one.line, table.item(places, one.cells))
        except Invalid as error:
            yield Row(one.line, {}, error.message, error.field or "line")


def _json_row(number: int, line: bytes) -> Row:
    try:
        value = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Row(number, {}, f"The line is not JSON: {error}.")
    if type(value) is not dict:
        return Row(number, {}, "The line must be a JSON object.")
    if value.get("eventName") is None and type(value.get("event")) is str:
        value["eventName"] = value.pop("event")
    if type(value.get("eventId")) is str:
        value["id"] = value.pop("eventId")  # as our own API lists events: `id` is a number of that server
    return Row(number, value)
