"""Events that wait, and the thread that sends them."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.client.notes import Notes
from tracker.client.sender import Sender
from tracker.client.spool import Busy, Spool
from tracker.client.tracked import error_message

MOST_EVENTS = 500
MOST_BYTES = 700_000
"""Of a request; the server takes 1 MB."""
MOST_WAITING_BYTES = 32_000_000
LOOK_SECONDS = 30.0
"""How often the spool is looked into, for what other processes left there."""

BUSY_SECONDS = 0.1
"""How soon again, where another process was just sending from it."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a batch goes: at so many events, or so many seconds after its first; and how many may wait."""

    batch_size: int
    interval: float
    queue_size: int


class Outbox:
    """Belongs to one process. `put` only ever waits for other short moments of the lock."""

    def __init__(self, rhythm: Rhythm, sender: Sender, spool: Spool | None, notes: Notes) -> None:
        self._rhythm = rhythm
        self._sender = sender
        self._spool = spool
        self._notes = notes
        # Reentrant: a signal handler may track while its own thread is inside.
        self._change = threading.Condition(threading.RLock())
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._sending: Sequence[bytes] = ()
        self._thread: threading.Thread | None = None
        self._since = 0.0  # when the oldest that waits came
        self._not_before = 0.0  # no request earlier than this
        self._look_at = 0.0 if spool is not None else float("inf")
        self._spool_is_clear = spool is None
        self._hurry = False
        self._ends_at: float | None = None  # once closed: until when to try

    def put(self, event: bytes) -> None:
        """Take an event. Where too many wait, the oldest goes."""
        with self._change:
            if self._ends_at is not None:
                self._notes.count("dropped")
                self._notes.say("An event came after close() and was dropped.")
                return
            if not self._waiting:
                self._since = time.monotonic()
            self._waiting.append(event)
            self._bytes += len(event)
            self._trim()
            if self._thread is None:
                self._start()
            if len(self._waiting) == 1 or len(self._waiting) >= self._rhythm.batch_size:
                self._change.notify_all()

    @property
    def waiting(self) -> int:
        """Events in memory that are not settled."""
        with self._change:
            return len(self._waiting) + len(self._sending)

    def flush(self, seconds: float) -> bool:
        """Send now; whether nothing waits any more after at most so many seconds."""
        with self._change:
            if self._ends_at is not None:
                return self._is_empty()
            if self._thread is None:
                self._start()
            self._hurry = True
            self._look()
            self._change.notify_all()
            return self._change.wait_for(self._is_empty, max(0.0, seconds))

    def close(self, seconds: float) -> None:
        """Send what waits for at most so many seconds; the rest goes to the spool or is lost."""
        with self._change:
            if self._ends_at is not None:
                return
            self._ends_at = time.monotonic() + max(0.0, seconds)
            if not self._sender.told_to_wait:
                self._not_before = 0.0
            thread = self._thread
            self._change.notify_all()
        if thread is not None:
            thread.join(max(0.0, seconds))
        else:  # none was needed, or none could be started, as while the interpreter ends
            self._sender.hasten(seconds)
            self._run()
        self._give_up()

    def after_fork(self) -> None:
        """In a child: let go of what is the parent's. Its events stay with it, and so does its thread."""
        with contextlib.suppress(OSError):
            self._sender.after_fork()
        if self._spool is not None:
            self._spool.after_fork()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="desirepath-client", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # too many threads, or the interpreter is ending
            self._thread = None

    def _run(self) -> None:
        while True:
            with self._change:
                while (pause := self._pause()) > 0:
                    self._change.wait(None if pause == float("inf") else pause)
                if self._is_over():
                    break
                hurry, self._hurry = self._hurry, False
                batch = self._sending = self._take()
            self._round(batch, hurry)
            with self._change:
                self._sending = ()
                self._change.notify_all()
        self._sender.close()

    def _pause(self) -> float:
        """Seconds until there is something to do; infinite where somebody has to come first."""
        now = time.monotonic()
        closing = self._ends_at is not None
        if (closing and self._is_over()) or (self._hurry and not self._sender.told_to_wait):
            return 0.0
        away = max(0.0, self._not_before - now)
        looks = max(self._look_at - now, away)
        if not self._waiting:
            return looks
        full = closing or len(self._waiting) >= self._rhythm.batch_size
        due = 0.0 if full else self._since + self._rhythm.interval - now
        if self._spool is None:  # with one, what cannot be sent goes there meanwhile
            due = max(due, away)
        ends = self._ends_at - now if self._ends_at is not None else float("inf")
        return min(due, looks, ends)

    def _is_over(self) -> bool:
        if self._ends_at is None:
            return False
        return not self._waiting or time.monotonic() >= self._ends_at

    def _is_empty(self) -> bool:
        return not self._waiting and not self._sending and self._spool_is_clear

    def _look(self) -> None:
        """Something may be in the spool."""
        if self._spool is not None:
            self._look_at, self._spool_is_clear = 0.0, False

    def _take(self) -> list[bytes]:
        batch: list[bytes] = []
        size = 0
        while self._waiting and len(batch) < MOST_EVENTS and size + len(self._waiting[0]) <= MOST_BYTES:
            batch.append(self._waiting.popleft())
            size += len(batch[-1])
        self._bytes -= size
        return batch

    def _trim(self) -> None:
        while len(self._waiting) > self._rhythm.queue_size or self._bytes > MOST_WAITING_BYTES:
            self._bytes -= len(self._waiting.popleft())
            self._notes.count("dropped")
            self._notes.say("Too many events wait to be sent; the oldest are dropped.")

    def _round(self, batch: list[bytes], hurry: bool) -> None:
        away = time.monotonic() < self._not_before and (self._sender.told_to_wait or not hurry)
        try:
            if batch and not away:
                self._attempt(batch)
            elif batch:
                self._keep(batch)
            elif self._spool is not None and not away:
                self._send_spooled(self._spool)
        except Exception as error:  # noqa: BLE001 - the thread must go on whatever happens, or nothing is ever sent again
            self._notes.say(f"Sending failed, and will be tried again: {error_message(error)}")
            self._not_before = time.monotonic() + LOOK_SECONDS
            self._keep(batch)

    def _attempt(self, batch: list[bytes]) -> None:
        wait = self._sender.send(batch)
        if wait is not None:
            self._not_before = time.monotonic() + wait
            self._keep(batch)
        elif self._not_before:
            self._not_before = 0.0
            self._look()

    def _keep(self, batch: list[bytes]) -> None:
        """Put what could not be sent on disk, or back in front of what waits."""
        if not batch:
            return
        if self._spool is not None and self._to_disk(self._spool, batch):
            return
        with self._change:
            self._waiting.extendleft(reversed(batch))
            self._bytes += sum(map(len, batch))
            self._trim()

    def _to_disk(self, spool: Spool, batch: Sequence[bytes]) -> bool:
        try:
            dropped = spool.store(batch)
        except OSError as error:
            self._notes.say(f"The spool cannot be written, events wait in memory: {error}")
            return False
        self._notes.count("spooled", len(batch))
        self._look()
        if dropped:
            self._notes.count("dropped", dropped)
            self._notes.say("The spool is full; the oldest events in it are dropped.")
        return True

    def _send_spooled(self, spool: Spool) -> None:
        try:
            with spool.oldest() as batch:
                if batch is None:
                    self._look_at, self._spool_is_clear = time.monotonic() + LOOK_SECONDS, True
                    return
                wait = self._sender.send(batch.events) if batch.events else None
                if wait is None:
                    spool.remove(batch)
                    self._not_before = 0.0
                else:
                    self._not_before = time.monotonic() + wait
        except Busy:
            self._look_at = time.monotonic() + BUSY_SECONDS

    def _give_up(self) -> None:
        with self._change:
            left = [*self._sending, *self._waiting]
            self._waiting.clear()
            self._sending = ()
        if not left or (self._spool is not None and self._to_disk(self._spool, left)):
            return
        self._notes.count("dropped", len(left))
        self._notes.say(f"{len(left)} events could not be sent in time and are lost.")
