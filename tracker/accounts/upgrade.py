"""Bringing the metadata file to this version's tables: a copy first, then all steps or none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from pysqlite3 import dbapi2 as sqlite

from tracker import models
from tracker.accounts import binding, database, secrets
from tracker.errors import Unavailable
from tracker.ledger import connect, copies

MIGRATIONS = Path(models.__file__).parent / "migrations"


def run(path: Path, version: str | None, head: str, scripts: Path = MIGRATIONS) -> None:
    """Migrate from `version` (None: make the tables) to `head`, with the file to ourselves.

    Raises Unavailable when the disk does not take it; the file is then as it was.
    """
    try:
        if version is None:
            _create(path)
        else:
            copy(path, path.with_name(f"{path.name}.v{version}-before-v{head}"))
        _migrate(path, head, scripts)
    except (OSError, sqlite.DatabaseError, sa.exc.DatabaseError) as error:
        reason = getattr(error, "orig", None) or error
        raise Unavailable(f"{path} cannot be brought up to date: {reason}. Nothing was changed.") from error


def copy(path: Path, target: Path) -> None:
    """A whole copy, durable before the upgrade begins; one that is there already is kept.

    It lasts, so it must not hold what lets yesterday's visitors be told: the daily salts are left out.
    """
    if target.exists():
        return
    source = connect.raw(path, mode="rw")
    try:
        copies.whole(source, target, secrets.leave_salts_out)
    finally:
        source.close()


def _create(path: Path) -> None:
    # For its owner only from the first moment: SQLite gives its -wal and -shm files the same rights.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _migrate(path: Path, head: str, scripts: Path) -> None:
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), **binding.engine_options())
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", binding.begin)
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    try:
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, head)
            _check_references(connection)
            connection.exec_driver_sql(f"PRAGMA application_id={database.APPLICATION_ID}")
    finally:
        engine.dispose()


def _set_up(connection: Any, record: Any) -> None:
    # A table is changed by making it anew; with foreign keys on, dropping the old one would empty
    # every table that refers to it.
    database.set_up(connection, foreign_keys=False)


def _check_references(connection: sa.Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise Unavailable(f"The upgrade would leave {len(broken)} rows without what they refer to; undone.")
