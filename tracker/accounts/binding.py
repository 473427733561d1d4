"""Accounts and sites through SQLAlchemy: its engine on our SQLite, and the Flask app they are read in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from pysqlite3 import dbapi2 as sqlite

from tracker.accounts import database
from tracker.extensions import db


def bind(app: Flask, path: Path, threads: int = 1) -> None:
    """Let an app read and write the metadata file, which has been prepared."""
    app.config.update(
        SQLALCHEMY_DATABASE_URI=sa.URL.create("sqlite", database=str(path)),
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(threads),
    )
    db.init_app(app)
    with app.app_context():
        sa.event.listen(db.engine, "connect", _set_up)
        sa.event.listen(db.engine, "begin", begin)


def engine_options(threads: int = 8) -> dict[str, Any]:
    """What `create_engine` is given: one SQLite library in the process, a connection for each thread."""
    return {"module": sqlite, "connect_args": {"timeout": 5}, "pool_size": threads + 4}


def begin(connection: sa.Connection) -> None:
    """Begin a transaction ourselves, as the driver would begin too late.

    One that writes takes the lock now, any other cannot write at all.
    """
    writes = connection.get_execution_options().get("write")
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _set_up(connection: Any, record: Any) -> None:
    database.set_up(connection)
