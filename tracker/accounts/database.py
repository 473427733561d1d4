"""The metadata file: opened with our SQLite, refused when foreign or newer, migrated at start."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from pysqlite3 import dbapi2 as sqlite

from tracker import models
from tracker.errors import Unavailable
from tracker.ledger import connect

APPLICATION_ID = 0x44504D44
"""'DPMD' in the file's header."""
HEAD = "0001"
"""The newest migration; a test compares it with the files."""
MIGRATIONS = Path(models.__file__).parent / "migrations"


def engine_options() -> dict[str, Any]:
    """What Flask-SQLAlchemy passes to `create_engine`: one SQLite library in the process."""
    return {"module": sqlite, "connect_args": {"timeout": 5}}


def listen(engine: sa.Engine) -> None:
    """Set every connection up, and begin transactions ourselves: the driver would begin too late."""
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)


def prepare(path: Path) -> None:
    """Make or migrate the file. Raises Unavailable for one that is foreign or newer.

    Costs two look-ups when nothing is to be done. Two processes that start at once take turns.
    """
    connect.check_sqlite()
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        version = _version(path)
        if version == HEAD:
            return
        if version is not None and version not in _known():
            raise Unavailable(
                f"{path} was written by a newer Desirepath (revision {version}, this one knows {HEAD}). "
                "Install that version again, or restore the copy made before the upgrade."
            )
        if version is not None:
            _copy(path, version)
        _migrate(path)


def _set_up(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("PRAGMA secure_delete=ON").fetchall()


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _version(path: Path) -> str | None:
    """The file's revision, None for a new file."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    connection = connect.raw(path, mode="ro")
    try:
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise Unavailable(f"{path} belongs to another program; nothing was changed.")
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except sqlite.DatabaseError as error:
        raise Unavailable(f"{path} is not Desirepath's ({error}); nothing was changed.") from error
    finally:
        connection.close()


def _known() -> set[str]:
    return {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def _copy(path: Path, version: str) -> None:
    target = path.with_name(f"{path.name}.{version}-before-{HEAD}")
    if not target.exists():
        connection = connect.raw(path)
        connection.execute("VACUUM INTO ?", (str(target),))
        connection.close()


def _migrate(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}", **engine_options())
    listen(engine)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    engine.dispose()
    os.chmod(path, 0o600)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    # A lock file of its own: opening the database itself outside SQLite would drop its locks.
    with path.with_name(path.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
