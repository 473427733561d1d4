"""What went wrong for one user, and how they registered, out of the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from tracker.domain import registration
from tracker.ledger.connect import Connection

REGISTRATION = ", ".join(f"'{name}'" for name in registration.EVENTS)
VISITORS = 20
"""Browsers of a user that are looked at, the latest ones."""
COLUMNS = (
    "id, at, name, json_extract(properties, '$.error_message'), json_extract(properties, '$.status'), user_id"
)


@dataclass(frozen=True, slots=True)
class Told:
    """One event; `at` in epoch ms, `user_id` None where it names nobody."""

    id: int
    at: int
    name: str
    error_message: str | None
    status: str | None
    user_id: str | None


def errors(
    connection: Connection, site_id: int, user_ids: Iterable[str], since: int, most: int
) -> list[Told]:
    """Events of users that failed or carry an error message, newest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM events INDEXED BY events_by_user "  # noqa: S608 - names of ours
        "WHERE site_id = ? AND user_id IN (SELECT value FROM json_each(?)) AND at >= ? AND bot IS NULL "
        "AND (json_extract(properties, '$.status') = 'failed' "
        "OR json_extract(properties, '$.error_message') != '') ORDER BY at DESC, id DESC LIMIT ?",
        (site_id, _array(user_ids), since, most),
    )
    return [_told(row) for row in rows]


def registrations(connection: Connection, site_id: int, user_ids: Iterable[str]) -> list[Told]:
    """How users registered, oldest first: events that name them, and those of their browsers before that."""
    ids = _array(user_ids)
    visitors = connection.execute(
        "SELECT visitor, max(at) FROM events INDEXED BY events_by_user WHERE site_id = ? "
        "AND user_id IN (SELECT value FROM json_each(?)) AND visitor IS NOT NULL "
        "GROUP BY 1 ORDER BY 2 DESC LIMIT ?",
        (site_id, ids, VISITORS),
    ).fetchall()
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM events INDEXED BY events_by_user WHERE site_id = :site "  # noqa: S608
        f"AND user_id IN (SELECT value FROM json_each(:ids)) AND name IN ({REGISTRATION}) "
        f"UNION SELECT {COLUMNS} FROM events INDEXED BY events_by_visitor WHERE site_id = :site "
        "AND visitor IN (SELECT value FROM json_each(:visitors)) AND user_id IS NULL "
        f"AND name IN ({REGISTRATION}) ORDER BY 2, 1",
        {"site": site_id, "ids": ids, "visitors": _array(row[0] for row in visitors)},
    )
    return [_told(row) for row in rows]


def registrations_of_email(connection: Connection, site_id: int, email: str, since: int) -> list[Told]:
    """How somebody registered who gave this e-mail as the event's property `email`, oldest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM events INDEXED BY events_by_time WHERE site_id = ? AND at >= ? "  # noqa: S608
        f"AND name IN ({REGISTRATION}) AND lower(trim(json_extract(properties, '$.email'))) = ? "
        "ORDER BY at, id",
        (site_id, since, email.strip().lower()),
    )
    return [_told(row) for row in rows]


def user_of_visitor(connection: Connection, site_id: int, visitor: str) -> str | None:
    """The user that a browser was last known as."""
    row = connection.execute(
        "SELECT user_id FROM events INDEXED BY events_by_visitor "
        "WHERE site_id = ? AND visitor = ? AND user_id IS NOT NULL ORDER BY at DESC LIMIT 1",
        (site_id, visitor),
    ).fetchone()
    return str(row[0]) if row else None


def _array(values: Iterable[str]) -> str:
    return msgspec.json.encode(sorted(set(values))).decode()


def _told(row: tuple[Any, ...]) -> Told:
    number, at, name, message, status, user_id = row
    return Told(number, at, name, _text(message), _text(status), user_id)


def _text(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None
