"""`Tracker`: what a program calls."""

from __future__ import annotations

import atexit
import logging
import os
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tracker.client.event import encode
from tracker.client.notes import Notes
from tracker.client.outbox import Outbox, Rhythm
from tracker.client.post import Post
from tracker.client.sender import Sender
from tracker.client.spool import Spool
from tracker.client.tracked import P, R, error_message, watching
from tracker.client.visit import current
from tracker.clock import now_ms

MOST_BATCH = 500


class Tracker:
    """Sends events in the background. No method raises, and only `flush` and `close` wait.

    `url` is the server's address, `key` a secret key of the site (`sk_…`; the public key works, but then
    all events come from one visitor, this machine). Without either the tracker is off: calls do nothing.

    - `spool`: a folder for what cannot be sent, so that it survives a restart; `spool_bytes` at most.
    - `batch_size`, `interval`: a request goes at so many events, or so many seconds after the first.
    - `queue_size`: events that may wait in memory; beyond it the oldest are dropped and counted.
    - `timeout`: seconds for a request. `retry`: seconds before the second try, and at most between two.
    - `exit_seconds`: how long the program's end may be delayed by what waits.
    """

    def __init__(
        self,
        url: str | None,
        key: str | None,
        *,
        spool: str | os.PathLike[str] | None = None,
        spool_bytes: int = 50_000_000,
        batch_size: int = 100,
        interval: float = 1.0,
        queue_size: int = 10_000,
        timeout: float = 10.0,
        retry: tuple[float, float] = (1.0, 60.0),
        exit_seconds: float = 3.0,
        enabled: bool = True,
    ) -> None:
        rhythm = Rhythm(min(max(batch_size, 1), MOST_BATCH), max(interval, 0.0), max(queue_size, 1))
        self._exit_seconds = exit_seconds

        def make(notes: Notes) -> Outbox:
            folder = Spool(Path(spool), str(url), str(key), spool_bytes) if spool is not None else None
            post = Post(str(url), str(key), timeout)
            return Outbox(rhythm, Sender(post, notes, retry), folder, notes)

        self._make = make
        self._notes = Notes()
        self._outbox: Outbox | None = None
        problem = _problem(url, key)
        if enabled and problem:
            self._notes.say(f"Nothing is tracked: {problem}", logging.ERROR if url or key else logging.INFO)
        elif enabled:
            self._outbox = make(self._notes)
            _living.add(self)
            atexit.register(self.close, exit_seconds)

    def track(
        self,
        name: str,
        properties: Mapping[str, Any] | None = None,
        *,
        user: Any = None,
        visitor: str | None = None,
        session: str | None = None,
        timestamp: Any = None,
        context: Mapping[str, Any] | None = None,
        interactive: bool | None = None,
        event_id: Any = None,
    ) -> None:
        """Record that something happened.

        `user` is an id, or a dict with `id`, `name`, `email`, `phone_number` and anything else known.
        `timestamp` is a datetime, ISO 8601, or seconds or milliseconds since 1970; now where left out.
        `context` knows `url`, `referrer`, `title`, `language`, `user_agent`, `ip`. `interactive=False` is
        for what no person caused. The same `event_id` counts once, however often it is tracked.

        Decimals, datetimes and UUIDs are sent as exact text. Values that cannot be sent are left out,
        counted, and logged once.
        """
        outbox = self._outbox
        if outbox is None:
            return
        try:
            visit = current.get()
            if visit is not None:
                context = {**visit.context, **(context or {})}
                user = user if user is not None or visitor is not None else visit.user()
            event = encode(
                name,
                now_ms(),
                self._notes,
                properties=properties,
                user=user,
                visitor=visitor,
                session=session,
                timestamp=timestamp,
                context=context,
                interactive=interactive,
                event_id=event_id,
            )
            if event is not None:
                self._notes.count("tracked")
                outbox.put(event)
        except Exception as error:  # noqa: BLE001 - the promise: whatever a program hands over, it is never told off
            self._notes.bad(f"An event was left out: {error_message(error)}")

    def identify(
        self,
        user: Any,
        traits: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        email: str | None = None,
        phone_number: str | None = None,
        visitor: str | None = None,
    ) -> None:
        """Say what is known of a user; with `visitor`, also that this browser is theirs."""
        known = {"id": user, "name": name, "email": email, "phone_number": phone_number, "traits": traits}
        self.track(
            "user_identified",
            user={key: value for key, value in known.items() if value is not None},
            visitor=visitor,
            interactive=False,
        )

    def tracked(
        self,
        name: str,
        properties: Mapping[str, Any] | Callable[P, Mapping[str, Any]] | None = None,
        *,
        user: Any = None,
        interactive: bool | None = None,
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Decorate a function, or a coroutine function: each call becomes an event.

        Its properties are `duration` (seconds), `status` (success or failed), `error_message`, and
        `properties`. Those and `user` may be functions of the call's arguments. Errors go on to the caller.
        """
        return watching(self, name, properties, user, interactive)

    def flush(self, timeout: float = 10.0) -> bool:
        """Send what waits, and wait for it. False if something still waits after `timeout` seconds."""
        return self._outbox.flush(timeout) if self._outbox is not None else True

    def close(self, timeout: float | None = None) -> None:
        """Send what waits, for at most `timeout` seconds; then events are dropped. Runs at exit by itself."""
        if self._outbox is not None:
            atexit.unregister(self.close)
            self._outbox.close(self._exit_seconds if timeout is None else timeout)

    def counts(self) -> dict[str, int]:
        """What became of this process's events, see `Notes`; `waiting` are those in memory."""
        waiting = self._outbox.waiting if self._outbox is not None else 0
        return {**self._notes.counts(), "waiting": waiting}

    def problem(self, sentence: str) -> None:
        """Count and log, once, what an extension could not do."""
        self._notes.bad(sentence)

    def after_fork(self) -> None:
        """In a child process: begin anew. What waited is the parent's to send."""
        if self._outbox is not None:
            self._outbox.after_fork()
            self._notes = Notes()
            self._outbox = self._make(self._notes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


_living: weakref.WeakSet[Tracker] = weakref.WeakSet()


def _problem(url: str | None, key: str | None) -> str | None:
    """Why this address and key cannot be used."""
    if not url or not key:
        return "url or key is missing."
    if not isinstance(url, str) or not isinstance(key, str):
        return "url and key must be text."
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        return "url must be an address like https://stats.example.org."
    if not key.isascii() or not key.isprintable() or " " in key:
        return "key must be a key of the site, like sk_…."
    return None


def _after_fork() -> None:
    for tracker in list(_living):
        tracker.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
