"""Putting files in the place of those of a data directory: all of them or none, whenever it is cut off."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from tracker.backup.manifest import ACCOUNTS, LEDGER
from tracker.errors import Conflict, Unavailable
from tracker.ledger import connect, copies

DRAFT = "restoring"
"""Where the new files are put together."""
READY = "restored"
"""What that is called from the moment on at which it counts."""
REPLACED = "replaced"
"""Where the files that stood there before are kept, of the last time only."""
FILES = (LEDGER, ACCOUNTS)
BESIDE = ("-wal", "-shm", "-journal")


@contextmanager
def exchange(data: Path) -> Iterator[Path]:
    """A folder to put `ledger.db` and `desirepath.db` in; when the block ends, they take their places.

    Raises Conflict while a server has the present files open. What stood there goes to `replaced/`. Nothing
    changes when the block raises; after a kill the next start finishes what was ready and drops the rest.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(data):
        _finish(data)
        for name in FILES:
            need_closed(data / name)
        draft = data / DRAFT
        draft.mkdir(mode=0o700)
        try:
            yield draft
            for name in FILES:
                copies.to_disk(draft / name)
            copies.to_disk(draft)
        except BaseException:  # whatever went wrong, nothing of it stays
            shutil.rmtree(draft, ignore_errors=True)
            raise
        shutil.rmtree(data / REPLACED, ignore_errors=True)
        draft.rename(data / READY)
        copies.to_disk(data)
        _finish(data)


def finish(data: Path) -> None:
    """At every start, before a file is opened: complete, or drop, what a killed process left."""
    if (data / DRAFT).exists() or (data / READY).exists():
        with _alone(data):
            _finish(data)


def need_closed(path: Path) -> None:
    """Raises Conflict while another process has a SQLite file open. Its WAL is in the file afterwards."""
    if not path.exists():
        return
    connection = connect.raw(path, mode="rw")
    try:
        connection.execute("PRAGMA busy_timeout=200")
        # Leaving WAL mode needs the file for oneself alone.
        connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("ROLLBACK")
    except sqlite.OperationalError as error:
        raise Conflict(f"{path} is in use ({error}); stop the server first.") from error
    except sqlite.DatabaseError:
        return  # damaged, or no database: it is set aside as it is
    finally:
        connection.close()


def _finish(data: Path) -> None:
    shutil.rmtree(data / DRAFT, ignore_errors=True)
    ready = data / READY
    if not ready.exists():
        return
    replaced = data / REPLACED
    replaced.mkdir(mode=0o700, exist_ok=True)
    for name in FILES:
        if (ready / name).exists():
            _move(data, ready, replaced, name)
    for derived in data.glob("columns.duckdb*"):
        shutil.rmtree(derived) if derived.is_dir() else derived.unlink()
    copies.to_disk(data)
    shutil.rmtree(ready)
    if not any(replaced.iterdir()):
        replaced.rmdir()
    copies.to_disk(data)


def _move(data: Path, ready: Path, replaced: Path, name: str) -> None:
    for suffix in ("", *BESIDE):
        old = data / (name + suffix)
        if old.exists():
            old.replace(replaced / old.name)
    (ready / name).replace(data / name)
    copies.to_disk(data)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    try:
        lock = (data / "restore.lock").open("w")
    except OSError as error:
        raise Unavailable(f"The data directory {data} cannot be written: {error.strerror}.") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
