"""A restore that is killed anywhere: the next start has all of the old files or all of the new ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.backup import old_files
from tracker.accounts import database
from tracker.backup import make, place
from tracker.config import Settings
from tracker.ledger import schema

NOW = 1_760_000_000_000
ROOT = Path(__file__).parents[2]
KILLED = """
import os, pathlib, shutil, sys
from tracker.backup import restore
left = int(sys.argv[3])

def counted(function):
    def call(*args, **options):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return function(*args, **options)
    return call

for owner, name in ((pathlib.Path, "rename"), (pathlib.Path, "replace"), (pathlib.Path, "unlink"),
                    (pathlib.Path, "mkdir"), (shutil, "copyfile"), (shutil, "rmtree"), (os, "fsync")):
    setattr(owner, name, counted(getattr(owner, name)))
restore.restore(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), force=True)
"""


@pytest.mark.reliability
def test_a_restore_killed_at_any_step_is_whole_or_undone(settings: Settings) -> None:
    old_files.ledger(settings.ledger_path, schema.VERSION)
    old_files.accounts(settings.meta_path, database.HEAD)
    folder, _ = make.backup(settings, settings.backup_path, NOW)
    outcomes, step = set(), 0
    while True:
        _change(settings)
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(folder), str(settings.data), str(step)],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode in (0, 9), done.stderr
        place.finish(settings.data)
        outcomes.add(_state(settings))
        assert not (settings.data / place.DRAFT).exists() and not (settings.data / place.READY).exists()
        if done.returncode == 0:
            break
        step += 1
    assert outcomes == {(5, "New shop"), (20, "Old shop")}
    assert step > 10


def _change(settings: Settings) -> None:
    """What stands there differs from the backup in both files."""
    old_files.rows(settings.ledger_path, "DELETE FROM events WHERE id > 5 RETURNING id")
    old_files.rows(settings.meta_path, "UPDATE sites SET name = 'New shop' RETURNING id")


def _state(settings: Settings) -> tuple[object, object]:
    (events,) = old_files.rows(settings.ledger_path, "SELECT count(*) FROM events")[0]
    (site,) = old_files.rows(settings.meta_path, "SELECT name FROM sites")[0]
    return events, site


def test_a_start_with_nothing_to_finish_touches_nothing(tmp_path: Path) -> None:
    place.finish(tmp_path)
    assert list(tmp_path.iterdir()) == []
