"""The data directory: there, ours, private, with room, and with files this version can read."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from tracker.accounts import database
from tracker.config import Settings
from tracker.doctor.finding import Finding, bad, ok, warn
from tracker.errors import DesirepathError
from tracker.ledger import connect, schema

LOW_MB = 1_024
EMPTY_MB = 100


def directory(settings: Settings, now_ms: int) -> Finding:
    """It exists or can be made, and can be written."""
    folder = settings.data
    above = next(path for path in (folder, *folder.parents) if path.exists())
    if not folder.exists():
        if os.access(above, os.W_OK):
            return ok("Data directory", f"{folder} will be made at the first start.")
        return bad("Data directory", f"{folder} cannot be made.", _give(above))
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ok("Data directory", str(folder))
    except OSError as error:
        return bad("Data directory", f"{folder} cannot be written: {error.strerror}.", _give(folder))


def permissions(settings: Settings, now_ms: int) -> Finding | None:
    """Nobody else may read what is kept."""
    if not settings.data.exists():
        return None
    mode = stat.S_IMODE(settings.data.stat().st_mode)
    if mode & 0o077:
        return warn(
            "Permissions",
            f"Others may look into {settings.data} ({mode:o}).",
            f"chmod 700 {settings.data}",
        )
    return ok("Permissions", "Nobody else may look into the data directory.")


def disk(settings: Settings, now_ms: int) -> Finding:
    """Room for what comes in."""
    above = next(path for path in (settings.data, *settings.data.parents) if path.exists())
    free = shutil.disk_usage(above).free >> 20
    told = f"{free:,} MB free; a million events take about 250 MB."
    if free < EMPTY_MB:
        return bad("Disk", told, "Make room: events are refused (503) once the disk is full.")
    if free < LOW_MB:
        return warn("Disk", told, "Make room soon, or move DESIREPATH_DATA to a larger disk.")
    return ok("Disk", told)


def ledger(settings: Settings, now_ms: int) -> Finding | None:
    """The ledger is ours, of a version we know, and whole."""
    return _checked("Ledger", settings.ledger_path, _ledger)


def accounts(settings: Settings, now_ms: int) -> Finding | None:
    """The same of the accounts' file."""
    return _checked("Accounts", settings.meta_path, _accounts)


def _checked(what: str, path: Path, look: Callable[[Path], str]) -> Finding | None:
    if not path.exists():
        return None
    try:
        return ok(what, look(path))
    except DesirepathError as error:
        return bad(what, error.message, "Restore the last backup, or install the version that wrote it.")


def _ledger(path: Path) -> str:
    connection = connect.raw(path, mode="ro")
    try:
        schema.refuse_foreign(connection, path)
        last = (
            connection.execute("SELECT max(id) FROM events").fetchone()[0] if _has_events(connection) else 0
        )
        return f"{path.stat().st_size >> 20:,} MB, last event number {last or 0:,}."
    finally:
        connection.close()


def _has_events(connection: connect.Connection) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'events'").fetchone()
    return found is not None


def _accounts(path: Path) -> str:
    version = database.revision_of(path)
    return f"Revision {version or 'none yet'}; this version's is {database.HEAD}."


def _give(folder: Path) -> str:
    return (
        f"chown {os.environ.get('USER', 'desirepath')} {folder}, or set DESIREPATH_DATA to another directory."
    )
