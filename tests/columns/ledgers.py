"""A ledger that tests write and delete in as they like, and stores that follow it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.analytics.stores import Simple, to_event
from tracker.columns import schema
from tracker.columns.duckdb import DuckDBStore
from tracker.columns.sync import catch_up
from tracker.ledger import connect, deletions, insert, kept, letting_go
from tracker.ledger.transaction import Transaction

TABLES = {table.name: table for table in schema.METADATA.sorted_tables if table.name != "cursor"}


class Ledger:
    """The real ledger without its writer's thread: each call is a transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = connect.open_writer(path)
        self.connection.execute("PRAGMA synchronous=OFF")
        self.reader = connect.open_reader(path)
        self.number = 0

    def add(self, simple: Sequence[Simple], site_id: int = 1) -> list[int | None]:
        """Write events, the `at` of each must be given; gives their ledger ids."""
        events = []
        for one in simple:
            self.number += 1
            events.append(to_event(one, site_id, self.number, 0))
        self.connection.execute("BEGIN IMMEDIATE")
        placed = Transaction(self.connection, insert.Dictionary()).add(events)
        self.connection.execute("COMMIT")
        return list(placed)

    def delete(self, ids: Sequence[int], site_id: int = 1) -> int:
        """Delete events by ledger id."""
        self.connection.execute("BEGIN IMMEDIATE")
        deleted = deletions.delete(self.connection, site_id, ids, 0)
        self.connection.execute("COMMIT")
        return deleted

    def let_go(self, before: int, site_id: int = 1) -> int:
        """Close the days before a time (epoch ms) and let their events go, as age does."""
        self.connection.execute("BEGIN IMMEDIATE")
        transaction = Transaction(self.connection, insert.Dictionary())
        end = self.connection.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0]
        assert kept.close(self.connection, site_id, 0, kept.Closed(before, "UTC"), end, [])
        ids = deletions.older(self.connection, site_id, before)
        gone = letting_go.events(transaction, site_id, ids, 0)
        self.connection.execute("COMMIT")
        return gone

    def sync(self, store: DuckDBStore, chunk: int = 65_536) -> None:
        """Bring a store up to date, `chunk` events at a time."""
        catch_up(store, self.reader, chunk=chunk)

    def close(self) -> None:
        """Close the files."""
        self.reader.close()
        self.connection.close()


def contents(store: DuckDBStore, site_id: int | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, or those of one site, sorted."""
    found = {}
    with store.connect() as connection:
        for name, table in TABLES.items():
            wanted = table.select()
            if site_id is not None:
                wanted = wanted.where(table.c.site_id == site_id)
            found[name] = sorted((tuple(row) for row in connection.execute(wanted)), key=repr)
    return found
