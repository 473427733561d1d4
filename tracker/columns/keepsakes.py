"""Part of a merge: what stays of old events - traces of people, roll-ups of days - and words that went.

Tables made here: `traces` as in the ledger, and `other_traces`, those that came or went in this merge.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tracker.columns.schema import kept, rollups
from tracker.columns.tail import Chunk

TRACE = (
    "id BIGINT, site_id BIGINT, visitor TEXT, user_id TEXT, from_at BIGINT, from_id BIGINT, to_at BIGINT, "
    "to_id BIGINT, first_at BIGINT, profiles TEXT"
)
TABLES = (f"CREATE TABLE IF NOT EXISTS traces ({TRACE})",)

IDS = """(SELECT unnest(from_json(line, '["BIGINT"]'))
    FROM (SELECT unnest(string_split($1, chr(10))) AS line))"""
LINES = "(SELECT unnest(string_split($1, chr(10))) AS line)"


def _items(columns: list[tuple[str, str]]) -> str:
    return ", ".join(f"(v[{n}])::{kind} AS {name}" for n, (name, kind) in enumerate(columns, 1))


def _paths(columns: list[tuple[str, str]]) -> str:
    return ", ".join(f"'$[{n}]'" for n in range(len(columns)))


def _from_lines(columns: list[tuple[str, str]]) -> str:
    """Columns of these names and types out of lines that hold one JSON array each."""
    return (
        f"SELECT {_items(columns)} FROM "  # noqa: S608 - names of ours
        f"(SELECT json_extract_string(line, [{_paths(columns)}]) AS v FROM {LINES})"
    )


OF_TRACE = [(part.split()[0], part.split()[1]) for part in TRACE.split(", ")]
OF_ROLLUP = [
    (column.name, "TEXT" if isinstance(column.type, sa.Text) else "BIGINT") for column in rollups.columns
]
OF_KEPT = [(c.name, "TEXT" if c.name == "zone" else "BIGINT") for c in kept.columns]

NO_OTHERS = f"CREATE OR REPLACE TEMP TABLE other_traces ({TRACE})"
GOING = f"INSERT INTO other_traces SELECT * FROM traces WHERE id IN {IDS}"  # noqa: S608
GONE = "DELETE FROM traces WHERE id IN (SELECT id FROM other_traces)"
# One that came and went between two looks is not there.
COMING = f"INSERT INTO other_traces {_from_lines(OF_TRACE)}"
CAME = "INSERT INTO traces SELECT * FROM other_traces WHERE id > $1"

KEY = "site_id, grain, start, dimension, value"
NEW_ROLLUPS = f"CREATE OR REPLACE TEMP TABLE new_rollups AS {_from_lines(OF_ROLLUP)}"
OLD_ROLLUPS = f"DELETE FROM rollups WHERE ({KEY}) IN (SELECT ({KEY}) FROM new_rollups)"  # noqa: S608
INTO_ROLLUPS = f"INSERT INTO rollups SELECT {', '.join(name for name, _ in OF_ROLLUP)} FROM new_rollups"  # noqa: S608
INTO_KEPT = f"INSERT INTO kept {_from_lines(OF_KEPT)}"

CHANGE = f"""UPDATE events SET error_message = NULL, button = NULL, properties = nullif(c.properties, '{{}}')
    FROM (SELECT (v[1])::BIGINT AS id, v[2] AS properties FROM
        (SELECT json_extract_string(line, ['$[0]', '$[1]']) AS v FROM {LINES})) c
    WHERE events.id = c.id"""  # noqa: S608


def begin(connection: Any, chunk: Chunk) -> None:
    """Bring `traces` up to date, before links and persons are made of them."""
    connection.execute(NO_OTHERS)
    if chunk.traceless:
        connection.execute(GOING, [chunk.traceless])
        connection.execute(GONE)
    if chunk.traces:
        known = connection.execute("SELECT trace FROM places").fetchone()[0]
        connection.execute(COMING, [chunk.traces])
        connection.execute(CAME, [known])


def end(connection: Any, chunk: Chunk) -> None:
    """Take over roll-ups, which days are closed, and what is left of events that lost their words."""
    if chunk.changed:
        connection.execute(CHANGE, [chunk.changed])
    if chunk.rollups:
        connection.execute(NEW_ROLLUPS, [chunk.rollups])
        connection.execute(OLD_ROLLUPS)
        connection.execute(INTO_ROLLUPS)
        connection.execute("DROP TABLE temp.new_rollups")
    connection.execute("DELETE FROM kept")
    if chunk.kept:
        connection.execute(INTO_KEPT, [chunk.kept])
