"""Last part of a merge: persons, added up from their sessions, with the latest that is known of them."""

from __future__ import annotations

from typing import Any

from tracker.columns.links import owners
from tracker.columns.load import person_key
from tracker.columns.schema import persons

TABLES = (
    # Each profile a user was sent with, and where it was sent last.
    'CREATE TABLE IF NOT EXISTS user_profiles (person_id BIGINT, profile_id BIGINT, "at" BIGINT, id BIGINT)',
)

# Everybody who gains or loses an event or a trace. A user's id is in the event or trace that names it, which
# is either new or known to `persons` already.
LINKED = person_key("u", "l.user_id", "l.site_id")
PEOPLE = f"""CREATE OR REPLACE TEMP TABLE people AS
    SELECT person_id, any_value(user_id) AS user_id, any_value(visitor) AS visitor FROM (
        SELECT person_id, user_id, NULL AS visitor FROM incoming WHERE user_id IS NOT NULL
        UNION ALL
        SELECT person_id, NULL, visitor FROM incoming WHERE user_id IS NULL AND person_id IS NOT NULL
        UNION ALL
        SELECT b.person_id, NULL, b.visitor FROM before b JOIN moved m ON m.id = b.id
        UNION ALL
        SELECT old_person, NULL, NULL FROM moved
        UNION ALL
        SELECT person_id, NULL, NULL FROM gone WHERE person_id IS NOT NULL
        UNION ALL
        SELECT {person_key("u", "user_id")}, user_id, NULL FROM other_traces WHERE user_id IS NOT NULL
        UNION ALL
        SELECT {person_key("v", "visitor")}, NULL, visitor FROM other_traces WHERE user_id IS NULL
        UNION ALL
        SELECT {LINKED}, l.user_id, NULL FROM person_links l WHERE (l.site_id, l.visitor) IN (
            SELECT (site_id, visitor) FROM other_traces UNION ALL SELECT (site_id, visitor) FROM relinked)
        UNION ALL
        SELECT person_id, user_id, visitor FROM persons WHERE person_id IN (
            SELECT person_id FROM incoming UNION ALL SELECT old_person FROM moved
            UNION ALL SELECT new_person FROM moved UNION ALL SELECT person_id FROM gone
            UNION ALL SELECT person_id FROM former)
    ) GROUP BY person_id"""  # noqa: S608

NEW_PROFILES = """CREATE OR REPLACE TEMP TABLE new_profiles AS
    SELECT person_id, profile_id, max({'a': "at", 'i': id}) AS place FROM incoming
    WHERE profile_id IS NOT NULL AND person_id IS NOT NULL GROUP BY ALL"""
KEPT_PROFILES = """INSERT INTO new_profiles
    SELECT person_id, profile_id, {'a': "at", 'i': id} FROM user_profiles
    WHERE (person_id, profile_id) IN (SELECT (person_id, profile_id) FROM new_profiles)"""
FORGET_OLD = """DELETE FROM user_profiles USING new_profiles n
    WHERE user_profiles.person_id = n.person_id AND user_profiles.profile_id = n.profile_id"""
KEEP_NEW = """INSERT INTO user_profiles
    SELECT person_id, profile_id, max(place).a, max(place).i FROM new_profiles GROUP BY ALL"""

# Deleted events may have been the last to carry a profile: look the persons' events through again.
ANEW = f"""(SELECT person_id FROM gone UNION ALL
    SELECT {person_key("u", "user_id")} FROM other_traces WHERE user_id IS NOT NULL)"""  # noqa: S608
FORGET_GONE = f"DELETE FROM user_profiles WHERE person_id IN {ANEW}"  # noqa: S608
LOOK_AGAIN = f"""INSERT INTO user_profiles
    SELECT person_id, profile_id, max(place).a, max(place).i FROM (
        SELECT person_id, profile_id, {{'a': "at", 'i': id}} AS place FROM events
        WHERE person_id IN {ANEW} AND profile_id IS NOT NULL
        UNION ALL
        SELECT person_id, told[1], {{'a': told[2], 'i': told[3]}} FROM (
            SELECT {person_key("u", "user_id")} AS person_id,
                unnest(from_json(profiles, '[["BIGINT"]]')) AS told
            FROM traces WHERE user_id IS NOT NULL
        ) WHERE person_id IN {ANEW}
    ) GROUP BY person_id, profile_id"""  # noqa: S608
UNMAKE = "DELETE FROM persons WHERE person_id IN (SELECT person_id FROM people)"

# Values sent later win, each for itself.
KNOWN = """SELECT u.person_id, last(p.name ORDER BY u."at", u.id) FILTER (WHERE p.name IS NOT NULL) AS name,
        last(p.email ORDER BY u."at", u.id) FILTER (WHERE p.email IS NOT NULL) AS email,
        last(p.phone ORDER BY u."at", u.id) FILTER (WHERE p.phone IS NOT NULL) AS phone,
        list(p.traits ORDER BY u."at", u.id) FILTER (WHERE p.traits IS NOT NULL) AS traits
    FROM user_profiles u JOIN profiles p ON p.id = u.profile_id
    WHERE u.person_id IN (SELECT person_id FROM people) GROUP BY u.person_id"""
# When they came first is told by events, or by what stayed of those that went by age.
OWNERS = owners("(SELECT *, from_at AS at FROM traces)", "e.from_id")
TRACED = f"""SELECT person_id, min(first_at) AS first_at, min(from_at) AS from_at FROM (
        SELECT {person_key("u", "user_id")} AS person_id, first_at, from_at FROM traces
        WHERE user_id IS NOT NULL
        UNION ALL
        SELECT CASE WHEN o.user_id IS NULL THEN {person_key("v", "t.visitor", "t.site_id")}
            ELSE {person_key("u", "o.user_id", "t.site_id")} END, t.first_at, t.from_at
        FROM traces t LEFT JOIN ({OWNERS}) o ON o.id = t.id
        WHERE t.user_id IS NULL
    ) WHERE person_id IN (SELECT person_id FROM people) GROUP BY person_id"""  # noqa: S608
PEOPLES = "NOT s.bot"
FIRST_KNOWN = "coalesce(any_value(t.from_at) >= min(s.started_at), true)"
LATEST = ("country", "device", "browser", "os", "language")
EARLIEST = ("entry_page", "source", "channel", "utm_campaign")
# Sessions of one person begin at different times, but for one of people's and one of bots'.
PLACE = "s.started_at * 2 + (NOT s.bot)::BIGINT"


def _of_first(name: str) -> str:
    """What the first session tells, NULL where that went."""
    told = f"arg_min_null(s.{name}, {PLACE}) FILTER (WHERE {PEOPLES})"
    return f"CASE WHEN {FIRST_KNOWN} THEN {told} END"


MAKE = f"""INSERT INTO persons ({", ".join(column.name for column in persons.columns)})
    SELECT s.site_id, s.person_id, any_value(w.user_id) AS user_id,
        CASE WHEN any_value(w.user_id) IS NULL THEN any_value(w.visitor) END,
        any_value(w.user_id) IS NOT NULL OR NOT bool_and(s.daily),
        least(min(first_active_at) FILTER (WHERE {PEOPLES}), any_value(t.first_at)),
        max(last_active_at) FILTER (WHERE {PEOPLES}),
        least(min(started_at), any_value(t.from_at)), max(ended_at),
        count(*) FILTER (WHERE {PEOPLES} AND interactive > 0),
        coalesce(sum(events) FILTER (WHERE {PEOPLES}), 0),
        coalesce(sum(interactive) FILTER (WHERE {PEOPLES}), 0),
        coalesce(sum(page_views) FILTER (WHERE {PEOPLES}), 0),
        any_value(k.name), any_value(k.email), any_value(k.phone),
        any_value(CASE len(k.traits) WHEN 1 THEN k.traits[1]
            ELSE list_reduce(k.traits, lambda a, b: json_merge_patch(a, b)) END),
        {", ".join(f"arg_max(s.{name}, {PLACE})" for name in LATEST)},
        {", ".join(_of_first(name) for name in EARLIEST)},
        min(s.first_id), max(s.last_id)
    FROM sessions s JOIN people w ON w.person_id = s.person_id
    LEFT JOIN ({KNOWN}) k ON k.person_id = s.person_id
    LEFT JOIN ({TRACED}) t ON t.person_id = s.person_id
    WHERE s.person_id IN (SELECT person_id FROM people)
    GROUP BY s.site_id, s.person_id ORDER BY s.site_id"""  # noqa: S608


def update(connection: Any) -> None:
    """Make everybody again whom the merge touched."""
    connection.execute(PEOPLE)
    for statement in (FORGET_GONE, LOOK_AGAIN, NEW_PROFILES, KEPT_PROFILES, FORGET_OLD, KEEP_NEW):
        connection.execute(statement)
    connection.execute(UNMAKE)
    connection.execute(MAKE)
