"""The breakdown by page where visits tell their pages: a third of what it takes to look at every event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from tracker.analytics.breakdown_visits import FEW, bits, parts
from tracker.analytics.page_visits import page_visits
from tracker.analytics.query import Query
from tracker.columns.dialect import bit_at, either_bits

Figures = tuple[Any, int, int, int, int, int]
"""A page, its visitors, page views, visits, bounces and their summed duration (ms)."""


def by_pages(connection: sa.Connection, query: Query) -> tuple[int, list[Figures]]:
    """How many pages there are, and those asked for, most visitors first."""
    until = query.offset + query.limit
    often = connection.execute(_most_often(query)).all()
    rare, often_seen = [row.times for row in often[FEW:]], often[:FEW]
    visitors = _visitors(connection, query, [row.value for row in often_seen])
    found = [(row.value, visitors[row.value], *map(int, row[2:6])) for row in often_seen]
    found.sort(key=lambda row: (-row[1], -row[2], row[0] is None, row[0] or ""))
    # Nobody comes without an event: pages with fewer have fewer visitors.
    if rare and (len(found) < until or found[until - 1][1] <= rare[0]):
        return all_pages(connection, query)
    return (int(often[0].total) if often else 0), found[query.offset : until]


def all_pages(connection: sa.Connection, query: Query) -> tuple[int, list[Figures]]:
    """The same, however many visitors have to be counted."""
    each = page_visits(query).subquery("each")
    person = sa.case((each.c.acts > 0, each.c.person_id), else_=None)
    visitors = sa.func.count(person.distinct()).label("visitors")
    views = sa.func.sum(each.c.views).label("views")
    found = connection.execute(
        sa.select(each.c.value, visitors, *_sums(each), _total())
        .group_by(each.c.value)
        .having(visitors + views > 0)
        .order_by(visitors.desc(), views.desc(), each.c.value)
        .limit(query.limit)
        .offset(query.offset)
    ).all()
    rows = [(row.value, int(row.visitors), *map(int, row[2:6])) for row in found]
    return (int(found[0].total) if found else 0), rows


def _most_often(query: Query) -> sa.Select[*tuple[Any, ...]]:
    """Rows (value, times, views, visits, bounces, duration, total): the pages that occur most often."""
    each = page_visits(query).subquery("each")
    times, views = sa.func.sum(each.c.acts).label("times"), sa.func.sum(each.c.views)
    return (
        sa.select(each.c.value, times, *_sums(each), _total())
        .group_by(each.c.value)
        .having(times + views > 0)
        .order_by(times.desc(), each.c.value)
        .limit(FEW + 1)
    )


def _sums(each: sa.Subquery) -> list[sa.ColumnElement[Any]]:
    return [sa.func.sum(each.c[name]).label(name) for name in ("views", "visits", "bounces", "duration")]


def _total() -> sa.ColumnElement[int]:
    return sa.func.count().over().label("total")


def _visitors(connection: sa.Connection, query: Query, pages: Sequence[Any]) -> dict[Any, int]:
    """How many persons were active on each of few pages: each has a bit for every one of them."""
    found: dict[Any, int] = {}
    for some in parts(pages):
        each = page_visits(query).subquery("each")
        bit, joined = bits(each.c.value, some, each)
        of_person = (
            sa.select(either_bits(bit).label("bits"))
            .select_from(joined)
            .where(each.c.acts > 0)
            .group_by(each.c.person_id)
            .subquery("of_person")
        )
        sums = (sa.func.sum(bit_at(of_person.c.bits, n)).label(f"persons_{n}") for n in range(len(some)))
        row = connection.execute(sa.select(*sums)).one()
        found |= {page: int(number or 0) for page, number in zip(some, row, strict=True)}
    return found
