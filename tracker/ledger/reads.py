"""Reading events back from the ledger: newest first with filters, or onward from a known id."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from tracker.errors import Invalid
from tracker.ledger.connect import Connection

SEARCH_ROWS = 20_000
"""Rows looked at between two looks at the deadline."""

FIELDS = (
    "e.id, e.event_id, e.name, e.at, e.received_at, e.visitor, e.session, e.user_id, e.flags, e.bot, "
    "c.body, p.body, e.context, e.properties"
)
JOINS = "LEFT JOIN clients c ON c.id = e.client_id LEFT JOIN profiles p ON p.id = e.profile_id"


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as read back. Times are epoch milliseconds; `event_id` is the sender's, or ours."""

    id: int
    event_id: str
    name: str
    at: int
    received_at: int
    visitor: str | None
    session: str | None
    user_id: str | None
    flags: int
    bot: str | None
    client: dict[str, Any]
    profile: dict[str, Any]
    context: dict[str, Any]
    properties: dict[str, Any]

    @property
    def person(self) -> str | None:
        """The user where known, else the visitor."""
        return self.user_id if self.user_id is not None else self.visitor

    @property
    def cursor(self) -> str:
        """Where `newest` goes on from to show what is older than this one."""
        return f"{self.at}.{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What to show of one site. `since` and `until` are epoch milliseconds, half-open."""

    site_id: int
    name: str | None = None
    since: int | None = None
    until: int | None = None
    person: str | None = None
    """A user id or a visitor id."""
    text: str | None = None
    """Found anywhere in name, people, context or properties, whatever its case."""
    properties: tuple[tuple[str, str], ...] = ()
    """Property (dots reach into nested ones) and the value it must have, as text."""
    bots: bool = True
    """Whether events of bots are included."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of events, newest first by event time.

    `cursor` continues after the last one, None at the end. `searched_back_to` is set (epoch ms) when
    the time allowed ran out before the page was full: all later events were looked at.
    """

    events: list[Stored]
    cursor: str | None
    searched_back_to: int | None = None


def newest(
    connection: Connection,
    wanted: Filter,
    *,
    limit: int = 100,
    cursor: str | None = None,
    seconds: float = 1.0,
) -> Found:
    """Events newest first by event time (then by id).

    Filters without an index look at rows one by one, for `seconds` at most; the answer then holds
    what was found and a cursor to go on from. Raises Invalid for a cursor that is none of ours.
    """
    deadline = time.monotonic() + seconds
    place = _read_cursor(cursor)
    found: list[Stored] = []
    while True:
        wanted_rows = limit + 1 - len(found)
        look = _scan if wanted.person is None else _of_person
        rows, last = look(connection, wanted, place, wanted_rows)
        found += rows
        if len(found) > limit:
            return Found(found[:limit], found[limit - 1].cursor)
        if last is None:
            return Found(found, None)
        place = last
        if time.monotonic() > deadline:
            return Found(found, f"{last[0]}.{last[1]}", last[0])


def after(connection: Connection, wanted: Filter, last_id: int, *, limit: int = 200) -> list[Stored]:
    """Events that match and came after `last_id`, oldest first, `limit` at most."""
    where, values = conditions(wanted)
    sql = (
        f"SELECT {FIELDS} FROM events e NOT INDEXED {JOINS} WHERE e.id > ? AND {where} "  # noqa: S608
        "ORDER BY e.id LIMIT ?"
    )
    return [stored(row) for row in connection.execute(sql, (last_id, *values, limit))]


def get(connection: Connection, site_id: int, row_id: int) -> Stored | None:
    """One event of a site by its ledger id."""
    sql = f"SELECT {FIELDS} FROM events e {JOINS} WHERE e.id = ? AND e.site_id = ?"  # noqa: S608
    row = connection.execute(sql, (row_id, site_id)).fetchone()
    return stored(row) if row else None


def last_id(connection: Connection) -> int:
    """The highest ledger id there is, 0 when empty."""
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0])


def names(connection: Connection, site_id: int, since: int, until: int) -> list[tuple[str, int]]:
    """Event names between two times with how often each came, most frequent first."""
    sql = (
        "SELECT name, count(*) FROM events INDEXED BY events_by_time "
        "WHERE site_id = ? AND at >= ? AND at < ? GROUP BY name ORDER BY 2 DESC, 1"
    )
    return [(name, count) for name, count in connection.execute(sql, (site_id, since, until))]


def people(connection: Connection, site_id: int, since: int, until: int) -> int:
    """Distinct persons (user where known, else visitor) between two times, bots left out."""
    sql = (
        "SELECT count(DISTINCT coalesce(user_id, visitor)) FROM events "
        "WHERE site_id = ? AND at >= ? AND at < ? AND bot IS NULL"
    )
    return int(connection.execute(sql, (site_id, since, until)).fetchone()[0])


def _scan(
    connection: Connection, wanted: Filter, place: tuple[int, int] | None, limit: int
) -> tuple[list[Stored], tuple[int, int] | None]:
    """Look at SEARCH_ROWS rows from `place` back: the matches, and where to go on (None: the end)."""
    narrow, narrow_values = in_range(wanted, place)
    bound = connection.execute(
        f"SELECT at, id FROM events e WHERE {narrow} "  # noqa: S608 - literals only
        "ORDER BY at DESC, id DESC LIMIT 1 OFFSET ?",
        (*narrow_values, SEARCH_ROWS - 1),
    ).fetchone()
    where, values = conditions(wanted)
    stop, stop_values = ("", ()) if bound is None else (" AND (e.at, e.id) >= (?, ?)", bound)
    rows = connection.execute(
        f"SELECT {FIELDS} FROM events e {JOINS} WHERE {narrow} AND {where}{stop} "  # noqa: S608
        "ORDER BY e.at DESC, e.id DESC LIMIT ?",
        (*narrow_values, *values, *stop_values, limit),
    ).fetchall()
    return [stored(row) for row in rows], bound


def _of_person(
    connection: Connection, wanted: Filter, place: tuple[int, int] | None, limit: int
) -> tuple[list[Stored], None]:
    """All that match of one person's events: their own indexes find these without looking at others'."""
    source, source_values = rows_of_person(wanted)
    narrow, narrow_values = in_range(wanted, place)
    where, values = conditions(wanted)
    rows = connection.execute(
        f"SELECT {FIELDS} FROM {source} {JOINS} "  # noqa: S608 - literals only
        f"WHERE {narrow} AND {where} ORDER BY e.at DESC, e.id DESC LIMIT ?",
        (*source_values, *narrow_values, *values, limit),
    ).fetchall()
    return [stored(row) for row in rows], None


def rows_of_person(wanted: Filter) -> tuple[str, list[Any]]:
    """A source `e` with the events of the filter's person only, by the indexes of users and visitors."""
    source = (
        "(SELECT id FROM events INDEXED BY events_by_user WHERE site_id = ? AND user_id = ? "
        "UNION SELECT id FROM events INDEXED BY events_by_visitor WHERE site_id = ? AND visitor = ?) mine "
        "CROSS JOIN events e ON e.id = mine.id"
    )
    return source, [wanted.site_id, wanted.person] * 2


def in_range(wanted: Filter, place: tuple[int, int] | None = None) -> tuple[str, list[Any]]:
    """The conditions the index by time serves: site and time, back from `place`."""
    parts, values = ["e.site_id = ?"], [wanted.site_id]
    if wanted.since is not None:
        parts.append("e.at >= ?")
        values.append(wanted.since)
    if wanted.until is not None:
        parts.append("e.at < ?")
        values.append(wanted.until)
    if place is not None:
        parts.append("(e.at, e.id) < (?, ?)")
        values += place
    return " AND ".join(parts), values


def conditions(wanted: Filter) -> tuple[str, list[Any]]:
    """Every condition of the filter but its times."""
    parts = list(_clauses(wanted))
    return (
        " AND ".join(sql for sql, _ in parts),
        [value for _, values in parts for value in values],
    )


def _clauses(wanted: Filter) -> Iterator[tuple[str, list[Any]]]:
    yield "e.site_id = ?", [wanted.site_id]
    if wanted.name is not None:
        yield "e.name = ?", [wanted.name]
    if wanted.person is not None:
        yield "(e.user_id = ? OR e.visitor = ?)", [wanted.person, wanted.person]
    if not wanted.bots:
        yield "e.bot IS NULL", []
    for key, value in wanted.properties:
        yield f"{PROPERTY} = ?", [_json_path(key), _json_path(key), value]
    if wanted.text:
        columns = "e.name, e.user_id, e.visitor, p.body, e.context, e.properties"
        yield (
            f"(concat_ws(' ', {columns}) LIKE ? ESCAPE '\\')",
            ["%" + _like(wanted.text) + "%"],
        )


PROPERTY = (
    "CASE json_type(e.properties, ?) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' "
    "ELSE json_extract(e.properties, ?) || '' END"
)
"""A property as text: JSON's true and false by their names, numbers as they are written."""


def _json_path(key: str) -> str:
    quoted = ('"' + part.replace('"', "") + '"' for part in key.split("."))
    return "$." + ".".join(quoted)


def _like(text: str) -> str:
    # What is stored is JSON, where quotes and non-ASCII may be escaped; msgspec escapes quotes only.
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _read_cursor(cursor: str | None) -> tuple[int, int] | None:
    if cursor is None:
        return None
    at, dot, row_id = cursor.partition(".")
    if not (dot and at.lstrip("-").isdigit() and row_id.isdigit() and len(cursor) < 40):
        raise Invalid("This cursor is not one we gave out; start again without it.", field="cursor")
    return int(at), int(row_id)


def stored(row: tuple[Any, ...]) -> Stored:
    """An event from a row of FIELDS."""
    documents = [_json(text) for text in row[10:14]]
    return Stored(row[0], event_id(row[1]), *row[2:10], *documents)


def event_id(kept: bytes | str) -> str:
    """An event's id as its sender wrote it, or as we would have."""
    return kept if isinstance(kept, str) else str(uuid.UUID(bytes=kept))


def kept_id(told: str) -> bytes | str:
    """An event's id as the ledger keeps it: a UUID in sixteen bytes, anything else as its sender wrote it."""
    try:
        number = uuid.UUID(told)
    except ValueError:
        return told
    return number.bytes if str(number) == told else told


def _json(text: str | None) -> dict[str, Any]:
    return msgspec.json.decode(text) if text else {}
