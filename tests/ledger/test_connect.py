"""Opening: only ledgers, only those this version can read, only with a SQLite that keeps its word."""

from __future__ import annotations

from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as sqlite

from tests.ledger.events import event
from tracker.errors import Unavailable
from tracker.ledger import connect, schema
from tracker.ledger.writer import Writer


def test_a_new_ledger_syncs_every_commit(tmp_path: Path) -> None:
    connection = connect.open_writer(tmp_path / "ledger.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)
    connection.close()


def test_a_foreign_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    other = sqlite.connect(str(path))
    other.execute("CREATE TABLE theirs (x)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(Unavailable, match="another program"):
        connect.open_writer(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"shopping list: bread, butter" * 100)
    with pytest.raises(Unavailable, match="not a Desirepath ledger"):
        connect.open_writer(path)
    assert path.read_bytes().startswith(b"shopping list")


def test_a_newer_ledger_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    connection = connect.open_writer(path)
    connection.execute(f"PRAGMA user_version={schema.VERSION + 1}")
    connection.close()
    with pytest.raises(Unavailable, match="newer Desirepath"):
        connect.open_writer(path)


def test_an_affected_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "sqlite_version_info", (3, 40, 1))
    with pytest.raises(Unavailable, match="can lose data"):
        connect.open_writer(tmp_path / "ledger.db")


def test_an_upgrade_copies_first_and_keeps_every_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.db"
    writer = Writer(path)
    writer.start()
    writer.write([event() for _ in range(10)])
    writer.stop()
    later = (*schema.MIGRATIONS, ("ALTER TABLE events ADD COLUMN colour TEXT",))
    monkeypatch.setattr(schema, "MIGRATIONS", later)
    old = schema.VERSION
    monkeypatch.setattr(schema, "VERSION", old + 1)
    connection = connect.open_writer(path)
    assert connection.execute("SELECT count(*), count(colour) FROM events").fetchone() == (10, 0)
    connection.close()
    copy = sqlite.connect(str(tmp_path / f"ledger.db.v{old}-before-v{old + 1}"))
    assert copy.execute("SELECT count(*) FROM events").fetchone() == (10,)
    copy.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger.db"
    connect.open_writer(path).close()
    old = schema.VERSION
    broken = (*schema.MIGRATIONS, ("ALTER TABLE events ADD COLUMN colour TEXT", "THIS IS NOT SQL"))
    monkeypatch.setattr(schema, "MIGRATIONS", broken)
    monkeypatch.setattr(schema, "VERSION", old + 1)
    with pytest.raises(sqlite.OperationalError):
        connect.open_writer(path)
    monkeypatch.undo()
    connection = connect.open_writer(path)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(events)")]
    connection.close()
    assert "colour" not in columns


def test_readers_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    connect.open_writer(path).close()
    reader = connect.open_reader(path)
    with pytest.raises(sqlite.OperationalError):
        reader.execute("DELETE FROM events")
    reader.close()
