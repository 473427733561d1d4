"""Reading the ledger onward from a known id, fast and without holding it: text that SQLite itself writes.

SQLite turns rows into lines of JSON inside one statement, which runs without Python's global lock and
costs a third of fetching the values. Each statement is its own short read, so the WAL is never held open.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracker.ledger.connect import Connection

SLICE = 2_048
"""Events in one statement; with properties of 32 KB each that is still bounded."""
CHUNK_BYTES = 64 << 20


def _lines(context: str, properties: str) -> str:
    """A statement that gives (count, last id, lines) of the next events."""
    return (
        f"SELECT count(*), max(id), group_concat('[' || {context} || ',' || {properties} || ',' || "  # noqa: S608
        "substr(json_array(id, site_id, name, at, received_at, visitor, session, user_id, flags, bot, "
        "client_id, profile_id), 2), char(10)) FROM "
        "(SELECT * FROM events NOT INDEXED WHERE id > ? ORDER BY id LIMIT ?)"
    )


# Context and properties go in as the JSON they are; a raw line break can only stand between their parts.
EVENTS = _lines("replace(context, char(10), ' ')", "replace(properties, char(10), ' ')")
BARE_EVENTS = _lines("'{}'", "'{}'")
CLIENTS = (
    "SELECT max(id), group_concat(json_array(id, body), char(10)) FROM "
    "(SELECT * FROM clients WHERE id > ? ORDER BY id LIMIT ?)"
)
PROFILES = (
    "SELECT max(id), group_concat(json_array(id, site_id, body), char(10)) FROM "
    "(SELECT * FROM profiles WHERE id > ? ORDER BY id LIMIT ?)"
)
DELETIONS = (
    "SELECT max(id), group_concat(ids, char(10)), group_concat(profiles, char(10)) FROM "
    "(SELECT id, ids, profiles FROM deletions WHERE id > ? ORDER BY id LIMIT ?)"
)
LAST = "SELECT hex(event_id) || ' ' || at FROM events WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a reader has come: the highest ids it has seen of each table."""

    event: int = 0
    client: int = 0
    profile: int = 0
    deletion: int = 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """What comes next. The texts hold one JSON array a line; they are empty where nothing is new."""

    place: Place
    """Where to go on after it."""
    count: int
    events: str
    """Taken away once it is staged."""
    clients: str
    profiles: str
    deleted: str
    """Ledger ids of events."""
    forgotten: str
    """Ledger ids of profiles."""
    last_event: str | None
    """What tells the last event from any other with the same id."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.count or self.deleted)


def read(connection: Connection, place: Place, limit: int, *, bare: bool = False) -> Chunk:
    """The next `limit` events at most, with all that belongs to them, and what was deleted since.

    Devices and profiles are read after the events that name them, so none is missing. Deletions come
    last: an event they name was read, or will never be. `bare` leaves context and properties out.
    """
    count, last, events = _events(connection, place.event, limit, BARE_EVENTS if bare else EVENTS)
    client, clients = _all(connection, CLIENTS, place.client)
    profile, profiles = _all(connection, PROFILES, place.profile)
    deletion, deleted, forgotten = connection.execute(DELETIONS, (place.deletion, SLICE)).fetchone()
    return Chunk(
        Place(last, client, profile, deletion or place.deletion),
        count,
        events,
        clients,
        profiles,
        deleted or "",
        forgotten or "",
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


def _events(connection: Connection, after: int, limit: int, sql: str) -> tuple[int, int, str]:
    parts: list[str] = []
    total = size = 0
    while total < limit and size < CHUNK_BYTES:
        count, last, text = connection.execute(sql, (after, min(SLICE, limit - total))).fetchone()
        if not count:
            break
        parts.append(text)
        total, size, after = total + count, size + len(text), last
    return total, after, "\n".join(parts)


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
