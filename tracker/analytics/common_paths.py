"""The pages that visits begin with, as sequences: how many took each, how many came how far."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import sessions_in
from tracker.analytics.query import Query
from tracker.analytics.rates import share
from tracker.columns.dialect import integer, once
from tracker.columns.schema import LATER_PAGES, sessions

STEPS = 1 + len(LATER_PAGES)


@dataclass(frozen=True, slots=True)
class Dropoff:
    """`step` is the page after which `dropoff_rate` per cent of those who came so far left the path."""

    step: str
    dropoff_rate: float | None


@dataclass(frozen=True, slots=True)
class CommonPath:
    """`frequency` visits took `path`; `avg_completion` in per cent."""

    path: tuple[str, ...]
    frequency: int
    avg_completion: float | None
    dropoff_points: tuple[Dropoff, ...]


def common_paths(connection: sa.Connection, query: Query) -> tuple[CommonPath, ...]:
    """The paths most visits took, those of one frequency in the order of the alphabet."""
    rows = connection.execute(_counted(query)).all()
    paths = [(_pages(row), int(row.visits)) for row in rows if row.steps == 0]
    came = {_pages(row): int(row.visits) for row in rows if row.steps}
    paths.sort(key=lambda pair: (-pair[1], pair[0]))
    return tuple(_common(path, frequency, came) for path, frequency in paths)


def _pages(row: Any) -> tuple[str, ...]:
    return tuple(page for page in row[1 : 1 + STEPS] if page)


def _common(path: tuple[str, ...], frequency: int, came: dict[tuple[str, ...], int]) -> CommonPath:
    so_far = [came[path[:n]] for n in range(1, len(path) + 1)]
    lost = [share(a - b, a) for a, b in pairwise(so_far)]
    return CommonPath(
        path,
        frequency,
        share(so_far[-1], so_far[0]),
        tuple(Dropoff(page, rate) for page, rate in zip(path, lost, strict=False)),
    )


def _counted(query: Query) -> sa.CompoundSelect[Any]:
    """Rows (0, five pages, visits with this very path) of the most common paths, empty for no further page;
    and (n, n pages and empty ones, visits whose path begins so) for each beginning of them."""
    steps = (sessions.c.entry_page, *(sessions.c[name] for name in LATER_PAGES))
    visits = sa.func.count().label("visits")
    taken = (
        sa.select(*steps, visits)
        .where(*sessions_in(query), sessions.c.entry_page.is_not(None))
        .group_by(*steps)
        .subquery("taken")
    )
    texts = (sa.func.coalesce(step, "").label(f"step_{n}") for n, step in enumerate(list(taken.c)[:STEPS], 1))
    each = once(sa.select(*texts, taken.c.visits), "each_path")
    top = once(
        sa.select(each).order_by(each.c.visits.desc(), *_steps(each)).limit(query.limit).offset(query.offset),
        "top",
    )
    return sa.union_all(sa.select(integer(0).label("steps"), *top.c), _begun(each, top))


def _begun(each: sa.CTE, top: sa.CTE) -> sa.Select[Any]:
    numbers = range(1, STEPS + 1)
    as_long = (sa.select(*_beginning(top, n)).where(_steps(top)[n - 1] != "") for n in numbers)
    wanted = sa.union(*as_long).subquery("wanted")
    visits = sa.func.sum(each.c.visits).label("visits")
    sums = sa.union_all(
        *(sa.select(*_beginning(each, n), visits).group_by(*_steps(each)[:n]) for n in numbers)
    ).subquery("sums")
    same = sa.and_(*(sums.c[column.name] == column for column in wanted.c))
    return sa.select(*sums.c).join_from(sums, wanted, same)


def _beginning(table: sa.CTE, length: int) -> list[sa.ColumnElement[Any]]:
    """`length`, so many steps, and empty ones in place of the others."""
    steps = (step if n <= length else sa.literal("") for n, step in enumerate(_steps(table), 1))
    named = (step.label(f"step_{n}") for n, step in enumerate(steps, 1))
    return [integer(length).label("steps"), *named]


def _steps(table: sa.FromClause) -> list[sa.ColumnElement[str]]:
    return [table.c[f"step_{n}"] for n in range(1, STEPS + 1)]
