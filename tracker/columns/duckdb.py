"""The column store in DuckDB: one file that this process alone opens, one writer, many readers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import sqlalchemy as sa

from tracker.columns import duckdb_dialect, load, merge
from tracker.columns.schema import SHAPE
from tracker.columns.tail import Chunk, Piece, Place
from tracker.errors import Unavailable

log = logging.getLogger(__name__)

READERS = 4
ROW_GROUP = 61_440
"""Rows that DuckDB keeps together. Half its usual number: a chunk of two keeps two processors busy."""
ENOUGH_MB = 384
"""Memory with which as much is merged at once as pays; with less, merges are smaller."""
CHUNK, LEAST_CHUNK = 4 * ROW_GROUP, 20_480
"""Events merged at once: whole row groups, which DuckDB writes straight to the file. Each merge makes
again what goes on from before, so few large ones cost less than many small ones."""
LOG_MB, LEAST_LOG_MB = 256, 32
"""What the file's own log may hold, with enough memory, before it is written into the tables: that costs some
seconds whatever there is, and a start after a crash reads the log again."""
USELESS = "fsst"
"""A way to keep text that DICT_FSST always beats here: trying it cost a third of the writing."""
PIECE_BYTES = 8 << 20
"""Text of events staged at once: it is beside DuckDB's own limit, twice with what is read meanwhile."""


class Locked(Unavailable):
    """Another process has the file open."""


@dataclass(frozen=True, slots=True)
class _Opened:
    root: duckdb.DuckDBPyConnection
    engine: sa.Engine


class DuckDBStore:
    """A `columns.base.Store` in a DuckDB file, or in memory where there is no path.

    DuckDB fills `memory_mb` with what was read last; it works with less, slower. The one writer calls
    `stage` (from any thread) and `apply`.
    """

    engine_name = "duckdb"

    def __init__(self, path: Path | None, *, memory_mb: int = 300, threads: int = 2) -> None:
        self._path = path
        self._memory_mb = memory_mb
        self._threads = threads
        self._opened: _Opened | None = None
        self._version = 0
        self._lock = threading.Lock()

    @property
    def path(self) -> Path | None:
        """The file, None in memory."""
        return self._path

    @property
    def chunk(self) -> int:
        """How many events to merge at once with the memory there is."""
        return max(LEAST_CHUNK, round(CHUNK * self._share**2))

    @property
    def piece_bytes(self) -> int:
        """How much text of events to stage at once."""
        return round(PIECE_BYTES * self._share)

    @property
    def _share(self) -> float:
        return min(1.0, self._memory_mb / ENOUGH_MB)

    @property
    def is_open(self) -> bool:
        """Whether it can be asked."""
        return self._opened is not None

    def open(self) -> None:
        """Open the file or make it; one that cannot be read is set aside for a new one.

        Raises Locked while another process has it open.
        """
        try:
            self._open()
        except duckdb.Error as error:
            if _is_lock(error):
                raise Locked(f"{self._path} is open in another process.", retry_after=2) from error
            if _is_full(error) or self._path is None:
                raise
            log.error("the column store cannot be opened; it is rebuilt", extra={"error": str(error)})
            self.set_aside()
            self._open()

    def set_aside(self) -> None:
        """Close the store and move its files out of the way; the last such copy is kept for study."""
        self.close()
        for suffix in ("", ".wal"):
            if self._path is None:
                continue
            file = self._path.with_name(self._path.name + suffix)
            aside = self._path.with_name(f"{self._path.name}.broken{suffix}")
            aside.unlink(missing_ok=True)
            if file.exists():
                file.replace(aside)

    def drop_aside(self) -> None:
        """Remove what was set aside."""
        if self._path is not None:
            for aside in self._path.parent.glob(f"{self._path.name}.broken*"):
                aside.unlink()

    def rewrite(self) -> bool:
        """Copy what is there into a new file that takes the old one's place: deleted rows stay in blocks.

        Nobody can ask meanwhile. False where it cannot be copied; the store is closed then.
        """
        if self._path is None:
            return True
        fresh = self._path.with_name(self._path.name + ".new")
        fresh.unlink(missing_ok=True)
        try:
            self._root().execute("CHECKPOINT columns")
            self.close()
            self._copy(fresh)
        except duckdb.Error as error:
            log.warning("the column store cannot be copied", extra={"error": str(error)})
            self.close()
            fresh.unlink(missing_ok=True)
            return False
        self._path.with_name(self._path.name + ".wal").unlink(missing_ok=True)
        fresh.replace(self._path)
        self.open()
        return True

    def _copy(self, fresh: Path) -> None:
        limits: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{self._memory_mb}MB",
            "threads": self._threads,
        }
        copier = duckdb.connect(":memory:", config=limits)
        try:
            source, target = (str(path).replace("'", "''") for path in (self._path, fresh))
            copier.execute(f"ATTACH '{source}' AS source (READ_ONLY)")
            copier.execute(f"ATTACH '{target}' AS target (ROW_GROUP_SIZE {ROW_GROUP})")
            copier.execute("COPY FROM DATABASE source TO target")
            copier.execute("CHECKPOINT target")
        finally:
            copier.close()

    def place(self) -> Place:
        """How far the ledger has been read."""
        return merge.place(self._root())

    def last_event(self) -> str | None:
        """What tells the last event read from any other with its id."""
        row = self._root().execute("SELECT last_event FROM cursor").fetchone()
        return str(row[0]) if row and row[0] is not None else None

    def skip_deletions(self, deletion: int) -> None:
        """Of an empty store: what was deleted up to here needs no replay."""
        merge.skip_deletions(self._root(), deletion)

    def stage(self, piece: Piece, table: str) -> None:
        """Parse events and add them to a table apart, ahead of their merge."""
        with self._cursor() as connection:
            load.stage(connection, piece, table)

    def unstage(self, table: str) -> None:
        """Make that table empty."""
        with self._cursor() as connection:
            load.unstage(connection, table)

    def apply(self, chunk: Chunk, table: str) -> None:
        """Take in a chunk of the ledger whose events are staged in `table`, all or nothing."""
        merge.apply(self._root(), chunk, table)
        self._version += 1

    @contextmanager
    def connect(self) -> Iterator[sa.Connection]:
        """One consistent view of all tables for reading. Raises Unavailable, also for want of memory."""
        opened = self._opened
        if opened is None:
            raise Unavailable("The figures are being prepared; please come back soon.", retry_after=2)
        try:
            with opened.engine.connect() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            if not isinstance(error.orig, duckdb.OutOfMemoryException):
                raise
            raise Unavailable(
                f"This needs more memory than the {self._memory_mb} MB the column store may use. Ask about "
                "fewer days, or raise DESIREPATH_COLUMNS_MEMORY_MB."
            ) from error

    def version(self) -> int:
        """Changes whenever an answer may."""
        return self._version

    def close(self) -> None:
        """Close the file; readers that still run get errors."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened.engine.dispose()
            opened.root.close()

    def _root(self) -> duckdb.DuckDBPyConnection:
        if self._opened is None:
            raise Unavailable("The column store is closed.", retry_after=2)
        return self._opened.root

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        connection = self._root().cursor()
        connection.execute("USE columns")
        return connection

    def _open(self) -> None:
        root = duckdb.connect(":memory:", config=self._config())
        try:
            self._attach(root)
        except BaseException:  # an open file could not be set aside
            root.close()
            raise
        self._version += 1
        self._opened = _Opened(root, duckdb_dialect.engine(self._cursor, READERS))

    def _config(self) -> dict[str, str | bool | int | float | list[str]]:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{self._memory_mb}MB",
            "threads": self._threads,
            "preserve_insertion_order": False,
            "checkpoint_threshold": f"{max(LEAST_LOG_MB, round(LOG_MB * self._share**2))}MB",
            "disabled_compression_methods": USELESS,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if self._path is not None:
            config["temp_directory"] = str(self._path.with_name(self._path.name + ".tmp"))
        return config

    def _attach(self, root: duckdb.DuckDBPyConnection) -> None:
        """Attach the file and the staging area, then shut every other way to the disk."""
        path = str(self._path) if self._path is not None else ":memory:"
        quoted = path.replace("'", "''")
        root.execute(f"ATTACH '{quoted}' AS columns (ROW_GROUP_SIZE {ROW_GROUP})")
        root.execute(f"ATTACH ':memory:' AS staging (ROW_GROUP_SIZE {ROW_GROUP})")
        root.execute("USE columns")
        root.execute("SET enable_external_access = false")
        root.execute("SET lock_configuration = true")
        tables = root.execute("SELECT count(*) FROM duckdb_tables() WHERE database_name = 'columns'")
        if tables.fetchone() == (0,):
            merge.create(root, duckdb_dialect.Dialect())
        elif not merge.fits(root):
            raise duckdb.InvalidInputException(f"not of the shape this version needs ({SHAPE})")


def _is_lock(error: duckdb.Error) -> bool:
    return isinstance(error, duckdb.IOException) and "lock on file" in str(error)


def _is_full(error: duckdb.Error) -> bool:
    return "No space left" in str(error)
