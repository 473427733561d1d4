"""Putting events into the ledger inside an open transaction: few statements, each event once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tracker.domain.event import Event, Flag
from tracker.ledger.connect import Connection

COLUMNS = (
    "site_id, event_id, name, at, received_at, visitor, session, user_id, flags, bot, "
    "client_id, profile_id, context, properties"
)
WIDTH = COLUMNS.count(",") + 1
CHUNK = 64
"""Rows in one statement. SQLite runs a statement without Python's global lock, so one statement of
64 rows leaves the other threads far more of the processor than 64 of one row."""
DICTIONARY_SIZE = 20_000


@dataclass(frozen=True, slots=True)
class Placed:
    """Ledger ids in the order of the events, None for one that was there already."""

    ids: Sequence[int | None]
    last: int | None
    inserted: int


class Dictionary:
    """Ids of texts that repeat (devices, profiles), remembered between transactions."""

    def __init__(self) -> None:
        self._clients: dict[str, int] = {}
        self._profiles: dict[tuple[int, str], int] = {}
        self._met: set[tuple[int, str, str, bool]] = set()

    def clear(self) -> None:
        """Forget everything: after a rollback, ids may not exist."""
        self._clients.clear()
        self._profiles.clear()
        self._met.clear()

    def client(self, connection: Connection, body: str) -> int:
        """The id of a device description, which is added where it is new."""
        known = self._clients.get(body)
        if known is None:
            known = _intern(connection, "clients (body) VALUES (?)", "clients WHERE body=?", (body,))
            _remember(self._clients, body, known)
        return known

    def profile(self, connection: Connection, site_id: int, body: str) -> int:
        """The id of what is known of a user, which is added where it is new."""
        key = (site_id, body)
        known = self._profiles.get(key)
        if known is None:
            known = _intern(
                connection,
                "profiles (site_id, body) VALUES (?, ?)",
                "profiles WHERE site_id=? AND body=?",
                key,
            )
            _remember(self._profiles, key, known)
        return known

    def is_news(self, event: Event) -> bool:
        """Whether the event's user has not come with this profile, as far as it is remembered."""
        if event.user_id is None or event.profile is None:
            return False
        key = (event.site_id, event.user_id, event.profile, bool(event.flags & Flag.VERIFIED))
        if key in self._met:
            return False
        if len(self._met) >= DICTIONARY_SIZE:
            self._met.clear()
        self._met.add(key)
        return True


def _intern(connection: Connection, into: str, where: str, values: tuple[Any, ...]) -> int:
    # `into` and `where` are the four literals above, never input.
    cursor = connection.execute(f"INSERT OR IGNORE INTO {into}", values)
    if cursor.rowcount == 1:
        return int(cursor.lastrowid or 0)
    row = connection.execute(f"SELECT id FROM {where}", values).fetchone()  # noqa: S608
    return int(row[0])


def _remember(known: dict[Any, int], key: Any, value: int) -> None:
    if len(known) >= DICTIONARY_SIZE:
        known.clear()
    known[key] = value


def events(connection: Connection, dictionary: Dictionary, batch: list[Event]) -> Placed:
    """Insert events that are not there yet (by site and event id)."""
    values = _flatten(connection, dictionary, batch)
    before = _last_id(connection)
    changes = connection.total_changes
    for start in range(0, len(batch), CHUNK):
        rows = min(CHUNK, len(batch) - start)
        part = values[start * WIDTH : (start + rows) * WIDTH]
        connection.execute(_statement(rows), part)
    inserted = connection.total_changes - changes
    if inserted == len(batch):
        last = _last_id(connection)
        return Placed(range(last - inserted + 1, last + 1), last, inserted)
    return _attribute(connection, batch, before, inserted)


@lru_cache(maxsize=CHUNK)
def _statement(rows: int) -> str:
    row = "(" + ",".join("?" * WIDTH) + ")"
    values = ",".join([row] * rows)
    return f"INSERT OR IGNORE INTO events ({COLUMNS}) VALUES {values}"  # noqa: S608 - no input


def _flatten(connection: Connection, dictionary: Dictionary, batch: list[Event]) -> list[Any]:
    values: list[Any] = []
    for e in batch:
        profile = None
        if e.profile is not None:
            profile = dictionary.profile(connection, e.site_id, e.profile)
        values += (
            e.site_id,
            e.event_id,
            e.name,
            e.at,
            e.received_at,
            e.visitor,
            e.session,
            e.user_id,
            e.flags,
            e.bot,
            dictionary.client(connection, e.client),
            profile,
            e.context,
            e.properties,
        )
    return values


def _last_id(connection: Connection) -> int:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name='events'").fetchone()
    return int(row[0]) if row else 0


def _attribute(connection: Connection, batch: list[Event], before: int, inserted: int) -> Placed:
    """Tell which events went in when some were there already."""
    rows = connection.execute("SELECT site_id, event_id, id FROM events WHERE id > ? ORDER BY id", (before,))
    new = {(site, event): row_id for site, event, row_id in rows}
    ids = [new.pop((event.site_id, event.event_id), None) for event in batch]
    last = max((i for i in ids if i is not None), default=None)
    assert sum(i is not None for i in ids) == inserted
    return Placed(ids, last, inserted)
