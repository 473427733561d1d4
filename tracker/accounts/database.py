"""The metadata file: opened with our SQLite, refused when foreign or newer, migrated at start."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from tracker.errors import Unavailable
from tracker.ledger import connect

APPLICATION_ID = 0x44504D44
"""'DPMD' in the file's header."""
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
"""Every migration there is, oldest first; a test compares them with the files."""
HEAD = REVISIONS[-1]


def prepare(path: Path) -> None:
    """Make or migrate the file. Raises Unavailable for one that is foreign or newer.

    Costs two look-ups when nothing is to be done. Two processes that start at once take turns.
    """
    connect.check_sqlite()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"The data directory {path.parent} cannot be made: {error.strerror}.") from error
    if revision_of(path) == HEAD:
        return
    # Loads Alembic, which a start that has nothing to migrate does well without.
    from tracker.accounts import upgrade  # noqa: PLC0415 - 80 ms of every start

    with _alone(path):
        version = revision_of(path)  # another process may just have done it
        if version != HEAD:
            upgrade.run(path, version, HEAD)


def set_up(connection: Any, foreign_keys: bool = True) -> None:
    """What every connection needs. The busy timeout comes first: the others may have to wait."""
    connection.isolation_level = None
    keys = f"foreign_keys={'ON' if foreign_keys else 'OFF'}"
    for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", keys, "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def revision_of(path: Path) -> str | None:
    """The file's revision, None for a new file. Raises Unavailable for one we must not touch."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    connection = connect.raw(path, mode="ro")
    try:
        version = _revision(connection, path)
    except sqlite.OperationalError as error:
        raise Unavailable(f"{path} cannot be read: {error}.") from error
    except sqlite.DatabaseError as error:
        raise Unavailable(f"{path} is not Desirepath's ({error}); nothing was changed.") from error
    finally:
        connection.close()
    if version is not None and version not in REVISIONS:
        raise Unavailable(
            f"{path} was written by a newer Desirepath (revision {version}, this one knows {HEAD}). "
            "Install that version again, or restore the copy made before the upgrade."
        )
    return version


def _revision(connection: connect.Connection, path: Path) -> str | None:
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if not tables:
        return None  # a first start that was cut off
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID or "alembic_version" not in tables:
        raise Unavailable(f"{path} belongs to another program; nothing was changed.")
    return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    # A lock file of its own: opening the database itself outside SQLite would drop its locks.
    try:
        lock = path.with_name(path.name + ".lock").open("w")
    except OSError as error:
        raise Unavailable(f"The data directory {path.parent} cannot be written: {error.strerror}.") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
