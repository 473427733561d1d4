"""Reading ahead: while one chunk is merged, the next is read from the ledger and parsed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle

from tracker.columns import tail
from tracker.columns.duckdb import DuckDBStore
from tracker.columns.tail import Chunk, Place
from tracker.ledger.connect import Connection

TABLES = ("arrived", "arrived_next")


def chunks(
    store: DuckDBStore, reader: Connection, place: Place, size: int, *, bare: bool = False
) -> Iterator[tuple[Chunk, str]]:
    """Chunks from `place` to the ledger's end, each with the table its events are staged in.

    The reader is used by another thread until this ends. A chunk may be followed by an empty end.
    """

    def one(place: Place, table: str) -> Chunk:
        chunk = tail.read(reader, place, size, bare=bare)
        if not chunk.empty:
            store.stage(chunk.events, table)
        return replace(chunk, events="")

    tables = cycle(TABLES)
    with ThreadPoolExecutor(1, "column-read") as pool:
        table = next(tables)
        chunk = one(place, table)
        while not chunk.empty:
            last = chunk.count < size and not chunk.deleted
            following = next(tables)
            ahead = None if last else pool.submit(one, chunk.place, following)
            yield chunk, table
            store.unstage(table)
            if ahead is None:
                return
            chunk, table = ahead.result(), following
