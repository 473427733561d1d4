"""Third part of a merge: one person's events with no gap over 30 minutes, or under one client session id.

Each event reaches until 30 minutes after it, and at least until the last event of its client session; a
session ends where nothing reaches the next event. Events of bots and of people never share a session.

Only sessions that new, moved or deleted events can change are made again, from all of their events.
Tables made here: `touched` (sessions to be made again), `before` (their events so far), `cut` (the session
of each event, old and new), `seen` (what pages are told by).
"""

from __future__ import annotations

from typing import Any

from tracker.columns import load
from tracker.columns.schema import LATER_PAGES, sessions

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
    SELECT new_person, bot, "at", client_session FROM moved"""

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

BEFORE = f"""CREATE OR REPLACE TEMP TABLE before AS
    SELECT {", ".join("e." + name for name in USED)}, e.bot, e.session_id, e.person_id AS old_person,
        coalesce(m.new_person, e.person_id) AS person_id
    FROM events e LEFT JOIN moved m ON m.id = e.id
    WHERE e.session_id IN (SELECT session_id FROM touched) AND e.id BETWEEN $1 AND $2"""  # noqa: S608

PARTS = """CREATE OR REPLACE TEMP TABLE parts AS
    SELECT id, "at", client_session, bot IS NOT NULL AS bot, person_id,
        NULL::BIGINT AS old_person, NULL::BIGINT AS old_session
    FROM incoming WHERE person_id IS NOT NULL
    UNION ALL
    SELECT id, "at", client_session, bot IS NOT NULL, person_id, old_person, session_id FROM before"""
CUT = f"""CREATE OR REPLACE TEMP TABLE cut AS
    SELECT id, person_id, old_person, old_session,
        last_value(CASE WHEN reach IS NULL OR "at" > reach THEN id END IGNORE NULLS)
            OVER (PARTITION BY person_id, bot ORDER BY "at", id) AS session_id
    FROM (
        SELECT p.*, max(greatest("at" + {GAP_MS}, coalesce(span_end, 0))) OVER (PARTITION BY person_id, bot
            ORDER BY "at", id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach
        FROM parts p LEFT JOIN (
            SELECT person_id, bot, client_session, max("at") AS span_end FROM parts
            WHERE client_session IS NOT NULL GROUP BY ALL
        ) s USING (person_id, bot, client_session)
    )"""  # noqa: S608

CHANGED = """CREATE OR REPLACE TEMP TABLE changed AS
    SELECT id, person_id, session_id FROM cut
    WHERE old_session IS NOT NULL AND (old_session != session_id OR old_person != person_id)"""
CHANGE = """UPDATE events SET person_id = c.person_id, session_id = c.session_id FROM changed c
    WHERE events.id = c.id AND events.id BETWEEN $1 AND $2"""


# By time, then by ledger id (of which 2^40 are enough), as one number.
PLACE = '"at"::HUGEINT * 1099511627776 + id'


def _from_first(names: tuple[str, ...], tells: tuple[str, ...]) -> str:
    """Columns of the first event that tells any of `tells`, as one struct."""
    packed = ", ".join(f"{name} := {name}" for name in names)
    known = ", ".join(tells)
    return f"arg_min(struct_pack({packed}), place) FILTER (WHERE coalesce({known}) IS NOT NULL)"


def _looks(prefix: tuple[str, str] = ("", "")) -> str:
    """What filters on both events and sessions look at, as one number."""
    return f"hash({', '.join(prefix[0] + name for name in DEVICE)}, {prefix[1]}host)"


# What pages are told by, of the same events as `MAKE`.
SEEN = f"""CREATE OR REPLACE TEMP TABLE seen AS
    SELECT c.session_id, page, interactive, page_view, {PLACE} AS place
    FROM cut c JOIN (
        SELECT id, "at", page, interactive, page_view FROM events WHERE id > $1
        UNION ALL
        SELECT id, "at", page, interactive, page_view FROM before
    ) e USING (id)"""  # noqa: S608
PAGES = """SELECT session_id, [x.page FOR x IN told] AS pages, [x.acts FOR x IN told] AS pages_acts,
        [x.views FOR x IN told] AS pages_views
    FROM (
        SELECT session_id, list_sort(list(struct_pack(page, acts, views))) AS told FROM (
            SELECT session_id, page, count(*) FILTER (WHERE interactive) AS acts,
                count(*) FILTER (WHERE page_view) AS views
            FROM seen GROUP BY ALL
        ) GROUP BY session_id
    )"""
# A page viewed again at once is no step. The first is the entry page.
PATHS = f"""SELECT session_id, arg_min(page, place, {1 + len(LATER_PAGES)}) AS steps FROM (
        SELECT session_id, page, place,
            lag(page) OVER (PARTITION BY session_id ORDER BY place) AS former
        FROM seen WHERE page_view
    ) WHERE page IS DISTINCT FROM former GROUP BY session_id"""  # noqa: S608

MAKE = f"""INSERT INTO sessions ({", ".join(column.name for column in sessions.columns)})
    SELECT session_id, site_id, person_id, bot, daily,
        coalesce(low = high AND low = {_looks(("machine.", "origin."))}, true), started_at, ended_at,
        CASE WHEN bounce THEN 0 ELSE ended_at - started_at END, bounce,
        events, interactive, page_views, first_active_at, last_active_at,
        entry_page, exit_page, exit_at,
        {", ".join(f"steps[{n}] AS {name}" for n, name in enumerate(LATER_PAGES, 2))},
        pages, pages_acts, pages_views, origin.host,
        {", ".join("origin." + name for name in ORIGIN)}, {", ".join("machine." + name for name in DEVICE)},
        first_id, last_id
    FROM (
        SELECT session_id, any_value(site_id) AS site_id, any_value(c.person_id) AS person_id,
            any_value(bot) AS bot, bool_and(daily) AS daily,
            min(looks) FILTER (WHERE interactive OR page_view) AS low,
            max(looks) FILTER (WHERE interactive OR page_view) AS high,
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
            min(c.id) AS first_id, max(c.id) AS last_id
        FROM cut c JOIN (
            SELECT {", ".join(USED)}, bot IS NOT NULL AS bot, {PLACE} AS place, {_looks()} AS looks
            FROM events WHERE id > $1
            UNION ALL
            SELECT {", ".join(USED)}, bot IS NOT NULL, {PLACE}, {_looks()} FROM before
        ) e ON e.id = c.id GROUP BY session_id
    ) JOIN ({PAGES}) USING (session_id) LEFT JOIN ({PATHS}) USING (session_id)
    ORDER BY site_id"""  # noqa: S608

KEYS = """INSERT INTO session_keys SELECT DISTINCT c.person_id, c.session_id, e.client_session
    FROM cut c JOIN (
        SELECT id, client_session FROM incoming UNION ALL SELECT id, client_session FROM before
    ) e ON e.id = c.id WHERE e.client_session IS NOT NULL"""


def update(connection: Any, last_id: int, table: str) -> None:
    """Append `incoming` to `events` with its sessions, and make the touched sessions again.

    `last_id` is the highest ledger id that was in the store before, `table` where the lines are staged.
    """
    for statement in (FRESH, HULL, TOUCHED):
        connection.execute(statement)
    bounds = connection.execute("SELECT coalesce(min(first_id), 0), coalesce(max(last_id), -1) FROM touched")
    low, high = bounds.fetchone()
    connection.execute(BEFORE, [low, high])
    connection.execute(PARTS)
    connection.execute(CUT)
    connection.execute(CHANGED)
    connection.execute(CHANGE, [low, high])
    load.append(connection, table)
    connection.execute("DELETE FROM sessions WHERE session_id IN (SELECT session_id FROM touched)")
    connection.execute("DELETE FROM session_keys WHERE session_id IN (SELECT session_id FROM touched)")
    connection.execute(SEEN, [last_id])
    connection.execute(MAKE, [last_id])
    connection.execute(KEYS)
