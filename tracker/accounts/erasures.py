"""Erasing people, or pseudonymising them: the order, which a server that was killed still finds, and the
receipt that stays."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from pysqlite3 import dbapi2 as sqlite

from tracker.accounts import audit, secrets
from tracker.accounts.marks import KEY, Kind, key_of
from tracker.domain.erased import USER, VISITOR, mark
from tracker.errors import NotFound, Unavailable
from tracker.extensions import writing
from tracker.ledger import connect
from tracker.ledger.person import Person
from tracker.models import Erasure, User

LOOK_SECONDS = 0.1
RECEIPT = "id, site_id, at, finished_at, events, kind"


class Pending(msgspec.Struct, frozen=True):
    """Whom an order that is not done yet is about."""

    users: list[str]
    visitors: list[str]


@dataclass(frozen=True, slots=True)
class Order:
    """What is not done yet; `at` in epoch ms."""

    number: int
    site_id: int
    at: int
    who: Pending
    kind: Kind


@dataclass(frozen=True, slots=True)
class Receipt:
    """What stays of it: nothing that tells whom. Times in epoch ms; not finished: None."""

    number: int
    site_id: int
    at: int
    finished_at: int | None
    events: int
    kind: str = Kind.ERASED


def order(
    path: Path, site_id: int, found: Person, now_ms: int, by: User | None, kind: Kind = Kind.ERASED
) -> int:
    """Have somebody erased or pseudonymised; gives the receipt's number.

    From here on nothing of them is taken in again, or nothing that tells who they are. `path` is the metadata
    file. `by` is None for the command line and secret keys.
    """
    erased = kind is Kind.ERASED
    key = secrets.kept(path, KEY if erased else key_of(site_id))
    users = found.users if erased else found.users[:1]  # the others are e-mails, which get pseudonyms
    named = [(USER, who) for who in users] + [(VISITOR, who) for who in found.visitors]
    marks = [mark(key, site_id, of, who) for of, who in named]
    row = Erasure(
        site_id=site_id,
        kind=kind.value,
        at=now_ms,
        by_id=by.id if by is not None else None,
        marks=msgspec.json.encode(marks).decode(),
        pending=msgspec.json.encode(Pending(list(found.users), list(found.visitors))).decode(),
        events=0,
    )
    with writing() as session:
        session.add(row)
        session.flush()
        audit.note(by, f"person {kind}", now_ms, site_id, f"receipt {row.id}")
        return row.id


def unfinished(path: Path) -> list[Order]:
    """Orders that are not done yet, oldest first."""
    rows = _ask(
        path, "SELECT id, site_id, at, pending, kind FROM erasures WHERE pending IS NOT NULL ORDER BY id"
    )
    return [
        Order(number, site, at, msgspec.json.decode(who, type=Pending), Kind(kind))
        for number, site, at, who, kind in rows
    ]


def promise(path: Path, number: int, pseudonyms: Iterable[str]) -> None:
    """Keep the pseudonyms of an order, so that what is on its way in gets them, too."""
    ((marks,),) = _ask(path, "SELECT marks FROM erasures WHERE id = ?", (number,))
    told = sorted({*msgspec.json.decode(marks), *pseudonyms})
    _change(path, "UPDATE erasures SET marks = ? WHERE id = ?", (msgspec.json.encode(told).decode(), number))


def count(path: Path, number: int, events: int) -> None:
    """Add events to a receipt."""
    _change(path, "UPDATE erasures SET events = events + ? WHERE id = ?", (events, number))


def forget_alerts(path: Path, site_id: int, references: Iterable[str]) -> None:
    """Forget what was told, or waits to be told, of payments with these references."""
    _change(
        path,
        "DELETE FROM alert_deliveries WHERE subject IN (SELECT value FROM json_each(?)) "
        "AND channel_id IN (SELECT id FROM alert_channels WHERE site_id = ?)",
        (msgspec.json.encode(list(references)).decode(), site_id),
    )


def finish(path: Path, number: int, now_ms: int) -> None:
    """Note that it is done, and forget whom it was about; the old text is overwritten."""
    _change(path, "UPDATE erasures SET pending = NULL, finished_at = ? WHERE id = ?", (now_ms, number))


def of_site(path: Path, site_id: int, limit: int = 100) -> list[Receipt]:
    """Receipts of a site, newest first."""
    sql = f"SELECT {RECEIPT} FROM erasures WHERE site_id = ? ORDER BY id DESC LIMIT ?"  # noqa: S608
    return [Receipt(*row) for row in _ask(path, sql, (site_id, limit))]


def receipt(path: Path, site_id: int, number: int) -> Receipt:
    """One receipt of a site. Raises NotFound."""
    sql = f"SELECT {RECEIPT} FROM erasures WHERE site_id = ? AND id = ?"  # noqa: S608 - literals
    rows = _ask(path, sql, (site_id, number))
    if not rows:
        raise NotFound("There is no such receipt.", field="id")
    return Receipt(*rows[0])


def wait(path: Path, site_id: int, number: int, seconds: float) -> Receipt:
    """The receipt once it is finished, or as it is when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        found = receipt(path, site_id, number)
        if found.finished_at is not None or time.monotonic() > deadline:
            return found
        time.sleep(LOOK_SECONDS)


def _ask(path: Path, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    connection = connect.raw(path, mode="ro")
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def _change(path: Path, sql: str, values: tuple[Any, ...]) -> None:
    connection = connect.raw(path, mode="rw")
    try:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON").fetchall()
        connection.execute(sql, values)
    except sqlite.DatabaseError as error:
        raise Unavailable(f"The receipt cannot be written: {error}.") from error
    finally:
        connection.close()
