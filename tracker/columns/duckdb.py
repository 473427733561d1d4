"""The column store in DuckDB: one file that this process alone opens, one writer, many readers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import sqlalchemy as sa

from tracker.columns import duckdb_dialect, merge
from tracker.columns.schema import SHAPE
from tracker.columns.tail import Chunk, Place
from tracker.errors import Unavailable

log = logging.getLogger(__name__)

READERS = 4


class Locked(Unavailable):
    """Another process has the file open."""


class DuckDBStore:
    """A `columns.base.Store` in a DuckDB file, or in memory where there is no path."""

    engine_name = "duckdb"

    def __init__(self, path: Path | None, *, memory_mb: int = 384, threads: int = 2) -> None:
        self._path = path
        self._memory_mb = memory_mb
        self._threads = threads
        self._root: duckdb.DuckDBPyConnection | None = None
        self._engine: sa.Engine | None = None
        self._version = 0
        self._lock = threading.Lock()

    @property
    def path(self) -> Path | None:
        """The file, None in memory."""
        return self._path

    @property
    def is_open(self) -> bool:
        """Whether it can be asked."""
        return self._root is not None

    def open(self) -> None:
        """Open the file or make it; one that cannot be read is set aside for a new one.

        Raises Locked while another process has it open.
        """
        try:
            self._open()
        except duckdb.Error as error:
            if _is_lock(error):
                raise Locked(f"{self._path} is open in another process.", retry_after=2) from error
            log.error("column store cannot be opened; it is rebuilt", extra={"error": str(error)})
            self.set_aside()
            self._open()

    def set_aside(self) -> None:
        """Close the store and move its files out of the way; one older copy is kept for study."""
        self.close()
        if self._path is None:
            return
        for suffix in ("", ".wal"):
            file = self._path.with_name(self._path.name + suffix)
            if file.exists():
                file.replace(self._path.with_name(f"{self._path.name}.broken{suffix}"))

    def place(self) -> Place:
        """How far the ledger has been read."""
        return merge.place(self._writer())

    def last_event(self) -> str | None:
        """What tells the last event read from any other with its id."""
        row = self._writer().execute("SELECT last_event FROM cursor").fetchone()
        return str(row[0]) if row and row[0] is not None else None

    def skip_deletions(self, deletion: int) -> None:
        """Of an empty store: what was deleted up to here needs no replay."""
        merge.skip_deletions(self._writer(), deletion)

    def apply(self, chunk: Chunk) -> None:
        """Take in a chunk of the ledger, all or nothing. One thread at a time."""
        merge.apply(self._writer(), chunk)
        self._version += 1

    @contextmanager
    def connect(self) -> Iterator[sa.Connection]:
        """One consistent view of all tables for reading."""
        engine = self._engine
        if engine is None:
            raise Unavailable("The figures are being prepared; please come back soon.", retry_after=2)
        with engine.connect() as connection:
            yield connection

    def version(self) -> int:
        """Changes whenever an answer may."""
        return self._version

    def close(self) -> None:
        """Close the file; readers that still run get errors."""
        with self._lock:
            engine, self._engine = self._engine, None
            root, self._root = self._root, None
        if engine is not None:
            engine.dispose()
        if root is not None:
            root.close()

    def _writer(self) -> duckdb.DuckDBPyConnection:
        if self._root is None:
            raise Unavailable("The column store is closed.", retry_after=2)
        return self._root

    def _open(self) -> None:
        root = duckdb.connect(str(self._path) if self._path else ":memory:", config=self._config())
        try:
            self._check_shape(root)
        except BaseException:  # an open file could not be set aside
            root.close()
            raise
        (self._version,) = root.execute("SELECT version FROM cursor").fetchone() or (0,)
        self._root = root
        self._engine = duckdb_dialect.engine(root.cursor, READERS)

    def _config(self) -> dict[str, Any]:
        config: dict[str, Any] = {
            "memory_limit": f"{self._memory_mb}MB",
            "threads": self._threads,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "enable_external_access": False,
            "lock_configuration": True,
        }
        if self._path is not None:
            config["temp_directory"] = str(self._path.with_name(self._path.name + ".tmp"))
        return config

    def _check_shape(self, root: duckdb.DuckDBPyConnection) -> None:
        tables = {name for (name,) in root.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        if not tables:
            merge.create(root, duckdb_dialect.Dialect())
            return
        found = root.execute("SELECT shape FROM cursor").fetchone()
        if found != (SHAPE,):
            raise duckdb.InvalidInputException(f"made by another version of Desirepath (shape {found})")


def _is_lock(error: duckdb.Error) -> bool:
    return isinstance(error, duckdb.IOException) and "lock" in str(error).lower()
