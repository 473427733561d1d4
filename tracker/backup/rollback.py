"""Undoing an upgrade with the copies that were made before it, without losing what came in since."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from tracker.backup import place
from tracker.backup.manifest import ACCOUNTS, LEDGER
from tracker.errors import NotFound, Unavailable
from tracker.ledger import connect

CARRIED = ("events", "clients", "profiles", "deletions")
"""Tables of the ledger whose rows with higher ids than the copy's are carried over."""
WHOLE = ("products", "kept", "rollups", "traces")
"""Tables that are carried over as they are: they count what is in the others, or what was there once."""
TOGETHER_S = 3_600
"""Copies made within so many seconds of each other are of the same upgrade."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The copies to put back, by the name of the file they replace. A file without a copy stays."""

    copies: dict[str, Path]

    @property
    def words(self) -> str:
        """What would happen."""
        told = [f"{path.name} takes the place of {name}." for name, path in self.copies.items()]
        if ACCOUNTS in self.copies:
            told.append("Changes to accounts, sites, keys and definitions since that upgrade are undone.")
        if LEDGER in self.copies:
            told.append("Events taken in since are carried over.")
        return "\n".join(told)


def plan(data: Path) -> Plan:
    """The copies of the last upgrade. Raises NotFound where there are none."""
    found = {name: copy for name in place.FILES if (copy := _copy_before(data / name)) is not None}
    if not found:
        raise NotFound(
            f"No upgrade can be undone: there is no copy (….v1-before-v2) of the last one in {data}."
        )
    last = max(copy.stat().st_mtime for copy in found.values())
    return Plan({name: copy for name, copy in found.items() if last - copy.stat().st_mtime < TOGETHER_S})


def roll_back(data: Path, wanted: Plan) -> int:
    """Put the copies in place; gives the number of events carried over.

    Raises Conflict while a server has the files open, Unavailable where a copy is damaged; nothing changes
    then. What stood there goes to `replaced/`; the copies are gone afterwards, they are the files now.
    """
    carried = 0
    with place.exchange(data) as draft:
        for name in place.FILES:
            source = wanted.copies.get(name, data / name)
            shutil.copyfile(source, draft / name)  # nobody has it open
            (draft / name).chmod(0o600)
        if LEDGER in wanted.copies:
            carried = _carry(data / LEDGER, draft / LEDGER)
    for copy in wanted.copies.values():
        copy.unlink()
    return carried


def _copy_before(path: Path) -> Path | None:
    """The copy made before the file came to the version it has now."""
    sql = "PRAGMA user_version" if path.name == LEDGER else "SELECT version_num FROM alembic_version"
    if not path.exists():
        return None
    connection = connect.raw(path, mode="ro")
    try:
        version = str(connection.execute(sql).fetchone()[0])
    except sqlite.DatabaseError as error:
        raise Unavailable(f"{path} cannot be read: {error}.") from error
    finally:
        connection.close()
    shape = re.compile(rf"{re.escape(path.name)}\.v(\w+)-before-v{re.escape(version)}")
    found = [(match[1], copy) for copy in path.parent.iterdir() if (match := shape.fullmatch(copy.name))]
    return max(found)[1] if found else None


def _carry(newer: Path, older: Path) -> int:
    connection = connect.raw(older, mode="rw")
    try:
        connection.execute("ATTACH ? AS newer", (str(newer),))
        connection.execute("BEGIN IMMEDIATE")
        counted = [_rows(connection, table) for table in CARRIED]
        _delete_again(connection)
        for table in WHOLE:
            if _columns(connection, "main", table) and _columns(connection, "newer", table):
                connection.execute(f"DELETE FROM main.{table}")  # noqa: S608 - a name of ours
                _insert(connection, table, "")
        connection.execute("COMMIT")
        return counted[0]
    except sqlite.DatabaseError as error:
        raise Unavailable(f"{older.name} cannot be brought up to now: {error}.") from error
    finally:
        connection.close()


def _rows(connection: connect.Connection, table: str) -> int:
    return _insert(connection, table, f"WHERE id > (SELECT coalesce(max(id), 0) FROM main.{table})")  # noqa: S608


def _insert(connection: connect.Connection, table: str, where: str) -> int:
    both = [
        name for name in _columns(connection, "main", table) if name in _columns(connection, "newer", table)
    ]
    names = ", ".join(f'"{name}"' for name in both)
    done = connection.execute(
        f"INSERT OR IGNORE INTO main.{table} ({names}) SELECT {names} FROM newer.{table} {where}"  # noqa: S608
    )
    return done.rowcount


def _columns(connection: connect.Connection, schema: str, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA {schema}.table_info({table})")]


def _delete_again(connection: connect.Connection) -> None:
    """What was deleted since the copy was made is deleted from it, too."""
    for table in ("events", "profiles"):
        connection.execute(
            f"DELETE FROM main.{table} WHERE id NOT IN (SELECT id FROM newer.{table})"  # noqa: S608
        )
