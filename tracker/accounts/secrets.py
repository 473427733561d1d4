"""Secrets of the server itself: what signs cookies, and the daily salts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from tracker.errors import Unavailable
from tracker.ledger import connect

DAY_MS = 24 * 60 * 60 * 1000
SALT_BYTES = 32
FORGET_WAIT_MS = 200
"""How long readers may keep the log from being emptied: meanwhile nobody can write."""


@dataclass(frozen=True, slots=True)
class Salts:
    """Today's salt, and yesterday's where there was one."""

    today: bytes
    yesterday: bytes | None


def cookie_key(path: Path) -> bytes:
    """The key that signs session cookies; made at the first start."""
    return kept(path, "cookie")


def kept(path: Path, name: str) -> bytes:
    """A secret by name, made when it is first asked for."""
    connection = _open(path)
    try:
        connection.execute(
            "INSERT OR IGNORE INTO app_secrets (name, value) VALUES (?, ?)", (name, secrets.token_bytes(32))
        )
        row = connection.execute("SELECT value FROM app_secrets WHERE name = ?", (name,)).fetchone()
        return bytes(row[0])
    except sqlite.DatabaseError as error:
        raise Unavailable(f"The secret {name} cannot be stored: {error}.") from error
    finally:
        connection.close()


def daily_salts(path: Path, now_ms: int) -> Salts:
    """The salts of this UTC day and the one before; older ones are deleted, which overwrites them.

    Several processes on the same data get the same salts. `forget` clears the write-ahead log.
    """
    day = now_ms // DAY_MS
    connection = _open(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT OR IGNORE INTO daily_salts (day, value) VALUES (?, ?)",
            (day, secrets.token_bytes(SALT_BYTES)),
        )
        connection.execute("DELETE FROM daily_salts WHERE day < ?", (day - 1,))
        found = dict(connection.execute("SELECT day, value FROM daily_salts").fetchall())
        connection.execute("COMMIT")
        return Salts(bytes(found[day]), bytes(found[day - 1]) if day - 1 in found else None)
    except sqlite.DatabaseError as error:
        raise Unavailable(f"The daily salt cannot be stored: {error}.") from error
    finally:
        connection.close()


def forget(path: Path) -> bool:
    """Empty the write-ahead log, which still has pages as they were before something was deleted.

    False while somebody reads an older state; ask again.
    """
    connection = _open(path)
    try:
        connection.execute(f"PRAGMA busy_timeout={FORGET_WAIT_MS}").fetchall()
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    except sqlite.DatabaseError:
        return False  # a locked or full disk passes
    finally:
        connection.close()


def leave_salts_out(copy: Path) -> None:
    """Delete the daily salts from a copy that will last."""
    connection = connect.raw(copy, mode="rw")
    try:
        connection.execute("PRAGMA journal_mode=MEMORY").fetchall()
        connection.execute("PRAGMA secure_delete=ON").fetchall()
        connection.execute("DELETE FROM daily_salts")
    finally:
        connection.close()


def _open(path: Path) -> connect.Connection:
    connection = connect.raw(path, mode="rw")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON").fetchall()
    return connection
