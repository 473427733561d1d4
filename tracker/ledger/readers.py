"""Reading connections, one for each thread that asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker.ledger import connect


class Readers:
    """Hands every thread a reading connection of its own and closes them all at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._all: list[connect.Connection] = []
        self._lock = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[connect.Connection]:
        """This thread's connection, inside one consistent view of the ledger."""
        connection = self._mine()
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close every connection handed out."""
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()
            self._local = threading.local()

    def _mine(self) -> connect.Connection:
        connection: connect.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect.open_reader(self._path)
            self._local.connection = connection
            with self._lock:
                self._all.append(connection)
        return connection
