"""First part of a merge: lines from the ledger become rows of the table `incoming`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tracker.columns.schema import events
from tracker.columns.tail import NUMBERS, ZERO, Chunk, Piece
from tracker.domain.event import PAGE_VIEW, Flag

CONTEXT = (
    "path",
    "host",
    "title",
    "referrer_host",
    "source",
    "channel",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
)
CLIENT = ("country", "device", "browser", "browser_version", "os", "os_version", "language", "screen")
PROPERTIES = (
    "path",
    "feature",
    "category",
    "duration",
    "product_id",
    "product_name",
    "name",
    "amount",
    "revenue",
    "currency",
    "reference",
    "status",
    "error_message",
    "button",
)

TABLES = (
    "CREATE TABLE IF NOT EXISTS clients (id BIGINT, " + ", ".join(f"{name} TEXT" for name in CLIENT) + ")",
    "CREATE TABLE IF NOT EXISTS profiles (id BIGINT, site_id BIGINT, name TEXT, email TEXT, phone TEXT, "
    "traits TEXT)",
)
"""What repeats in the ledger is decoded once and kept here under its ledger id."""


def _extract(document: str, paths: Iterable[str]) -> str:
    quoted = ", ".join(f"'{path}'" for path in paths)
    return f"json_extract_string({document}, [{quoted}])"


def _items(names: Iterable[str], prefix: str = "v") -> str:
    """Items of a list of texts as columns of these names, in order. Empty text is nothing known."""
    return ", ".join(f"nullif({prefix}[{index}], '') AS {name}" for index, name in enumerate(names, 1))


LINES = "(SELECT unnest(string_split($1, chr(10))) AS line)"

INTO_CLIENTS = (
    f"INSERT INTO clients SELECT (line->>'$[0]')::BIGINT, {_items(CLIENT)} FROM (SELECT line, "  # noqa: S608
    + _extract("line->>'$[1]'", (f"$.{name}" for name in CLIENT))
    + f" AS v FROM {LINES})"
)
INTO_PROFILES = (
    "INSERT INTO profiles SELECT (line->>'$[0]')::BIGINT, (line->>'$[1]')::BIGINT, "  # noqa: S608
    + _items(("name", "email", "phone"))
    + ", nullif(v[4], '{}') FROM (SELECT line, "
    + _extract("line->>'$[2]'", ("$.name", "$.email", "$.phone_number", "$.traits"))
    + f" AS v FROM {LINES})"
)


def person_key(kind: str, who: str, site: str = "site_id") -> str:
    """SQL for the number of a person: `kind` is u for users, v for visitors. `who` must not be NULL."""
    return f"(hash({site} || ':{kind}:' || {who}) >> 1)::BIGINT"


_NAMED = ("name", "visitor", "session", "user_id", "bot")
STAGED = """CREATE OR REPLACE TABLE staging.TABLE_NAME (
    id BIGINT, site_id BIGINT, "at" BIGINT, received_at BIGINT, flags BIGINT, client_id BIGINT,
    profile_id BIGINT, name TEXT, visitor TEXT, client_session TEXT, user_id TEXT, bot TEXT, context TEXT,
    properties TEXT, person_id BIGINT)"""
PIECE = "piece"
STAGE = f"""INSERT INTO staging.TABLE_NAME SELECT *,
        CASE WHEN user_id IS NOT NULL THEN {person_key("u", "user_id")}
             WHEN visitor IS NOT NULL THEN {person_key("v", "visitor")} END
    FROM (
        SELECT {", ".join(f'"{name}"::BIGINT - {ZERO} AS "{name}"' for name in NUMBERS[:-1])},
            nullif(profile_id::BIGINT - {ZERO}, 0) AS profile_id,
            {", ".join(f"nullif({name}, '') AS {name}" for name in _NAMED)}, context, properties
        FROM {PIECE}
    )"""  # noqa: S608 - names of ours

# What persons and sessions are made of.
NARROW = ("id", "site_id", '"at"', "visitor", "client_session", "user_id", "bot", "profile_id", "person_id")
INCOMING = f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT {', '.join(NARROW)} FROM staging.TABLE_NAME"  # noqa: S608

# Contexts repeat in event after event, and properties often: each is parsed once.
# What is no JSON says nothing.
PARSED = {"contexts": ("context", CONTEXT), "details": ("properties", PROPERTIES)}
PARSE = {
    name: f"""CREATE OR REPLACE TEMP TABLE {name} AS
    SELECT document, CASE WHEN document != '{{}}' THEN json END AS json, {_items(paths)}
    FROM (SELECT document, json, {_extract("json", (f"$.{path}" for path in paths))} AS v FROM (
        SELECT document, CASE WHEN json_valid(document) THEN document END AS json
        FROM (SELECT DISTINCT {column} AS document FROM staging.TABLE_NAME)
    ))"""  # noqa: S608 - names of ours
    for name, (column, paths) in PARSED.items()
}


def _money(name: str) -> str:
    return f"TRY_CAST(p.{name} AS DECIMAL(18, 4))"


def _flag(bit: int) -> str:
    return f"l.flags & {bit} > 0"


# A page told as a property may carry a query string; those of events other than page views are no pages.
PAGE = f"""coalesce(c.path, CASE WHEN l.name = '{PAGE_VIEW}'
    THEN nullif(split_part(split_part(p.path, '?', 1), '#', 1), '') END)"""
WIDE = {
    **{
        name: f"p.{name}" for name in PROPERTIES[1:]
    },  # what an event itself has by the same name stands below
    **{name: f'l."{name}"' for name in ("id", "site_id", "at", "received_at", "name", "visitor", "user_id")},
    **{name: f"l.{name}" for name in ("bot", "client_session", "profile_id")},
    **{name: f"i.{name}" for name in ("person_id", "session_id")},
    **{name: f"c.{name}" for name in CONTEXT[1:]},
    **{name: f"k.{name}" for name in CLIENT},
    "page": PAGE,
    "interactive": _flag(Flag.INTERACTIVE),
    "verified": _flag(Flag.VERIFIED),
    "daily": _flag(Flag.DAILY_VISITOR),
    "page_view": f"l.name = '{PAGE_VIEW}' AND {PAGE} IS NOT NULL",
    "product_name": "CASE WHEN p.product_id IS NOT NULL THEN coalesce(p.product_name, p.name) END",
    "duration": "TRY_CAST(p.duration AS DOUBLE)",
    "amount": f"coalesce({_money('amount')}, {_money('revenue')})",
    "properties": "p.json",
}
"""How each column of `events` comes about."""

APPEND = f"""INSERT INTO events ({", ".join(f'"{column.name}"' for column in events.columns)})
    SELECT {", ".join(WIDE[column.name] for column in events.columns)}
    FROM (SELECT * FROM staging.TABLE_NAME ORDER BY site_id) l
    JOIN (
        SELECT incoming.id, incoming.site_id, incoming.person_id, cut.session_id
        FROM incoming LEFT JOIN cut ON cut.id = incoming.id
    ) i ON i.id = l.id AND i.site_id = l.site_id
    JOIN contexts c ON c.document = l.context
    JOIN details p ON p.document = l.properties
    LEFT JOIN clients k ON k.id = l.client_id"""  # noqa: S608 - names of ours


def stage(connection: Any, piece: Piece, table: str) -> None:
    """Parse events into a table of the staging area, which no other transaction waits for."""
    connection.register(PIECE, piece.fields)
    try:
        connection.execute(STAGE.replace("TABLE_NAME", table))
    finally:
        connection.unregister(PIECE)


def unstage(connection: Any, table: str) -> None:
    """Make a staged table, empty."""
    connection.execute(STAGED.replace("TABLE_NAME", table))


def begin(connection: Any, chunk: Chunk, table: str) -> None:
    """Fill `incoming`, `clients` and `profiles`; persons are those named, not yet those resolved."""
    if chunk.clients:
        connection.execute(INTO_CLIENTS, [chunk.clients])
    if chunk.profiles:
        connection.execute(INTO_PROFILES, [chunk.profiles])
    connection.execute(INCOMING.replace("TABLE_NAME", table))


def append(connection: Any, table: str) -> None:
    """Put `incoming` into `events`, with the sessions found in `cut` and all else that was staged.

    They go in by site: a question about one of them skips most of the others' events.
    """
    for statement in (*PARSE.values(), APPEND):
        connection.execute(statement.replace("TABLE_NAME", table))
