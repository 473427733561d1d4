"""Tables as CSV: which column means what, and cells as the values they tell."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from tracker.doors.native import CONTEXT_FIELDS
from tracker.errors import Invalid
from tracker.history.lines import MAX_LINE, Line

Path = tuple[str, ...]
"""Where in an event a column belongs: ("user", "email")."""
KNOWN: dict[str, Path] = {
    **dict.fromkeys(("eventname", "event_name", "event", "name"), ("eventName",)),
    **dict.fromkeys(("timestamp", "time", "created_at", "date"), ("timestamp",)),
    **dict.fromkeys(("id", "event_id", "eventid"), ("id",)),
    **dict.fromkeys(("visitor", "visitor_id", "anonymous_id"), ("visitor",)),
    **dict.fromkeys(("session", "session_id"), ("session",)),
    "interactive": ("interactive",),
    "properties": ("properties",),
    **dict.fromkeys(("user", "user_id", "user.id"), ("user", "id")),
    **dict.fromkeys(("email", "user_email", "user.email"), ("user", "email")),
    **dict.fromkeys(("user_name", "user.name"), ("user", "name")),
    **dict.fromkeys(("phone_number", "user.phone_number"), ("user", "phone_number")),
    **{name: ("context", name) for name in CONTEXT_FIELDS},
    **{f"context.{name}": ("context", name) for name in CONTEXT_FIELDS},
}
"""Column, in lower case → where it belongs. Any other column is a property of its name."""
PREFIXES: dict[str, Path] = {
    "properties.": ("properties",),
    "user.traits.": ("user", "traits"),
    "traits.": ("user", "traits"),
}
NEEDED: dict[str, Path] = {"eventName": ("eventName",), "timestamp": ("timestamp",)}
EXACT = frozenset({"amount", "revenue", "price", "reference"})
"""Properties whose digits stay as they are written."""
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?")
_SWITCHES = {"true": True, "false": False, "1": True, "0": False}
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Cells:
    """A row as it stands in the file, and the line it begins at; or why it cannot be read."""

    line: int
    cells: list[str]
    problem: str = ""


def rows(lines: Iterable[Line]) -> Iterator[Cells]:
    """Each row that is not empty, the header first. Separated as the header is: comma, semicolon or tab."""
    feed = _Feed(lines)
    first = next(feed, None)
    if first is None:
        return
    reader = csv.reader(feed.again(first), delimiter=_separator(first), strict=True)
    while True:
        begins = feed.given + 1
        try:
            cells = next(reader)
        except StopIteration:
            yield from feed.too_long()
            return
        except csv.Error as error:
            yield Cells(
                begins, [], f"Lines {begins} to {feed.given} are no row ({error}); a quote left open?"
            )
            continue
        yield from feed.too_long()
        if any("\udc80" <= letter <= "\udcff" for cell in cells for letter in cell):
            yield Cells(begins, [], "The row is not UTF-8.")
        elif any(cells):
            yield Cells(begins, cells)


def places(header: list[str]) -> list[Path]:
    """Where each column belongs. Raises Invalid (field `header`)."""
    found: list[Path] = []
    for number, name in enumerate(header, 1):
        place = _place(name.strip())
        if not place[-1]:
            raise Invalid(f"Column {number} has no name.", field="header")
        if place in found:
            other = header[found.index(place)]
            raise Invalid(f"The columns {other!r} and {name!r} mean the same.", field="header")
        found.append(place)
    for name, place in NEEDED.items():
        if place not in found:
            raise Invalid(f"The first line must name the columns; there is none for {name}.", field="header")
    return found


def item(columns: list[Path], cells: list[str]) -> dict[str, Any]:
    """The event of a row, as JSON would tell it; empty cells tell nothing. Raises Invalid."""
    if len(cells) > len(columns):
        raise Invalid(f"The row has {len(cells)} cells, the header {len(columns)}.", field="line")
    told: dict[str, Any] = {}
    for place, cell in zip(columns, cells, strict=False):
        if cell == "":
            continue
        value = _value(place, cell)
        target = told
        for part in place[:-1]:
            target = target.setdefault(part, {})
        if place == ("properties",):
            told["properties"] = value | told.get("properties", {})
        else:
            target[place[-1]] = value
    return told


def _place(name: str) -> Path:
    known = KNOWN.get(name.lower().replace(" ", "_"))
    if known is not None:
        return known
    for prefix, place in PREFIXES.items():
        if name.lower().startswith(prefix):
            return (*place, name[len(prefix) :])
    return ("properties", name)


def _value(place: Path, cell: str) -> Any:
    if place == ("properties",):
        return _object(cell)
    if place == ("interactive",):
        if cell.strip().lower() not in _SWITCHES:
            raise Invalid("interactive is true or false.", field="interactive")
        return _SWITCHES[cell.strip().lower()]
    if place == ("timestamp",):
        cell = cell.strip()
        return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 16 else cell
    if place[0] == "properties" or place[:2] == ("user", "traits"):
        return cell if place[-1] in EXACT else _scalar(cell)
    return cell


def _scalar(cell: str) -> Any:
    """A number or truth value where the cell is written as JSON writes it, else the text."""
    if cell in ("true", "false"):
        return cell == "true"
    found = _NUMBER.fullmatch(cell)
    if found is None:
        return cell
    return float(cell) if found[2] else int(cell)


def _object(cell: str) -> dict[str, Any]:
    try:
        value = _decode(cell)
    except (msgspec.DecodeError, RecursionError):
        value = None
    if type(value) is not dict:
        raise Invalid("properties must be a JSON object.", field="properties")
    return value


def _separator(header: str) -> str:
    return max(",;\t", key=header.count)


class _Feed:
    """Lines as text for the csv module, which pulls as many as a row takes; counts what it pulled."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = iter(lines)
        self._long: list[int] = []
        self.given = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        self.given, line = next(self._lines)
        if line is None:
            self._long.append(self.given)
            return "\n"
        # What is no UTF-8 becomes lone surrogates, so that only its own row is refused.
        return line.decode("utf-8", "surrogateescape")

    def again(self, first: str) -> Iterator[str]:
        """All lines, with the first that was looked at before."""
        self.given = 0
        return self._with(first)

    def too_long(self) -> Iterator[Cells]:
        """The lines so far that were too long."""
        for number in self._long:
            yield Cells(number, [], f"The line is longer than {MAX_LINE:,} bytes.")
        self._long.clear()

    def _with(self, first: str) -> Iterator[str]:
        self.given = 1
        yield first
        yield from self
