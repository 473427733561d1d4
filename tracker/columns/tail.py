"""Reading the ledger onward from a known id, fast and without holding it: text that SQLite itself writes.

SQLite joins rows to lines of text inside one statement, which runs without Python's global lock and costs
half of fetching the values. Each statement is its own short read, so the WAL is never held open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracker.ledger.connect import Connection

SLICE = 2_048
"""Events in one statement; with properties of 32 KB each that is still bounded."""
CHUNK_BYTES = 128 << 20


FIELD, LINE = "\x1f", "\x1e"
"""What stands between the fields of an event, and between events: no JSON holds them."""
NUMBERS = ("id", "site_id", "at", "received_at", "flags", "client_id", "profile_id")
TEXTS = ("name", "visitor", "session", "user_id", "bot")
"""What senders choose: it may hold anything."""
FIELDS = (*NUMBERS, *TEXTS, "context", "properties")


def _lines(text: str = "ifnull({0}, '')", context: str = "context", properties: str = "properties") -> str:
    """A statement that gives (count, last id, lines) of the next events; `text` is how a text goes in."""
    fields = (
        *NUMBERS[:-1],
        f"ifnull({NUMBERS[-1]}, '')",
        *(text.format(name) for name in TEXTS),
        context,
        properties,
    )
    return (
        f"SELECT count(*), max(id), group_concat(concat_ws(char(31), {', '.join(fields)}), char(30)) FROM "  # noqa: S608
        "(SELECT * FROM events NOT INDEXED WHERE id > ? ORDER BY id LIMIT ?)"
    )


QUOTED = "json_quote({0})"
EVENTS = _lines()
QUOTED_EVENTS = _lines(QUOTED)
BARE_EVENTS = _lines(QUOTED, "'{}'", "'{}'")
CLIENTS = (
    "SELECT max(id), group_concat(json_array(id, body), char(10)) FROM "
    "(SELECT * FROM clients WHERE id > ? ORDER BY id LIMIT ?)"
)
PROFILES = (
    "SELECT max(id), group_concat(json_array(id, site_id, body), char(10)) FROM "
    "(SELECT * FROM profiles WHERE id > ? ORDER BY id LIMIT ?)"
)
DELETIONS = (
    "SELECT max(id), group_concat(ids, char(10)), group_concat(profiles, char(10)), "
    "group_concat(traces, char(10)), group_concat(nullif(changed, ''), char(10)) FROM "
    "(SELECT * FROM deletions WHERE id > ? ORDER BY id LIMIT ?)"
)
TRACES = (
    "SELECT max(id), group_concat(json_array(id, site_id, visitor, user_id, from_at, from_id, to_at, to_id, "
    "first_at, json(profiles)), char(10)) FROM (SELECT * FROM traces WHERE id > ? ORDER BY id LIMIT ?)"
)
KEPT = "SELECT group_concat(json_array(site_id, closed, zone, words), char(10)) FROM kept"
ROLLUPS = (
    "SELECT max(id), group_concat(json_array(site_id, grain, start, dimension, value, visitors, visits, "
    "page_views, bounces, duration_ms, events, persons, seen), char(10)) FROM "
    "(SELECT * FROM rollups WHERE id > ? ORDER BY id LIMIT ?)"
)
LAST = "SELECT hex(event_id) || ' ' || at FROM events WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a reader has come: the highest ids it has seen of each table."""

    event: int = 0
    client: int = 0
    profile: int = 0
    deletion: int = 0
    trace: int = 0
    rollup: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a chunk's events, one a line."""

    last: int
    """The highest ledger id in it."""
    count: int
    lines: str
    quoted: bool
    """Whether the senders' texts stand in it as JSON."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What comes with some events. The texts hold one JSON array a line; empty where nothing is new."""

    place: Place
    """Where to go on after it."""
    count: int
    """Of its events."""
    clients: str
    profiles: str
    deleted: str
    """Ledger ids of events."""
    forgotten: str
    """Ledger ids of profiles."""
    traceless: str
    """Ids of traces that are gone."""
    changed: str
    """Ledger id and what is left of the properties of events."""
    traces: str
    kept: str
    """Of all sites, however little is new."""
    rollups: str
    last_event: str | None
    """What tells the last event from any other with the same id."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.count or self.deleted or self.rollups)


def pieces(
    connection: Connection, after: int, limit: int, piece_bytes: int, *, bare: bool = False
) -> Iterator[Piece]:
    """The next `limit` events at most, or fewer large ones, in pieces of about `piece_bytes` of text.

    `bare` leaves context and properties out.
    """
    parts: list[Piece] = []
    total = size = waiting = 0
    while total < limit and size < CHUNK_BYTES:
        part = _slice(connection, after, min(SLICE, limit - total), bare=bare)
        if not part.count:
            break
        if parts and (parts[0].quoted != part.quoted or waiting >= piece_bytes):
            yield _joined(parts)
            parts, waiting = [], 0
        parts.append(part)
        total, after = total + part.count, part.last
        size, waiting = size + len(part.lines), waiting + len(part.lines)
    if parts:
        yield _joined(parts)


def _slice(connection: Connection, after: int, limit: int, *, bare: bool) -> Piece:
    sql = BARE_EVENTS if bare else EVENTS
    count, last, lines = connection.execute(sql, (after, limit)).fetchone()
    fits = not count or (lines.count(LINE), lines.count(FIELD)) == (count - 1, count * (len(FIELDS) - 1))
    if not (bare or fits):  # a text holds what stands between fields
        count, last, lines = connection.execute(QUOTED_EVENTS, (after, limit)).fetchone()
    return Piece(last or after, count, lines or "", quoted=bare or not fits)


def _joined(parts: list[Piece]) -> Piece:
    lines = LINE.join(part.lines for part in parts)
    return Piece(parts[-1].last, sum(part.count for part in parts), lines, parts[0].quoted)


def chunk(connection: Connection, place: Place, last: int, count: int) -> Chunk:
    """What belongs to the `count` events from `place` to `last`, which were just read, and what was deleted.

    Devices and profiles are read after the events that name them, so none is missing. Deletions come
    then: an event they name was read, or will never be. What stays of old events comes last, and the figures
    of days after the news that they are closed.
    """
    client, clients = _all(connection, CLIENTS, place.client)
    profile, profiles = _all(connection, PROFILES, place.profile)
    deletion, *gone = connection.execute(DELETIONS, (place.deletion, SLICE)).fetchone()
    deleted, forgotten, traceless, changed = (text or "" for text in gone)
    trace, traces = _all(connection, TRACES, place.trace)
    kept = connection.execute(KEPT).fetchone()[0] or ""
    rollup, rollups = _all(connection, ROLLUPS, place.rollup)
    return Chunk(
        Place(last, client, profile, deletion or place.deletion, trace, rollup),
        count,
        clients,
        profiles,
        deleted,
        forgotten,
        traceless,
        changed,
        traces,
        kept,
        rollups,
        last_event(connection, last),
    )


def last_event(connection: Connection, event: int) -> str | None:
    """What tells that event from any other with the same id, None when it is gone."""
    row = connection.execute(LAST, (event,)).fetchone()
    return str(row[0]) if row else None


def end(connection: Connection) -> Place:
    """The highest ids ever given to events and deletions."""
    rows = dict(connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
    return Place(event=rows.get("events", 0), deletion=rows.get("deletions", 0))


def _all(connection: Connection, sql: str, after: int) -> tuple[int, str]:
    parts: list[str] = []
    while True:
        last, text = connection.execute(sql, (after, SLICE)).fetchone()
        if last is None:
            return after, "\n".join(parts)
        parts.append(text)
        after = last


def forgotten_between(connection: Connection, deletion: int) -> bool:
    """Whether records of deletions after this one are gone, so that they cannot be replayed."""
    kept = connection.execute("SELECT count(*) FROM deletions WHERE id > ?", (deletion,)).fetchone()[0]
    return bool(kept < end(connection).deletion - deletion)
