"""What goes: one rule for the dry run and for the deed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from tracker.columns.schema import events, sessions
from tracker.domain.keeping import FOR_EVER, Keeping, limit
from tracker.domain.period import DAY
from tracker.ledger.connect import Connection

LONGEST_SESSION = 31 * DAY
"""A session that goes on past the limit stays whole until it ends; its older events go after so long."""
DETAILS, ERRORS = "details", "errors"
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Limits:
    """Before which moment (epoch ms) what goes; None: never. `closed` is before which days are rolled up."""

    details: int | None
    errors: int | None
    names: Mapping[str, int | None]

    @classmethod
    def of(cls, keeping: Keeping, zone: str, now_ms: int, at_least: int | None = None) -> Limits:
        """Of a site's rules at a moment; `at_least` is what a full disk takes, whatever they say."""
        details = _later(limit(keeping.details, zone, now_ms), at_least)
        names = {
            name: _later(limit(days, zone, now_ms), at_least)
            for name, days in keeping.names.items()
            if name not in FOR_EVER
        }
        return cls(details, limit(keeping.errors, zone, now_ms), names)

    @property
    def closed(self) -> int | None:
        """The latest of all."""
        return max((one for one in (self.details, *self.names.values()) if one is not None), default=None)


@dataclass(frozen=True, slots=True)
class Group:
    """What goes of one kind: `kind` is details or errors (of which only the words go), or an event name.

    Times in epoch ms: those of the first and the last event, and the limit. `size` is about so many bytes.
    """

    kind: str
    events: int
    first: int
    last: int
    limit: int
    size: int


def ids(connection: sa.Connection, site_id: int, limits: Limits) -> list[int]:
    """Ledger ids of all events of a site that go, ascending."""
    if limits.closed is None:
        return []
    statement = _from(sa.select(events.c.id)).where(*_old(site_id, limits)).order_by(events.c.id)
    return [int(row[0]) for row in connection.execute(statement)]


def wordy(connection: sa.Connection, site_id: int, limits: Limits) -> list[int]:
    """Ledger ids of all errors whose words go, ascending."""
    if limits.errors is None:
        return []
    statement = sa.select(events.c.id).where(*_errors(site_id, limits.errors)).order_by(events.c.id)
    return [int(row[0]) for row in connection.execute(statement)]


def groups(connection: sa.Connection, site_id: int, limits: Limits, bytes_each: float) -> list[Group]:
    """What would go now, by kind."""
    found: list[Group] = []
    counts = (sa.func.count(), sa.func.min(events.c.at), sa.func.max(events.c.at))
    if limits.closed is not None:
        kind = sa.case((events.c.name.in_(list(limits.names)), events.c.name), else_=None)
        each = _from(sa.select(kind, *counts)).where(*_old(site_id, limits)).group_by(kind)
        for name, count, first, last in connection.execute(each):
            until = limits.details if name is None else limits.names[name]
            assert until is not None
            size = round(count * bytes_each)
            found.append(Group(name or DETAILS, int(count), int(first), int(last), until, size))
    if limits.errors is not None:
        words = sa.func.sum(sa.func.length(events.c.properties))
        row = connection.execute(sa.select(*counts, words).where(*_errors(site_id, limits.errors))).one()
        if row[0]:
            found.append(
                Group(ERRORS, int(row[0]), int(row[1]), int(row[2]), limits.errors, int(row[3] or 0))
            )
    return sorted(found, key=lambda one: (one.kind != DETAILS, one.kind))


def at_most(ledger: Connection, site_id: int, limits: Limits, bytes_each: float) -> list[Group]:
    """What would go now at most, out of the ledger alone: sessions that go on past the limit count, too.

    Of errors only the column store knows.
    """
    found: dict[str, Group] = {}
    rows = ledger.execute(
        "SELECT name, count(*), min(at), max(at) FROM events INDEXED BY events_by_time "
        "WHERE site_id = :site AND at < CASE WHEN name IN (SELECT key FROM json_each(:names)) "
        "THEN ifnull((SELECT value FROM json_each(:names) WHERE key = name), -1) ELSE :details END "
        "GROUP BY name",
        {
            "site": site_id,
            "names": msgspec.json.encode(dict(limits.names)).decode(),
            "details": -1 if limits.details is None else limits.details,
        },
    )
    for name, count, first, last in rows:
        if name in FOR_EVER:
            continue
        kind = name if name in limits.names else DETAILS
        until = limits.names.get(name, limits.details)
        before = found.get(kind)
        assert until is not None
        found[kind] = Group(
            kind,
            count + (before.events if before else 0),
            min(first, before.first) if before else first,
            max(last, before.last) if before else last,
            until,
            round(count * bytes_each) + (before.size if before else 0),
        )
    return sorted(found.values(), key=lambda one: (one.kind != DETAILS, one.kind))


def _from(statement: sa.Select[Any]) -> sa.Select[Any]:
    same = sa.and_(events.c.session_id == sessions.c.session_id, sessions.c.site_id == events.c.site_id)
    return statement.select_from(events.outerjoin(sessions, same))


def _old(site_id: int, limits: Limits) -> list[Condition]:
    """Conditions on events with their sessions: those that go."""
    last = limits.closed
    assert last is not None
    own = [(events.c.name == name, _moment(at)) for name, at in limits.names.items()]
    until = sa.case(*own, else_=_moment(limits.details)) if own else _moment(limits.details)
    ended = sa.or_(events.c.session_id.is_(None), sessions.c.ended_at < last)
    return [
        events.c.site_id == site_id,
        events.c.at < last,
        events.c.at < until,
        events.c.name.not_in(sorted(FOR_EVER)),
        sa.or_(ended, events.c.at < last - LONGEST_SESSION),
    ]


def _moment(at: int | None) -> sa.ColumnElement[int]:
    return sa.literal_column(str(-1 if at is None else at), sa.BigInteger)


def _errors(site_id: int, until: int) -> list[Condition]:
    return [
        events.c.site_id == site_id,
        events.c.at < until,
        events.c.error_message.is_not(None),
        events.c.name.not_in(sorted(FOR_EVER)),
    ]


def _later(one: int | None, other: int | None) -> int | None:
    return max((at for at in (one, other) if at is not None), default=None)
