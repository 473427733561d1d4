"""Opening the ledger file: the right SQLite, the right file, the right version, WAL and fsync."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from tracker.errors import Unavailable
from tracker.ledger import schema

Connection = sqlite3.Connection
"""For type checkers only: pysqlite3 has no types of its own, and the same shape."""

OLDEST_SQLITE = (3, 51, 3)
"""Older ones may lose committed pages when the WAL is reset while another connection reads."""
BUSY_TIMEOUT_MS = 5_000


class WrongFile(Unavailable):
    """The file is not a ledger, or is one from a newer Desirepath."""


def check_sqlite() -> None:
    """Refuse to run on a SQLite with the WAL-reset bug."""
    if sqlite.sqlite_version_info < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE))
        raise WrongFile(
            f"SQLite {sqlite.sqlite_version} can lose data in WAL mode; {wanted} or newer is needed. "
            "Install the pysqlite3 wheel (pip install pysqlite3)."
        )


def open_writer(path: Path, *, cache_mb: int = 32) -> Connection:
    """Open (or create) the ledger for its one writer, migrated to this version's schema."""
    check_sqlite()
    connection = raw(path)
    try:
        schema.refuse_foreign(connection, path)
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute(f"PRAGMA cache_size=-{cache_mb * 1024}")
        connection.execute("PRAGMA journal_size_limit=67108864")
        schema.migrate(connection, path)
    except BaseException:  # whatever went wrong, an open handle would keep the file locked
        connection.close()
        raise
    return connection


def open_reader(path: Path) -> Connection:
    """Open the ledger for reading only. The file must exist."""
    connection = raw(path, mode="ro")
    connection.execute("PRAGMA query_only=ON")
    connection.execute("PRAGMA cache_size=-8192")
    return connection


def raw(path: Path, mode: str = "rwc") -> Connection:
    """A connection with nothing but the busy timeout set."""
    try:
        connection: Connection = sqlite.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
    except sqlite.OperationalError as error:
        raise Unavailable(f"The ledger {path} cannot be opened: {error}.") from error
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    return connection
