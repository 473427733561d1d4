"""The database of accounts and sites; `accounts/binding.py` binds it to an app."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from blinker import Signal
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session

from tracker.errors import Unavailable

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that migrations can change it."""


class Base(DeclarativeBase):
    """The base of all tables of accounts and sites."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})
metadata_changed = Signal()
"""Sent with the app after each commit to the accounts and sites."""


@contextmanager
def writing() -> Iterator[scoped_session[Session]]:
    """A transaction that takes the write lock at its beginning and is committed at the end.

    Taking it later could fail: what was read before may have changed in the meantime. For the same
    reason everything read before is read again when it is next looked at. Inside another `writing()`
    it is a part of that one, which is committed or undone as a whole. Raises Unavailable when the disk
    is full or another process holds the lock for too long.
    """
    session: scoped_session[Any] = db.session
    if session.info.get("writing"):
        yield session
        return
    session.commit()  # ends the reading transaction, if there is one
    session.expire_all()
    session.info["writing"] = True
    try:
        session.connection(execution_options={"write": True})
        yield session
        session.commit()
    except OperationalError as error:
        session.rollback()
        raise Unavailable(f"Accounts and sites cannot be written: {error.orig}.", retry_after=5) from error
    except BaseException:  # the lock must not outlive whatever went wrong
        session.rollback()
        raise
    finally:
        session.info.pop("writing", None)
    metadata_changed.send(current_app._get_current_object())  # type: ignore[attr-defined]
