"""Heatmap: at which hours of which weekdays people are here."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from tracker.analytics.presence import personal, presence
from tracker.analytics.query import Query
from tracker.analytics.registry import Parameter, question
from tracker.columns.schema import events
from tracker.errors import Invalid

MEASURES = ("persons", "events")


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour (0 to 23) of one weekday (0: Monday)."""

    weekday: int
    hour: int
    value: int


@dataclass(frozen=True, slots=True)
class Heatmap:
    """All 168 cells, Monday 0:00 first; `total` is of the whole period, `peak` the greatest value of a cell.

    `days` tells how often each weekday, Monday first, occurs in the period.
    """

    by: str
    total: int
    peak: int
    days: tuple[int, ...]
    cells: tuple[Cell, ...]


def read_measure(text: str) -> str:
    """`persons` or `events`. Raises Invalid."""
    if text not in MEASURES:
        raise Invalid("by is persons or events.", field="by")
    return text


BY = Parameter(
    "by", "What to count: persons or events.", read_measure, "events", {"type": "string", "enum": [*MEASURES]}
)


@question(name="heatmap", title="Hours of the week", parameters=(BY,), rows="cells")
def answer(connection: sa.Connection, query: Query, by: str = "events") -> Heatmap:
    """Activity by hour of the day and weekday, in the site's time zone, summed over the period.

    By events: interactive events of known persons; the cells add up to the total. By persons: distinct
    persons with at least one interactive event in that hour of that weekday; who comes at several hours
    counts in several cells, and once in the total. The hour that a clock change skips stays empty on that
    day; the hour that comes twice holds both. Bots are left out.
    """
    by = read_measure(by)
    found = {(int(row[0]), int(row[1])): int(row[2]) for row in connection.execute(_cells(query, by))}
    cells = tuple(
        Cell(weekday, hour, found.get((weekday, hour), 0)) for weekday in range(7) for hour in range(24)
    )
    total = _persons(connection, query) if by == "persons" else sum(found.values())
    days = [day.weekday() for day in query.period.each_day()]
    return Heatmap(
        by,
        total,
        max(cell.value for cell in cells),
        tuple(days.count(weekday) for weekday in range(7)),
        cells,
    )


def _cells(query: Query, by: str) -> sa.Select[int, int, int]:
    weekday, hour = query.weekday(events.c.at).label("weekday"), query.hour(events.c.at).label("hour")
    active = [*personal(query), events.c.interactive]
    if by == "events":
        return sa.select(weekday, hour, sa.func.count()).where(*active).group_by(weekday, hour)
    once = sa.select(events.c.person_id, weekday, hour).where(*active).distinct().subquery("once")
    return sa.select(once.c.weekday, once.c.hour, sa.func.count()).group_by(once.c.weekday, once.c.hour)


def _persons(connection: sa.Connection, query: Query) -> int:
    found = presence(query).subquery("present")
    return int(connection.scalar(sa.select(sa.func.count(found.c.person_id.distinct()))) or 0)
