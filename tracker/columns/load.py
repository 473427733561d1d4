"""First part of a merge: lines of JSON from the ledger become rows of the table `incoming`."""

from __future__ import annotations

from typing import Any

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


def _list(document: str, keys: tuple[str, ...]) -> str:
    paths = ", ".join(f"'$.{key}'" for key in keys)
    return f"json_extract_string({document}, [{paths}])"


def _lines(width: int) -> str:
    """The lines of text `$1` as lists of texts, one for each line."""
    paths = ", ".join(f"'$[{index}]'" for index in range(width))
    return (
        f"(SELECT json_extract_string(line, [{paths}]) AS v FROM "  # noqa: S608 - numbers of ours
        "(SELECT unnest(string_split($1, chr(10))) AS line))"
    )


def _named(prefix: str, keys: tuple[str, ...], *wanted: str) -> str:
    """Items of a list as columns of their names, `wanted` ones or all. Empty text is nothing known."""
    return ", ".join(f"nullif({prefix}[{keys.index(name) + 1}], '') AS {name}" for name in wanted or keys)


def _item(prefix: str, keys: tuple[str, ...], name: str) -> str:
    return f"{prefix}[{keys.index(name) + 1}]"


INTO_CLIENTS = (
    f"INSERT INTO clients SELECT v[1]::BIGINT, {_named('c', CLIENT)} "  # noqa: S608 - names of ours
    f"FROM (SELECT v, {_list('v[2]', CLIENT)} AS c FROM {_lines(2)})"
)
INTO_PROFILES = (
    "INSERT INTO profiles SELECT v[1]::BIGINT, v[2]::BIGINT, "  # noqa: S608 - names of ours
    + _named("p", ("name", "email", "phone_number"))
    + ", nullif(p[4], '{}') FROM (SELECT v, "
    + _list("v[3]", ("name", "email", "phone_number", "traits"))
    + f" AS p FROM {_lines(3)})"
)


def person_key(kind: str, who: str, site: str = "site_id") -> str:
    """SQL for the number of a person: `kind` is u for users, v for visitors."""
    return f"(md5_number_lower({site} || ':{kind}:' || {who}) >> 1)::BIGINT"


RAW = f"""CREATE OR REPLACE TEMP TABLE raw AS SELECT
    v[1]::BIGINT AS id, v[2]::BIGINT AS site_id, v[3] AS name, v[4]::BIGINT AS "at",
    v[5]::BIGINT AS received_at, v[6] AS visitor, v[7] AS client_session, v[8] AS user_id,
    v[9]::BIGINT AS flags, v[10] AS bot, v[11]::BIGINT AS client_id, v[12]::BIGINT AS profile_id,
    v[13] AS context, nullif(v[14], '{{}}') AS properties
FROM {_lines(14)}"""  # noqa: S608 - names of ours


def _property(name: str) -> str:
    return _item("p", PROPERTIES, name)


def _money(name: str) -> str:
    return f"TRY_CAST({_property(name)} AS DECIMAL(18, 4))"


# A page told as a property may carry a query string; those of events other than page views are no pages.
PAGE = f"""coalesce(nullif({_item("c", CONTEXT, "path")}, ''), CASE WHEN name = '{PAGE_VIEW}'
    THEN nullif(split_part(split_part({_property("path")}, '?', 1), '#', 1), '') END)"""

INCOMING = f"""CREATE OR REPLACE TEMP TABLE incoming AS SELECT
    r.id, r.site_id, r."at", r.received_at, r.name,
    CASE WHEN r.user_id IS NOT NULL THEN {person_key("u", "r.user_id", "r.site_id")}
         WHEN r.visitor IS NOT NULL THEN {person_key("v", "r.visitor", "r.site_id")} END AS person_id,
    NULL::BIGINT AS session_id,
    r.visitor, r.user_id, r.client_session,
    r.flags & {Flag.INTERACTIVE} > 0 AS interactive,
    r.flags & {Flag.VERIFIED} > 0 AS verified,
    r.flags & {Flag.DAILY_VISITOR} > 0 AS daily,
    r.name = '{PAGE_VIEW}' AND r.page IS NOT NULL AS page_view,
    r.bot, r.page, {_named("c", CONTEXT, *CONTEXT[1:])},
    {", ".join("k." + name for name in CLIENT)},
    {_named("p", PROPERTIES, "feature", "category")},
    TRY_CAST({_property("duration")} AS DOUBLE) AS duration,
    {_named("p", PROPERTIES, "product_id")},
    coalesce({_money("amount")}, {_money("revenue")}) AS amount,
    {_named("p", PROPERTIES, "currency", "reference", "status", "error_message", "button")},
    r.properties, r.profile_id
FROM (
    SELECT *, {PAGE} AS page FROM (
        SELECT *, {_list("context", CONTEXT)} AS c, {_list("properties", PROPERTIES)} AS p FROM raw
    )
) r LEFT JOIN clients k ON k.id = r.client_id"""  # noqa: S608 - names of ours


def stage(connection: Any, chunk: Chunk) -> None:
    """Fill `incoming`, `clients` and `profiles`; persons are those named, sessions not yet known."""
    if chunk.clients:
        connection.execute(INTO_CLIENTS, [chunk.clients])
    if chunk.profiles:
        connection.execute(INTO_PROFILES, [chunk.profiles])
    connection.execute(RAW if chunk.events else RAW + " WHERE false", [chunk.events])
    connection.execute(INCOMING)
    connection.execute("DROP TABLE raw")
