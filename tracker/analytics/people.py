"""People: who was active, how much, and since when one knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import sessions_in
from tracker.analytics.presence import packed
from tracker.analytics.query import Query
from tracker.analytics.registry import Parameter, question
from tracker.columns.dialect import contains
from tracker.columns.schema import persons, sessions
from tracker.errors import Invalid

SORTS = ("last_seen", "first_seen", "events", "visits", "page_views", "name")
MAX_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Person:
    """`person` is the user id, else the visitor id. `events`, `visits` and `page_views` are of the period,
    `first_seen` and `last_seen` (epoch ms) of all time, country and device of the latest visit."""

    person: str
    user_id: str | None
    name: str | None
    email: str | None
    phone: str | None
    events: int
    visits: int
    page_views: int
    first_seen: int
    last_seen: int
    country: str | None
    device: str | None
    browser: str | None
    os: str | None


@dataclass(frozen=True, slots=True)
class People:
    """One page of the list; `total` persons are in all of it."""

    total: int
    people: tuple[Person, ...]


def sorting(text: str) -> str:
    """One of SORTS, with a minus for the other way round. Raises Invalid."""
    if text.removeprefix("-") not in SORTS:
        raise Invalid(f"sort is one of {', '.join(SORTS)}; put a - before it to turn it round.", field="sort")
    return text


def searched(text: str) -> str:
    """Text to look for. Raises Invalid."""
    if len(text) > MAX_SEARCH:
        raise Invalid(f"search takes {MAX_SEARCH} characters at most.", field="search")
    return text.strip()


Conditions = list[sa.ColumnElement[bool]]
PARAMETERS = (
    Parameter("search", "Part of a user id, visitor id, name, email or phone number.", searched, ""),
    Parameter("sort", f"One of {', '.join(SORTS)}; a - before it turns it round.", sorting, "last_seen"),
)


@question(name="people", ever=True, title="People", parameters=PARAMETERS, rows="people")
def answer(
    connection: sa.Connection, query: Query, search: str = "", sort: str = "last_seen", pseudonym: str = ""
) -> People:
    """Everybody with at least one interactive event in the period, bots left out.

    - **Events**: their interactive events in the period. **Page views**: their page views in it.
    - **Visits**: their sessions with an interactive event that start in the period.
    - **First and last seen**: their first and last interactive event of all time.
    - **Country, device, browser, OS**: as told on their latest visit of all time.

    `search` finds any part of a user id, visitor id, name, email or phone number, in upper or lower case; all
    of a name, email or phone number also finds who was pseudonymised (`pseudonym` is what stands for it).
    Sorted by when they were seen last, first seen, events, visits, page views (the latest or most first), or
    by name from A on; persons without a name come after the others.
    """
    matching = _matching(search, pseudonym)
    rows = connection.execute(_page(query, matching, sort)).all()
    total = int(rows[0].total) if rows else _total(connection, query, matching)
    return People(total, tuple(_person(row) for row in rows))


def _person(row: Any) -> Person:
    return Person(
        row.user_id or row.visitor,
        row.user_id,
        row.name,
        row.email,
        row.phone,
        int(row.active_events),
        int(row.visits or 0),
        int(row.views),
        row.first_at,
        row.last_at,
        row.country,
        row.device,
        row.browser,
        row.os,
    )


def _page(query: Query, matching: Conditions, sort: str) -> sa.Select[Any]:
    """Rows of `persons` with active_events, views, visits and total, in order."""
    found = _found(query, matching)
    key, *rest = _order(found, sort)
    # Sorted as few narrow columns; the wide ones are looked up for those shown only.
    shown = sa.select(*found.c, sa.func.count().over().label("total"))
    shown = shown.order_by(key, *rest).limit(query.limit).offset(query.offset)
    page = shown.cte("page")
    return (
        sa.select(*persons.c, page.c.active_events, page.c.views, page.c.visits, page.c.total)
        .join_from(page, persons, page.c.person_id == persons.c.person_id)
        .where(persons.c.site_id == query.site_id)
        .order_by(*_order(page, sort))
    )


def _found(query: Query, matching: Conditions) -> sa.CTE:
    acts = packed(query).subquery("acts")
    events, views = sa.func.sum(acts.c.events), sa.func.sum(acts.c.views)
    active = (
        sa.select(acts.c.person_id, events.label("active_events"), views.label("views"))
        .group_by(acts.c.person_id)
        .having(events > 0)
        .subquery("active")
    )
    visits = (
        sa.select(sessions.c.person_id, sa.func.count().label("visits"))
        .where(*sessions_in(query))
        .group_by(sessions.c.person_id)
        .subquery("visits_of")
    )
    return (
        sa.select(
            active.c.person_id,
            active.c.active_events,
            active.c.views,
            sa.func.coalesce(visits.c.visits, 0).label("visits"),
            persons.c.first_at,
            persons.c.last_at,
            sa.func.coalesce(persons.c.name, "").label("called"),
        )
        .join_from(active, persons, active.c.person_id == persons.c.person_id)
        .outerjoin(visits, visits.c.person_id == active.c.person_id)
        .where(persons.c.site_id == query.site_id, *matching)
        .cte("found")
    )


def _matching(search: str, pseudonym: str) -> Conditions:
    if not search:
        return []
    told = (persons.c.user_id, persons.c.visitor, persons.c.name, persons.c.email, persons.c.phone)
    wanted = search.lower()
    found: Conditions = [contains(sa.func.lower(column), sa.literal(wanted)) for column in told]
    if pseudonym:
        found += [column == pseudonym for column in told[2:]]
    return [sa.or_(*found)]


def _order(table: sa.FromClause, sort: str) -> list[sa.ColumnElement[Any]]:
    name = sort.removeprefix("-")
    columns = {
        "last_seen": "last_at",
        "first_seen": "first_at",
        "events": "active_events",
        "visits": "visits",
        "page_views": "views",
        "name": "called",
    }
    key = table.c[columns[name]]
    upwards = (name == "name") != sort.startswith("-")
    nameless = [sa.case((table.c.called == "", 1), else_=0)] if name == "name" else []
    return [*nameless, key.asc() if upwards else key.desc(), table.c.person_id]


def _total(connection: sa.Connection, query: Query, matching: Conditions) -> int:
    if not query.offset:
        return 0
    return connection.scalar(sa.select(sa.func.count()).select_from(_found(query, matching))) or 0
