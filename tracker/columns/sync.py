"""The one thread that follows the ledger into the column store."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tracker.columns import tail
from tracker.columns.duckdb import DuckDBStore, Locked
from tracker.ledger import connect

log = logging.getLogger(__name__)

CHUNK_EVENTS = 65_536
PAUSE_S = 0.5
"""Rest between two looks at the ledger when nobody waits."""
LONGEST_PAUSE_S = 5.0
NICE = 10
LOCK_PAUSE_S = 0.2
TROUBLE_PAUSE_S = 2.0
PROGRESS_S = 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far catching up has come: ledger ids, and events a second since it began."""

    done: int
    last: int
    rate: float


Report = Callable[[Progress], None]


def catch_up(
    store: DuckDBStore, reader: connect.Connection, report: Report | None = None, *, chunk: int = CHUNK_EVENTS
) -> int:
    """Read the ledger to its end. Gives the number of events taken in; `report` hears of it every 5 s."""
    begun = told = time.monotonic()
    total = 0
    last = tail.end(reader).event if report is not None else 0
    while True:
        step = tail.read(reader, store.place(), chunk)
        if step.empty:
            return total
        store.apply(step)
        total += step.count
        now = time.monotonic()
        if report is not None and now - told >= PROGRESS_S:
            told = now
            report(Progress(step.place.event, max(last, step.place.event), total / (now - begun)))
        if step.count < chunk and not step.deleted:
            return total


def start_over(store: DuckDBStore, reader: connect.Connection) -> None:
    """Make an empty store: what was deleted from the ledger so far is not in it and needs no replay."""
    store.set_aside()
    store.open()
    store.skip_deletions(tail.end(reader).deletion)


def belongs(store: DuckDBStore, reader: connect.Connection) -> bool:
    """Whether the store was made from this ledger, and nothing it needs to know was forgotten since."""
    place, end = store.place(), tail.end(reader)
    if place.event > end.event or place.deletion > end.deletion:
        return False
    if tail.forgotten_between(reader, place.deletion):
        return False
    found = tail.last_event(reader, place.event)
    return found is None or found == store.last_event()


class Sync:
    """Follows the ledger in a thread of its own, from `start` to `stop`."""

    def __init__(self, ledger: Path, store: DuckDBStore, report: Report | None = None) -> None:
        self._ledger = ledger
        self._store = store
        self._report = report or _log_progress
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._stopping = False
        self._done = threading.Condition()
        self._place = tail.Place()
        self.last_error: str | None = None

    def start(self) -> None:
        """Begin; the store opens in the thread, so nobody waits for it."""
        self._thread = threading.Thread(target=self._run, name="column-sync", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the chunk at hand and close the store."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._store.close()

    def wait_for(self, event: int, timeout: float) -> bool:
        """Wait until this ledger id is in the store; False when the time is over."""
        self._wake.set()
        with self._done:
            return self._done.wait_for(lambda: self._place.event >= event, timeout)

    @property
    def event(self) -> int:
        """The last ledger id in the store."""
        return self._place.event

    @property
    def store_is_open(self) -> bool:
        """Whether the store can be asked, however far it has come."""
        return self._store.is_open

    @property
    def alive(self) -> bool:
        """Whether the thread runs and its last step went well."""
        return self._thread is not None and self._thread.is_alive() and self.last_error is None

    def _run(self) -> None:
        _yield_to_senders()
        reader: connect.Connection | None = None
        while not self._stopping:
            try:
                if reader is None:
                    reader = connect.open_reader(self._ledger)
                begun = time.monotonic()
                self._step(reader)
                self.last_error = None
                self._rest(_rest_after(time.monotonic() - begun))
            except Locked:
                self._rest(LOCK_PAUSE_S)
            except duckdb.Error as error:
                self._failed(error)
                self._store.set_aside()
            except Exception as error:  # noqa: BLE001
                # Whatever it was (disk full, ledger locked), the ledger is safe and following it goes on.
                self._failed(error)
                self._store.close()
        if reader is not None:
            reader.close()

    def _step(self, reader: connect.Connection) -> None:
        if not self._store.is_open:
            self._store.open()
            if not belongs(self._store, reader):
                log.warning("the column store is not of this ledger; it is rebuilt")
                start_over(self._store, reader)
        catch_up(self._store, reader, self._report)
        with self._done:
            self._place = self._store.place()
            self._done.notify_all()

    def _failed(self, error: Exception) -> None:
        self.last_error = str(error)
        log.error("column sync failed", exc_info=error)
        self._rest(TROUBLE_PAUSE_S)

    def _rest(self, seconds: float) -> None:
        self._wake.wait(seconds)
        self._wake.clear()


def _yield_to_senders() -> None:
    """Let this thread, and the engine's that it starts, wait for those who take events in."""
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
    except (AttributeError, OSError):
        return  # not Linux, where a thread has no priority of its own


def _rest_after(spent: float) -> float:
    """Seconds to rest after a step: three times as long as it took, so that senders have the processor."""
    return min(max(PAUSE_S, 3 * spent), LONGEST_PAUSE_S)


def _log_progress(progress: Progress) -> None:
    log.info(
        "column store catches up",
        extra={"done": progress.done, "last": progress.last, "rate": round(progress.rate)},
    )
