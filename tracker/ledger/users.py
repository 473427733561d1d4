"""Users of a site out of the ledger: when they were seen, and finding them by what they say of themselves."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.domain.pseudonyms import Pseudonyms
from tracker.ledger import known_as
from tracker.ledger.connect import Connection

_IDS = """
WITH RECURSIVE ids(id) AS (
    SELECT min(user_id) FROM events INDEXED BY events_by_user WHERE site_id = :site AND user_id > :after
    UNION ALL
    SELECT (SELECT min(user_id) FROM events INDEXED BY events_by_user
            WHERE site_id = :site AND user_id > ids.id) FROM ids WHERE ids.id IS NOT NULL
)
SELECT id FROM ids WHERE id IS NOT NULL AND (:like IS NULL OR id LIKE :like ESCAPE '\\' OR EXISTS (
    SELECT 1 FROM known_as k WHERE k.site_id = :site AND k.user_id = ids.id AND (
        k.email LIKE :like ESCAPE '\\' OR k.name LIKE :like ESCAPE '\\' OR k.phone LIKE :like ESCAPE '\\'
        OR :pseudonym IN (k.email, k.name, k.phone))
)) LIMIT :most
"""
"""Jumps from one user to the next in the index, so that users are read and not all of their events."""


@dataclass(frozen=True, slots=True)
class User:
    """One user. Times in epoch ms; `verified` is whether a server or a signed token ever named them."""

    id: str
    email: str | None
    name: str | None
    phone: str | None
    verified: bool
    first_seen: int
    last_seen: int
    events: int


def page(
    connection: Connection,
    site_id: int,
    *,
    search: str = "",
    after: str = "",
    limit: int = 50,
    names: Pseudonyms | None = None,
) -> list[User]:
    """Users in the order of their ids, those after one; `search` is a part of id, e-mail, name or number.

    With `names`, all of one of these also finds whom only its pseudonym is known of.
    """
    values = {"site": site_id, "after": after, "like": _like(search) if search else None, "most": limit}
    values["pseudonym"] = names.of(search) if names is not None else None
    rows = connection.execute(_IDS, values).fetchall()
    found = (get(connection, site_id, str(row[0])) for row in rows)
    return [user for user in found if user is not None]


def get(connection: Connection, site_id: int, user_id: str) -> User | None:
    """A user by id, None for one nobody ever named."""
    row = connection.execute(
        "SELECT min(at), max(at), count(*) FROM events INDEXED BY events_by_user "
        "WHERE site_id = ? AND user_id = ?",
        (site_id, user_id),
    ).fetchone()
    if not row[2]:
        return None
    aliases = known_as.of_user(connection, site_id, user_id)
    aliases.sort(key=lambda one: (one.verified, one.at), reverse=True)
    return User(
        user_id,
        next((one.email for one in aliases if one.email), None),
        next((one.name for one in aliases if one.name), None),
        next((one.phone for one in aliases if one.phone), None),
        any(one.verified for one in aliases),
        *row,
    )


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
