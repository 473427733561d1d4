"""How long sites keep what: read, changed, and how far letting go has come.

A site without a row keeps everything: nothing goes before somebody has said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from pysqlite3 import dbapi2 as sqlite

from tracker.accounts import audit, sites
from tracker.domain.keeping import Keeping, read, to_text
from tracker.errors import Invalid, Unavailable
from tracker.extensions import db, writing
from tracker.ledger import connect
from tracker.models import KeepingRow, User

COLUMNS = (
    "k.site_id, s.time_zone, k.details, k.errors, k.names, k.begun_at, k.closed, k.run_at, k.doing, k.archive"
)


@dataclass(frozen=True, slots=True)
class State:
    """A site's rules, its zone, and how far letting go has come. Times in epoch ms.

    `doing` is None while nothing is done: else what, how much of it, of how much.
    """

    site_id: int
    time_zone: str
    keeping: Keeping
    closed: int | None = None
    run_at: int | None = None
    doing: Mapping[str, Any] | None = None


def of_site(site_id: int) -> State:
    """One site's. Raises NotFound."""
    zone = sites.need(site_id).time_zone
    row = db.session.get(KeepingRow, site_id)
    if row is None:
        return State(site_id, zone, Keeping())
    told = (row.details, row.errors, row.names, row.begun_at, row.closed, row.run_at, row.doing, row.archive)
    return _state((site_id, zone, *told))


def everything(path: Path) -> list[State]:
    """All sites that said how long they keep what, by number; `path` is the metadata file."""
    connection = connect.raw(path, mode="ro")
    try:
        sql = f"SELECT {COLUMNS} FROM keeping k JOIN sites s ON s.id = k.site_id ORDER BY 1"  # noqa: S608
        return [_state(row) for row in connection.execute(sql).fetchall()]
    finally:
        connection.close()


def change(
    site_id: int, told: Mapping[str, Any], now_ms: int, by: User | None, begun: bool | None = None
) -> State:
    """Change `details`, `errors`, `names` or `archive`; `begun` lets things go, or stops it. Raises Invalid.

    `by` is None for the command line and secret keys. What is kept longer from now on is not brought back.
    """
    checked = read(told)
    with writing() as session:
        sites.need(site_id)
        row = session.get(KeepingRow, site_id)
        if row is None:
            usual = Keeping()
            row = KeepingRow(
                site_id=site_id, details=usual.details, errors=usual.errors, names="{}", archive=False
            )
            session.add(row)
        for key, value in checked.items():
            setattr(row, key, msgspec.json.encode(value).decode() if key == "names" else value)
        if begun is not None:
            row.begun_at = (row.begun_at or now_ms) if begun else None
        row.run_at = None  # it is looked through again soon
        audit.note(by, "keeping changed", now_ms, site_id, _words(row))
        session.flush()
    return of_site(site_id)


def close(path: Path, site_id: int, until: int) -> None:
    """Refuse events from before a time (epoch ms) from now on."""
    _change(path, "UPDATE keeping SET closed = max(coalesce(closed, 0), ?) WHERE site_id = ?", until, site_id)


def note(path: Path, site_id: int, doing: Mapping[str, Any] | None) -> None:
    """Tell what is being done."""
    told = msgspec.json.encode(doing).decode() if doing is not None else None
    _change(path, "UPDATE keeping SET doing = ? WHERE site_id = ?", told, site_id)


def finish(path: Path, site_id: int, now_ms: int) -> None:
    """Note that a site was looked through."""
    _change(path, "UPDATE keeping SET doing = NULL, run_at = ? WHERE site_id = ?", now_ms, site_id)


def _state(row: tuple[Any, ...]) -> State:
    site_id, zone, details, errors, names, begun, closed, run_at, doing, archive = row
    keeping = Keeping(details, errors, msgspec.json.decode(names), begun is not None, bool(archive))
    return State(site_id, zone, keeping, closed, run_at, msgspec.json.decode(doing) if doing else None)


def _words(row: KeepingRow) -> str:
    names = ", ".join(f"{name} {to_text(days)}" for name, days in msgspec.json.decode(row.names).items())
    told = f"details {to_text(row.details)}, errors {to_text(row.errors)}{', ' + names if names else ''}"
    told += ", archived" if row.archive else ""
    return f"{told}; {'old ones go' if row.begun_at is not None else 'nothing goes'}"


def need_begun(state: State) -> None:
    """Raises Invalid where nothing is let go."""
    if not state.keeping.begun:
        raise Invalid("This site keeps everything until it is told to begin.", field="begun")


def _change(path: Path, sql: str, *values: Any) -> None:
    connection = connect.raw(path, mode="rw")
    try:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(sql, values)
    except sqlite.DatabaseError as error:
        raise Unavailable(f"What is kept cannot be noted: {error}.") from error
    finally:
        connection.close()
