"""Which backups there are, what is known of each, and how many stay."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tracker.backup import manifest
from tracker.backup.make import PREFIX
from tracker.backup.manifest import Manifest
from tracker.errors import Unavailable
from tracker.ledger import copies

VERIFIED = "verified.json"


class Verified(msgspec.Struct, frozen=True):
    """The outcome of a restore test: `at` in epoch ms; `problem` is None when all was well."""

    at: int
    seconds: float
    events: int
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup. `verified` is its last restore test, None before the first."""

    path: Path
    told: Manifest
    verified: Verified | None

    @property
    def bytes(self) -> int:
        """What it takes on disk, by its manifest."""
        return sum(file.bytes for file in self.told.files.values())


def listed(folder: Path) -> list[Backup]:
    """All whole backups in a folder, newest first. What is no backup is passed over."""
    found = []
    for path in folder.glob(f"{PREFIX}*"):
        try:
            found.append(Backup(path, manifest.read(path), read_verified(path)))
        except Unavailable:
            continue
    return sorted(found, key=lambda backup: backup.told.made_at, reverse=True)


def thin(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` (at least one). Gives what was removed.

    One that passed its restore test is never removed while the newer ones have not passed theirs.
    """
    backups = listed(folder)
    staying = backups[: max(keep, 1)]
    if not any(_passed(backup) for backup in staying):
        staying += [backup for backup in backups if _passed(backup)][:1]
    going = [backup.path for backup in backups if backup not in staying]
    for path in going:
        shutil.rmtree(path)
    return going


def note(path: Path, verified: Verified) -> None:
    """Keep the outcome of a restore test with its backup."""
    target = path / VERIFIED
    target.write_bytes(msgspec.json.encode(verified))
    copies.to_disk(target)


def read_verified(path: Path) -> Verified | None:
    """The outcome of the last restore test of a backup."""
    try:
        return msgspec.json.decode((path / VERIFIED).read_bytes(), type=Verified)
    except (OSError, msgspec.DecodeError):
        return None


def _passed(backup: Backup) -> bool:
    return backup.verified is not None and backup.verified.problem is None
