"""Backups: there, young enough, and proven by a restore."""

from __future__ import annotations

from tracker.backup import kept
from tracker.backup.kept import Backup
from tracker.backup.manifest import when
from tracker.config import Settings
from tracker.doctor.finding import Finding, bad, ok, warn

HOUR = 60 * 60 * 1000
LATE = 2
"""So many times the wanted hours old is too old."""
UNPLANNED_HOURS = 7 * 24
"""How old the newest may be where backups are made by hand."""


def backups(settings: Settings, now_ms: int) -> Finding | None:
    """The newest backup and its restore test; nothing to say before there is anything to back up."""
    if not settings.ledger_path.exists():
        return None
    found = kept.listed(settings.backup_path)
    if not found:
        return warn(
            "Backups",
            f"There is none in {settings.backup_path}.",
            "Set DESIREPATH_BACKUP_HOURS=24 and DESIREPATH_BACKUP_DIR, or run `desirepath backup`.",
        )
    return _newest(settings, found, now_ms)


def _newest(settings: Settings, found: list[Backup], now_ms: int) -> Finding:
    newest = found[0]
    told = f"{len(found)} in {settings.backup_path}, the newest of {when(newest.told.made_at)}"
    verified = newest.verified
    if verified is not None and verified.problem is not None:
        return bad("Backups", f"{told}, which cannot be restored: {verified.problem}", "desirepath backup")
    if now_ms - newest.told.made_at > LATE * HOUR * (settings.backup_hours or UNPLANNED_HOURS / LATE):
        return warn("Backups", f"{told}, which is long ago.", "desirepath backup")
    if verified is None:
        return warn("Backups", f"{told}, not tried yet.", "desirepath backup verify")
    return ok("Backups", f"{told}; last verified {when(verified.at)} by restoring it.")
