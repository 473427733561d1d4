"""The metadata file: made once by however many start, refused when it is not ours, migrated whole or not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy.exc import OperationalError

from tests.conftest import NOW
from tests.live_server import COMMAND
from tracker.accounts import database, secrets, upgrade
from tracker.config import Settings
from tracker.errors import Unavailable
from tracker.extensions import Base, db, writing
from tracker.models import AppSecret

SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "9998"
down_revision = "LAST"


def upgrade() -> None:
    with op.batch_alter_table("sites", recreate="always") as table:
        table.add_column(sa.Column("motto", sa.Text(), nullable=False, server_default="none"))
"""

APP = """
import sys
from tracker.app import create_app
from tracker.config import Settings

create_app(Settings.read({{}}, data={!r}))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "desirepath.db"


def query(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite.connect(path)
    try:
        return list(connection.execute(sql).fetchall())
    finally:
        connection.close()


def later_scripts(tmp_path: Path, second: str) -> Path:
    """Our migrations and one more."""
    scripts = tmp_path / "migrations"
    shutil.copytree(upgrade.MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "9998_second.py").write_text(second.replace("LAST", database.HEAD))
    return scripts


def test_every_migration_is_listed_and_together_they_make_the_models(path: Path) -> None:
    scripts = ScriptDirectory(str(upgrade.MIGRATIONS))
    assert [s.revision for s in scripts.walk_revisions()] == list(reversed(database.REVISIONS))
    database.prepare(path)
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), module=sqlite)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_only_its_owner_may_read_the_file_and_the_directory(path: Path) -> None:
    database.prepare(path)
    secrets.cookie_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_start_with_nothing_to_migrate_does_not_load_alembic(path: Path) -> None:
    code = APP.format(str(path.parent)) + "print('alembic' in sys.modules)"
    told = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True) for _ in range(2)]
    assert [done.stdout.strip() for done in told] == ["True", "False"], told


def test_many_processes_may_make_the_file_at_once(path: Path) -> None:
    command = [*COMMAND, "site", "create", "Shop", "--data", str(path.parent)]
    app = [sys.executable, "-c", APP.format(str(path.parent))]
    running = [
        subprocess.Popen(wanted, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for wanted in (command, app, command, app, command)
    ]
    told = [process.communicate(timeout=300) for process in running]
    assert sorted(json.loads(told[number][0])["id"] for number in (0, 2, 4)) == [1, 2, 3], told
    assert [process.returncode for process in running] == [0] * 5, told
    assert query(path, "SELECT count(*) FROM app_secrets") == [(1,)]


def test_a_first_start_that_was_cut_off_is_begun_again(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite.connect(path)
    connection.execute("PRAGMA journal_mode=WAL").fetchall()
    connection.close()
    assert path.stat().st_size > 0
    database.prepare(path)
    assert query(path, "SELECT version_num FROM alembic_version") == [(database.HEAD,)]


def test_a_file_of_another_program_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite.connect(path)
    connection.execute("CREATE TABLE recipes (id INTEGER)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(Unavailable, match="belongs to another program"):
        database.prepare(path)
    path.write_text("Dear diary, " * 1000)
    with pytest.raises(Unavailable, match="is not Desirepath's"):
        database.prepare(path)
    assert b"Dear diary" in path.read_bytes() and b"recipes" in before


def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    database.prepare(path)
    connection = sqlite.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(Unavailable, match=r"newer Desirepath \(revision 9999"):
        database.prepare(path)


def test_a_directory_that_cannot_be_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be made: Not a directory"):
        database.prepare(tmp_path / "file" / "data" / "desirepath.db")


def test_an_upgrade_keeps_every_row_and_makes_a_copy_without_salts(
    path: Path, tmp_path: Path, settings: Settings
) -> None:
    made = subprocess.run(
        [*COMMAND, "site", "create", "Shop", "--domain", "a.example", "--data", str(path.parent)],
        capture_output=True, check=True,
    )  # fmt: skip
    salts = secrets.daily_salts(path, NOW)
    upgrade.run(path, database.HEAD, "9998", later_scripts(tmp_path, SECOND))
    assert query(path, "SELECT name, motto FROM sites") == [("Shop", "none")]
    assert query(path, "SELECT domain FROM site_domains") == [("a.example",)]
    kept = path.with_name(f"desirepath.db.v{database.HEAD}-before-v9998")
    assert query(kept, "SELECT public_key FROM sites") == [(json.loads(made.stdout)["site_key"],)]
    assert query(kept, "SELECT count(*) FROM daily_salts") == [(0,)]
    assert salts.today not in kept.read_bytes() and kept.stat().st_mode & 0o777 == 0o600


def test_an_upgrade_that_fails_changes_nothing(path: Path, tmp_path: Path) -> None:
    database.prepare(path)
    broken = SECOND + '    op.execute("INSERT INTO nowhere VALUES (1)")\n'
    with pytest.raises(Unavailable, match=r"no such table: nowhere.*Nothing was changed"):
        upgrade.run(path, database.HEAD, "9998", later_scripts(tmp_path, broken))
    assert "motto" not in str(query(path, "SELECT sql FROM sqlite_master WHERE name = 'sites'"))
    database.prepare(path)


def test_an_upgrade_that_orphans_rows_is_undone(path: Path, tmp_path: Path) -> None:
    subprocess.run(
        [*COMMAND, "site", "create", "Shop", "--domain", "a.example", "--data", str(path.parent)],
        capture_output=True, check=True,
    )  # fmt: skip
    orphaning = SECOND + '    op.execute("DELETE FROM sites")\n'
    with pytest.raises(Unavailable, match="1 rows without what they refer to"):
        upgrade.run(path, database.HEAD, "9998", later_scripts(tmp_path, orphaning))
    assert query(path, "SELECT name FROM sites") == [("Shop",)]


def test_nothing_can_be_written_outside_a_writing_transaction(app: Flask) -> None:
    with app.app_context():
        db.session.add(AppSecret(name="x", value=b"x"))
        with pytest.raises(OperationalError, match="readonly"):
            db.session.commit()
        db.session.rollback()


def test_a_change_within_a_change_is_undone_with_it(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError), writing():
            with writing() as session:
                session.add(AppSecret(name="inner", value=b"x"))
            1 / 0  # noqa: B018
        assert db.session.get(AppSecret, "inner") is None
        with writing() as session:
            session.add(AppSecret(name="outer", value=b"x"))
    with app.app_context():
        assert db.session.get(AppSecret, "outer") is not None


def test_a_full_disk_is_told_and_nothing_is_half_done(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(Unavailable, match="database or disk is full") as told, writing() as session:
            session.execute(sa.text("PRAGMA max_page_count=1"))
            session.add(AppSecret(name="big", value=b"x" * 1_000_000))
        assert told.value.retry_after
        assert db.session.get(AppSecret, "big") is None
