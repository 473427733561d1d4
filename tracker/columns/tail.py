"""Reading the ledger onward from a known id, fast and without holding it: text that SQLite itself writes.

SQLite joins the values of many rows inside one statement, which runs without Python's global lock and costs
half of fetching them. Each statement is its own short read, so the WAL is never held open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tracker.columns import arrow
from tracker.columns.arrow import Stream
from tracker.ledger.connect import Connection

SLICE = 2_048
"""Events in one statement; with properties of 32 KB each that is still bounded."""
CHUNK_BYTES = 128 << 20


NUMBERS = ("id", "site_id", "at", "received_at", "flags", "client_id", "profile_id")
TEXTS = ("name", "visitor", "session", "user_id", "bot", "context", "properties")
FIELDS = (*NUMBERS, *TEXTS)
"""What is read of an event, as texts. What is not there is empty, or 0."""
WIDTH = 19
"""Numbers are told with `ZERO` added, so that each has so many digits."""
ZERO = 10 ** (WIDTH - 1)


def _events(told: str = "context, properties") -> str:
    """A statement that gives of the next events count, last id, each number, each text and its lengths."""
    numbers = (f"CAST(group_concat(ifnull({name}, 0) + {ZERO}, '') AS BLOB)" for name in NUMBERS)
    texts = (
        f"CAST(group_concat({name}, '') AS BLOB), "
        f"CAST(group_concat(char(ifnull(octet_length({name}), 0)), '') AS BLOB)"
        for name in TEXTS
    )
    return (
        f"SELECT count(*), max(id), {', '.join((*numbers, *texts))} FROM "  # noqa: S608 - names of ours
        f"(SELECT {', '.join((*NUMBERS, *TEXTS[:-2]))}, {told} FROM events NOT INDEXED "
        "WHERE id > ? ORDER BY id LIMIT ?)"
    )


EVENTS = _events()
BARE_EVENTS = _events("'{}' AS context, '{}' AS properties")
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


@dataclass(slots=True)
class Piece:
    """Some of a chunk's events."""

    last: int
    """The highest ledger id in it."""
    count: int
    size: int
    """Bytes of text."""
    fields: Stream


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
    sql = BARE_EVENTS if bare else EVENTS
    piece = _nothing(after)
    total = size = 0
    while total < limit and size < CHUNK_BYTES:
        count, last, *told = connection.execute(sql, (piece.last, min(SLICE, limit - total))).fetchone()
        if not count:
            break
        if piece.size >= piece_bytes:
            yield piece
            piece = _nothing(piece.last)
        added = _add(piece, count, last, told)
        total, size = total + count, size + added
    if piece.count:
        yield piece


def _nothing(after: int) -> Piece:
    return Piece(after, 0, 0, Stream(FIELDS))


def _add(piece: Piece, count: int, last: int, told: list[Any]) -> int:
    """Put events into a piece; gives how many bytes they have."""
    numbers, texts = told[: len(NUMBERS)], told[len(NUMBERS) :]
    columns = [
        *(arrow.of_width(data, WIDTH, count) for data in numbers),
        *(arrow.of_lengths(data, lengths) for data, lengths in zip(texts[::2], texts[1::2], strict=True)),
    ]
    piece.fields.add(columns, count)
    size = sum(len(data) for data, _ in columns)
    piece.last, piece.count, piece.size = last, piece.count + count, piece.size + size
    return size


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
