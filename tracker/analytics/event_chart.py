"""Event chart: how often something happens, step by step, cut by whatever the events tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics import filters, rolled
from tracker.analytics.filters import Condition, events_in
from tracker.analytics.query import Query
from tracker.analytics.registry import Parameter, question
from tracker.analytics.rolled import Sums
from tracker.columns.dialect import integer
from tracker.columns.schema import events, sessions
from tracker.domain.event import PAGE_VIEW, PAGE_VIEW_ALIASES
from tracker.errors import Invalid

MAX_SERIES = 20

Pair = tuple[str | None, str | None]
Found = dict[tuple[Pair, int | None], tuple[int, int | None]]
"""Events and persons of a line in a step (by the key of its bucket), or in all (None)."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line of the chart over the whole period. `event` is None where all events are one line, `value`
    where there is no breakdown, and where the breakdown's value is not known. `persons` is None where the
    details that tell are gone, and where nobody asks for them."""

    event: str | None
    value: str | None
    events: int
    persons: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one line. `start` is epoch ms, `date` its name in local time."""

    date: str
    start: int
    event: str | None
    value: str | None
    events: int
    persons: int | None


@dataclass(frozen=True, slots=True)
class EventChart:
    """`series` with most events first; `steps` line by line, oldest first, empty ones too.

    `total` events are in the chart or, `other` of them, in lines too small to be shown.
    """

    total: int
    other: int
    series: tuple[Series, ...]
    steps: tuple[Step, ...]


def names(text: str) -> tuple[str, ...]:
    """Event names out of `signup,purchase`, each once. Raises Invalid."""
    found = [name.strip() for name in text.split(",") if name.strip()]
    found = [PAGE_VIEW if name in PAGE_VIEW_ALIASES else name for name in found]
    if len(set(found)) > MAX_SERIES:
        raise Invalid(f"A chart shows {MAX_SERIES} events at most.", field="names")
    return tuple(dict.fromkeys(found))


def breakdown(text: str) -> str:
    """A dimension events can be cut by. Raises Invalid."""
    _value(text)
    return text


def switch(text: str) -> bool:
    """0 or 1. Raises Invalid."""
    if text not in ("0", "1"):
        raise Invalid("persons is 0 or 1.", field="persons")
    return text == "1"


PARAMETERS = (
    Parameter("names", "Event names, separated by commas; without any, all events are one line.", names, ()),
    Parameter("by", "Cut each line by page, country, source … or property.<name>.", breakdown, None),
    Parameter(
        "persons",
        "0 leaves persons out, which is several times quicker.",
        switch,
        True,
        {"type": "string", "enum": ["0", "1"]},
    ),
)


def _kept(query: Query, *, by: str | None = None, **options: Any) -> bool:
    return by is None and rolled.plain(query)


@question(name="event-chart", title="Event chart", parameters=PARAMETERS, rows="steps", rolled=_kept)
def answer(
    connection: sa.Connection,
    query: Query,
    names: tuple[str, ...] = (),
    by: str | None = None,
    persons: bool = True,
) -> EventChart:
    """How often events happen in each hour, day, week or month of the period.

    - **Events**: all events of that name, those of servers and pings too; bots are left out.
    - **Persons**: the distinct known persons they are of. A person counts in each step and in each line, so
      these add up to more than the whole. Null where `persons=0`.
    - **Breakdown**: a line for each value, as the event itself tells it; source, channel and the like as its
      visit tells. The twenty lines with most events are shown (fewer with `limit`), the rest is in *other*.

    Of days whose details are gone events and persons are kept by day, week and month, without a breakdown.
    """
    done = rolled.reaches(connection, query) if by is None else None
    if done is not None:
        return _with_rolled(connection, query, done, names)
    if not persons:
        return _events_alone(connection, query, names, by)
    sizes = connection.execute(_sizes(query, names, by)).all()
    shown = _shown([_pair(row) for row in sizes], names, by)
    found: Found = {}
    if sizes:
        for row in connection.execute(_counted(query, names, by, shown)):
            found[_pair(row), None if row.whole else row.step] = (int(row.events), int(row.persons))
    return _chart(query, shown, found, int(sizes[0].total) if sizes else 0, nothing=(0, 0))


def _events_alone(
    connection: sa.Connection, query: Query, names: tuple[str, ...], by: str | None
) -> EventChart:
    """The chart without persons: nobody has to be told from anybody."""
    rows = connection.execute(_by_step(query, names, by)).all()
    shown: list[Pair] = list(dict.fromkeys(_pair(row) for row in rows))
    found: Found = {}
    for row in rows:
        found[_pair(row), int(row.step)] = (int(row.events), None)
        found[_pair(row), None] = (int(row.size), None)
    return _chart(
        query, _shown(shown, names, by), found, int(rows[0].total) if rows else 0, nothing=(0, None)
    )


def _shown(found: list[Pair], names: tuple[str, ...], by: str | None) -> list[Pair]:
    """The lines of the chart: those found, and those asked for by name."""
    missing = [(name, None) for name in names if by is None and (name, None) not in found]
    return found + missing or ([(None, None)] if not names and by is None else [])


def _chart(
    query: Query, shown: list[Pair], found: Found, total: int, nothing: tuple[int, int | None]
) -> EventChart:
    series = tuple(Series(*pair, *found.get((pair, None), nothing)) for pair in shown)
    steps = tuple(
        Step(bucket.name, bucket.start, *pair, *found.get((pair, bucket.key), nothing))
        for pair in shown
        for bucket in query.buckets()
    )
    return EventChart(total, total - sum(line.events for line in series), series, steps)


def _with_rolled(
    connection: sa.Connection, query: Query, done: rolled.Closed, names: tuple[str, ...]
) -> EventChart:
    """The chart of a period with days that are rolled up."""
    dimension = rolled.EVENT if names else rolled.ALL
    keys: dict[rolled.Key, str | None] = {(dimension, rolled.KNOWN + name): name for name in names}
    keys = keys or {(rolled.ALL, rolled.ALL): None}
    rest = rolled.whole_part(query, done)
    fresh = counted(connection, rest, names) if rest is not None else {}
    kept = rolled.read(connection, query, done, dimension, [value for _, value in keys])
    lines = [(event, *kept.joined(key, *fresh.get(event, (Sums(), {})))) for key, event in keys.items()]
    lines.sort(key=lambda line: (-line[1].events, line[0] or ""))
    total = sum(sums.events for _, sums, _ in lines)
    lines = lines[: min(query.limit, MAX_SERIES)]
    series = tuple(Series(event, None, sums.events, sums.persons) for event, sums, _ in lines)
    steps = tuple(
        Step(bucket.name, bucket.start, event, None, one.events, one.persons)
        for event, _, found in lines
        for bucket in query.buckets()
        for one in (found.get(bucket.key, Sums()),)
    )
    return EventChart(total, total - sum(line.events for line in series), series, steps)


def counted(
    connection: sa.Connection, query: Query, names: tuple[str, ...] = ()
) -> dict[str | None, tuple[Sums, dict[int, Sums]]]:
    """Events and persons of the period and of each step by event name, out of details.

    Without names all events are one, under None.
    """
    found: dict[str | None, tuple[Sums, dict[int, Sums]]] = {}
    for row in connection.execute(_counted(query, names, None, [])):
        total, steps = found.setdefault(row.event, (Sums(), {}))
        sums = total if row.whole else steps.setdefault(int(row.step), Sums())
        sums.events, sums.persons = int(row.events), int(row.persons)
    return found


def _pair(row: Any) -> Pair:
    return row.event, row.value


def _rows(query: Query, names: tuple[str, ...], by: str | None, *more: Any) -> sa.Select[Any]:
    """Rows (event, value, …) of all events in the chart."""
    event = events.c.name if names else sa.literal_column("NULL", sa.Text)
    value = sa.literal_column("NULL", sa.Text) if by is None else _value(by)
    found = sa.select(event.label("event"), value.label("value"), *more).where(*events_in(query))
    if by in filters.OF_SESSIONS:
        found = found.outerjoin_from(events, sessions, events.c.session_id == sessions.c.session_id)
    return found.where(events.c.name.in_(names)) if names else found


def _value(by: str) -> sa.ColumnElement[Any]:
    if by in filters.OF_SESSIONS:
        return filters.dimension(by, sessions)
    try:
        return filters.dimension(by, events)
    except Invalid as error:
        known = ", ".join((*filters.OF_EVENTS, *filters.OF_SESSIONS, *filters.OF_BOTH))
        text = f"Events cannot be cut by {by[:60]!r}; use one of {known}, or property.<name>."
        raise Invalid(text, field="by") from error


def _sizes(query: Query, names: tuple[str, ...], by: str | None) -> sa.Select[Any]:
    """Rows (event, value, total) of the lines to show, most events first; `total` is of all lines."""
    rows = _rows(query, names, by).subquery("rows_of")
    line = (rows.c.event, rows.c.value)
    each = sa.select(*line, sa.func.count().label("events")).group_by(*line).subquery("each_line")
    total = sa.func.sum(each.c.events).over().label("total")
    order = (each.c.events.desc(), sa.func.coalesce(each.c.event, ""), sa.func.coalesce(each.c.value, ""))
    shown = sa.select(each.c.event, each.c.value, total).order_by(*order)
    return shown.limit(min(query.limit, MAX_SERIES))


def _by_step(query: Query, names: tuple[str, ...], by: str | None) -> sa.Select[Any]:
    """Rows (event, value, step, events, size, total) of the lines to show, most events first: events in a
    step, in the line, in all lines."""
    rows = _rows(query, names, by, query.bucket(events.c.at).label("step")).subquery("rows_of")
    keys = (rows.c.event, rows.c.value, rows.c.step)
    each = sa.select(*keys, sa.func.count().label("events")).group_by(*keys).subquery("each_step")
    line = (each.c.event, each.c.value)
    size = sa.func.sum(each.c.events).over(partition_by=line).label("size")
    sized = sa.select(*each.c, size, sa.func.sum(each.c.events).over().label("total")).subquery("sized")
    texts = (sa.func.coalesce(sized.c[name], "") for name in ("event", "value"))
    known = (sized.c.event.is_(None), sized.c.value.is_(None))
    place = sa.func.dense_rank().over(order_by=(sized.c.size.desc(), *texts, *known)).label("place")
    ranked = sa.select(*sized.c, place).subquery("ranked")
    columns = [column for column in ranked.c if column.name != "place"]
    most = min(query.limit, MAX_SERIES)
    return sa.select(*columns).where(ranked.c.place <= most).order_by(ranked.c.place, ranked.c.step)


def _counted(
    query: Query, names: tuple[str, ...], by: str | None, shown: list[Pair]
) -> sa.CompoundSelect[Any]:
    """Rows (whole, event, value, step, events, persons): of the period (whole is 1) and of each step."""
    step = query.bucket(events.c.at).label("step")
    rows = _rows(query, names, by, step, events.c.person_id).subquery("rows_of")
    line = (rows.c.event, rows.c.value)
    each = (
        sa.select(*line, rows.c.step, rows.c.person_id, sa.func.count().label("events"))
        .where(*_among(rows.c.value, {value for _, value in shown}, by))
        .group_by(*line, rows.c.step, rows.c.person_id)
        .cte("each_person")
    )
    total, line = sa.func.sum(each.c.events).label("events"), (each.c.event, each.c.value)
    everybody = sa.func.count(each.c.person_id.distinct()).label("persons")
    persons = sa.func.count(each.c.person_id).label("persons")
    return sa.union_all(
        sa.select(integer(1).label("whole"), *line, integer(0).label("step"), total, everybody).group_by(
            *line
        ),
        sa.select(integer(0), *line, each.c.step, total, persons).group_by(*line, each.c.step),
    )


def _among(column: sa.ColumnElement[Any], values: set[str | None], by: str | None) -> list[Condition]:
    if by is None:
        return []
    known = column.in_([value for value in values if value is not None])
    return [sa.or_(column.is_(None), known) if None in values else known]
