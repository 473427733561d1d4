"""Putting a backup in the place of a data directory's files, and proving that one could."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from tracker.accounts import database
from tracker.backup import kept, manifest, place
from tracker.backup.kept import Backup, Verified
from tracker.backup.manifest import ACCOUNTS, LEDGER, Manifest
from tracker.errors import Conflict, DesirepathError, Unavailable
from tracker.ledger import connect


def newest(path: Path) -> Path:
    """The backup a path names: itself, the folder of a file in it, or the newest in it."""
    folder = path.parent if path.is_file() else path
    if (folder / manifest.NAME).exists():
        return folder
    found = kept.listed(folder) if folder.is_dir() else []
    if not found:
        raise Unavailable(f"There is no backup in {folder}.")
    return found[0].path


def restore(source: Path, data: Path, *, force: bool = False) -> Manifest:
    """Put a backup in place of what `data` holds; the column store is made anew at the next start.

    Raises Conflict where `data` holds files already and `force` is not given (then they go to `replaced/`),
    or a server has them open; Unavailable where the backup is damaged. Nothing changes then.
    """
    told = manifest.read(source)
    held = [name for name in place.FILES if (data / name).exists()]
    if held and not force:
        raise Conflict(f"{data} holds {' and '.join(held)} already; --force puts the backup in their place.")
    manifest.compare(source, told)
    with place.exchange(data) as draft:
        _copy(source, draft)
        check(draft, told)
    return told


def check(folder: Path, told: Manifest) -> None:
    """Raises Unavailable unless both files are whole, of versions we know, and hold what is counted."""
    for name in place.FILES:
        _whole(folder / name)
    found = manifest.describe(folder, told.made_at)
    counted = ("events", "last_event", "sites", "accounts")
    wrong = [key for key in counted if getattr(found, key) != getattr(told, key)]
    if wrong:
        raise Unavailable(f"The backup does not hold what it says: {', '.join(wrong)} differ.")
    writer = connect.open_writer(folder / LEDGER)  # refuses, or migrates, as a server would
    writer.close()
    database.prepare(folder / ACCOUNTS)


def verify(backup: Backup, now_ms: int, within: Path | None = None) -> Verified:
    """Restore a backup into a directory of its own, look it through, and note the outcome with it.

    The directory is made in `within` (by default the system's temporary one) and removed again.
    """
    begun = time.monotonic()
    problem: str | None = None
    try:
        with tempfile.TemporaryDirectory(prefix="desirepath-restore-", dir=within) as folder:
            restore(backup.path, Path(folder) / "data")
    except (DesirepathError, OSError, sqlite.DatabaseError) as error:
        problem = str(error)
    found = Verified(now_ms, round(time.monotonic() - begun, 2), backup.told.events, problem)
    kept.note(backup.path, found)
    return found


def _copy(source: Path, draft: Path) -> None:
    for name in place.FILES:
        shutil.copyfile(source / name, draft / name)
        (draft / name).chmod(0o600)


def _whole(path: Path) -> None:
    connection = connect.raw(path, mode="ro")
    try:
        told = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite.DatabaseError as error:
        raise Unavailable(f"{path} is damaged: {error}.") from error
    finally:
        connection.close()
    if told != "ok":
        raise Unavailable(f"{path} is damaged: {told}.")
