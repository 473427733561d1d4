"""All of one person in the ledger, for handing it out or deleting it.

An anonymous event belongs to the user named next on its visitor; after the last one named, to that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tracker.domain.pseudonyms import Pseudonyms
from tracker.errors import NotFound
from tracker.ledger import deletions, known_as, traces
from tracker.ledger.connect import Connection
from tracker.ledger.reads import FIELDS, JOINS, Stored, event_id, kept_id, stored
from tracker.ledger.transaction import Transaction

ALWAYS = 2**62
SLICE = 500
IN = "IN (SELECT value FROM json_each(?))"
NAMED_IN = IN.replace("?", ":who")
UNTIL = "(received_at <= ? OR at <= ?)"


@dataclass(frozen=True, slots=True)
class Person:
    """One person: their user ids, the visitors that were nobody else, and the ids of their events."""

    users: tuple[str, ...]
    visitors: tuple[str, ...]
    ids: tuple[int, ...]


def need(connection: Connection, site_id: int, who: str, names: Pseudonyms | None = None) -> Person:
    """Somebody by user id, visitor id, or an e-mail that one user alone has. Raises NotFound.

    With `names`, an e-mail also finds whom only its pseudonym is known of.

    A visitor who became a user is that user. A payment provider may have named a user by their e-mail
    alone: where a server or a signed token said whose it is, that user is the same person.
    """
    user_id = _user(connection, site_id, who, names)
    found = visitor(connection, site_id, who) if user_id is None else user(connection, site_id, user_id)
    if not found.ids and not traces.of_anybody(connection, site_id, found.users or (who,), (who,)):
        raise NotFound(f"Nobody is known by the id {who[:60]!r} here.", field="person")
    return found


def user(connection: Connection, site_id: int, user_id: str) -> Person:
    """All of a user, who may be known from elsewhere than the ledger."""
    emails = {one.email for one in known_as.of_user(connection, site_id, user_id) if one.verified}
    users = (user_id, *sorted(emails - {user_id, ""}))
    visitors = tuple(v for v in _met(connection, site_id, users) if _only(connection, site_id, v, users))
    return Person(users, visitors, tuple(ids_of(connection, site_id, users, visitors)))


def visitor(connection: Connection, site_id: int, who: str) -> Person:
    """All of a visitor whom nobody named."""
    return Person((), (who,), tuple(ids_of(connection, site_id, (), (who,))))


def namings(connection: Connection, site_id: int, visitors: Sequence[str]) -> list[tuple[str, int, str]]:
    """When (epoch ms) which user was named on these visitors: the first and the last of each stretch.

    Whose an anonymous event is follows from it, also one that the ledger does not hold any more.
    """
    sql = (
        "SELECT visitor, at, user_id FROM (SELECT visitor, at, user_id, lag(user_id) OVER here AS before, "  # noqa: S608
        f"lead(user_id) OVER here AS after FROM events WHERE site_id = :site AND visitor {NAMED_IN} "
        "AND user_id IS NOT NULL WINDOW here AS (PARTITION BY visitor ORDER BY at, id)) "
        "WHERE before IS NOT user_id OR after IS NOT user_id UNION "
        f"SELECT visitor, from_at, user_id FROM traces WHERE site_id = :site AND visitor {NAMED_IN} "
        "AND user_id IS NOT NULL UNION "
        f"SELECT visitor, to_at, user_id FROM traces WHERE site_id = :site AND visitor {NAMED_IN} "
        "AND user_id IS NOT NULL"
    )
    return connection.execute(sql, {"site": site_id, "who": _json(visitors)}).fetchall()


def ids_of(
    connection: Connection, site_id: int, users: Sequence[str], visitors: Sequence[str], until: int = ALWAYS
) -> list[int]:
    """Ledger ids, ascending, of what these users and visitors did up to a time (epoch ms).

    What came in by then counts, too, whatever time it told.
    """
    found: set[int] = set()
    for condition, who in ((f"user_id {IN}", users), (f"user_id IS NULL AND visitor {IN}", visitors)):
        sql = f"SELECT id FROM events WHERE site_id = ? AND {condition} AND {UNTIL}"  # noqa: S608 - literals
        found.update(row[0] for row in connection.execute(sql, (site_id, _json(who), until, until)))
    for visitor in set(_met(connection, site_id, users)) - set(visitors):
        found.update(_theirs(_rows(connection, site_id, visitor, until), users))
    return sorted(found)


def erase(
    transaction: Transaction, site_id: int, users: Sequence[str], visitors: Sequence[str], at: int
) -> int:
    """Delete what these users and visitors did up to a time (epoch ms). Gives how many events that were."""
    connection = transaction.connection
    gone, profiles = traces.forget(connection, site_id, users, visitors)
    if gone:
        deletions.note(connection, site_id, at, traces=gone)
    deleted = transaction.delete(site_id, ids_of(connection, site_id, users, visitors, at), at)
    deletions.forget_profiles(connection, site_id, profiles, at)
    return deleted


def references(
    connection: Connection, site_id: int, users: Sequence[str], visitors: Sequence[str], until: int = ALWAYS
) -> list[str]:
    """References of payments that these users and visitors made up to a time (epoch ms)."""
    told = _json(ids_of(connection, site_id, users, visitors, until))
    rows = connection.execute(
        f"SELECT DISTINCT json_extract(properties, '$.reference') FROM events WHERE id {IN} "  # noqa: S608
        "AND json_type(properties, '$.reference') = 'text'",
        (told,),
    )
    return [row[0] for row in rows]


def events(connection: Connection, ids: Sequence[int]) -> list[Stored]:
    """Events by ledger id, ascending."""
    sql = f"SELECT {FIELDS} FROM events e {JOINS} WHERE e.id {IN} ORDER BY e.id"  # noqa: S608 - literals
    return [stored(row) for row in connection.execute(sql, (_json(ids),))]


def known_ids(connection: Connection, site_id: int, event_ids: Sequence[str]) -> set[str]:
    """Which of these events (by the id their sender gave) the ledger holds."""
    marks = ", ".join("?" * len(event_ids))
    sql = f"SELECT event_id FROM events WHERE site_id = ? AND event_id IN ({marks})"  # noqa: S608 - marks
    rows = connection.execute(sql, (site_id, *(kept_id(one) for one in event_ids)))
    return {event_id(row[0]) for row in rows}


def _user(connection: Connection, site_id: int, who: str, names: Pseudonyms | None) -> str | None:
    named = "SELECT user_id FROM {} WHERE site_id = ? AND {} = ? AND user_id IS NOT NULL {} LIMIT 1"
    latest = {"events": "ORDER BY at DESC, id DESC", "traces": "ORDER BY to_at DESC, to_id DESC"}
    for column in ("user_id", "visitor"):
        for table, order in latest.items():
            sql = named.format(table, column, order if column == "visitor" else "")
            row = connection.execute(sql, (site_id, who)).fetchone()
            if row is not None:
                return str(row[0])
    verified, claimed = known_as.user_ids(connection, site_id, who, names) if "@" in who else ([], [])
    told = verified or claimed
    return told[0] if len(told) == 1 else None


def _met(connection: Connection, site_id: int, users: Sequence[str]) -> list[str]:
    """Visitors on whom these users were named, of events and of what stayed of old ones."""
    sql = " UNION ".join(
        f"SELECT visitor FROM {table} WHERE site_id = :site AND user_id {NAMED_IN} AND visitor IS NOT NULL"  # noqa: S608
        for table in ("events", "traces")
    )
    return [row[0] for row in connection.execute(sql, {"site": site_id, "who": _json(users)})]


def _only(connection: Connection, site_id: int, visitor: str, users: Sequence[str]) -> bool:
    sql = " UNION ".join(
        f"SELECT user_id FROM {table} WHERE site_id = :site AND visitor = :visitor AND user_id IS NOT NULL"  # noqa: S608
        for table in ("events", "traces")
    )
    return {row[0] for row in connection.execute(sql, {"site": site_id, "visitor": visitor})} <= set(users)


def _rows(connection: Connection, site_id: int, visitor: str, until: int) -> list[tuple[Any, ...]]:
    sql = f"SELECT id, user_id, {UNTIL} FROM events WHERE site_id = ? AND visitor = ? ORDER BY at, id"  # noqa: S608
    return connection.execute(sql, (until, until, site_id, visitor)).fetchall()


def _theirs(rows: list[tuple[Any, ...]], users: Sequence[str]) -> Iterator[int]:
    owner = next((user for _, user, _ in reversed(rows) if user is not None), None)
    for number, user, early in reversed(rows):
        owner = user if user is not None else owner
        if user is None and early and owner in users:
            yield number


def _json(values: Iterable[Any]) -> str:
    return msgspec.json.encode(list(values)).decode()
