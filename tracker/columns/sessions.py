"""Third part of a merge: one person's events with no gap over 30 minutes, or under one client session id.

Each event reaches until 30 minutes after it, and at least until the last event of its client session; a
session ends where nothing reaches the next event. Events of bots and of people never share a session.

Only sessions that new, moved or deleted events can change are made again, from all of their events.
Tables made here: `touched` (sessions to be made again), `pool` (all events of them, old and new).
"""

from __future__ import annotations

from typing import Any

from tracker.columns.schema import events, sessions

GAP_MS = 30 * 60 * 1000

TABLES = (
    # Which client session ids occur in which session.
    "CREATE TABLE IF NOT EXISTS session_keys (person_id BIGINT, session_id BIGINT, client_session TEXT)",
)
ORIGIN = (
    "referrer_host",
    "source",
    "channel",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
)
DEVICE = ("country", "device", "browser", "browser_version", "os", "os_version", "language", "screen")
USED = (
    "id",
    "site_id",
    '"at"',
    "visitor",
    "user_id",
    "client_session",
    "interactive",
    "daily",
    "page_view",
    "page",
    "host",
    *ORIGIN,
    *DEVICE,
)

FRESH = """CREATE OR REPLACE TEMP TABLE fresh AS
    SELECT person_id, bot IS NOT NULL AS bot, "at", client_session FROM incoming WHERE person_id IS NOT NULL
    UNION ALL
    SELECT m.new_person, e.bot IS NOT NULL, e."at", e.client_session
    FROM events e JOIN moved m ON m.id = e.id WHERE e.id BETWEEN
        (SELECT min(id) FROM moved) AND (SELECT max(id) FROM moved)"""

# From the first to the last new event of a person, widened by sessions that share a client session id.
HULL = """CREATE OR REPLACE TEMP TABLE hull AS
    SELECT person_id, bot, min(low) AS low, max(high) AS high FROM (
        SELECT person_id, bot, min("at") AS low, max("at") AS high FROM fresh GROUP BY ALL
        UNION ALL
        SELECT s.person_id, s.bot, s.started_at, s.ended_at FROM sessions s
        WHERE s.session_id IN (
            SELECT k.session_id FROM session_keys k
            SEMI JOIN fresh USING (person_id, client_session)
        )
    ) WHERE (person_id, bot) IN (SELECT (person_id, bot) FROM fresh) GROUP BY ALL"""

TOUCHED = f"""CREATE OR REPLACE TEMP TABLE touched AS
    SELECT s.session_id, s.person_id, s.first_id, s.last_id FROM sessions s
    JOIN hull h ON h.person_id = s.person_id AND h.bot = s.bot
        AND s.ended_at >= h.low - {GAP_MS} AND s.started_at <= h.high + {GAP_MS}
    UNION
    SELECT session_id, person_id, first_id, last_id FROM sessions WHERE session_id IN (
        SELECT session_id FROM moved UNION ALL SELECT session_id FROM gone)"""  # noqa: S608

POOL = f"""CREATE OR REPLACE TEMP TABLE pool AS
    SELECT {", ".join(USED)}, bot IS NOT NULL AS bot, person_id, NULL::BIGINT AS old_person,
        NULL::BIGINT AS old_session
    FROM incoming WHERE person_id IS NOT NULL
    UNION ALL
    SELECT {", ".join("e." + name for name in USED)}, e.bot IS NOT NULL,
        coalesce(m.new_person, e.person_id), e.person_id, e.session_id
    FROM events e LEFT JOIN moved m ON m.id = e.id
    WHERE e.session_id IN (SELECT session_id FROM touched) AND e.id BETWEEN $1 AND $2"""  # noqa: S608

CUT = f"""CREATE OR REPLACE TEMP TABLE cut AS
    SELECT * EXCLUDE (span_end, reach), last_value(CASE WHEN reach IS NULL OR "at" > reach THEN id END
        IGNORE NULLS) OVER (PARTITION BY person_id, bot ORDER BY place) AS session_id
    FROM (
        SELECT *, max(greatest("at" + {GAP_MS}, span_end)) OVER (
                PARTITION BY person_id, bot ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS reach
        FROM (
            SELECT *, row_number() OVER (PARTITION BY person_id, bot ORDER BY "at", id) AS place,
                CASE WHEN client_session IS NOT NULL THEN
                    max("at") OVER (PARTITION BY person_id, bot, client_session) ELSE 0 END AS span_end
            FROM pool
        )
    )"""  # noqa: S608

CHANGED = """CREATE OR REPLACE TEMP TABLE changed AS
    SELECT id, person_id, session_id FROM cut
    WHERE old_session IS NOT NULL AND (old_session != session_id OR old_person != person_id)"""
CHANGE = """UPDATE events SET person_id = c.person_id, session_id = c.session_id FROM changed c
    WHERE events.id = c.id AND events.id BETWEEN $1 AND $2"""
APPEND = f"""INSERT INTO events ({", ".join(f'"{column.name}"' for column in events.columns)})
    SELECT {
    ", ".join(
        "c.session_id" if column.name == "session_id" else f'i."{column.name}"' for column in events.columns
    )
}
    FROM incoming i LEFT JOIN cut c ON c.id = i.id"""  # noqa: S608


def _from_first(names: tuple[str, ...], tells: tuple[str, ...]) -> str:
    """Columns of the first event that tells any of `tells`, as one struct."""
    packed = ", ".join(f"{name} := {name}" for name in names)
    known = ", ".join(tells)
    return f"arg_min(struct_pack({packed}), place) FILTER (WHERE coalesce({known}) IS NOT NULL)"


MAKE = f"""INSERT INTO sessions ({", ".join(column.name for column in sessions.columns)})
    SELECT session_id, site_id, person_id, bot, daily, started_at, ended_at,
        CASE WHEN bounce THEN 0 ELSE ended_at - started_at END, bounce,
        events, interactive, page_views, first_active_at, last_active_at,
        entry_page, exit_page, exit_at, origin.host,
        {", ".join("origin." + name for name in ORIGIN)}, {", ".join("machine." + name for name in DEVICE)},
        first_id, last_id
    FROM (
        SELECT session_id, any_value(site_id) AS site_id, any_value(person_id) AS person_id,
            any_value(bot) AS bot, bool_and(daily) AS daily,
            min("at") AS started_at, max("at") AS ended_at,
            count(*) FILTER (WHERE page_view) <= 1
                AND count(*) FILTER (WHERE interactive AND NOT page_view) = 0 AS bounce,
            count(*) AS events, count(*) FILTER (WHERE interactive) AS interactive,
            count(*) FILTER (WHERE page_view) AS page_views,
            min("at") FILTER (WHERE interactive) AS first_active_at,
            max("at") FILTER (WHERE interactive) AS last_active_at,
            arg_min(page, place) FILTER (WHERE page_view) AS entry_page,
            arg_max(page, place) FILTER (WHERE page_view) AS exit_page,
            max("at") FILTER (WHERE page_view) AS exit_at,
            {_from_first(("host", *ORIGIN), ("host", "page", *ORIGIN))} AS origin,
            {_from_first(DEVICE, DEVICE)} AS machine,
            min(id) AS first_id, max(id) AS last_id
        FROM cut GROUP BY session_id
    )"""  # noqa: S608

KEYS = """INSERT INTO session_keys SELECT DISTINCT person_id, session_id, client_session FROM cut
    WHERE client_session IS NOT NULL"""


def update(connection: Any) -> None:
    """Append `incoming` to `events` with its sessions, and make the touched sessions again."""
    for statement in (FRESH, HULL, TOUCHED):
        connection.execute(statement)
    bounds = connection.execute("SELECT coalesce(min(first_id), 0), coalesce(max(last_id), -1) FROM touched")
    low, high = bounds.fetchone()
    connection.execute(POOL, [low, high])
    connection.execute(CUT)
    connection.execute(CHANGED)
    connection.execute(CHANGE, [low, high])
    connection.execute(APPEND)
    connection.execute("DELETE FROM sessions WHERE session_id IN (SELECT session_id FROM touched)")
    connection.execute("DELETE FROM session_keys WHERE session_id IN (SELECT session_id FROM touched)")
    connection.execute(MAKE)
    connection.execute(KEYS)
