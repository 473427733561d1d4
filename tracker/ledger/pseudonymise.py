"""Putting pseudonyms in place of what tells who somebody is, in one transaction on the writer's thread.

Events, their ids and times, and what figures are made of stay. What was done is done again without harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tracker.domain.pseudonyms import Pseudonyms
from tracker.ledger import deletions, kept, known_as
from tracker.ledger.connect import Connection
from tracker.ledger.person import ids_of
from tracker.ledger.transaction import Transaction

IN = "IN (SELECT value FROM json_each(?))"
_decode = msgspec.json.Decoder(list[list[int]]).decode


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody on a site: their user ids, which of them are nothing but their e-mail, and their visitors."""

    names: Pseudonyms
    users: tuple[str, ...]
    renamed: tuple[str, ...]
    visitors: tuple[str, ...]

    @property
    def everybody(self) -> tuple[str, ...]:
        """The user ids before and after."""
        return (*self.users, *map(self.names.of, self.renamed))

    def called(self, user: str | None) -> str | None:
        """A user's id afterwards."""
        return self.names.of(user) if user is not None and user in self.renamed else user


def given(connection: Connection, whom: Whom) -> set[str]:
    """The pseudonyms of all that is known of somebody."""
    names, found = whom.names, set(map(whom.names.of, whom.renamed))
    for body in _bodies(connection, whom).values():
        found |= names.profile(body)[1]
    for user in whom.everybody:
        for one in known_as.of_user(connection, names.site_id, user):
            found.update(names.of(text) for text in (one.email, one.name, one.phone) if text)
    return found


def person(transaction: Transaction, whom: Whom, at: int) -> int:
    """Put them into all there is of somebody; gives how many events changed. `at` in epoch ms."""
    connection = transaction.connection
    old = set(_bodies(connection, whom))
    changed = _events(connection, whom)
    _traces(connection, whom)
    deletions.forget_profiles(connection, whom.names.site_id, old - _needed(connection, whom, old), at)
    for user in whom.users:
        _aliases(connection, whom, user)
    _rollups(connection, whom.names)
    transaction.forget_texts()
    return changed


def _events(connection: Connection, whom: Whom) -> int:
    names, changed = whom.names, 0
    rows = connection.execute(
        "SELECT e.id, e.user_id, e.profile_id, e.context, e.properties, p.body FROM events e "  # noqa: S608
        f"LEFT JOIN profiles p ON p.id = e.profile_id WHERE e.site_id = ? AND e.id {IN}",
        (names.site_id, _json(_ids(connection, whom))),
    ).fetchall()
    for number, user, profile, context, properties, body in rows:
        also = names.profile(body)[1] if body is not None else ()
        fresh = (
            whom.called(user),
            _profile(connection, names, profile, body),
            names.document(context, also),
            names.document(properties, also),
        )
        if fresh != (user, profile, context, properties):
            changed += 1
            sql = "UPDATE events SET user_id = ?, profile_id = ?, context = ?, properties = ? WHERE id = ?"
            connection.execute(sql, (*fresh, number))
    return changed


def _profile(connection: Connection, names: Pseudonyms, number: int | None, body: str | None) -> int | None:
    """The id of a profile without what tells whose it is, which is added where it is new."""
    fresh = names.profile(body)[0] if body is not None else None
    if fresh is None or fresh == body:
        return number
    values = (names.site_id, fresh)
    connection.execute("INSERT OR IGNORE INTO profiles (site_id, body) VALUES (?, ?)", values)
    row = connection.execute("SELECT id FROM profiles WHERE site_id = ? AND body = ?", values).fetchone()
    return int(row[0])


def _traces(connection: Connection, whom: Whom) -> None:
    rows = connection.execute(
        f"SELECT id, user_id, profiles FROM traces WHERE site_id = ? AND user_id {IN}",  # noqa: S608
        (whom.names.site_id, _json(whom.users)),
    ).fetchall()
    for number, user, profiles in rows:
        told = _decode(profiles)
        bodies = _by_id(connection, [one[0] for one in told])
        fresh = [[_profile(connection, whom.names, one[0], bodies.get(one[0])), *one[1:]] for one in told]
        sql = "UPDATE traces SET user_id = ?, profiles = ? WHERE id = ?"
        connection.execute(sql, (whom.called(user), _json(fresh), number))


def _needed(connection: Connection, whom: Whom, profiles: set[int]) -> set[int]:
    """Those of these profiles that tell nothing, or that what stayed of old events names."""
    bodies = _by_id(connection, sorted(profiles))
    bare = {number for number, body in bodies.items() if whom.names.profile(body)[0] == body}
    rows = connection.execute(
        "SELECT DISTINCT json_extract(told.value, '$[0]') FROM traces t, json_each(t.profiles) told "
        "WHERE t.site_id = ?",
        (whom.names.site_id,),
    )
    return bare | {row[0] for row in rows}


def _aliases(connection: Connection, whom: Whom, user: str) -> None:
    """Rows of `known_as`: two spellings of a text have one pseudonym, so rows may become one."""
    names = whom.names
    found = known_as.of_user(connection, names.site_id, user)
    connection.execute("DELETE FROM known_as WHERE site_id = ? AND user_id = ?", (names.site_id, user))
    for one in sorted(found, key=lambda alias: alias.at):
        email, name, phone = (names.of(text) if text else text for text in (one.email, one.name, one.phone))
        values = (names.site_id, whom.called(user), email, name, phone, one.verified, one.at)
        connection.execute(known_as.UPSERT, values)


def _rollups(connection: Connection, names: Pseudonyms) -> None:
    """Pages and the like that have an e-mail or a number in their address."""
    sql = "SELECT id, value FROM rollups WHERE site_id = ? AND value GLOB '*[0-9@]*'"
    for number, value in connection.execute(sql, (names.site_id,)).fetchall():
        fresh = names.within(value)
        if fresh != value:
            kept.rename(connection, number, fresh)


def _ids(connection: Connection, whom: Whom) -> list[int]:
    return ids_of(connection, whom.names.site_id, whom.everybody, whom.visitors)


def _bodies(connection: Connection, whom: Whom) -> dict[int, str]:
    """Profiles that their events, or what stayed of them, name."""
    site_id = whom.names.site_id
    rows = connection.execute(
        "SELECT profile_id FROM events WHERE site_id = ? "  # noqa: S608 - literals
        f"AND id {IN} AND profile_id IS NOT NULL UNION "
        "SELECT json_extract(told.value, '$[0]') FROM traces t, json_each(t.profiles) told "
        f"WHERE t.site_id = ? AND t.user_id {IN}",
        (site_id, _json(_ids(connection, whom)), site_id, _json(whom.everybody)),
    )
    return _by_id(connection, [row[0] for row in rows])


def _by_id(connection: Connection, profiles: Sequence[int]) -> dict[int, str]:
    sql = f"SELECT id, body FROM profiles WHERE id {IN}"  # noqa: S608 - a literal
    return dict(connection.execute(sql, (_json(profiles),)).fetchall())


def _json(values: Iterable[Any]) -> str:
    return msgspec.json.encode(list(values)).decode()
