"""Taking a backup while the server serves: every event acknowledged before it is in it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from tracker.accounts import secrets
from tracker.backup import manifest
from tracker.backup.manifest import ACCOUNTS, LEDGER, Manifest
from tracker.config import Settings
from tracker.errors import Unavailable
from tracker.ledger import connect, copies

PREFIX = "desirepath-"
ROOM = 1.1
"""A copy needs at most as much as the file; a tenth more for all else that is written meanwhile."""


def backup(settings: Settings, into: Path, now_ms: int) -> tuple[Path, Manifest]:
    """A new folder in `into` with copies of both files and a manifest; it has its name once it is whole.

    The ledger comes first: what the other file says of sites, keys and erased persons is then never older
    than the events. Yesterday's and today's salts stay out. Raises Unavailable where it cannot be made.
    """
    while (folder := into / f"{PREFIX}{stamp(now_ms)}").exists():
        now_ms += 1000  # named by the second, of which each has one: so the newest stays the newest
    draft = folder.with_name(f".{folder.name}.part")
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(into)
        _room(settings, into)
        told = _fill(settings, draft, now_ms)
        draft.rename(folder)
        copies.to_disk(into)
    except (OSError, sqlite.DatabaseError) as error:
        raise Unavailable(
            f"The backup could not be made: {error}. What there was before is as it was."
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder, told


def _fill(settings: Settings, draft: Path, now_ms: int) -> Manifest:
    draft.mkdir(mode=0o700)
    _copy(settings.ledger_path, draft / LEDGER)
    _copy(settings.meta_path, draft / ACCOUNTS, accounts=True)
    told = manifest.describe(draft, now_ms)
    manifest.write(draft, told)
    return told


def stamp(now_ms: int) -> str:
    """20261126T103000Z."""
    return datetime.fromtimestamp(now_ms // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")


def _copy(path: Path, target: Path, *, accounts: bool = False) -> None:
    if not path.exists():
        raise Unavailable(f"There is nothing to back up: {path} does not exist.")
    source = connect.raw(path, mode="rw")
    try:
        copies.whole(source, target, secrets.leave_salts_out if accounts else None)
    finally:
        source.close()


def _room(settings: Settings, into: Path) -> None:
    needed = sum(path.stat().st_size for path in (settings.ledger_path, settings.meta_path) if path.exists())
    free = shutil.disk_usage(into).free
    if free < needed * ROOM:
        raise Unavailable(
            f"A backup needs about {int(needed * ROOM) >> 20:,} MB in {into}, {free >> 20:,} MB are free."
        )


def _sweep(into: Path) -> None:
    """Remove what a process that was killed left half done."""
    for left in into.glob(f".{PREFIX}*.part"):
        shutil.rmtree(left, ignore_errors=True)
