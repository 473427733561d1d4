"""A new salt every UTC day, and the end of the one from the day before yesterday."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from tracker import clock
from tracker.accounts import secrets
from tracker.enrich.visitor import VisitorHash
from tracker.errors import Unavailable

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0


class SaltKeeper:
    """Changes the salts within a second of midnight (UTC)."""

    def __init__(self, path: Path, visitors: VisitorHash) -> None:
        self._path = path
        self._visitors = visitors
        self._day = clock.now_ms() // secrets.DAY_MS
        self._forgotten = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="salts", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def turn(self, now_ms: int) -> None:
        """Change the salts if the day has changed, and see that nothing is left of older ones.

        The latter also after every start: the last process may have been killed in the middle.
        """
        day = now_ms // secrets.DAY_MS
        if day != self._day:
            try:
                salts = secrets.daily_salts(self._path, now_ms)
            except Unavailable as error:
                log.error("the salt of the new day cannot be stored; trying again: %s", error.message)
                return
            self._visitors.rotate(salts.today, salts.yesterday)
            self._day, self._forgotten = day, False
        if not self._forgotten:
            self._forgotten = secrets.forget(self._path)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            self.turn(clock.now_ms())
