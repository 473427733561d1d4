"""A small world for tests of questions: a real ledger, the real sync, and a store on each engine.

Use it through the fixture `store_with` (in `conftest.py`), which runs each test once per engine::

    def test_counts_people(store_with):
        site = store_with([
            {"at": "2026-03-02 10:00", "visitor": "alice", "page": "/"},
            {"at": "2026-03-02 10:05", "user": "bob", "name": "button_clicked", "country": "DE"},
        ])
        answer = site.ask(overview.answer, **{"from": "2026-03-01", "to": "2026-03-31"})
        assert answer.visitors == 2

Keys of an event, all optional: `at` (epoch ms, or time in UTC as text; default one minute after the event
before), `name` (default `page_viewed`), `visitor` (default `visitor` where no user is named; None: nobody),
`user`, `session`, `interactive` (True), `verified` (False), `daily` (False), `bot` (None), `properties`,
`profile` ({"name", "email", "phone_number", "traits"}), and any column of context (`page`, `host`, `title`,
`referrer_host`, `source`, `channel`, `utm_…`) or device (`country`, `device`, `browser`, `os`, `language` …).
A page view without a `page` gets `/`; `page=None` leaves it out. `id` makes an event id: the same one twice
counts once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from tracker.analytics.query import Query, Segment
from tracker.columns.base import Store
from tracker.columns.clickhouse import ClickHouseStore
from tracker.columns.duckdb import DuckDBStore
from tracker.columns.sync import catch_up
from tracker.domain.event import PAGE_VIEW, Event, Flag
from tracker.ledger import connect
from tracker.ledger.writer import Writer

Simple = dict[str, Any]
START = 1_767_225_600_000
"""2026-01-01 00:00 UTC: where events without a time begin."""
NOW = "2026-03-31 12:00"
"""When questions are asked unless a test says otherwise."""
CONTEXT = (
    "host", "title", "referrer_host", "source", "channel", "utm_source", "utm_medium", "utm_campaign",
    "utm_term", "utm_content",
)  # fmt: skip
CLIENT = ("country", "device", "browser", "browser_version", "os", "os_version", "language", "screen")
KEYS = {
    "at", "received_at", "name", "visitor", "user", "session", "interactive", "verified", "daily", "bot",
    "properties", "profile", "page", "id", *CONTEXT, *CLIENT,
}  # fmt: skip


def ms(moment: str | int) -> int:
    """Epoch milliseconds of `2026-03-02 10:00` (UTC), or of itself."""
    if isinstance(moment, int):
        return moment
    return round(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)


def to_event(simple: Simple, site_id: int, number: int, before: int) -> Event:
    """The event a simple one stands for, as the pipeline would have made it."""
    assert simple.keys() <= KEYS, f"unknown keys {simple.keys() - KEYS}"
    at = ms(simple.get("at", before + 60_000))
    name = simple.get("name", PAGE_VIEW)
    user = simple.get("user")
    identity = str(simple.get("id", f"{site_id}-{number}"))
    page = simple.get("page", "/" if name == PAGE_VIEW else None)
    context = {key: simple[key] for key in CONTEXT if simple.get(key) is not None}
    if page is not None:
        context["path"] = page
    return Event(
        site_id=site_id,
        event_id=hashlib.md5(identity.encode(), usedforsecurity=False).digest(),
        name=name,
        at=at,
        received_at=ms(simple.get("received_at", at)),
        visitor=simple.get("visitor", None if user else "visitor"),
        session=simple.get("session"),
        user_id=user,
        flags=_flags(simple),
        bot=simple.get("bot"),
        client=_json({key: simple[key] for key in CLIENT if simple.get(key) is not None}),
        profile=_json(simple["profile"]) if simple.get("profile") else None,
        context=_json(context),
        properties=_json(simple.get("properties", {})),
    )


def to_events(simple: Sequence[Simple], site_id: int) -> list[Event]:
    """Events in the order they arrive."""
    found: list[Event] = []
    for number, one in enumerate(simple):
        found.append(to_event(one, site_id, number, found[-1].at if found else START))
    return found


@dataclass(frozen=True, slots=True)
class LoadedSite:
    """One site with its events in a store."""

    id: int
    time_zone: str
    store: Store
    ledger: Path

    def query(
        self, *, now: str | int = NOW, segment: Segment | None = None, **params: str | list[str]
    ) -> Query:
        """A query from request parameters: `timeframe="7d"`, `filter="country:DE"`, `**{"from": …}`."""
        return Query.parse(self, params, ms(now), segment)

    def connect(self) -> AbstractContextManager[sa.Connection]:
        """One consistent view of the store."""
        return self.store.connect()

    def ask(
        self,
        answer: Callable[..., Any],
        *,
        now: str | int = NOW,
        segment: Segment | None = None,
        options: dict[str, Any] | None = None,
        **params: str | list[str],
    ) -> Any:
        """The answer to a question, asked with request parameters; `options` are its own arguments."""
        query = self.query(now=now, segment=segment, **params)
        with self.connect() as connection:
            return answer(connection, query, **(options or {}))

    def rows(self, statement: sa.Select[Any]) -> list[Any]:
        """Rows of a statement, as plain tuples."""
        with self.connect() as connection:
            return [tuple(row) for row in connection.execute(statement)]


class World:
    """One ledger and one DuckDB store in memory, with a new site for each list of events."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ledger.db"
        self.writer = Writer(self.path, queue_events=10**9, queue_bytes=10**12)
        self.writer.start()
        self.reader = connect.open_reader(self.path)
        self.store = DuckDBStore(None)
        self.store.open()
        self.sites = 0

    def load(self, simple: Sequence[Simple], zone: str = "UTC", chunk: int = 65_536) -> LoadedSite:
        """Write events to a new site and sync them, `chunk` at a time."""
        self.sites += 1
        self.add(self.sites, simple)
        self.sync(chunk)
        return LoadedSite(self.sites, zone, self.store, self.path)

    def add(self, site_id: int, simple: Sequence[Simple]) -> None:
        """Write events to a site without syncing them."""
        events = to_events(simple, site_id)
        if events:
            self.writer.write(events)

    def sync(self, chunk: int = 65_536) -> None:
        """Bring the store up to date."""
        catch_up(self.store, self.reader, chunk=chunk)

    def close(self) -> None:
        """Stop the writer and close all files."""
        self.store.close()
        self.reader.close()
        self.writer.stop()


class Copies:
    """Sites of a world, copied to ClickHouse."""

    def __init__(self, world: World, store: ClickHouseStore) -> None:
        self._world = world
        self._store = store

    def load(self, simple: Sequence[Simple], zone: str = "UTC", chunk: int = 65_536) -> LoadedSite:
        """As `World.load`, asked of ClickHouse."""
        loaded = self._world.load(simple, zone, chunk)
        self._store.copy(self._world.store, loaded.id)
        return replace(loaded, store=self._store)


def _flags(simple: Simple) -> int:
    flags = Flag.INTERACTIVE if simple.get("interactive", True) else 0
    flags |= Flag.VERIFIED if simple.get("verified", False) else 0
    return flags | (Flag.DAILY_VISITOR if simple.get("daily", False) else 0)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
