"""Under which e-mail, name and number users came, so that support finds them by what they say of themselves.

Kept in the transaction that stores the events, one row for each user and e-mail. A row is verified once a
server or a signed token said so; what only a browser claims never renames a verified one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tracker.domain.event import Event, Flag
from tracker.domain.pseudonyms import Pseudonyms
from tracker.ledger.connect import Connection
from tracker.ledger.insert import Dictionary

_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Alias:
    """A user as they came; `email` is lower case and empty where none was told, `at` in epoch ms."""

    user_id: str
    email: str
    name: str | None
    phone: str | None
    verified: bool
    at: int


def note(
    connection: Connection, dictionary: Dictionary, batch: Sequence[Event], ids: Sequence[int | None]
) -> None:
    """Remember who the new events (those with an id) name, inside the transaction that stores them."""
    for event, number in zip(batch, ids, strict=True):
        if event.profile is None or number is None or not dictionary.is_news(event):
            continue
        told: Any = _decode(event.profile)
        email = str(told.get("email") or "").strip().lower()
        verified = bool(event.flags & Flag.VERIFIED)
        values = (told.get("name"), told.get("phone_number"), verified, event.at)
        connection.execute(UPSERT, (event.site_id, event.user_id, email, *values))


def by_email(
    connection: Connection, site_id: int, email: str, names: Pseudonyms | None = None
) -> list[Alias]:
    """Users who came with this e-mail, verified ones first; with `names` also those it is a pseudonym of."""
    told = email.strip().lower()
    either = (told, names.of(told) if names is not None else told)
    sql = (
        f"SELECT {COLUMNS} FROM known_as WHERE site_id = ? AND email IN (?, ?) "  # noqa: S608 - literals
        "ORDER BY verified DESC, at DESC"
    )
    return [_alias(row) for row in connection.execute(sql, (site_id, *either))]


def user_ids(
    connection: Connection, site_id: int, email: str, names: Pseudonyms | None = None
) -> tuple[list[str], list[str]]:
    """(users whom a server or a signed token named with this e-mail, users whom only browsers did)."""
    found = by_email(connection, site_id, email, names)
    return [one.user_id for one in found if one.verified], [one.user_id for one in found if not one.verified]


def of_user(connection: Connection, site_id: int, user_id: str) -> list[Alias]:
    """As whom a user came, the latest first."""
    sql = f"SELECT {COLUMNS} FROM known_as WHERE site_id = ? AND user_id = ? ORDER BY at DESC"  # noqa: S608
    return [_alias(row) for row in connection.execute(sql, (site_id, user_id))]


def called(connection: Connection, site_id: int, user_id: str) -> str | None:
    """A user's name, of those told the latest that a server or a signed token said, else the latest."""
    found = sorted(of_user(connection, site_id, user_id), key=lambda one: one.verified, reverse=True)
    return next((one.name for one in found if one.name), None)


def emails(connection: Connection, site_id: int) -> Iterator[str]:
    """Every e-mail of a site, once."""
    sql = "SELECT DISTINCT email FROM known_as WHERE site_id = ? AND email != ''"
    return (str(row[0]) for row in connection.execute(sql, (site_id,)))


def forget(connection: Connection, site_id: int, user_ids: Iterable[str]) -> None:
    """Forget users of whom no event is left, inside the transaction that deleted the last one."""
    connection.execute(
        "DELETE FROM known_as WHERE site_id = ? AND user_id IN (SELECT value FROM json_each(?)) "
        "AND NOT EXISTS (SELECT 1 FROM events e "
        "WHERE e.site_id = known_as.site_id AND e.user_id = known_as.user_id)",
        (site_id, msgspec.json.encode(sorted(user_ids)).decode()),
    )


def _alias(row: tuple[Any, ...]) -> Alias:
    return Alias(row[0], row[1], row[2], row[3], bool(row[4]), row[5])


COLUMNS = "user_id, email, name, phone, verified, at"
UPSERT = (
    "INSERT INTO known_as (site_id, user_id, email, name, phone, verified, at) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET verified = max(verified, excluded.verified), at = max(at, excluded.at), "
    "name = CASE WHEN excluded.verified >= verified THEN coalesce(excluded.name, name) ELSE name END, "
    "phone = CASE WHEN excluded.verified >= verified THEN coalesce(excluded.phone, phone) ELSE phone END"
)
