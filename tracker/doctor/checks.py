"""All checks in the order of the report. A new one is a function and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tracker.config import Settings
from tracker.doctor import backups, machine, network, room, storage
from tracker.doctor.finding import Finding

CHECKS: tuple[Callable[[Settings, int], Finding | None], ...] = (
    machine.sqlite_version,
    machine.memory,
    machine.open_files,
    machine.clock,
    machine.unpacking,
    storage.directory,
    storage.permissions,
    storage.disk,
    room.budget,
    storage.ledger,
    storage.accounts,
    backups.backups,
    network.port,
    network.public_address,
    network.proxies,
)
"""Each answers None where there is nothing to check."""


def examine(settings: Settings, now_ms: int) -> Iterator[Finding]:
    """What every check finds."""
    for check in CHECKS:
        finding = check(settings, now_ms)
        if finding is not None:
            yield finding
