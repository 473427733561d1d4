"""Backups by the clock, and a restore test of each."""

from __future__ import annotations

import logging

from tracker.backup import kept, make, ship
from tracker.config import Settings

log = logging.getLogger(__name__)

HOUR = 60 * 60 * 1000


class Backups:
    """Makes a backup when the newest is old enough, ships it, removes the oldest."""

    name = "backup"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def due(self, now_ms: int) -> bool:
        """Whether the newest is as old as the settings allow; never while they say 0 hours."""
        every = self._settings.backup_hours * HOUR
        if not every or not self._settings.ledger_path.exists():
            return False
        found = kept.listed(self._settings.backup_path)
        return not found or now_ms - found[0].told.made_at >= every

    def run(self, now_ms: int) -> None:
        """One backup. Raises Unavailable where it cannot be made or shipped."""
        settings = self._settings
        path, told = make.backup(settings, settings.backup_path, now_ms)
        log.info("backup made", extra={"path": str(path), "events": told.events})
        if settings.backup_command:
            ship.ship(settings.backup_command, path)
        kept.thin(settings.backup_path, settings.backup_keep)


class RestoreTests:
    """Restores the newest backup into a directory of its own, once, and notes whether that went well."""

    name = "restore-test"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def due(self, now_ms: int) -> bool:
        """Whether the newest backup was never tried."""
        found = kept.listed(self._settings.backup_path)
        return bool(found) and found[0].verified is None

    def run(self, now_ms: int) -> None:
        """Try it. Raises RuntimeError with what is wrong with it."""
        from tracker.backup.restore import verify  # noqa: PLC0415 - loads Alembic where it migrates

        found = kept.listed(self._settings.backup_path)
        if not found:
            return
        outcome = verify(found[0], now_ms, self._settings.backup_path)
        if outcome.problem is not None:
            raise RuntimeError(f"The newest backup could not be restored: {outcome.problem}")
        log.info("backup restored on trial", extra={"path": str(found[0].path), "seconds": outcome.seconds})
