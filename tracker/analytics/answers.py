"""Asking a question of a store: one consistent view, and an answer that is remembered while it is true."""

from __future__ import annotations

import threading
from collections import OrderedDict
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
    """

    def __init__(self, store: Store, cache_bytes: int = CACHE_BYTES, memory_mb: int | None = None) -> None:
        self._store = store
        at_once = AT_ONCE if memory_mb is None else min(AT_ONCE, max(1, memory_mb // MEMORY_OF_ONE_MB))
        self._turns = threading.BoundedSemaphore(at_once)
        self._most = cache_bytes
        self._held = 0
        self._kept: OrderedDict[Any, bytes] = OrderedDict()
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
        known = self._find(key)
        if known is None:
            answer, since = self.asked(question, query, **options)
            told = to_json(answer)
            if since is not None and question.name not in EXACT:
                told["detailFrom"] = since.isoformat()
            known = _encode(told)
            self._keep(key, known)
        return known

    def _find(self, key: Any) -> bytes | None:
        with self._lock:
            known = self._kept.get(key)
            if known is None:
                self.misses += 1
            else:
                self.hits += 1
                self._kept.move_to_end(key)
            return known

    def _keep(self, key: Any, answer: bytes) -> None:
        if len(answer) > self._most // 4:
            return
        with self._lock:
            self._held += len(answer) - len(self._kept.get(key, b""))
            self._kept[key] = answer
            while self._held > self._most:
                _, oldest = self._kept.popitem(last=False)
                self._held -= len(oldest)
