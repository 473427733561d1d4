"""Letting old details go, every day: days are rolled up and closed, then their events go, a few at a time.

Everything is done in steps that are each whole: a day is closed in the transaction that keeps its figures,
and only events of closed days go. A server that was killed goes on where it was.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from tracker import clock
from tracker.accounts import keeping
from tracker.accounts.keeping import State
from tracker.archive import rows
from tracker.archive.archive import Archive
from tracker.columns.base import Store
from tracker.columns.sync import Sync
from tracker.config import Settings
from tracker.domain.period import Period, day_start, local_day
from tracker.errors import Unavailable
from tracker.keeping import budget, going, roll_up
from tracker.keeping.going import Limits
from tracker.ledger import connect, kept, letting_go, reads
from tracker.ledger.connect import Connection
from tracker.ledger.kept import Rollup
from tracker.ledger.transaction import Transaction
from tracker.ledger.writer import Writer

log = logging.getLogger(__name__)

DAYS = 31
"""Days closed in one transaction at most."""
TRIES = 20
SYNC_SECONDS = 600.0
COLUMNS_SECONDS = 3_600.0
TOLD_SECONDS = 1.0
LOOK_SECONDS = 5.0
PAUSE_SECONDS = 0.2
Work = Callable[[Transaction, int, Sequence[int], int], int]


class Leaving(Exception):
    """The server stops; it is gone on with at the next start."""


class Keeping:
    """Looks through each site once on each of its days, after midnight there."""

    name = "keeping"

    def __init__(self, settings: Settings, writer: Writer, sync: Sync, store: Store) -> None:
        self._settings = settings
        self._writer = writer
        self._sync = sync
        self._store = store
        self._leave = threading.Event()

    def due(self, now_ms: int) -> bool:
        """Whether a site was not looked through today."""
        return any(_is_due(one, now_ms) for one in keeping.everything(self._settings.meta_path))

    def leave(self) -> None:
        """Stop after the step at hand."""
        self._leave.set()

    def run(self, now_ms: int) -> None:
        """Let go what is too old, and more where the disk budget is used up. Raises Unavailable."""
        states = [one for one in keeping.everything(self._settings.meta_path) if one.keeping.begun]
        reader = connect.open_reader(self._settings.ledger_path)
        try:
            self._catch_up(reader)
            full = budget.floor(self._settings, reader, [one.site_id for one in states], now_ms)
            went = sum(self.look_through(reader, one, full.get(one.site_id), now_ms) for one in states)
            if went:
                self._give_back()
        except Leaving:
            log.info("letting go is put off: the server stops")
        finally:
            reader.close()

    def look_through(self, reader: Connection, state: State, full: int | None, now_ms: int) -> int:
        """Let go what is too old on one site, and what is from before `full`; gives how much that was."""
        path = self._settings.meta_path
        limits = Limits.of(state.keeping, state.time_zone, now_ms, full)
        if limits.closed is not None:
            self._close(reader, state, limits.closed, now_ms)
        with self._store.connect() as connection:
            old = going.ids(connection, state.site_id, limits)
            wordy = going.wordy(connection, state.site_id, limits)
        if old and state.keeping.archive:
            self._archive(reader, state, old, now_ms)
        went = self._in_slices(state, "events", old, letting_go.events)
        if wordy and limits.errors is not None:
            self._writer.run(partial(_wordless, state, limits.errors, now_ms))
            went += self._in_slices(state, "errors", wordy, letting_go.words)
        if went:
            self._drop_profiles(reader, state.site_id, now_ms)
        keeping.finish(path, state.site_id, now_ms)
        if went:
            log.info("details let go", extra={"site": state.site_id, "events": went})
        return went

    def _archive(self, reader: Connection, state: State, old: Sequence[int], now_ms: int) -> None:
        """Write what goes to files, all of it before any of it goes."""
        site_id = state.site_id
        keeping.note(self._settings.meta_path, site_id, {"doing": "archive", "of": len(old), "done": 0})
        Archive(self._settings.data).add(site_id, rows.of(reader, site_id, old), now_ms)

    def _close(self, reader: Connection, state: State, until: int, now_ms: int) -> None:
        """Roll up all days before a moment, oldest first."""
        while True:
            self._go_on()
            done = kept.closed(reader, state.site_id)
            period = _next(reader, state, done, until)
            if period is None:
                return
            keeping.note(
                self._settings.meta_path, state.site_id, {"doing": "roll-up", "day": period.first.isoformat()}
            )
            keeping.close(self._settings.meta_path, state.site_id, period.until)
            self._close_days(reader, state, done, period, now_ms)

    def _close_days(
        self, reader: Connection, state: State, done: kept.Closed | None, period: Period, now_ms: int
    ) -> None:
        site_id = state.site_id
        whole = done.until if done is not None else None
        for _ in range(TRIES):
            self._go_on()
            self._catch_up(reader)
            with self._store.connect() as connection:
                last = roll_up.seen(connection)
                found = roll_up.figures(
                    connection, site_id, period, now_ms, whole, partial(kept.of, reader, site_id)
                )
            told = kept.Closed(period.until, state.time_zone)
            if self._writer.run(partial(_closed, site_id, now_ms, told, last, found)):
                return
        raise Unavailable("Events of the days that are to be closed come in all the time.")

    def _in_slices(self, state: State, what: str, ids: Sequence[int], work: Work) -> int:
        path, total, told = self._settings.meta_path, 0, 0.0
        for start in range(0, len(ids), letting_go.SLICE):
            self._go_on()
            if time.monotonic() - told > TOLD_SECONDS:
                told = time.monotonic()
                keeping.note(path, state.site_id, {"doing": what, "done": start, "of": len(ids)})
            some = ids[start : start + letting_go.SLICE]
            total += self._writer.run(lambda t, some=some: work(t, state.site_id, some, clock.now_ms()))  # type: ignore[misc]
        return total

    def _drop_profiles(self, reader: Connection, site_id: int, now_ms: int) -> None:
        last = reads.last_id(reader)
        found = letting_go.unnamed_profiles(reader, site_id)
        for start in range(0, len(found), letting_go.SLICE):
            self._go_on()
            some = found[start : start + letting_go.SLICE]
            self._writer.run(lambda t, some=some: letting_go.profiles(t, site_id, some, last, now_ms))  # type: ignore[misc]

    def _give_back(self) -> None:
        """Free pages go back to the disk, and the column store is written anew without what went."""
        while self._writer.run(letting_go.give_back):
            self._go_on()
        deadline = time.monotonic() + COLUMNS_SECONDS
        written = self._sync.rewrite()
        while not self._sync.wait_rewritten(written, LOOK_SECONDS):
            self._go_on()
            if time.monotonic() > deadline:
                raise Unavailable("The column store could not be written anew in time.")

    def _catch_up(self, reader: Connection) -> None:
        """Wait until the column store has what is in the ledger now, however much comes in meanwhile."""
        last = reader.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0]
        deadline = time.monotonic() + SYNC_SECONDS
        while not self._has(last):
            if time.monotonic() > deadline:
                raise Unavailable("The column store is too far behind; it is tried again later.")
            self._leave.wait(PAUSE_SECONDS)
            self._go_on()

    def _has(self, event: int) -> bool:
        if not self._sync.store_is_open:
            return False
        with self._store.connect() as connection:
            return roll_up.seen(connection) >= event

    def _go_on(self) -> None:
        if self._leave.is_set():
            raise Leaving


def _closed(
    site_id: int, now_ms: int, told: kept.Closed, last: int, found: list[Rollup], transaction: Transaction
) -> bool:
    return kept.close(transaction.connection, site_id, now_ms, told, last, found)


def _wordless(state: State, until: int, now_ms: int, transaction: Transaction) -> None:
    kept.note_words(transaction.connection, state.site_id, until, state.time_zone, now_ms)


def _is_due(state: State, now_ms: int) -> bool:
    if not state.keeping.begun:
        return False
    zone = state.time_zone
    return state.run_at is None or local_day(zone, state.run_at) < local_day(zone, now_ms)


def _next(reader: Connection, state: State, done: kept.Closed | None, until: int) -> Period | None:
    """The days to close next, None where all are."""
    zone = state.time_zone
    since = done.until if done is not None else _oldest(reader, state.site_id)
    if since is None or since >= until:
        return None
    first = local_day(zone, since)
    begin = since if done is not None else day_start(zone, first)
    end = min(until, day_start(zone, first + timedelta(days=DAYS)))
    return Period(zone, first, local_day(zone, end - 1), begin, end)


def _oldest(reader: Connection, site_id: int) -> int | None:
    row = reader.execute("SELECT min(at) FROM events WHERE site_id = ?", (site_id,)).fetchone()
    return int(row[0]) if row[0] is not None else None
