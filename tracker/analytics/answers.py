"""Asking a question of a store: one consistent view, and an answer that is remembered while it is true."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa

from tracker.analytics import details
from tracker.analytics.query import Query
from tracker.analytics.registry import Question, to_json
from tracker.columns.base import Store
from tracker.domain.period import day_start
from tracker.errors import Unavailable

CACHE_BYTES = 16 << 20
AT_ONCE = 4
"""Questions asked of the store at once; more would not be sooner done on a few processors."""
MEMORY_OF_ONE_MB = 96
"""What a question may need; where the store has less for each, fewer are asked at once."""
PATIENCE_SECONDS = 25.0
EXACT = ("user-activity",)
"""Documents of exactly the keys that were agreed on: only the header tells from when they are."""
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Answers:
    """Answers as JSON bytes. One that was given before is given again until the store changes.

    The key holds the store's version, so an answer is never older than what the store knows, and of the
    moment it is asked in only the day, which is all that answers depend on. What is kept is bounded in bytes;
    what was not asked for longest goes first. `memory_mb` is what the store may use for answering.
    Who asks what is being asked already waits for that answer: several panels of a page share a question,
    and browsers ask for them at once.
    """

    def __init__(self, store: Store, cache_bytes: int = CACHE_BYTES, memory_mb: int | None = None) -> None:
        self._store = store
        at_once = AT_ONCE if memory_mb is None else min(AT_ONCE, max(1, memory_mb // MEMORY_OF_ONE_MB))
        self._turns = threading.BoundedSemaphore(at_once)
        self._most = cache_bytes
        self._held = 0
        self._kept: OrderedDict[Any, bytes] = OrderedDict()
        self._under_way: dict[Any, Future[bytes | None]] = {}
        self._lock = threading.Lock()
        self.hits = 0
        self.misses = 0

    def ask(self, question: Question[Any, Any], query: Query, **options: Any) -> Any:
        """The answer as the question gives it. Raises what the question raises, or Unavailable."""
        return self.asked(question, query, **options)[0]

    def asked(self, question: Question[Any, Any], query: Query, **options: Any) -> tuple[Any, date | None]:
        """The answer, and from which day on it is where it needs details that are gone before."""
        if not self._turns.acquire(timeout=PATIENCE_SECONDS):
            raise Unavailable("Many questions are being answered; please come back soon.", retry_after=5)
        try:
            with self._store.connect() as connection:
                fitted, since = details.fit(connection, question, query, options)
                return question(connection, fitted, **options), since
        finally:
            self._turns.release()

    def view(self) -> AbstractContextManager[sa.Connection]:
        """One consistent view of the store, for reading. Raises Unavailable."""
        return self._store.connect()

    def since(self, question: Question[Any, Any], query: Query, **options: Any) -> date | None:
        """From which day on the answer is, where it needs details that are gone before."""
        with self._store.connect() as connection:
            return details.fit(connection, question, query, options)[1]

    def key(self, question: Question[Any, Any], query: Query, **options: Any) -> tuple[Any, ...]:
        """What an answer depends on; while this stays the same, so does the answer."""
        dated = replace(query, now=day_start(query.zone, query.today))
        return (question.name, dated, tuple(sorted(options.items())), self._store.version())

    def told(self, question: Question[Any, Any], query: Query, **options: Any) -> Any:
        """The answer as the API gives it: dicts, lists and values, under the API's names."""
        return msgspec.json.decode(self.json(question, query, **options))

    def json(self, question: Question[Any, Any], query: Query, **options: Any) -> bytes:
        """The answer as JSON."""
        key = self.key(question, query, **options)
        known, asking = self._find(key)
        if known is not None:
            return known
        if asking is not None:
            told = asking.result()
            # Where the other got none, this one finds out why by itself.
            return told if told is not None else self._made(question, query, options)
        return self._first(key, question, query, options)

    def _first(self, key: Any, question: Question[Any, Any], query: Query, options: dict[str, Any]) -> bytes:
        """Ask for everybody who waits for this answer."""
        made: bytes | None = None
        try:
            made = self._made(question, query, options)
            self._keep(key, made)
            return made
        finally:
            with self._lock:
                waited_for = self._under_way.pop(key)
            waited_for.set_result(made)

    def _made(self, question: Question[Any, Any], query: Query, options: dict[str, Any]) -> bytes:
        answer, since = self.asked(question, query, **options)
        told = to_json(answer)
        if since is not None and question.name not in EXACT:
            told["detailFrom"] = since.isoformat()
        return _encode(told)

    def _find(self, key: Any) -> tuple[bytes | None, Future[bytes | None] | None]:
        """The answer if it is known, else what to wait for; neither: this one is the first to ask."""
        with self._lock:
            known = self._kept.get(key)
            asking = self._under_way.get(key) if known is None else None
            if known is not None:
                self._kept.move_to_end(key)
            elif asking is None:
                self._under_way[key] = Future()
            if known is None and asking is None:
                self.misses += 1
            else:
                self.hits += 1
            return known, asking

    def _keep(self, key: Any, answer: bytes) -> None:
        if len(answer) > self._most // 4:
            return
        with self._lock:
            self._held += len(answer) - len(self._kept.get(key, b""))
            self._kept[key] = answer
            while self._held > self._most:
                _, oldest = self._kept.popitem(last=False)
                self._held -= len(oldest)
