"""Second part of a merge: whose the anonymous events of a visitor are.

An event that names a user is that user's. An anonymous event belongs to the user named next on its visitor
(by event time, then ledger id); where none follows, to the one named last. On a shared device everybody
so gets what led up to their own sign-in, and one who signs in brings the past along. The rule looks at the
events alone, never at the order in which they came.

Tables made here: `relinked` (visitors whose links change), `moved` (events kept already that change hands).
`incoming.person_id` is right afterwards.
"""

from __future__ import annotations

from typing import Any

from tracker.columns.load import person_key
from tracker.columns.schema import NEVER_ENDS

# Nearly always a visitor signs in as who it always was: then nothing changes.
RELINKED = """CREATE OR REPLACE TEMP TABLE relinked AS
    SELECT site_id, visitor FROM (
        SELECT site_id, visitor, min(user_id) AS low, max(user_id) AS high FROM incoming
        WHERE user_id IS NOT NULL AND visitor IS NOT NULL GROUP BY ALL
    ) named LEFT JOIN (
        SELECT site_id, visitor, min(user_id) AS known, count(*) AS rows FROM person_links
        WHERE visitor IN (SELECT visitor FROM incoming WHERE user_id IS NOT NULL) GROUP BY ALL
    ) linked USING (site_id, visitor)
    WHERE low != high OR rows IS NULL OR rows > 1 OR known != low
    UNION SELECT site_id, visitor FROM gone WHERE user_id IS NOT NULL AND visitor IS NOT NULL
    UNION SELECT site_id, visitor FROM other_traces WHERE user_id IS NOT NULL AND visitor IS NOT NULL"""

FORMER = f"""CREATE OR REPLACE TEMP TABLE former AS
    SELECT DISTINCT l.site_id, l.visitor, {person_key("u", "l.user_id", "l.site_id")} AS person_id
    FROM person_links l SEMI JOIN relinked USING (site_id, visitor)"""  # noqa: S608

# All events that name a user on these visitors; those kept already are found by their person. Of those that
# went by age the last one of each run is known.
POINTS = """CREATE OR REPLACE TEMP TABLE points AS
    SELECT site_id, visitor, user_id, "at", id FROM incoming SEMI JOIN relinked USING (site_id, visitor)
    WHERE user_id IS NOT NULL
    UNION ALL
    SELECT e.site_id, e.visitor, e.user_id, e."at", e.id FROM events e
    SEMI JOIN relinked USING (site_id, visitor)
    WHERE e.user_id IS NOT NULL AND e.person_id IN (SELECT person_id FROM former)
    UNION ALL
    SELECT site_id, visitor, user_id, to_at, to_id FROM traces SEMI JOIN relinked USING (site_id, visitor)
    WHERE user_id IS NOT NULL"""

UNLINK = """DELETE FROM person_links USING relinked r
    WHERE person_links.site_id = r.site_id AND person_links.visitor = r.visitor"""

# Of a run of events that name the same user, the last one says until when the row holds.
LINK = f"""INSERT INTO person_links
    SELECT site_id, visitor, coalesce(CASE WHEN following IS NULL THEN {NEVER_ENDS} END, "at"),
        CASE WHEN following IS NULL THEN {NEVER_ENDS} ELSE id END, user_id
    FROM (
        SELECT *, lead(user_id) OVER (PARTITION BY site_id, visitor ORDER BY "at", id) AS following
        FROM points
    ) WHERE following IS DISTINCT FROM user_id"""  # noqa: S608


def owners(events: str, number: str = "e.id") -> str:
    """(id, user_id) of anonymous events (or of what stays of them) whose visitor has links."""
    return f"""SELECT e.id, arg_min(l.user_id, {{'a': l.until_at, 'i': l.until_id}}) AS user_id
        FROM {events} e JOIN person_links l ON l.site_id = e.site_id AND l.visitor = e.visitor
        AND (l.until_at > e."at" OR (l.until_at = e."at" AND l.until_id > {number}))
        WHERE e.user_id IS NULL GROUP BY e.id"""  # noqa: S608


# An anonymous event kept already belongs to its visitor, or to one of the visitor's former users.
ANONYMOUS = f"""CREATE OR REPLACE TEMP TABLE anonymous AS
    SELECT id, site_id, visitor, user_id, "at", person_id, session_id, bot IS NOT NULL AS bot, client_session
    FROM events e
    SEMI JOIN relinked USING (site_id, visitor)
    WHERE e.user_id IS NULL AND e.person_id IN (
        SELECT person_id FROM former UNION ALL SELECT {person_key("v", "visitor")} FROM relinked)"""  # noqa: S608
MOVED = f"""CREATE OR REPLACE TEMP TABLE moved AS
    SELECT id, session_id, person_id AS old_person, new_person, "at", bot, client_session FROM (
        SELECT a.*, CASE WHEN o.user_id IS NULL
            THEN {person_key("v", "a.visitor", "a.site_id")}
            ELSE {person_key("u", "o.user_id", "a.site_id")} END AS new_person
        FROM anonymous a LEFT JOIN ({owners("anonymous")}) o ON o.id = a.id
    ) WHERE person_id != new_person"""  # noqa: S608

RESOLVE = f"""UPDATE incoming SET person_id = {person_key("u", "o.user_id", "incoming.site_id")}
    FROM ({owners("incoming")}) o WHERE o.id = incoming.id"""  # noqa: S608
NOBODY_FORMER = "CREATE OR REPLACE TEMP TABLE former (site_id BIGINT, visitor TEXT, person_id BIGINT)"
NOTHING_MOVED = """CREATE OR REPLACE TEMP TABLE moved
    (id BIGINT, session_id BIGINT, old_person BIGINT, new_person BIGINT, "at" BIGINT, bot BOOLEAN,
    client_session TEXT)"""


def update(connection: Any) -> None:
    """Bring `person_links` up to date with `incoming` and `gone`, and find whose events move."""
    connection.execute(RELINKED)
    (changed,) = connection.execute("SELECT count(*) FROM relinked").fetchone()
    if changed:
        for statement in (FORMER, POINTS, UNLINK, LINK, ANONYMOUS, MOVED):
            connection.execute(statement)
    else:
        connection.execute(NOBODY_FORMER)
        connection.execute(NOTHING_MOVED)
    connection.execute(RESOLVE)
