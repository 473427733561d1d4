"""Backups: whole or not there, checked before they are believed, and never in the way of what is kept."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from tests.backup import old_files
from tracker.accounts import database, secrets
from tracker.backup import kept, make, manifest, place, restore, ship
from tracker.backup.kept import Verified
from tracker.config import Settings
from tracker.errors import Conflict, Unavailable
from tracker.ledger import connect, schema

NOW = 1_760_000_000_000
HOUR = 3_600_000


@pytest.fixture
def filled(settings: Settings) -> Settings:
    """A data directory with twenty events, one site and a salt."""
    old_files.ledger(settings.ledger_path, schema.VERSION)
    old_files.accounts(settings.meta_path, database.HEAD)
    secrets.daily_salts(settings.meta_path, NOW)
    return settings


def made(settings: Settings, now_ms: int = NOW) -> Path:
    return make.backup(settings, settings.backup_path, now_ms)[0]


def names(data: Path) -> set[str]:
    return {path.name for path in data.iterdir()}


def test_a_backup_is_restored_with_everything_in_it(filled: Settings, tmp_path: Path) -> None:
    salts = secrets.daily_salts(filled.meta_path, NOW)
    folder, told = make.backup(filled, filled.backup_path, NOW)
    assert (told.events, told.last_event, told.sites, told.accounts) == (20, 20, 1, 0)
    assert salts.today not in b"".join(path.read_bytes() for path in folder.iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())} == {0o700, 0o600}
    new = tmp_path / "new"
    restore.restore(restore.newest(filled.backup_path), new)
    assert names(new) == {"ledger.db", "desirepath.db", "restore.lock"}
    same = "SELECT id, event_id, name, at, user_id, profile_id, properties FROM events ORDER BY id"
    assert old_files.rows(new / "ledger.db", same) == old_files.rows(filled.ledger_path, same)
    assert old_files.rows(new / "desirepath.db", "SELECT name FROM sites") == [("Old shop",)]


def test_two_of_one_second_stand_side_by_side(filled: Settings) -> None:
    folders = [made(filled) for _ in range(3)]
    assert len(set(folders)) == 3 and sorted(folders) == folders
    assert restore.newest(filled.backup_path) == folders[-1]


def test_a_directory_that_holds_data_is_replaced_only_by_force(filled: Settings) -> None:
    folder = made(filled)
    writer = connect.open_writer(filled.ledger_path)
    writer.execute("DELETE FROM events WHERE id > 5")
    writer.close()
    filled.columns_path.write_bytes(b"derived")
    with pytest.raises(Conflict, match=r"holds ledger\.db and desirepath\.db already; --force"):
        restore.restore(folder, filled.data)
    assert old_files.rows(filled.ledger_path, "SELECT count(*) FROM events") == [(5,)]
    restore.restore(folder, filled.data, force=True)
    assert old_files.rows(filled.ledger_path, "SELECT count(*) FROM events") == [(20,)]
    aside = filled.data / place.REPLACED / "ledger.db"
    assert old_files.rows(aside, "SELECT count(*) FROM events") == [(5,)]
    assert not filled.columns_path.exists(), "it was made of other events"


def test_nothing_is_exchanged_under_a_server(filled: Settings) -> None:
    folder = made(filled)
    writer = connect.open_writer(filled.ledger_path)
    try:
        writer.execute("SELECT count(*) FROM events").fetchone()
        with pytest.raises(Conflict, match="stop the server first"):
            restore.restore(folder, filled.data, force=True)
    finally:
        writer.close()
    assert not (filled.data / place.DRAFT).exists()


@pytest.mark.parametrize("name", ["ledger.db", "desirepath.db"])
def test_one_wrong_byte_is_noticed_and_nothing_changes(filled: Settings, tmp_path: Path, name: str) -> None:
    folder = made(filled)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(Unavailable, match=f"{name} is not what was backed up"):
        restore.restore(folder, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_damaged_database_does_not_pass_its_trial(filled: Settings) -> None:
    folder = made(filled)
    with (folder / "ledger.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)
    told = manifest.read(folder)
    manifest.write(folder, type(told)(**{**_fields(told), "files": {}}))  # as if it had been copied damaged
    (backup,) = kept.listed(filled.backup_path)
    outcome = restore.verify(backup, NOW)
    assert outcome.problem is not None and "damaged" in outcome.problem
    assert kept.listed(filled.backup_path)[0].verified == outcome


def _fields(told: manifest.Manifest) -> dict[str, object]:
    return {name: getattr(told, name) for name in told.__struct_fields__}


def test_what_is_no_backup_or_a_newer_one_is_refused(filled: Settings, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="There is no backup in"):
        restore.newest(tmp_path)
    folder = made(filled)
    told = manifest.read(folder)
    manifest.write(folder, type(told)(**{**_fields(told), "shape": 2}))
    with pytest.raises(Unavailable, match="newer Desirepath"):
        restore.restore(folder, tmp_path / "new")


def test_a_trial_is_noted_and_leaves_nothing_behind(filled: Settings) -> None:
    made(filled)
    before = names(filled.backup_path)
    outcome = restore.verify(kept.listed(filled.backup_path)[0], NOW + HOUR, filled.backup_path)
    assert (outcome.problem, outcome.events, outcome.at) == (None, 20, NOW + HOUR)
    assert names(filled.backup_path) == before


def test_only_the_newest_stay_and_one_that_is_known_to_be_good(filled: Settings) -> None:
    paths = [made(filled, NOW + number * HOUR) for number in range(5)]
    kept.note(paths[1], Verified(NOW, 1.0, 20))
    assert set(kept.thin(filled.backup_path, 2)) == {paths[0], paths[2]}
    assert [one.path for one in kept.listed(filled.backup_path)] == [paths[4], paths[3], paths[1]]
    kept.note(paths[4], Verified(NOW, 1.0, 20))
    assert kept.thin(filled.backup_path, 2) == [paths[1]]


def test_a_backup_that_was_cut_off_is_none_and_is_swept(filled: Settings) -> None:
    left = filled.backup_path / ".desirepath-20200101T000000Z.part"
    left.mkdir(parents=True)
    (left / "ledger.db.part").write_bytes(b"half")
    assert kept.listed(filled.backup_path) == []
    made(filled)
    assert not left.exists() and len(kept.listed(filled.backup_path)) == 1


def test_a_full_disk_is_told_and_leaves_nothing(filled: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(filled.data)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(Unavailable, match="A backup needs about"):
        made(filled)
    assert kept.listed(filled.backup_path) == [] and list(filled.backup_path.iterdir()) == []


def test_the_command_gets_the_path_and_its_failure_is_told(tmp_path: Path) -> None:
    ship.ship(f"cp -r -t {tmp_path}", _folder(tmp_path / "there" / "one"))
    assert (tmp_path / "one" / "file").read_text() == "x"
    with pytest.raises(Unavailable, match="ended with code 2"):
        ship.ship("ls --no-such-option", tmp_path)
    with pytest.raises(Unavailable, match="cannot be run"):
        ship.ship("/no/such/program", tmp_path)


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "file").write_text("x")
    return path
