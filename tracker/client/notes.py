"""What the client counts, and what it says in the log: each thing once."""

from __future__ import annotations

import logging
import threading

log = logging.getLogger("tracker.client")

MOST_SAID = 100
"""Different sentences that are remembered; after as many nothing new is said."""


class Notes:
    """Counters and a log that does not repeat itself. Safe in threads and signal handlers.

    - `tracked`: events taken; `sent`: of these, stored by the server; `duplicates`: stored before;
    - `refused`: the server will never take them; `dropped`: lost for want of room or time;
    - `spooled`: put on disk to be sent later; `bad`: values that could not be sent.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._said: set[str] = set()
        self._counts = dict.fromkeys(
            ("tracked", "sent", "duplicates", "refused", "dropped", "spooled", "bad"), 0
        )

    def count(self, what: str, amount: int = 1) -> None:
        """Add to a counter."""
        with self._lock:
            self._counts[what] += amount

    def counts(self) -> dict[str, int]:
        """All counters as they are now."""
        with self._lock:
            return dict(self._counts)

    def say(self, sentence: str, level: int = logging.WARNING) -> None:
        """Log a sentence, unless it was said before."""
        with self._lock:
            if sentence in self._said or len(self._said) >= MOST_SAID:
                return
            self._said.add(sentence)
        log.log(level, "%s", sentence)

    def unsay(self, sentence: str) -> None:
        """What was said is over: should it come again, it is said again."""
        with self._lock:
            self._said.discard(sentence)

    def bad(self, sentence: str) -> None:
        """Count a value that could not be sent, and say why."""
        self.count("bad")
        self.say(sentence)
