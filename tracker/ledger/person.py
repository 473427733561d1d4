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
from tracker.ledger.reads import FIELDS, JOINS, Stored, stored
from tracker.ledger.transaction import Transaction

ALWAYS = 2**62
SLICE = 500
IN = "IN (SELECT value FROM json_each(?))"
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
    if user_id is None and traces.of_anybody(connection, site_id, (who,), ()):
        found = Person((who,), (), ())
    elif user_id is None:
        found = Person((), (who,), tuple(ids_of(connection, site_id, (), (who,))))
    else:
        emails = {one.email for one in known_as.of_user(connection, site_id, user_id) if one.verified}
        users = (user_id, *sorted(emails - {user_id, ""}))
        visitors = tuple(v for v in _met(connection, site_id, users) if _only(connection, site_id, v, users))
        found = Person(users, visitors, tuple(ids_of(connection, site_id, users, visitors)))
    if not found.ids and not traces.of_anybody(connection, site_id, found.users or (who,), (who,)):
        raise NotFound(f"Nobody is known by the id {who[:60]!r} here.", field="person")
    return found


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


def events(connection: Connection, ids: Sequence[int]) -> list[Stored]:
    """Events by ledger id, ascending."""
    sql = f"SELECT {FIELDS} FROM events e {JOINS} WHERE e.id {IN} ORDER BY e.id"  # noqa: S608 - literals
    return [stored(row) for row in connection.execute(sql, (_json(ids),))]


def _user(connection: Connection, site_id: int, who: str, names: Pseudonyms | None) -> str | None:
    named = "SELECT user_id FROM events WHERE site_id = ? AND {} = ? AND user_id IS NOT NULL {} LIMIT 1"
    for column, order in (("user_id", ""), ("visitor", "ORDER BY at DESC, id DESC")):
        row = connection.execute(named.format(column, order), (site_id, who)).fetchone()
        if row is not None:
            return str(row[0])
    verified, claimed = known_as.user_ids(connection, site_id, who, names) if "@" in who else ([], [])
    told = verified or claimed
    return told[0] if len(told) == 1 else None


def _met(connection: Connection, site_id: int, users: Sequence[str]) -> list[str]:
    sql = f"SELECT DISTINCT visitor FROM events WHERE site_id = ? AND user_id {IN} AND visitor IS NOT NULL"  # noqa: S608
    return [row[0] for row in connection.execute(sql, (site_id, _json(users)))]


def _only(connection: Connection, site_id: int, visitor: str, users: Sequence[str]) -> bool:
    sql = "SELECT DISTINCT user_id FROM events WHERE site_id = ? AND visitor = ? AND user_id IS NOT NULL"
    return {row[0] for row in connection.execute(sql, (site_id, visitor))} <= set(users)


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
