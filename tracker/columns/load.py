"""First part of a merge: lines of JSON from the ledger become rows of the table `incoming`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tracker.columns.schema import events
from tracker.columns.tail import Chunk
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


LINE = (
    *("id", "site_id", "name", '"at"', "received_at", "visitor", "client_session", "user_id", "flags", "bot"),
    *("client_id", "profile_id"),
)
"""What follows context and properties in a line (`tail.EVENTS`)."""


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


# What persons and sessions are made of is taken out first; the line itself waits until it is appended.
NARROW = ("id", "site_id", '"at"', "visitor", "client_session", "user_id", "bot", "profile_id")
STAGE = f"""CREATE OR REPLACE TABLE staging.TABLE_NAME AS SELECT v[1]::BIGINT AS id, v[2]::BIGINT AS site_id,
    v[3]::BIGINT AS "at",
    CASE WHEN v[6] IS NOT NULL THEN {person_key("u", "v[6]", "v[2]")}
         WHEN v[4] IS NOT NULL THEN {person_key("v", "v[4]", "v[2]")} END AS person_id,
    v[4] AS visitor, v[5] AS client_session, v[6] AS user_id, v[7] AS bot, v[8]::BIGINT AS profile_id, line
    FROM (SELECT line, {_extract("line", (f"$[{LINE.index(name) + 2}]" for name in NARROW))} AS v
        FROM {LINES}) WHERE line != ''"""  # noqa: S608 - names of ours
INCOMING = "CREATE OR REPLACE TEMP TABLE incoming AS SELECT * EXCLUDE (line) FROM staging.TABLE_NAME"

ITEMS = {
    **{
        f"head.{name}": f"$[{LINE.index(name) + 2}]" for name in ("name", "received_at", "flags", "client_id")
    },
    **{f"context.{name}": f"$[0].{name}" for name in CONTEXT},
    **{f"properties.{name}": f"$[1].{name}" for name in PROPERTIES},
    "properties": "$[1]",
}
"""What is taken out of a line when it is appended, and where it is found there."""


def _item(name: str) -> str:
    return f"v[{list(ITEMS).index(name) + 1}]"


def _text(name: str) -> str:
    return f"nullif({_item(name)}, '')"


def _money(name: str) -> str:
    return f"TRY_CAST({_item(f'properties.{name}')} AS DECIMAL(18, 4))"


def _flag(bit: int) -> str:
    return f"{_item('head.flags')}::BIGINT & {bit} > 0"


# A page told as a property may carry a query string; those of events other than page views are no pages.
PAGE = f"""coalesce({_item("context.path")}, CASE WHEN {_item("head.name")} = '{PAGE_VIEW}'
    THEN nullif(split_part(split_part({_item("properties.path")}, '?', 1), '#', 1), '') END)"""
WIDE = {
    **{name: f'i."{name}"' for name in ("id", "site_id", "at", "person_id", "visitor", "user_id", "bot")},
    **{name: f"i.{name}" for name in ("client_session", "profile_id", "session_id", "page")},
    **{name: _item(f"context.{name}") for name in CONTEXT[1:]},
    **{name: f"k.{name}" for name in CLIENT},
    **{name: _text(f"properties.{name}") for name in PROPERTIES[1:]},
    "name": _item("head.name"),
    "received_at": f"{_item('head.received_at')}::BIGINT",
    "interactive": _flag(Flag.INTERACTIVE),
    "verified": _flag(Flag.VERIFIED),
    "daily": _flag(Flag.DAILY_VISITOR),
    "page_view": f"{_item('head.name')} = '{PAGE_VIEW}' AND i.page IS NOT NULL",
    "duration": f"TRY_CAST({_item('properties.duration')} AS DOUBLE)",
    "amount": f"coalesce({_money('amount')}, {_money('revenue')})",
    "properties": f"nullif({_item('properties')}, '{{}}')",
}
"""How each column of `events` comes about."""

APPEND = f"""INSERT INTO events ({", ".join(f'"{column.name}"' for column in events.columns)})
    SELECT {", ".join(WIDE[column.name] for column in events.columns)}
    FROM (SELECT *, {PAGE} AS page FROM (
        SELECT i.*, {_extract("l.line", ITEMS.values())} AS v
        FROM staging.TABLE_NAME l JOIN (
            SELECT incoming.*, cut.session_id FROM incoming LEFT JOIN cut ON cut.id = incoming.id
        ) i ON i.id = l.id
    )) i LEFT JOIN clients k ON k.id = {_item("head.client_id")}::BIGINT"""  # noqa: S608 - names of ours


def stage(connection: Any, events: str, table: str) -> None:
    """Parse lines of events into a table of the staging area, which no other transaction waits for."""
    connection.execute(STAGE.replace("TABLE_NAME", table), [events])


def unstage(connection: Any, table: str) -> None:
    """Drop a staged table."""
    connection.execute(f"DROP TABLE IF EXISTS staging.{table}")


def begin(connection: Any, chunk: Chunk, table: str) -> None:
    """Fill `incoming`, `clients` and `profiles`; persons are those named, not yet those resolved."""
    if chunk.clients:
        connection.execute(INTO_CLIENTS, [chunk.clients])
    if chunk.profiles:
        connection.execute(INTO_PROFILES, [chunk.profiles])
    connection.execute(INCOMING.replace("TABLE_NAME", table))


def append(connection: Any, table: str) -> None:
    """Put `incoming` into `events`, with the sessions found in `cut` and all else from the lines."""
    connection.execute(APPEND.replace("TABLE_NAME", table))
