"""Moving committed pages from the WAL into the ledger file beside the writer, so commits stay short."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from tracker.ledger import connect

log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
WORTH_BYTES = 4 << 20
"""A smaller WAL is left alone."""
BOUND_BYTES = 64 << 20
"""Past this the writer itself waits for the checkpoint and starts the WAL anew."""
PATIENCE_MS = 20
"""How long it waits for those who still read an older state."""


class Checkpointer:
    """A thread that copies pages in the background; the writer only ends what is nearly done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._wal = path.with_name(path.name + "-wal")
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._commits = 0

    def start(self) -> None:
        """Begin; the ledger file must exist."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="ledger-checkpoint", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def after_commit(self, writer: connect.Connection) -> None:
        """Called by the writer between transactions: keeps the WAL bounded."""
        self._commits += 1
        if self._commits % 64 == 0 and self._size() > BOUND_BYTES:
            # The background thread copied most already, so this takes little time. Somebody who reads for
            # long (a backup) keeps the WAL from being begun anew: commits then do not wait for that.
            writer.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
            writer.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
            writer.execute(f"PRAGMA busy_timeout={connect.BUSY_TIMEOUT_MS}")

    def _size(self) -> int:
        try:
            return self._wal.stat().st_size
        except OSError:
            return 0

    def _run(self) -> None:
        connection = connect.raw(self._path, mode="rw")
        try:
            connection.execute("PRAGMA synchronous=FULL")
            while not self._stop.wait(EVERY_SECONDS):
                if self._size() > WORTH_BYTES:
                    self._checkpoint(connection)
        finally:
            connection.close()

    def _checkpoint(self, connection: connect.Connection) -> None:
        try:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite.DatabaseError as error:
            # A full disk shows here too; commits report it, and the next round tries again.
            log.warning("checkpoint put off", extra={"error": str(error)})
