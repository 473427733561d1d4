"""Sessions: how many, how long, on what and from where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import sessions_in
from tracker.analytics.query import Query
from tracker.analytics.rates import ratio
from tracker.analytics.registry import question
from tracker.columns.dialect import median
from tracker.columns.schema import sessions

UNKNOWN = "unknown"
LONGEST: tuple[tuple[str, int], ...] = (
    ("0-30s", 30_000),
    ("30s-2m", 120_000),
    ("2m-5m", 300_000),
    ("5m-15m", 900_000),
    ("15m-30m", 1_800_000),
)
"""Names of lengths, and the milliseconds that are too many for them; then `30m+`."""
LONGER = "30m+"


@dataclass(frozen=True, slots=True)
class Devices:
    """Sessions by kind of device. Where the device is not known they are in none."""

    desktop: int
    mobile: int
    tablet: int


@dataclass(frozen=True, slots=True)
class Place:
    """Distinct persons and their sessions."""

    users: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Sessions:
    """Lengths in seconds; 0 where there is no session. Keys of the breakdowns are what is kept, `unknown`
    for what is not known; countries are two letters."""

    total_sessions: int
    avg_session_length: float
    median_session_length: float
    session_length_distribution: dict[str, int]
    device_breakdown: Devices
    browser_breakdown: dict[str, int]
    location_breakdown: dict[str, Place]


@dataclass(slots=True)
class _Sums:
    total: int = 0
    duration_ms: int = 0
    middle: float = 0.0
    lengths: tuple[int, ...] = (0,) * (len(LONGEST) + 1)
    devices: Counter[str] = field(default_factory=Counter)
    browsers: Counter[str] = field(default_factory=Counter)
    places: dict[str, Place] = field(default_factory=dict)


@question(name="sessions", title="Sessions")
def answer(connection: sa.Connection, query: Query) -> Sessions:
    """Sessions with at least one interactive event that start in the period; bots are left out.

    A session is one person's events with no gap over 30 minutes, or all that a client gives one session id.
    Its **length** is the time from its first to its last event, 0 for a bounce (at most one page view and no
    other interactive event); mean and median of all sessions, bounces too. The **distribution** counts
    sessions by length: 30 seconds belong to `30s-2m`, 30 minutes to `30m+`; it adds up to all sessions, as
    do browsers and countries (`unknown` where nothing is known). Devices are of those with a known one.
    Device, browser and country are those the session's first event with any of them tells.
    """
    sums = _Sums()
    for kind, value, number, users, *rest in connection.execute(_counts(query)):
        name = UNKNOWN if value is None else value
        if kind == "all":
            sums.total, sums.duration_ms, sums.middle = number, int(rest[0] or 0), float(rest[1] or 0)
            sums.lengths = tuple(int(count or 0) for count in rest[2:])
        elif kind == "country":
            sums.places[name] = Place(users, number)
        else:
            (sums.devices if kind == "device" else sums.browsers)[name] += number
    return _sessions(sums)


def _sessions(sums: _Sums) -> Sessions:
    names = (*(name for name, _ in LONGEST), LONGER)
    places = sorted(sums.places.items(), key=lambda item: (-item[1].sessions, item[0]))
    browsers = sorted(sums.browsers.items(), key=lambda item: (-item[1], item[0]))
    return Sessions(
        sums.total,
        ratio(sums.duration_ms / 1000, sums.total) or 0.0,
        round(sums.middle / 1000, 2),
        dict(zip(names, sums.lengths, strict=True)),
        Devices(sums.devices["desktop"], sums.devices["mobile"], sums.devices["tablet"]),
        dict(browsers),
        dict(places),
    )


def _counts(query: Query) -> sa.CompoundSelect[*tuple[Any, ...]]:
    """Rows (kind, value, sessions, persons, duration, median, of each length): all, then by each value."""
    columns = ("person_id", "duration_ms", "device", "browser", "country")
    found = sa.select(*(sessions.c[name] for name in columns)).where(*sessions_in(query)).cte("found")
    lengths = _lengths(found.c.duration_ms)
    none = sa.literal_column("0", sa.BigInteger)
    everything = sa.select(
        sa.literal_column("'all'", sa.Text),
        sa.literal_column("''", sa.Text),
        sa.func.count(),
        none,
        sa.func.sum(found.c.duration_ms),
        median(found.c.duration_ms),
        *lengths,
    )
    parts = [
        sa.select(
            sa.literal_column(f"'{name}'", sa.Text),
            found.c[name],
            sa.func.count(),
            # Only countries are asked for their persons.
            sa.func.count(found.c.person_id.distinct()) if name == "country" else none,
            none,
            sa.literal_column("0.0", sa.Double),
            *(none for _ in lengths),
        ).group_by(found.c[name])
        for name in ("device", "browser", "country")
    ]
    return sa.union_all(everything, *parts)


def _lengths(duration_ms: sa.ColumnElement[int]) -> list[sa.ColumnElement[Any]]:
    edges = [0, *(until for _, until in LONGEST)]
    inside = [sa.and_(duration_ms >= low, duration_ms < high) for low, high in pairwise(edges)]
    return [sa.func.sum(sa.case((it, 1), else_=0)) for it in (*inside, duration_ms >= edges[-1])]
