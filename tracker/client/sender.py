"""Sends batches and says what is to be done with those that did not get through."""

from __future__ import annotations

import http.client
import logging
import random
from collections.abc import Sequence

from tracker.client.notes import Notes
from tracker.client.post import Answer, Post

UNREACHABLE = "The server cannot be reached, events wait until it can:"


class Sender:
    """Tries, and backs off: 1, 2, 4 … seconds (give or take half), or as long as the server asks."""

    def __init__(self, post: Post, notes: Notes, retry: tuple[float, float]) -> None:
        self._post = post
        self._notes = notes
        self._first, self._most = retry
        self._failures = 0
        self._trouble = ""
        self.told_to_wait = False
        """Whether the server itself asked for the last wait."""

    def send(self, events: Sequence[bytes]) -> float | None:
        """None once a batch is settled (stored or refused for good), else the seconds to wait."""
        try:
            answer = self._post.send(events)
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            return self._later(str(error) or type(error).__name__, None)
        if answer.is_done:
            self._done(answer)
            return None
        if answer.status == 413 and len(events) > 1:
            # Something in between takes less than our server does.
            half = len(events) // 2
            return self._both(self.send(events[:half]), events[half:])
        if answer.is_final or answer.status == 413:
            self._refused(answer, len(events))
            return None
        return self._later(answer.message, answer.retry_after)

    def hasten(self, seconds: float) -> None:
        """Wait for an answer no longer than so many seconds."""
        self._post.timeout = max(0.1, min(self._post.timeout, seconds))

    def after_fork(self) -> None:
        """In a child: let go of what is the parent's."""
        self._post.after_fork()

    def close(self) -> None:
        """Close the connection."""
        self._post.close()

    def _both(self, first: float | None, rest: Sequence[bytes]) -> float | None:
        # Where the first half has to wait, both are sent again: the ids of what was stored are known.
        return first if first is not None else self.send(rest)

    def _done(self, answer: Answer) -> None:
        self._recovered()
        self._notes.count("sent", answer.accepted)
        self._notes.count("duplicates", answer.duplicates)
        self._notes.count("refused", len(answer.refused))
        for sentence in answer.refused[:5]:
            self._notes.say(f"The server refused an event: {sentence}")

    def _refused(self, answer: Answer, events: int) -> None:
        self._recovered()
        self._notes.count("refused", events)
        self._notes.say(f"The server refused a batch: {answer.message}", logging.ERROR)

    def _later(self, trouble: str, retry_after: float | None) -> float:
        self._trouble = f"{UNREACHABLE} {trouble}"
        self._notes.say(self._trouble)
        wait = min(self._first * 2.0 ** min(self._failures, 30), self._most)
        wait *= 0.5 + random.random()  # noqa: S311 - so that many senders do not come back at one moment
        self._failures += 1
        self.told_to_wait = retry_after is not None
        return max(wait, retry_after or 0.0)

    def _recovered(self) -> None:
        if self._failures:
            self._notes.unsay(self._trouble)
            self._notes.say("The server can be reached again.", logging.INFO)
            self._notes.unsay("The server can be reached again.")
        self._failures, self.told_to_wait = 0, False
