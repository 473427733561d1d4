"""Breakdown: the overview's figures for each value of a dimension, the greatest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from tracker.analytics import filters, rolled
from tracker.analytics.breakdown_pages import all_pages, by_pages
from tracker.analytics.breakdown_visits import FEW, people_and_visits, visits_having
from tracker.analytics.filters import OF_BOTH, OF_EVENTS, OF_PERSONS, OF_SESSIONS
from tracker.analytics.page_visits import told_by_visits
from tracker.analytics.presence import each_event, packed
from tracker.analytics.query import Query
from tracker.analytics.rates import ratio, share
from tracker.analytics.registry import Parameter, question
from tracker.analytics.rolled import Sums
from tracker.columns.dialect import integer
from tracker.columns.schema import events, sessions
from tracker.errors import Invalid

Part = sa.Select[Any, Any, Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One value (None: not known) with its figures; `visit_duration` is the mean in seconds.

    `visitors` is None where the details that tell are gone.
    """

    value: str | None
    visitors: int | None
    visits: int
    page_views: int
    bounce_rate: float | None
    visit_duration: float | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """`rows` as many as asked for, of `total` values."""

    dimension: str
    total: int
    rows: tuple[Row, ...]


def read_dimension(text: str) -> str:
    """The dimension, if figures can be cut by it. Raises Invalid."""
    if text in OF_PERSONS or text.startswith("trait.") or not filters.known(text):
        raise Invalid(
            f"There is no breakdown by {text[:60]!r}; use one of "
            f"{', '.join((*OF_EVENTS, *OF_SESSIONS, *OF_BOTH))}, or property.<name>.",
            field="dimension",
        )
    return text


DIMENSION = Parameter(
    "dimension", "What to cut by: page, source, country … or property.<name>.", read_dimension, "page"
)


MOST_VALUES = 10_000


def _kept(query: Query, *, dimension: str = "page", **options: Any) -> bool:
    return dimension in rolled.DIMENSIONS and rolled.plain(query)


@question(name="breakdown", title="Breakdown", parameters=(DIMENSION,), rows="rows", rolled=_kept)
def answer(connection: sa.Connection, query: Query, dimension: str = "page") -> Breakdown:
    """Visitors, visits, page views and bounce rate for each value of a dimension.

    Each row has the figures of the overview under a filter on its value: visitors are the persons active
    with that value, visits the sessions that start in the period and have it, page views those with it, the
    bounce rate is of its visits. Page, event, property and the like are of events, so one visit may count in
    several rows; entry page, exit page, source, channel, referrer and the utm tags are of visits; country,
    device, browser, language, screen and host are of the visit for visits, and of the event for the rest.
    The row without a value holds what is not known. Most visitors first.

    Of days whose details are gone figures are kept for values that at least three people had in that day, its
    week or its month, and visitors of one whole day, week or month. Values that fewer had are left out.
    """
    dimension = read_dimension(dimension)
    done = rolled.reaches(connection, query) if dimension in rolled.DIMENSIONS else None
    if done is not None:
        return _with_rolled(connection, query, done, dimension)
    if dimension in OF_SESSIONS or dimension in OF_BOTH:
        parts = sa.union_all(_acts(query, dimension), _visits(query, dimension))
        found = connection.execute(_greatest(query, parts)).all()
        rows = [_row(row.value, *row[1:6]) for row in found]
        return Breakdown(dimension, int(found[0].total) if found else 0, tuple(rows))
    if _of_visits_pages(query, dimension):
        total, pages = by_pages(connection, query)
        return Breakdown(dimension, total, tuple(_row(*page) for page in pages))
    total, rows = _by_events(connection, query, dimension)
    return Breakdown(dimension, total, tuple(rows))


def _of_visits_pages(query: Query, dimension: str) -> bool:
    return dimension == "page" and told_by_visits(query)


def _by_events(connection: sa.Connection, query: Query, dimension: str) -> tuple[int, list[Row]]:
    """How many values there are, and the rows of those asked for."""
    until = query.offset + query.limit
    often = connection.execute(_most_often(query, dimension)).all()
    rare, views = [row.times for row in often[FEW:]], {row.value: int(row.views) for row in often[:FEW]}
    visitors, had = people_and_visits(connection, query, dimension, list(views))
    found = [_row(value, visitors[value], views[value], *had[value]) for value in views]
    found.sort(key=lambda row: (-(row.visitors or 0), -row.page_views, row.value is None, row.value or ""))
    # Nobody comes without an event: values that occur more rarely have fewer visitors.
    if rare and (len(found) < until or (found[until - 1].visitors or 0) <= rare[0]):
        return _all_by_events(connection, query, dimension)
    return (int(often[0].total) if often else 0), found[query.offset : until]


def _all_by_events(connection: sa.Connection, query: Query, dimension: str) -> tuple[int, list[Row]]:
    # The visits that events' values occur in are costly: they are looked up for the rows shown only.
    found = connection.execute(_greatest(query, _acts(query, dimension))).all()
    had = visits_having(connection, query, dimension, [row.value for row in found])
    rows = [_row(row.value, row[1], row[2], *had.get(row.value, (0, 0, 0))) for row in found]
    return (int(found[0].total) if found else 0), rows


def _most_often(query: Query, dimension: str) -> sa.Select[*tuple[Any, ...]]:
    """Rows (value, times, views, total): the values that occur most often, one more than are looked up."""
    each = _pieces(query, dimension).subquery("pieces")
    times = sa.func.sum(each.c.events).label("times")
    return (
        sa.select(
            each.c.value,
            times,
            sa.func.sum(each.c.views).label("views"),
            sa.func.count().over().label("total"),
        )
        .group_by(each.c.value)
        .order_by(times.desc(), each.c.value)
        .limit(FEW + 1)
    )


def had_by(connection: sa.Connection, query: Query, dimension: str, few: int) -> set[str | None]:
    """Values that at least so many persons had in the period."""
    acts = _acts(query, dimension).subquery("acts")
    return set(connection.scalars(sa.select(acts.c.value).where(acts.c.visitors >= few)))


def counted(connection: sa.Connection, query: Query, dimension: str) -> dict[str | None, Sums]:
    """Figures of each value, of all there are."""
    everything = replace(query, limit=MOST_VALUES, offset=0)
    if _of_visits_pages(query, dimension):
        _, pages = all_pages(connection, everything)
        return {
            page: Sums(who, visits, views, bounces, ms) for page, who, views, visits, bounces, ms in pages
        }
    acts = _acts(everything, dimension)
    if dimension in OF_SESSIONS or dimension in OF_BOTH:
        parts = sa.union_all(acts, _visits(everything, dimension))
        rows = connection.execute(_greatest(everything, parts)).all()
        return {row[0]: Sums(int(row[1]), int(row[3]), int(row[2]), int(row[4]), int(row[5])) for row in rows}
    rows = connection.execute(_greatest(everything, acts)).all()
    had = visits_having(connection, everything, dimension, [row[0] for row in rows])
    nothing = (0, 0, 0)
    return {row[0]: _sums(row, *had.get(row[0], nothing)) for row in rows}


def _sums(row: Any, visits: int, bounces: int, duration_ms: int) -> Sums:
    return Sums(int(row[1]), int(visits), int(row[2]), int(bounces), int(duration_ms))


def _with_rolled(connection: sa.Connection, query: Query, done: rolled.Closed, dimension: str) -> Breakdown:
    """The breakdown of a period with days that are rolled up."""
    kept = rolled.read(connection, query, done, dimension)
    rest = rolled.whole_part(query, done) if not kept.entire else None
    fresh = counted(connection, rest, dimension) if rest is not None else {}
    found: dict[str | None, Sums] = {value: replace(sums, visitors=None) for value, sums in fresh.items()}
    for (_, spelt), sums in kept.total.items():
        value = None if spelt == rolled.UNKNOWN else spelt.removeprefix(rolled.KNOWN)
        found[value] = rolled.joined(sums, found.get(value))
    ranked = sorted(
        ((value, sums) for value, sums in found.items() if sums.visits or sums.views or sums.visitors),
        key=lambda item: (-(item[1].visitors or 0), -item[1].visits, -item[1].views, item[0] or ""),
    )
    shown = ranked[query.offset : query.offset + query.limit]
    rows = tuple(
        Row(
            value,
            sums.visitors,
            sums.visits,
            sums.views,
            share(sums.bounces, sums.visits),
            ratio(sums.duration_ms / 1000, sums.visits),
        )
        for value, sums in shown
    )
    return Breakdown(dimension, len(ranked), rows)


def _greatest(query: Query, parts: sa.SelectBase) -> sa.Select[*tuple[Any, ...]]:
    """Rows (value, visitors, views, visits, bounces, duration, total), summed and cut to the limit."""
    each = parts.subquery("parts")
    visitors, views = sa.func.sum(each.c.visitors), sa.func.sum(each.c.views)
    visits = sa.func.sum(each.c.visits)
    return (
        sa.select(
            each.c.value,
            visitors,
            views,
            visits,
            sa.func.sum(each.c.bounces),
            sa.func.sum(each.c.duration),
            sa.func.count().over().label("total"),
        )
        .group_by(each.c.value)
        .having(visitors + views + visits > 0)
        .order_by(visitors.desc(), views.desc(), each.c.value)
        .limit(query.limit)
        .offset(query.offset)
    )


def _row(value: Any, visitors: int, views: int, visits: int, bounces: int, duration_ms: int) -> Row:
    return Row(
        value,
        int(visitors),
        int(visits),
        int(views),
        share(int(bounces), int(visits)),
        ratio(int(duration_ms) / 1000, int(visits)),
    )


def _acts(query: Query, dimension: str) -> Part:
    """Visitors and page views of each value."""
    pieces = _pieces(query, dimension).subquery("pieces")
    active = sa.case((pieces.c.events > 0, pieces.c.person_id), else_=None)
    none = integer(0)
    return sa.select(
        pieces.c.value,
        sa.func.count(active.distinct()).label("visitors"),
        sa.func.sum(pieces.c.views).label("views"),
        none.label("visits"),
        none.label("bounces"),
        none.label("duration"),
    ).group_by(pieces.c.value)


def _pieces(query: Query, dimension: str) -> sa.Select[Any, Any, Any, Any, Any]:
    """Rows (…, person_id, events, views, value): an event each, or a visit that lies within the period."""
    if dimension in OF_SESSIONS or dimension in OF_BOTH:
        return packed(query, dimension)
    return each_event(query).add_columns(filters.dimension(dimension, events).label("value"))


def _visits(query: Query, dimension: str) -> Part:
    """Visits of each value, with their bounces and summed duration; the dimension is one of visits."""
    value = filters.dimension(dimension, sessions)
    none = integer(0)
    return (
        sa.select(
            value.label("value"),
            none.label("visitors"),
            none.label("views"),
            sa.func.count().label("visits"),
            sa.func.sum(_one_if(sessions.c.bounce)).label("bounces"),
            sa.func.sum(sessions.c.duration_ms).label("duration"),
        )
        .where(*filters.sessions_in(query))
        .group_by(value)
    )


def _one_if(condition: sa.ColumnElement[bool]) -> sa.Case[int]:
    return sa.case((condition, integer(1)), else_=integer(0))
