"""Events of the ledger as rows of the archive, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from tracker.archive.parquet import ROWS, Row
from tracker.domain.event import Event
from tracker.ledger.connect import Connection
from tracker.ledger.reads import JOINS, event_id, kept_id

_SELECT = (
    "SELECT e.event_id, e.name, e.at, e.received_at, e.visitor, e.session, e.user_id, e.flags, e.bot, "  # noqa: S608
    f"c.body, p.body, e.context, e.properties FROM events e {JOINS} "
    "WHERE e.site_id = ? AND e.id IN (SELECT value FROM json_each(?)) ORDER BY e.at"
)


def of(connection: Connection, site_id: int, ids: Iterable[int]) -> Iterator[Row]:
    """Events of a site by ledger id, read some at a time."""
    remaining = iter(ids)
    while some := list(islice(remaining, ROWS)):
        for number, *rest in connection.execute(_SELECT, (site_id, msgspec.json.encode(some).decode())):
            yield (event_id(number), *rest)


def event(row: Row, site_id: int) -> Event:
    """The event a row was made of, as one of a site."""
    told, *rest = row
    return Event(site_id, kept_id(told), *rest)
