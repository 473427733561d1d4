"""What a backup says of itself: which files, their checksums, and how much is in them."""

from __future__ import annotations

import hashlib
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from pysqlite3 import dbapi2 as sqlite

from tracker.errors import Unavailable
from tracker.ledger import connect, copies

NAME = "manifest.json"
LEDGER, ACCOUNTS = "ledger.db", "desirepath.db"
SHAPE = 1
BLOCK = 1 << 20


class Copied(msgspec.Struct, frozen=True):
    """One file of a backup."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """`made_at` in epoch ms; versions of the two files as they name them; counts of what is in them."""

    shape: int
    made_at: int
    host: str
    ledger_version: int
    accounts_revision: str
    events: int
    last_event: int
    sites: int
    accounts: int
    files: dict[str, Copied]


def when(at: int) -> str:
    """A time in epoch ms as people read it."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def describe(folder: Path, now_ms: int) -> Manifest:
    """The manifest of the two copies in a folder. Raises Unavailable where they are none of ours."""
    version, events, last = _ledger(folder / LEDGER)
    revision, sites, accounts = _accounts(folder / ACCOUNTS)
    files = {name: _copied(folder / name) for name in (LEDGER, ACCOUNTS)}
    host = platform.node()
    return Manifest(SHAPE, now_ms, host, version, revision, events, last, sites, accounts, files)


def write(folder: Path, told: Manifest) -> None:
    """Put it beside the files, on disk when this returns."""
    path = folder / NAME
    path.write_bytes(msgspec.json.format(msgspec.json.encode(told)) + b"\n")
    path.chmod(0o600)
    copies.to_disk(path)
    copies.to_disk(folder)


def read(folder: Path) -> Manifest:
    """The manifest of a backup. Raises Unavailable where there is none, or one of a newer Desirepath."""
    try:
        told = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise Unavailable(f"{folder} is no backup: it has no {NAME}.") from None
    except (OSError, msgspec.DecodeError) as error:
        raise Unavailable(f"{folder / NAME} cannot be read: {error}.") from error
    if told.shape > SHAPE:
        raise Unavailable(f"{folder} was made by a newer Desirepath; restore it with that version.")
    return told


def compare(folder: Path, told: Manifest) -> None:
    """Raises Unavailable, naming the first file that is not as the manifest says."""
    for name, expected in told.files.items():
        path = folder / name
        if not path.is_file():
            raise Unavailable(f"The backup {folder} lacks {name}.")
        if _copied(path) != expected:
            raise Unavailable(f"{path} is not what was backed up: its checksum differs. Use another backup.")


def _copied(path: Path) -> Copied:
    digest = hashlib.sha256()
    with path.open("rb") as file:  # a copy that nobody has open: no locks to lose
        while block := file.read(BLOCK):
            digest.update(block)
        return Copied(os.fstat(file.fileno()).st_size, digest.hexdigest())


def _ledger(path: Path) -> tuple[int, int, int]:
    sql = "SELECT count(*), coalesce(max(id), 0) FROM events NOT INDEXED"
    version = "PRAGMA user_version"
    (found,), (events, last) = _asked(path, version, sql)
    return found, events, last


def _accounts(path: Path) -> tuple[str, int, int]:
    counts = "SELECT (SELECT count(*) FROM sites), (SELECT count(*) FROM users)"
    (revision,), (sites, accounts) = _asked(path, "SELECT version_num FROM alembic_version", counts)
    return revision, sites, accounts


def _asked(path: Path, *statements: str) -> list[Any]:
    connection = connect.raw(path, mode="ro")
    try:
        return [connection.execute(sql).fetchone() for sql in statements]
    except sqlite.DatabaseError as error:
        raise Unavailable(f"{path} is not Desirepath's, or damaged: {error}.") from error
    finally:
        connection.close()
