"""The one thread that writes events: it commits all that wait in one transaction, with one fsync."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pysqlite3 import dbapi2 as sqlite

from tracker.domain.event import Event
from tracker.errors import DesirepathError, Invalid, Unavailable
from tracker.ledger import connect, insert, schema
from tracker.ledger.checkpoint import Checkpointer
from tracker.ledger.transaction import Transaction

log = logging.getLogger(__name__)

GROUP_EVENTS = 4_096
"""Events committed together at most, so that nobody waits long behind a flood."""
OVERHEAD_BYTES = 600
"""What an event costs in memory besides its own texts, roughly."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch that is now on disk.

    `ids` holds the ledger id of each event in order, None where it was there already.
    """

    accepted: int
    duplicates: int
    ids: Sequence[int | None]


T = TypeVar("T")
Outcome = Receipt | DesirepathError
Sink = Callable[[list[tuple[Any, Outcome]]], None]
"""Told (token, outcome) of its batches, once a commit, on the writer's thread."""


@dataclass(slots=True)
class _Batch:
    events: list[Event]
    size: int
    sink: Sink
    token: Any
    work: Callable[[Transaction], None] | None = None
    """What is done in a transaction of its own, instead of adding `events`."""


class Writer:
    """Accepts batches from any thread and tells their sinks when they are on disk."""

    def __init__(
        self,
        path: Path,
        *,
        cache_mb: int = 32,
        queue_events: int = 50_000,
        queue_bytes: int = 64 << 20,
        on_commit: Callable[[int], None] | None = None,
    ) -> None:
        self._path = path
        self._cache_mb = cache_mb
        self._queue_events = queue_events
        self._queue_bytes = queue_bytes
        self._on_commit = on_commit
        self._queue: deque[_Batch] = deque()
        self._waiting_events = 0
        self._waiting_bytes = 0
        self._wake = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._connection: connect.Connection | None = None
        self._dictionary = insert.Dictionary()
        self._checkpointer = Checkpointer(path)
        self.events = 0
        """Events committed since the start."""
        self.last_id = 0
        """The highest ledger id committed since the start."""
        self.commits = 0
        self.failures = 0
        self.last_error: str | None = None
        """What the last commit failed of; None when it went well."""
        self.failed_at = 0.0
        """When it failed, on the monotonic clock."""

    def start(self) -> None:
        """Open the ledger (creating or migrating it) and begin to write."""
        self._connection = connect.open_writer(self._path, cache_mb=self._cache_mb)
        self._connection.execute("PRAGMA wal_autocheckpoint=0")
        self._checkpointer.start()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Commit all that waits, then close the file."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._checkpointer.stop()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def submit(self, events: list[Event], sink: Sink, token: Any = None) -> None:
        """Queue a batch. Raises Unavailable at once when too much waits already."""
        size = sum(len(e.properties) + len(e.context) + OVERHEAD_BYTES for e in events)
        self._queue_up(_Batch(events, size, sink, token))

    def write(self, events: list[Event], timeout: float = 30.0) -> Receipt:
        """Queue a batch and wait until it is on disk. Raises what went wrong.

        An empty batch is a probe: it writes one page, to see whether the disk takes it.
        """
        done = threading.Event()
        outcome: list[Outcome] = []

        def sink(outcomes: list[tuple[Any, Outcome]]) -> None:
            outcome.append(outcomes[0][1])
            done.set()

        self.submit(events, sink)
        if not done.wait(timeout):
            raise Unavailable("The disk takes too long; please send again.", retry_after=5)
        if isinstance(outcome[0], DesirepathError):
            raise outcome[0]
        return outcome[0]

    def run(self, work: Callable[[Transaction], T], timeout: float = 30.0) -> T:
        """Do something in a transaction of its own, and wait until it is on disk.

        `work` runs on the writer's thread; no other writer, in this process or another, comes between what
        it reads and what it adds. Raises what `work` raises, and then nothing is kept.
        """
        done = threading.Event()
        result: list[T] = []
        outcome: list[Outcome] = []

        def sink(outcomes: list[tuple[Any, Outcome]]) -> None:
            outcome.append(outcomes[0][1])
            done.set()

        self._queue_up(_Batch([], 0, sink, None, lambda transaction: result.append(work(transaction))))
        if not done.wait(timeout):
            raise Unavailable("The disk takes too long; please send again.", retry_after=5)
        if isinstance(outcome[0], DesirepathError):
            raise outcome[0]
        return result[0]

    @property
    def waiting(self) -> int:
        """Events that wait for their commit."""
        return self._waiting_events

    @property
    def running(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def _queue_up(self, batch: _Batch) -> None:
        with self._wake:
            self._refuse_if_full(len(batch.events), batch.size)
            self._queue.append(batch)
            self._waiting_events += len(batch.events)
            self._waiting_bytes += batch.size
            self._wake.notify()

    def _refuse_if_full(self, count: int, size: int) -> None:
        if self._stopping or self._thread is None:
            raise Unavailable("The server is shutting down; please send again.", retry_after=2)
        full = (
            self._waiting_events + count > self._queue_events
            or self._waiting_bytes + size > self._queue_bytes
        )
        if full and self._queue:
            raise Unavailable("Too many events wait for the disk; please send again.", retry_after=1)

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._stopping:
                    self._wake.wait()
                if not self._queue:
                    return
                group = self._take()
            self._finish(group, self._commit(group))

    def _take(self) -> list[_Batch]:
        group: list[_Batch] = []
        count = 0
        while self._queue and (not group or count + len(self._queue[0].events) <= GROUP_EVENTS):
            if self._queue[0].work is not None and group:
                break
            batch = self._queue.popleft()
            count += len(batch.events)
            group.append(batch)
            if batch.work is not None:
                break
        return group

    def _commit(self, group: list[_Batch]) -> list[Outcome]:
        try:
            outcomes = self._transaction(group)
        except sqlite.DatabaseError as error:
            return self._failed(group, error)
        except DesirepathError as error:
            return [error]  # what was to be done alone was refused
        except Exception:
            # Some batch holds a value SQLite cannot bind. Commit each alone, so that it fails alone.
            if len(group) == 1:
                log.exception("an event could not be bound; its batch is refused")
                return [Invalid("An event holds a value that cannot be stored.", field="events")]
            return [outcome for batch in group for outcome in self._commit([batch])]
        self.commits += 1
        self.last_error = None
        return outcomes

    def _transaction(self, group: list[_Batch]) -> list[Outcome]:
        connection = self._connection
        assert connection is not None
        connection.execute("BEGIN IMMEDIATE")
        try:
            transaction = Transaction(connection, self._dictionary)
            ids = _carry_out(transaction, group)
            connection.execute("COMMIT")
        except BaseException:  # an open transaction would block every later commit
            self._rollback(connection)
            raise
        self._checkpointer.after_commit(connection)
        if transaction.last is not None:
            self.last_id = transaction.last
            if self._on_commit is not None:
                self._on_commit(transaction.last)
        self.events += transaction.inserted
        return list(_receipts(group, ids))

    def _rollback(self, connection: connect.Connection) -> None:
        self._dictionary.clear()
        if connection.in_transaction:
            connection.execute("ROLLBACK")

    def _failed(self, group: list[_Batch], error: sqlite.DatabaseError) -> list[Outcome]:
        self.failures += 1
        self.last_error = str(error)
        self.failed_at = time.monotonic()
        log.error("ledger cannot commit", extra={"error": str(error), "batches": len(group)})
        answer = Unavailable(
            "The ledger cannot store events at this moment; please send again.", retry_after=5
        )
        return [answer] * len(group)

    def _finish(self, group: list[_Batch], outcomes: list[Outcome]) -> None:
        with self._wake:
            for batch in group:
                self._waiting_events -= len(batch.events)
                self._waiting_bytes -= batch.size
        by_sink: dict[Sink, list[tuple[Any, Outcome]]] = {}
        for batch, outcome in zip(group, outcomes, strict=True):
            by_sink.setdefault(batch.sink, []).append((batch.token, outcome))
        for sink, told in by_sink.items():
            try:
                sink(told)
            except Exception:
                # A sender that is gone (closed event loop) must not stop the writer.
                log.exception("a sender could not be told of its commit")


def _carry_out(transaction: Transaction, group: list[_Batch]) -> Sequence[int | None]:
    if group[0].work is not None:
        group[0].work(transaction)
        return ()
    events = [event for batch in group for event in batch.events]
    if not events:
        transaction.connection.execute(f"PRAGMA user_version={schema.VERSION}")  # a probe: writes one page
    return transaction.add(events)


def _receipts(group: list[_Batch], ids: Sequence[int | None]) -> Iterable[Receipt]:
    start = 0
    for batch in group:
        own = ids[start : start + len(batch.events)]
        start += len(batch.events)
        missing = 0 if isinstance(own, range) else sum(i is None for i in own)
        yield Receipt(len(own) - missing, missing, own)
