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

from tracker.columns import ahead, tail
from tracker.columns.duckdb import DuckDBStore, Locked
from tracker.ledger import connect

log = logging.getLogger(__name__)

PAUSE_S = 0.5
"""Rest between two looks at the ledger."""
LONGEST_PAUSE_S = 1.0
NICE = 10
GATHER_S = 0.25
"""The same when somebody waits: a merge of one event costs as much as one of a thousand."""
LOCK_PAUSE_S = 0.2
TROUBLE_PAUSE_S = 1.0
PROGRESS_S = 5.0
OF_DATA = (
    duckdb.InvalidInputException,
    duckdb.ConversionException,
    duckdb.OutOfMemoryException,
    duckdb.OutOfRangeException,
)
"""Errors that a chunk can cause, not a file."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far catching up has come: ledger ids, and events a second since it began."""

    done: int
    last: int
    rate: float


Report = Callable[[Progress], None]


def catch_up(
    store: DuckDBStore,
    reader: connect.Connection,
    report: Report | None = None,
    *,
    chunk: int | None = None,
    most: int | None = None,
    bare: bool = False,
    stopping: Callable[[], bool] = lambda: False,
    reached: Callable[[int], None] = lambda _: None,
) -> int:
    """Read the ledger to where it ends now, or `most` chunks of it. Gives the number of events taken in.

    `chunk` is how many events are merged at once, by default what suits the store's memory. `report` hears of
    it every five seconds, `reached` the last ledger id of every chunk. `bare` leaves out what the events say.
    """
    begun = told = time.monotonic()
    total = merges = 0
    for step, table in ahead.chunks(store, reader, chunk or store.chunk, bare=bare):
        store.apply(step, table)
        reached(step.place.event)
        total, merges = total + step.count, merges + 1
        now = time.monotonic()
        if report is not None and now - told >= PROGRESS_S:
            told = now
            report(Progress(step.place.event, tail.end(reader).event, total / (now - begun)))
        if merges == most or stopping():
            break
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
    """Follows the ledger in a thread of its own, from `start` to `stop`.

    Trouble is met step by step. Where the file seems at fault, it is opened anew, then set aside and
    rebuilt. Where a chunk does, it is made smaller; an event that fails alone is taken in bare.
    """

    def __init__(self, ledger: Path, store: DuckDBStore, report: Report | None = None) -> None:
        self._ledger = ledger
        self._store = store
        self._report = report or _log_progress
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._moved = threading.Condition()
        self._event = 0
        self._size = self._store.chunk
        self._bare = False
        self._failures = 0
        self._rebuild = False
        self._wanted = 0
        self._rewritten = 0
        self.last_error: str | None = None

    def start(self) -> None:
        """Begin; the store opens in the thread, so nobody waits for it."""
        self._thread = threading.Thread(target=self._run, name="column-sync", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the chunk at hand and close the store."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._store.close()

    def rebuild(self) -> None:
        """Make the store anew from the ledger, beginning soon; pages have no figures until it is done."""
        self._rebuild = True
        self._wake.set()

    def rewrite(self, *, rebuilt: bool = False) -> int:
        """Have the file written anew once it has what is in the ledger now: nothing deleted stays in it.

        `rebuilt` makes the store anew from the ledger first: what is in it may not be there any more.
        Gives a number that tells `wait_rewritten` which time is meant.
        """
        with self._moved:
            self._rebuild = self._rebuild or rebuilt
            self._wanted += 1
            self._wake.set()
            return self._wanted

    def wait_rewritten(self, number: int, timeout: float) -> bool:
        """Wait until that is done; False when the time (seconds) is over. It is done later then."""
        with self._moved:
            return self._moved.wait_for(lambda: self._rewritten >= number, timeout)

    def wait_for(self, event: int, timeout: float) -> bool:
        """Wait until this ledger id is in the store; False when the time (seconds) is over."""
        self._wake.set()
        with self._moved:
            return self._moved.wait_for(lambda: self._event >= event, timeout)

    @property
    def event(self) -> int:
        """The last ledger id in the store, 0 before it is open."""
        return self._event

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
        while not self._stopping.is_set():
            try:
                if reader is None:
                    reader = connect.open_reader(self._ledger)
                begun = time.monotonic()
                self._step(reader)
                self.last_error = None
                self._rest(_rest_after(time.monotonic() - begun))
            except Locked:
                self._stopping.wait(LOCK_PAUSE_S)
            except duckdb.Error as error:
                self._retreat(error)
            except Exception as error:  # noqa: BLE001
                # Whatever it was (ledger busy, no ledger yet), following it goes on.
                self._failed(error)
                self._stopping.wait(TROUBLE_PAUSE_S)
        if reader is not None:
            reader.close()

    def _step(self, reader: connect.Connection) -> None:
        wanted = self._wanted  # before the ledger is looked at: what was deleted until then is read below
        self._ready(reader)
        careful = self._size < self._store.chunk
        catch_up(
            self._store,
            reader,
            self._report,
            chunk=self._size,
            most=1 if careful else None,
            bare=self._bare,
            stopping=self._stopping.is_set,
            reached=self._reached,
        )
        self._size, self._bare, self._failures = min(self._size * 8, self._store.chunk), False, 0
        if wanted > self._rewritten and not (careful or self._stopping.is_set()):
            self._write_anew(reader, wanted)
        self._reached(self._store.place().event)
        if careful:
            self._wake.set()

    def _ready(self, reader: connect.Connection) -> None:
        if self._rebuild:
            self._rebuild = False
            self._start_over(reader)
        if not self._store.is_open:
            self._store.open()
            if not belongs(self._store, reader):
                log.warning("the column store is not of this ledger; it is rebuilt")
                self._start_over(reader)

    def _start_over(self, reader: connect.Connection) -> None:
        self._event = 0
        start_over(self._store, reader)

    def _reached(self, event: int) -> None:
        with self._moved:
            self._event = event
            self._moved.notify_all()

    def _write_anew(self, reader: connect.Connection, wanted: int) -> None:
        if not self._store.rewrite():
            self._start_over(reader)
            stopping, reached = self._stopping.is_set, self._reached
            catch_up(self._store, reader, self._report, stopping=stopping, reached=reached)
            if stopping():
                return
        self._store.drop_aside()
        with self._moved:
            self._rewritten = wanted
            self._moved.notify_all()

    def _retreat(self, error: duckdb.Error) -> None:
        self._failed(error)
        self._failures += 1
        self._store.close()
        if not isinstance(error, OF_DATA):
            self._stopping.wait(TROUBLE_PAUSE_S)
        if "No space left" in str(error):
            self._failures = 0
        elif not isinstance(error, OF_DATA) and self._failures <= 2:
            if self._failures == 2:
                self._store.set_aside()
        elif self._size > 1:
            self._size = max(1, self._size // 16)
        elif not self._bare:
            self._bare = True
        else:
            self._size, self._bare, self._failures = self._store.chunk, False, 0
            self._store.set_aside()

    def _failed(self, error: Exception) -> None:
        self.last_error = str(error)
        log.error("column sync failed", exc_info=error)

    def _rest(self, seconds: float) -> None:
        self._stopping.wait(GATHER_S)
        self._wake.wait(seconds - GATHER_S)
        self._wake.clear()


def _yield_to_senders() -> None:
    """Let this thread, and the engine's that it starts, wait for those who take events in."""
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
    except (AttributeError, OSError):
        return  # not Linux, where a thread has no priority of its own


def _rest_after(spent: float) -> float:
    """Seconds to rest after a step: three times as long as it took, so that senders have the processor.

    Never so long that an event would not be seen within two seconds.
    """
    return min(max(PAUSE_S, 3 * spent), LONGEST_PAUSE_S)


def _log_progress(progress: Progress) -> None:
    log.info(
        "column store catches up",
        extra={"done": progress.done, "last": progress.last, "rate": round(progress.rate)},
    )
