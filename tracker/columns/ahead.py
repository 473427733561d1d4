"""Reading ahead: while one chunk is merged, the next is staged, and what follows is read from the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

from tracker.columns import tail
from tracker.columns.duckdb import DuckDBStore
from tracker.columns.tail import Chunk, Piece, Place
from tracker.ledger.connect import Connection

TABLES = ("arrived", "arrived_next")


def chunks(
    store: DuckDBStore, reader: Connection, size: int, *, bare: bool = False
) -> Iterator[tuple[Chunk, str]]:
    """Chunks from where the store is to the ledger's end, each with the table its events are staged in.

    The end is where it is now: what comes in meanwhile does not make it longer. The reader is used by other
    threads until this ends. A chunk may be followed by an empty end.
    """
    place, goal = store.place(), tail.end(reader)

    def one(place: Place, table: str) -> Chunk:
        store.unstage(table)
        last, count = place.event, 0
        for piece in _ahead(tail.pieces(reader, last, size, store.piece_bytes, bare=bare), reading):
            store.stage(piece, table)
            last, count = piece.last, count + piece.count
        return tail.chunk(reader, place, last, count)

    tables = cycle(TABLES)
    with ThreadPoolExecutor(1, "column-stage") as pool, ThreadPoolExecutor(1, "column-read") as reading:
        table = next(tables)
        chunk = one(place, table)
        while not chunk.empty:
            last = chunk.place.event >= goal.event and chunk.place.deletion >= goal.deletion
            following = next(tables)
            ahead = None if last else pool.submit(one, chunk.place, following)
            yield chunk, table
            store.unstage(table)
            if ahead is None:
                return
            chunk, table = ahead.result(), following


def _ahead(pieces: Iterator[Piece], pool: ThreadPoolExecutor) -> Iterator[Piece]:
    """The pieces, each read while the one before is worked on."""
    waiting = pool.submit(next, pieces, None)
    while (piece := waiting.result()) is not None:
        waiting = pool.submit(next, pieces, None)
        yield piece
