"""Errors: what goes wrong, how often, whom it hits, and what they did just before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from tracker.analytics.clockwork import EARLIEST
from tracker.analytics.filters import Condition, events_in
from tracker.analytics.query import Query
from tracker.analytics.rates import Trend, trend
from tracker.analytics.registry import question
from tracker.columns.dialect import integer, last_by, once
from tracker.columns.schema import events, persons
from tracker.domain.period import EPOCH

BEFORE = 5
"""Events before an error that are looked at; of these the most frequent are told, as many."""
RECENT = 100
"""Errors with one message whose visits are looked at, the latest ones."""
HIT = 5
"""Persons told by name for each error."""
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Earlier:
    """`count` times this event was among the last five before the error; `page` of page views."""

    event: str
    page: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A person who met the error `count` times, the last time at `last_at` (epoch ms)."""

    person: str
    name: str | None
    count: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Failure:
    """One message (None: events that failed without one). Times in epoch ms.

    `count_before` and `trend` are None where details of the previous period are gone.
    """

    message: str | None
    count: int
    persons: int
    sessions: int
    first_seen: int
    last_seen: int
    count_before: int | None
    trend: Trend | None
    event: str
    before: tuple[Earlier, ...]
    people: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Errors:
    """`total` errors of `messages` different messages hit `persons` persons."""

    total: int
    messages: int
    persons: int
    errors: tuple[Failure, ...]


@question(name="errors", title="Errors", rows="errors")
def answer(connection: sa.Connection, query: Query) -> Errors:
    """What went wrong, most frequent first.

    An error is an event with an `error_message`, or with the status `failed`; those of servers count too,
    bots are left out. Errors with the same message are one row, whatever event carries it.

    - **Count**: such events in the period; **trend** against the previous period, within ±10 % it is stable.
    - **Persons** and **sessions** hit: the distinct ones they are of.
    - **First seen**: of all time, under the same filters; **last seen**: in the period.
    - **Event**: the name of the event that brought it last (in the order they arrived).
    - **Before**: the last five events of the same visit before each of the latest hundred such errors, pings
      and events of servers left out (other errors are kept); the five most frequent, with how often they
      came up.
    - **People**: the five whom it hit last.
    """
    rows = connection.execute(_messages(query)).all()
    shown = [row.message for row in rows]
    if not shown:
        total = _nothing_shown(connection, query) if query.offset else (0, 0, 0)
        return Errors(*total, ())
    before, people = _details(connection, query, shown)
    failures = tuple(_failure(row, query.knows_before, before, people) for row in rows)
    first = rows[0]
    return Errors(first.all_errors, first.all_messages, first.all_persons, failures)


def _failure(row: Any, known: bool, before: dict[str, list[Any]], people: dict[str, list[Any]]) -> Failure:
    return Failure(
        row.message or None,
        int(row.times),
        int(row.persons),
        int(row.sessions),
        row.first_seen,
        row.last_seen,
        int(row.times_before) if known else None,
        trend(int(row.times), int(row.times_before)) if known else None,
        row.event,
        tuple(Earlier(one.name, one.page or None, int(one.times)) for one in before[row.message]),
        tuple(Hit(one.name, one.page, int(one.times), one.last_at) for one in people[row.message]),
    )


def _details(
    connection: sa.Connection, query: Query, shown: list[str]
) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """Of each message shown what was done before, and whom it hit last; out of one look at the errors."""
    read = (events.c.id, events.c.session_id, events.c.person_id, events.c.at)
    each = once(sa.select(*_errors_shown(query, shown, *read).c), "each_shown")
    found: tuple[dict[str, list[Any]], ...] = (defaultdict(list), defaultdict(list))
    rows = connection.execute(sa.union_all(_before(query, each), _people(query, each))).all()
    for row in sorted(rows, key=lambda row: row.place):
        found[row.part][row.message].append(row)
    return found[0], found[1]


def _message() -> sa.ColumnElement[str]:
    """Empty where there is none: NULLs are no good as keys."""
    return sa.func.coalesce(events.c.error_message, "")


def failed() -> Condition:
    return sa.or_(events.c.error_message.is_not(None), events.c.status == FAILED)


def failures(query: Query, *columns: Any) -> sa.CompoundSelect[Any]:
    """`columns` of each error in the period: those with a message, then those without.

    Each of the two conditions is on one column, so that a store by columns looks at that first and at the
    others for the few rows left: a third of the time an `or` takes.
    """
    told = sa.select(*columns).where(*events_in(query), events.c.error_message.is_not(None))
    return sa.union_all(told, sa.select(*columns).where(*events_in(query), *_untold()))


def _untold() -> tuple[Condition, ...]:
    return events.c.error_message.is_(None), events.c.status == FAILED


def _errors(query: Query, *columns: Any) -> sa.Subquery:
    """Rows (message, …) of each error in the period."""
    return failures(query, _message().label("message"), *columns).subquery("each")


def _errors_shown(query: Query, shown: list[str], *columns: Any) -> sa.Subquery:
    """The same of errors with one of some messages; nobody looks for those without, where none is shown."""
    read = (_message().label("message"), *columns)
    # That there is one at all is looked at while reading, a list of messages only afterwards.
    one_of = (events.c.error_message.is_not(None), events.c.error_message.in_([one for one in shown if one]))
    told = sa.select(*read).where(*events_in(query), *one_of)
    if "" not in shown:
        return told.subquery("each")
    return sa.union_all(told, sa.select(*read).where(*events_in(query), *_untold())).subquery("each")


def _totals(each: sa.FromClause) -> tuple[sa.Label[int], sa.Label[int], sa.Label[int]]:
    return (
        sa.func.count(each.c.message).label("all_errors"),
        sa.func.count(each.c.message.distinct()).label("all_messages"),
        sa.func.count(each.c.person_id.distinct()).label("all_persons"),
    )


def _nothing_shown(connection: sa.Connection, query: Query) -> tuple[int, int, int]:
    """The totals where a page lies behind the last message."""
    row = connection.execute(sa.select(*_totals(_errors(query, events.c.person_id)))).one()
    return row.all_errors, row.all_messages, row.all_persons


def _messages(query: Query) -> sa.Select[Any]:
    """A row for each message of the period, with what all time up to its end knows of it, and the totals."""
    ever = query.over(replace(query.period, first=EPOCH, since=EARLIEST))
    read = (events.c.person_id, events.c.session_id, events.c.at, events.c.id, events.c.name)
    each = once(sa.select(*_errors(ever, *read).c), "each_error")
    now = each.c.at >= query.period.since
    earlier = sa.and_(each.c.at >= query.previous().period.since, ~now)
    of_message = (
        sa.select(
            each.c.message,
            _count(now).label("times"),
            _distinct(each.c.person_id, now).label("persons"),
            _distinct(each.c.session_id, now).label("sessions"),
            sa.func.min(each.c.at).label("first_seen"),
            sa.func.max(each.c.at).label("last_seen"),
            _count(earlier).label("times_before"),
            last_by(sa.case((now, each.c.name), else_=None), each.c.id).label("event"),
        )
        .group_by(each.c.message)
        .having(_count(now) > 0)
        .subquery("of_message")
    )
    totals = (
        sa.select(total.element).where(now).scalar_subquery().label(total.name) for total in _totals(each)
    )
    return (
        sa.select(of_message, *totals)
        .order_by(of_message.c.times.desc(), of_message.c.message)
        .limit(query.limit)
        .offset(query.offset)
    )


def _before(query: Query, each: sa.CTE) -> sa.Select[Any]:
    """Rows (0, message, name, page, times, 0, place), five for each message, the most frequent first."""
    hits = once(_recent(each), "hits")
    page = sa.func.coalesce(sa.case((events.c.page_view, events.c.page), else_=""), "")
    lags = [
        sa.func.lag(column, back)
        .over(partition_by=events.c.session_id, order_by=(events.c.at, events.c.id))
        .label(f"{name}_{back}")
        for back in range(1, BEFORE + 1)
        for name, column in (("name", events.c.name), ("page", page))
    ]
    visits = (
        sa.select(events.c.id, *lags)
        .where(
            events.c.site_id == query.site_id,
            events.c.at < query.period.until,
            events.c.session_id.in_(sa.select(hits.c.session_id)),
            sa.or_(events.c.interactive, failed()),
        )
        .subquery("visits")
    )
    found = (
        sa.select(hits.c.message, *visits.c).join_from(hits, visits, hits.c.id == visits.c.id).cte("found")
    )
    steps = sa.union_all(
        *(
            sa.select(found.c.message, found.c[f"name_{n}"].label("name"), found.c[f"page_{n}"].label("page"))
            for n in range(1, BEFORE + 1)
        )
    ).subquery("steps")
    keys = (steps.c.message, steps.c.name, steps.c.page)
    count = sa.func.count().label("times")
    # An empty name is what some engines put where there is no earlier event.
    counted = sa.select(*keys, count).where(steps.c.name.is_not(None), steps.c.name != "").group_by(*keys)
    return _most_frequent(counted.subquery("counted"))


def _recent(each: sa.CTE) -> sa.Select[Any]:
    """Rows (message, id, session_id, place) of the errors whose visits are looked at."""
    place = sa.func.row_number().over(
        partition_by=each.c.message, order_by=(each.c.at.desc(), each.c.id.desc())
    )
    ranked = (
        sa.select(each.c.message, each.c.id, each.c.session_id, place.label("place"))
        .where(each.c.session_id.is_not(None))
        .subquery("ranked")
    )
    return sa.select(ranked).where(ranked.c.place <= RECENT)


def _people(query: Query, each: sa.CTE) -> sa.Select[Any]:
    """Rows (1, message, person, called, times, last_at, place), five for each message, the latest first."""
    own = (
        sa.select(
            each.c.message,
            each.c.person_id,
            sa.func.count().label("times"),
            sa.func.max(each.c.at).label("last_at"),
        )
        .where(each.c.person_id.is_not(None))
        .group_by(each.c.message, each.c.person_id)
        .subquery("own")
    )
    place = sa.func.row_number().over(
        partition_by=own.c.message, order_by=(own.c.last_at.desc(), own.c.person_id)
    )
    ranked = sa.select(own, place.label("place")).subquery("ranked")
    return (
        sa.select(
            integer(1).label("part"),
            ranked.c.message,
            sa.func.coalesce(persons.c.user_id, persons.c.visitor).label("name"),
            persons.c.name.label("page"),
            ranked.c.times,
            ranked.c.last_at,
            _whole(ranked.c.place),
        )
        .join_from(ranked, persons, ranked.c.person_id == persons.c.person_id)
        .where(ranked.c.place <= HIT, persons.c.site_id == query.site_id)
    )


def _most_frequent(counted: sa.Subquery) -> sa.Select[Any]:
    """Rows (0, message, name, page, times, 0, place): those with the highest `times` of each message."""
    order = (counted.c.times.desc(), counted.c.name, counted.c.page)
    place = sa.func.row_number().over(partition_by=counted.c.message, order_by=order)
    ranked = sa.select(counted, place.label("place")).subquery("ranked")
    told = (ranked.c.message, ranked.c.name, ranked.c.page, ranked.c.times)
    return sa.select(
        integer(0).label("part"), *told, integer(0).label("last_at"), _whole(ranked.c.place)
    ).where(ranked.c.place <= BEFORE)


def _whole(place: sa.ColumnElement[int]) -> sa.Label[int]:
    # Engines count rows without a sign; one that mixes signs in a union finds no type for it.
    return sa.cast(place, sa.BigInteger).label("place")


def _count(condition: Condition) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _distinct(column: sa.ColumnElement[Any], condition: Condition) -> sa.ColumnElement[int]:
    return sa.func.count(sa.case((condition, column), else_=None).distinct())
