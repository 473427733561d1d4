"""Timeline: everything of one person in one chronology, events and credits alike."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, takewhile
from typing import Any

import msgspec
import sqlalchemy as sa

from tracker.analytics.credit_operations import is_operation, operations
from tracker.analytics.filters import Condition, events_in
from tracker.analytics.person import PERSON, find
from tracker.analytics.query import MINUTE, Query
from tracker.analytics.registry import Parameter, question
from tracker.columns.schema import events
from tracker.errors import Invalid, NotFound

GAP_MS = 30 * MINUTE
"""A pause that is marked: longer than a session's."""
RELATED_MS = 10 * MINUTE
RELATED = 3
"""A credit operation is tied to the last three events of at most ten minutes before it."""
KINDS = ("event", "credit")


@dataclass(frozen=True, slots=True)
class Item:
    """One event (🔵) or credit operation (💰). `at` in epoch ms; `id` is the ledger's.

    `gap_seconds` is the pause since the person's event before it where that is over 30 minutes. Of credits:
    `amount` (negative where taken) and `balance` after it, and `related`, the ids of events just before.
    `context` tells page, title, device, browser, os and country, as far as known.
    """

    id: int
    kind: str
    at: int
    event: str
    verified: bool
    interactive: bool
    status: str | None
    error_message: str | None
    reference: str | None
    amount: Decimal | None
    currency: str | None
    balance: Decimal | None
    reason: str | None
    session: int | None
    gap_seconds: float | None
    related: tuple[int, ...]
    context: dict[str, str]
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Newest first. `older` and `newer` are cursors for what comes next, None at either end."""

    person: str
    items: tuple[Item, ...]
    older: str | None
    newer: str | None


def kind(text: str) -> str:
    """One of KINDS. Raises Invalid."""
    if text not in KINDS:
        raise Invalid(f"kind is {' or '.join(KINDS)}.", field="kind")
    return text


def cursor(text: str) -> tuple[int, int]:
    """(at, id) out of a cursor such as `1760000000000-17`. Raises Invalid."""
    at, dash, number = text.partition("-")
    if not (dash and at.isdigit() and number.isdigit() and len(text) < 40):
        raise Invalid("This is no cursor of a timeline; leave it out to begin anew.")
    return int(at), int(number)


def number(text: str) -> int:
    """The number of an event. Raises Invalid."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid("event is the number of an event.", field="event")
    return int(text)


PARAMETERS = (
    PERSON,
    Parameter("kind", "Only `event` or only `credit`; both if left out.", kind, ""),
    Parameter("before", "The cursor `older` of an answer: what came before.", cursor, None),
    Parameter("after", "The cursor `newer` of an answer: what came after.", cursor, None),
    Parameter("event", "An event's number: begin with it in the middle.", number, None),
)


@question(name="timeline", ever=True, title="Timeline", parameters=PARAMETERS, rows="items")
def answer(
    connection: sa.Connection,
    query: Query,
    person: str,
    kind: str = "",
    before: tuple[int, int] | None = None,
    after: tuple[int, int] | None = None,
    event: int | None = None,
) -> Timeline:
    """All events of one person in the period in one chronology, newest first, `limit` at a time.

    Events `credits_added` and `credits_deducted` of verified senders are credit operations, with amount and
    the exact balance after them (see *Credits*), tied to the three events of at most ten minutes before.
    A pause of more than 30 minutes is marked. Filters, `kind` and the period pick what is listed, not what
    pauses and ties are found by; bots are left out. NotFound where `event` is not among what is picked.
    """
    found = find(connection, query.site_id, person)
    own = [*events_in(query), events.c.person_id == found.person_id]
    money = {row.id: row for row in connection.execute(operations(query.site_id, found.person_id))}
    if kind:
        own.append(is_operation() if kind == "credit" else ~is_operation())
    place = _place(connection, own, event) if event is not None else after
    if place is None:
        rows = _rows(connection, own, query.limit + 1, before=before)
        count, more = query.limit, before is not None
    else:
        room = query.limit if event is None else query.limit // 2
        newer = _rows(connection, own, room, after=place)
        older = _rows(connection, own, query.limit - room + 1, before=(place[0], place[1] + 1))
        rows, count, more = [*reversed(newer), *older], len(newer) + query.limit - room, bool(newer)
    shown = rows[:count]
    all_of_them = _around(connection, query, found.person_id, shown)
    places = {one.id: n + 1 for n, one in enumerate(all_of_them)}
    items = tuple(_item(row, all_of_them, places[row.id], money) for row in shown)
    oldest = _cursor(shown[-1]) if len(rows) > len(shown) and shown else None
    return Timeline(
        found.user_id or found.visitor, items, oldest, _cursor(shown[0]) if more and shown else None
    )


def _cursor(row: Any) -> str:
    return f"{row.at}-{row.id}"


def _place(connection: sa.Connection, own: list[Condition], event: int) -> tuple[int, int]:
    at = connection.scalar(sa.select(events.c.at).where(*own, events.c.id == event))
    if at is None:
        raise NotFound(f"Event {event} is not among this person's events of this period.", field="event")
    return int(at), event


def _around(connection: sa.Connection, query: Query, person_id: int, shown: list[Any]) -> list[Any]:
    """Rows (id, at) of all the person's events from the newest shown to what the oldest one looks back at."""
    if not shown:
        return []
    at, number = events.c.at, events.c.id
    own = [
        events.c.site_id == query.site_id,
        events.c.person_id == person_id,
        *([] if query.include_bots else [events.c.bot.is_(None)]),
    ]
    newest, oldest = shown[0], shown[-1]
    earlier = sa.or_(at < oldest.at, sa.and_(at == oldest.at, number < oldest.id))
    before = connection.scalar(sa.select(sa.func.max(at)).where(*own, earlier)) or oldest.at
    since = min(before, oldest.at - RELATED_MS)
    wanted = sa.select(number, at).where(*own, at >= since, at <= newest.at)
    return list(connection.execute(wanted.order_by(at.desc(), number.desc())))


def _rows(
    connection: sa.Connection,
    own: list[Condition],
    limit: int,
    before: tuple[int, int] | None = None,
    after: tuple[int, int] | None = None,
) -> list[Any]:
    """Rows of `events`: newest first, or those just `after` a place, oldest first."""
    wanted = sa.select(*(events.c[name] for name in SHOWN)).where(*own)
    at, number = events.c.at, events.c.id
    if after is not None:
        later = sa.or_(at > after[0], sa.and_(at == after[0], number > after[1]))
        return list(connection.execute(wanted.where(later).order_by(at, number).limit(limit)))
    if before is not None:
        wanted = wanted.where(sa.or_(at < before[0], sa.and_(at == before[0], number < before[1])))
    return list(connection.execute(wanted.order_by(at.desc(), number.desc()).limit(limit)))


CONTEXT = ("page", "title", "device", "browser", "os", "country")
SHOWN = (
    "id", "at", "name", "verified", "interactive", "status", "error_message", "reference", "amount",
    "currency", "session_id", "properties", *CONTEXT,
)  # fmt: skip


def _item(row: Any, everything: list[Any], place: int, money: dict[int, Any]) -> Item:
    """`everything` from `place` on is what came before the row."""
    operation = money.get(row.id)
    gap = row.at - everything[place].at if place < len(everything) else 0
    return Item(
        row.id,
        "credit" if operation else "event",
        row.at,
        row.name,
        bool(row.verified),
        bool(row.interactive),
        row.status,
        row.error_message,
        row.reference,
        operation.amount if operation else row.amount,
        row.currency,
        operation.balance if operation else None,
        (operation.reason or None) if operation else None,
        row.session_id,
        gap / 1000 if gap > GAP_MS else None,
        _related(row, everything, place, money) if operation else (),
        {name: value for name in CONTEXT if (value := getattr(row, name)) is not None},
        msgspec.json.decode(row.properties) if row.properties else {},
    )


def _related(row: Any, everything: list[Any], place: int, money: dict[int, Any]) -> tuple[int, ...]:
    close = takewhile(lambda one: row.at - one.at <= RELATED_MS, islice(everything, place, None))
    return tuple(islice((one.id for one in close if one.id not in money), RELATED))
