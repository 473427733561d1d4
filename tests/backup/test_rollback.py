"""Upgrades from every earlier version, whole or not at all, and the way back without losing an event."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.apps import running
from tests.backup import old_files
from tracker.accounts import database
from tracker.backup import rollback
from tracker.config import Settings
from tracker.errors import NotFound, Unavailable
from tracker.ledger import connect, schema

ROOT = Path(__file__).parents[2]
OLDER = [*range(1, schema.VERSION)]
OPEN = (
    "import sys, pathlib; from tracker.ledger import connect; connect.open_writer(pathlib.Path(sys.argv[1]))"
)
KILLED = "import os; fsync = os.fsync; os.fsync = lambda handle: os._exit(9)\n" + OPEN

KILLED_LATER = """
import os, pathlib, sys
from tracker.ledger import connect, schema
migrate, left = schema.migrate, int(sys.argv[2])

class Counted:
    def __init__(self, connection):
        self.connection = connection

    def execute(self, *arguments):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return self.connection.execute(*arguments)

    def __getattr__(self, name):
        return getattr(self.connection, name)

schema.migrate = lambda connection, path: migrate(Counted(connection), path)
connect.open_writer(pathlib.Path(sys.argv[1])).close()
"""


@pytest.mark.parametrize("version", OLDER)
@pytest.mark.parametrize("revision", database.REVISIONS[:1])
def test_every_earlier_version_is_upgraded_and_serves(
    settings: Settings, version: int, revision: str
) -> None:
    old_files.ledger(settings.ledger_path, version)
    old_files.accounts(settings.meta_path, revision)
    with running(settings) as app:
        services = app.extensions["desirepath"]
        assert services.sync.wait_for(20, 30)
        assert [site.name for site in services.sites.everything()] == ["Old shop"]
        with services.readers.read() as connection:
            assert connection.execute("SELECT count(*) FROM events").fetchone() == (20,)
            assert connection.execute('SELECT "view" FROM products').fetchall() == [(4,)]


def test_an_upgrade_is_undone_and_later_events_are_carried_over(settings: Settings) -> None:
    old_files.ledger(settings.ledger_path, 1)
    old_files.accounts(settings.meta_path, "0001")
    with running(settings):
        pass
    writer = connect.open_writer(settings.ledger_path)
    writer.execute("DELETE FROM events WHERE id IN (1, 2)")
    writer.execute(old_files.EVENT, (b"later", "click", 1, 1, "{}"))
    writer.close()
    plan = rollback.plan(settings.data)
    assert set(plan.copies) == {"ledger.db", "desirepath.db"} and "v1-before-v" in plan.words
    assert rollback.roll_back(settings.data, plan) == 1
    assert old_files.rows(settings.ledger_path, "PRAGMA user_version") == [(1,)]
    assert old_files.rows(settings.meta_path, "SELECT version_num FROM alembic_version") == [("0001",)]
    kept = [row[0] for row in old_files.rows(settings.ledger_path, "SELECT id FROM events ORDER BY id")]
    assert kept == [*range(3, 22)], "what was deleted since stays deleted"
    with pytest.raises(NotFound, match="No upgrade can be undone"):
        rollback.plan(settings.data)
    with running(settings) as app, app.extensions["desirepath"].readers.read() as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (19,)


def test_copies_of_an_upgrade_before_the_last_are_left_alone(settings: Settings) -> None:
    old_files.ledger(settings.ledger_path, 1)
    old_files.accounts(settings.meta_path, "0001")
    with running(settings):
        pass
    copy = next(settings.data.glob("desirepath.db.v*-before-v*"))
    os.utime(copy, (1, 1))
    assert set(rollback.plan(settings.data).copies) == {"ledger.db"}


@pytest.mark.reliability
def test_an_upgrade_killed_while_it_copies_begins_again(settings: Settings) -> None:
    old_files.ledger(settings.ledger_path, 1)
    done = subprocess.run([sys.executable, "-c", KILLED, str(settings.ledger_path)], cwd=ROOT)
    assert done.returncode == 9
    assert old_files.rows(settings.ledger_path, "PRAGMA user_version") == [(1,)]
    assert [path.name for path in settings.data.glob("*before*")] == [
        f"ledger.db.v1-before-v{schema.VERSION}.part"
    ]
    connect.open_writer(settings.ledger_path).close()
    copy = settings.data / f"ledger.db.v1-before-v{schema.VERSION}"
    assert old_files.rows(copy, "SELECT count(*) FROM events") == [(20,)]
    assert not list(settings.data.glob("*.part"))


@pytest.mark.reliability
def test_an_upgrade_killed_between_its_steps_leaves_the_old_shape_or_the_new_one(settings: Settings) -> None:
    seen = set()
    for statements in range(0, 1_000, 9):
        for old in settings.data.glob("ledger.db*"):
            old.unlink()
        old_files.ledger(settings.ledger_path, 1)
        given = [str(settings.ledger_path), str(statements)]
        done = subprocess.run([sys.executable, "-c", KILLED_LATER, *given], cwd=ROOT)
        assert done.returncode in (0, 9)
        ((version,),) = old_files.rows(settings.ledger_path, "PRAGMA user_version")
        assert version == (schema.VERSION if done.returncode == 0 else 1)
        seen.add(version)
        connect.open_writer(settings.ledger_path).close()
        for path in (settings.ledger_path, settings.data / f"ledger.db.v1-before-v{schema.VERSION}"):
            assert old_files.rows(path, "SELECT count(*) FROM events") == [(20,)]
        assert old_files.rows(settings.ledger_path, "PRAGMA user_version") == [(schema.VERSION,)]
        if done.returncode == 0:
            break
    assert seen == {1, schema.VERSION}


def test_a_newer_file_is_refused_in_a_sentence(settings: Settings) -> None:
    old_files.ledger(settings.ledger_path, schema.VERSION)
    old_files.rows(settings.ledger_path, f"PRAGMA user_version={schema.VERSION + 1}")
    with pytest.raises(Unavailable, match="newer Desirepath"):
        connect.open_writer(settings.ledger_path)
