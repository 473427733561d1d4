"""One step of the column store: what is new and what is gone in the ledger, in one transaction."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tracker.columns import keepsakes, links, load, persons, sessions
from tracker.columns.schema import METADATA, SHAPE
from tracker.columns.tail import Chunk, Place

TABLES = (
    "CREATE TABLE IF NOT EXISTS places (client BIGINT, profile BIGINT, probe BIGINT, trace BIGINT, "
    "rollup BIGINT)",
    *load.TABLES,
    *sessions.TABLES,
    *persons.TABLES,
    *keepsakes.TABLES,
)

IDS = keepsakes.IDS
PROBE = load.person_key("u", "'probe'", "0")
"""Numbers of persons come from DuckDB's own hash, which another version may compute otherwise."""

GONE = f"""CREATE OR REPLACE TEMP TABLE gone AS
    SELECT id, site_id, session_id, person_id, visitor, user_id FROM events WHERE id IN {IDS}"""  # noqa: S608
NOTHING_GONE = """CREATE OR REPLACE TEMP TABLE gone (id BIGINT, site_id BIGINT, session_id BIGINT,
    person_id BIGINT, visitor TEXT, user_id TEXT)"""
TOO_LATE = f"DELETE FROM incoming WHERE id IN {IDS}"  # noqa: S608
FORGET = f"DELETE FROM profiles WHERE id IN {IDS}"  # noqa: S608
TEMPORARY = (
    *("incoming", "gone", "relinked", "former", "points", "anonymous", "moved", "fresh", "hull", "touched"),
    *("before", "parts", "cut", "changed", "seen", "people", "new_profiles", "contexts", "details"),
    "other_traces",
)


def create(connection: Any, dialect: sa.Dialect) -> None:
    """Make all tables of an empty store."""
    for table in METADATA.sorted_tables:
        connection.execute(str(sa.schema.CreateTable(table).compile(dialect=dialect)))
    for statement in TABLES:
        connection.execute(statement)
    connection.execute("INSERT INTO cursor VALUES (0, 0, NULL, $1)", [SHAPE])
    connection.execute(f"INSERT INTO places VALUES (0, 0, {PROBE}, 0, 0)")  # noqa: S608 - ours


def fits(connection: Any) -> bool:
    """Whether the tables mean what this version, and this DuckDB, would write."""
    found = connection.execute(f"SELECT shape, probe = {PROBE} FROM cursor, places")  # noqa: S608 - ours
    return bool(found.fetchone() == (SHAPE, True))


def place(connection: Any) -> Place:
    """How far the store has come."""
    event, client, profile, deletion, trace, rollup = connection.execute(
        "SELECT last_id, client, profile, last_deletion, trace, rollup FROM cursor, places"
    ).fetchone()
    return Place(event, client, profile, deletion, trace, rollup)


def skip_deletions(connection: Any, deletion: int) -> None:
    """Of an empty store: what was deleted up to here needs no replay."""
    connection.execute("UPDATE cursor SET last_deletion = $1", [deletion])


def apply(connection: Any, chunk: Chunk, table: str) -> None:
    """Take in a chunk of the ledger, staged in `table`: all of it or, when it raises, nothing."""
    connection.execute("BEGIN TRANSACTION")
    try:
        last_id = place(connection).event
        load.begin(connection, chunk, table)
        _delete(connection, chunk)
        keepsakes.begin(connection, chunk)
        links.update(connection)
        sessions.update(connection, last_id, table)
        persons.update(connection)
        keepsakes.end(connection, chunk)
        _advance(connection, chunk)
        for name in TEMPORARY:
            connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
        connection.execute("COMMIT")
    except BaseException:  # an open transaction would hold up every later one
        connection.execute("ROLLBACK")
        raise


def _delete(connection: Any, chunk: Chunk) -> None:
    if not chunk.deleted:
        connection.execute(NOTHING_GONE)
        return
    connection.execute(TOO_LATE, [chunk.deleted])
    connection.execute(GONE, [chunk.deleted])
    connection.execute("DELETE FROM events WHERE id IN (SELECT id FROM gone)")
    if chunk.forgotten:
        connection.execute(FORGET, [chunk.forgotten])


def _advance(connection: Any, chunk: Chunk) -> None:
    connection.execute(
        "UPDATE cursor SET last_id = $1, last_deletion = $2, last_event = coalesce($3, last_event)",
        [chunk.place.event, chunk.place.deletion, chunk.last_event],
    )
    connection.execute(
        "UPDATE places SET client = $1, profile = $2, trace = $3, rollup = $4",
        [chunk.place.client, chunk.place.profile, chunk.place.trace, chunk.place.rollup],
    )
