"""One clock for all that is done now and then: a thread that asks each job whether its time has come."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from tracker import clock

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
RETRY_MS = 10 * 60 * 1000
"""A job that failed is left alone so long."""
NICE = 10


class Job(Protocol):
    """Something done now and then. What is on disk tells when it is due, so restarts forget nothing."""

    @property
    def name(self) -> str:
        """By which it can be asked for."""

    def due(self, now_ms: int) -> bool:
        """Whether its time has come. Cheap: it is asked every few seconds."""

    def run(self, now_ms: int) -> None:
        """Do it. Raises what went wrong; it is tried again later."""


@runtime_checkable
class Leaver(Protocol):
    """A job that takes long and can be stopped in between; it goes on at the next start."""

    def leave(self) -> None:
        """Stop soon."""


@dataclass(slots=True)
class State:
    """What became of a job since the start. Times are epoch ms."""

    running: bool = False
    finished_at: int | None = None
    failed_at: int | None = None
    problem: str | None = None


class Clockwork:
    """Runs jobs one after another in a thread of its own, which gives way to senders."""

    def __init__(self, jobs: Sequence[Job], name: str = "jobs") -> None:
        self._name = name
        self._jobs = tuple(jobs)
        self._asked: set[str] = set()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self.states: dict[str, State] = {job.name: State() for job in self._jobs}

    def start(self) -> None:
        """Begin."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the job at hand."""
        self._stop.set()
        self._wake.set()
        for job in self._jobs:
            if isinstance(job, Leaver):
                job.leave()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def ask(self, name: str) -> None:
        """Do a job now, whether it is due or not."""
        self._asked.add(name)
        self._wake.set()

    def look(self, now_ms: int) -> None:
        """Run every job that is due or asked for."""
        for job in self._jobs:
            if self._stop.is_set():
                return
            state = self.states[job.name]
            asked = job.name in self._asked
            waits = state.failed_at is not None and now_ms - state.failed_at < RETRY_MS
            try:
                if not asked and (waits or not job.due(now_ms)):
                    continue
                self._asked.discard(job.name)
                state.running = True
                job.run(now_ms)
                state.finished_at, state.failed_at, state.problem = clock.now_ms(), None, None
            except Exception as error:
                # One job's trouble, whatever it is, must not keep the others from being done.
                log.exception("a job failed", extra={"job": job.name})
                state.failed_at, state.problem = clock.now_ms(), str(error)
            finally:
                state.running = False

    def _run(self) -> None:
        _yield_to_senders()
        while not self._stop.is_set():
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
            self.look(clock.now_ms())


def _yield_to_senders() -> None:
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
    except (AttributeError, OSError):
        return  # not Linux, where a thread has no priority of its own
