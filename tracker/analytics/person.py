"""One person: who they are, when and how they come, on what, and their latest visits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from tracker.analytics.filters import Condition, events_in, sessions_in
from tracker.analytics.query import Query
from tracker.analytics.rates import ratio, share
from tracker.analytics.registry import Parameter, question
from tracker.columns.schema import NEVER_ENDS, events, person_links, persons, sessions
from tracker.domain.period import day_of_number
from tracker.errors import Invalid, NotFound

TOP = 10
MAX_ID = 500


@dataclass(frozen=True, slots=True)
class Habit:
    """How often somebody did something; `last_at` in epoch ms."""

    name: str
    count: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Day:
    """Their interactive events on one local day."""

    date: str
    events: int


@dataclass(frozen=True, slots=True)
class Device:
    """What they came with; `last_at` is the start of the latest visit on it, in epoch ms."""

    device: str | None
    browser: str | None
    os: str | None
    visits: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Session:
    """One visit. `started_at` in epoch ms, `duration` in seconds."""

    started_at: int
    duration: float
    events: int
    page_views: int
    bounce: bool
    entry_page: str | None
    exit_page: str | None
    source: str | None
    country: str | None
    device: str | None
    browser: str | None
    os: str | None


@dataclass(frozen=True, slots=True)
class Summary:
    """One person. What they are is of all time: `first_seen`, `last_seen` (epoch ms; None: never active),
    traits, country … The rest is of the period; `avg_visit_duration` in seconds, `bounce_rate` in per cent,
    `activity_by_hour` has seven days, Monday first, of 24 hours."""

    person: str
    user_id: str | None
    name: str | None
    email: str | None
    phone: str | None
    traits: dict[str, Any]
    first_seen: int | None
    last_seen: int | None
    first_source: str | None
    first_channel: str | None
    country: str | None
    language: str | None
    events: int
    page_views: int
    visits: int
    avg_visit_duration: float | None
    bounce_rate: float | None
    active_days: int
    events_per_active_day: float | None
    days_between: float | None
    activity_by_hour: tuple[tuple[int, ...], ...]
    activity_by_date: tuple[Day, ...]
    top_events: tuple[Habit, ...]
    top_pages: tuple[Habit, ...]
    devices: tuple[Device, ...]
    sessions: tuple[Session, ...]


def identity(text: str) -> str:
    """A user id or visitor id. Raises Invalid."""
    if not 0 < len(text.strip()) <= MAX_ID:
        raise Invalid(f"person must have 1 to {MAX_ID} characters.", field="person")
    return text.strip()


PERSON = Parameter("person", "A user id, or the id of a visitor.", identity)


@question(name="person", ever=True, title="Person", parameters=(PERSON,), rows="sessions")
def answer(connection: sa.Connection, query: Query, person: str) -> Summary:
    """All of one person at a glance: a user by their id, or a visitor; the id of a visitor who became a user
    finds that user.

    - **First and last seen**: first and last interactive event of all time. **Traits**: the latest value of
      each. **First source** and channel: of their first visit.
    - **Events**: their interactive events in the period. **Page views** in it, **visits** that start in it,
      with their mean duration and the per cent of bounces.
    - **Active days**: local days with an interactive event; events for each of them; the mean days from one
      active day to the next.
    - **Hour × weekday** and **by date**: their interactive events by local hour, weekday and day.
    - **Events and pages**: the ten most frequent; events of servers and pings are counted here too.
    - **Devices**: device, browser and system of their visits. **Sessions**: their visits, the latest first
      (`limit`, `offset`).

    Filters and bots are treated as everywhere else.
    """
    found = find(connection, query.site_id, person)
    acts = connection.execute(_acts(query, found.person_id)).all()
    visits = connection.execute(_visits(query, found.person_id)).all()
    return Summary(
        found.user_id or found.visitor,
        found.user_id,
        found.name,
        found.email,
        found.phone,
        msgspec.json.decode(found.traits) if found.traits else {},
        found.first_at,
        found.last_at,
        found.first_source,
        found.first_channel,
        found.country,
        found.language,
        *_figures(acts, visits),
        *_frequency(acts),
        _by_hour(acts),
        _by_date(acts),
        _habits((row.name, row) for row in acts),
        _habits((row.page, row) for row in acts if row.page is not None),
        _devices(visits),
        tuple(_session(row) for row in visits[query.offset : query.offset + query.limit]),
    )


def find(connection: sa.Connection, site_id: int, person: str) -> Any:
    """The row of `persons`. Raises NotFound."""
    linked = sa.select(person_links.c.user_id).where(
        person_links.c.site_id == site_id,
        person_links.c.visitor == person,
        person_links.c.until_at == NEVER_ENDS,
    )
    # The user so called first, then the user the visitor became, then the visitor as such.
    rank = sa.case((persons.c.user_id == person, 0), (persons.c.user_id.is_not(None), 1), else_=2)
    named = sa.or_(persons.c.user_id == person, persons.c.user_id.in_(linked), persons.c.visitor == person)
    wanted = sa.select(persons).where(persons.c.site_id == site_id, named).order_by(rank).limit(1)
    found = connection.execute(wanted).one_or_none()
    if found is None:
        raise NotFound(f"Nobody is known by the id {person[:60]!r} here.", field="person")
    return found


def _acts(query: Query, person_id: int) -> sa.Select[Any]:
    """Rows (day, hour, name, page, events, interactive, last_at); `page` of page views only."""
    each = (
        sa.select(
            query.day(events.c.at).label("day"),
            query.hour(events.c.at).label("hour"),
            events.c.name,
            sa.case((events.c.page_view, events.c.page), else_=None).label("page"),
            events.c.interactive,
            events.c.at,
        )
        .where(*events_in(query), events.c.person_id == person_id)
        .subquery("each_event")
    )
    keys = (each.c.day, each.c.hour, each.c.name, each.c.page)
    interactive = sa.func.sum(sa.case((each.c.interactive, 1), else_=0))
    return sa.select(
        *keys,
        sa.func.count().label("events"),
        interactive.label("interactive"),
        sa.func.max(each.c.at).label("last_at"),
    ).group_by(*keys)


def _visits(query: Query, person_id: int) -> sa.Select[Any]:
    own: Condition = sessions.c.person_id == person_id
    return sa.select(sessions).where(*sessions_in(query), own).order_by(sessions.c.started_at.desc())


def _figures(acts: Sequence[Any], visits: Sequence[Any]) -> tuple[int, int, int, float | None, float | None]:
    """events, page_views, visits, avg_visit_duration, bounce_rate"""
    return (
        sum(int(row.interactive) for row in acts),
        sum(row.events for row in acts if row.page is not None),
        len(visits),
        ratio(sum(row.duration_ms for row in visits) / 1000, len(visits)),
        share(sum(row.bounce for row in visits), len(visits)),
    )


def _frequency(acts: Sequence[Any]) -> tuple[int, float | None, float | None]:
    """active_days, events_per_active_day, days_between"""
    days = sorted({row.day for row in acts if row.interactive})
    between = ratio(days[-1] - days[0], len(days) - 1) if days else None
    return len(days), ratio(sum(int(row.interactive) for row in acts), len(days)), between


def _by_hour(acts: Sequence[Any]) -> tuple[tuple[int, ...], ...]:
    cells: Counter[tuple[int, int]] = Counter()
    for row in acts:
        cells[day_of_number(row.day).weekday(), row.hour] += int(row.interactive)
    return tuple(tuple(cells[weekday, hour] for hour in range(24)) for weekday in range(7))


def _by_date(acts: Sequence[Any]) -> tuple[Day, ...]:
    days: Counter[int] = Counter()
    for row in acts:
        days[row.day] += int(row.interactive)
    return tuple(Day(day_of_number(day).isoformat(), count) for day, count in sorted(days.items()) if count)


def _habits(named: Iterable[tuple[str, Any]]) -> tuple[Habit, ...]:
    counts: Counter[str] = Counter()
    last: dict[str, int] = {}
    for name, row in named:
        counts[name] += row.events
        last[name] = max(row.last_at, last.get(name, row.last_at))
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple(Habit(name, counts[name], last[name]) for name in ordered[:TOP])


def _devices(visits: Sequence[Any]) -> tuple[Device, ...]:
    """Most visits first; `visits` come latest first."""
    counts = Counter((row.device, row.browser, row.os) for row in visits)
    last: dict[tuple[Any, ...], int] = {}
    for row in visits:
        last.setdefault((row.device, row.browser, row.os), row.started_at)
    ordered = sorted(counts, key=lambda kind: (-counts[kind], -last[kind]))
    return tuple(Device(*kind, counts[kind], last[kind]) for kind in ordered)


def _session(row: Any) -> Session:
    return Session(
        row.started_at,
        row.duration_ms / 1000,
        row.events,
        row.page_views,
        row.bounce,
        row.entry_page,
        row.exit_page,
        row.source,
        row.country,
        row.device,
        row.browser,
        row.os,
    )
