"""The pages that visits begin with, as sequences: how many took each, how many came how far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from tracker.analytics.clockwork import EARLIEST
from tracker.analytics.filters import sessions_in
from tracker.analytics.query import Query
from tracker.analytics.rates import share
from tracker.columns.dialect import floordiv, once
from tracker.columns.lists import item, smallest, ties, turns
from tracker.columns.schema import events, sessions

STEPS = 5
LOOKED_AT = 12
"""First views of a visit in which so many steps nearly always are, though pages are viewed twice in a row."""
CODES = 1 << 24
"""More than there are different pages. Time and page of a view share one number: sorting those is cheap."""


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
    paths = [(tuple(row[1:-1]), int(row[-1])) for row in rows if row[0] == 0]
    came = {(row[0], tuple(row[1:-1])): int(row[-1]) for row in rows if row[0]}
    names = _names(connection, query, {code for path, _ in paths for code in path if code})
    paths.sort(key=lambda pair: (-pair[1], pair[0]))
    return tuple(_common(path, frequency, came, names) for path, frequency in paths)


def _common(
    codes: tuple[int, ...], frequency: int, came: dict[Any, int], names: dict[int, str]
) -> CommonPath:
    path = [code for code in codes if code]
    so_far = [came[n, (*path[:n], *[0] * (STEPS - n))] for n in range(1, len(path) + 1)]
    lost = [share(a - b, a) for a, b in pairwise(so_far)]
    return CommonPath(
        tuple(names[code] for code in path),
        frequency,
        share(so_far[-1], so_far[0]),
        tuple(Dropoff(names[code], rate) for code, rate in zip(path, lost, strict=False)),
    )


def _counted(query: Query) -> sa.CompoundSelect[Any]:
    """Rows (0, five codes, visits with this very path) of the most common paths, 0 for no further page;
    and (n, n codes and zeros, visits whose path begins so) for each beginning of them."""
    pages = _pages(query)
    paths = sa.union_all(_short(query, pages), *_long(query, pages)).subquery("paths")
    taken = sa.select(*_steps(paths), sa.func.sum(paths.c.visits).label("visits")).group_by(*_steps(paths))
    each = once(taken, "taken")
    order = [each.c.visits.desc(), *_steps(each)]
    top = sa.select(each).order_by(*order).limit(query.limit).offset(query.offset).cte("top")
    return sa.union_all(sa.select(_number(0).label("steps"), *top.c), _begun(each, top))


def _begun(each: sa.CTE, top: sa.CTE) -> sa.Select[Any]:
    # One join for beginnings of all lengths: each use of `each` may cost the engine another copy of it.
    numbers = sa.union_all(*(sa.select(_number(n).label("steps")) for n in range(1, STEPS + 1)))
    length = numbers.subquery("numbers").c.steps
    steps = [
        sa.case((length >= n, step), else_=_number(0)).label(f"step_{n}")
        for n, step in enumerate(_steps(top), 1)
    ]
    pages = sum((sa.case((step > 0, 1), else_=0) for step in _steps(top)), start=_number(0))
    reached = length <= pages
    begun = sa.select(length, *steps).join_from(top, length.table, reached).distinct().subquery("begun")
    first, *rest = zip(_steps(each), _steps(begun), strict=True)
    same = [first[0] == first[1], *(sa.or_(b == 0, a == b) for a, b in rest)]
    return (
        sa.select(*begun.c, sa.func.sum(each.c.visits))
        .join_from(each, begun, sa.and_(*same))
        .group_by(*begun.c)
    )


def _pages(query: Query) -> sa.CTE:
    """Every page with a number from 1, in the order of the alphabet."""
    seen = (
        sa.select(events.c.page)
        .where(events.c.site_id == query.site_id, events.c.at >= query.period.since, events.c.page_view)
        .distinct()
        .subquery("seen")
    )
    return once(sa.select(seen.c.page, _code(seen.c.page).label("code")), "pages")


def _names(connection: sa.Connection, query: Query, codes: Iterable[int]) -> dict[int, str]:
    pages = _pages(query)
    found = connection.execute(sa.select(pages.c.code, pages.c.page).where(pages.c.code.in_(list(codes))))
    return {row.code: row.page for row in found}


def _short(query: Query, pages: sa.CTE) -> sa.Select[Any]:
    """Paths of visits with one or two page views: their session says them."""
    # Grouped before the pages are numbered, as there are far fewer pairs than visits.
    pair = (sessions.c.entry_page, sessions.c.exit_page)
    ends = (
        sa.select(*pair, sa.func.count().label("visits"))
        .where(*sessions_in(query), sessions.c.page_views.in_([1, 2]))
        .group_by(*pair)
        .subquery("ends")
    )
    entry, final = pages.alias("entry"), pages.alias("final")
    second = sa.case((entry.c.code != final.c.code, final.c.code), else_=_number(0))
    rest = [_number(0).label(f"step_{n}") for n in range(3, STEPS + 1)]
    return sa.select(
        entry.c.code.label("step_1"), second.label("step_2"), *rest, ends.c.visits.label("visits")
    ).select_from(
        ends.join(entry, ends.c.entry_page == entry.c.page).join(final, ends.c.exit_page == final.c.page)
    )


def _long(query: Query, pages: sa.CTE) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    """Paths of the other visits, one row each: of the plain ones, and of those that need a closer look."""
    packed = (events.c.at - _number(_base(query))) * _number(CODES) + pages.c.code
    firsts = (
        sa.select(events.c.session_id, smallest(packed, LOOKED_AT).label("views"))
        .join_from(events, pages, events.c.page == pages.c.page)
        .where(*_views(query), events.c.session_id.in_(_many_views(query)))
        .group_by(events.c.session_id)
        .subquery("firsts")
    )
    # One view more than there are steps, to see whether the last step could as well be another.
    opened = once(
        sa.select(*firsts.c, *(item(firsts.c.views, n).label(f"view_{n}") for n in range(1, STEPS + 2))),
        "opened",
    )
    views = [opened.c[f"view_{n}"] for n in range(1, STEPS + 2)]
    unclear = sa.or_(*(_unclear(a, b) for a, b in pairwise(views)))
    plain = _path(*views[:STEPS]).where(~unclear)
    turned = _turned(opened, unclear)
    again = _path(*(item(turned.c.turns, n) for n in range(1, STEPS + 1))).where(~turned.c.unclear)
    chosen = sa.select(turned.c.session_id).where(turned.c.unclear)
    return plain, again, _closer(query, pages, chosen)


def _path(*views: sa.ColumnElement[int]) -> sa.Select[*tuple[Any, ...]]:
    steps = ((view % _number(CODES)).label(f"step_{n}") for n, view in enumerate(views, 1))
    return sa.select(*steps, _number(1).label("visits"))


def _unclear(view: sa.ColumnElement[int], following: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether two views in a row are of one page, or of one millisecond."""
    same_page = view % _number(CODES) == following % _number(CODES)
    same_time = floordiv(view, _number(CODES)) == floordiv(following, _number(CODES))
    return sa.and_(following > 0, sa.or_(same_page, same_time))


def _turned(opened: sa.CTE, unclear: sa.ColumnElement[bool]) -> sa.CTE:
    """Rows (session_id, turns, unclear) of unclear visits: their views without those of the page before.

    Still unclear are those with views of several pages in one millisecond, which are in the order they
    arrived, and those of which more views would have to be looked at. Lists are dear: most do without.
    """
    rows = (
        sa.select(
            opened.c.session_id,
            turns(opened.c.views, CODES).label("turns"),
            ties(opened.c.views, CODES).label("tied"),
            item(opened.c.views, LOOKED_AT).label("last"),
        )
        .where(unclear)
        .subquery("rows")
    )
    more = sa.and_(rows.c.last > 0, item(rows.c.turns, STEPS) == 0)
    still = sa.or_(rows.c.tied, more).label("unclear")
    return once(sa.select(rows.c.session_id, rows.c.turns, still), "turned")


def _closer(query: Query, pages: sa.CTE, chosen: sa.Select[Any]) -> sa.Select[Any]:
    """Paths of chosen visits from all of their page views."""
    before = sa.func.lag(pages.c.code).over(
        partition_by=events.c.session_id, order_by=(events.c.at, events.c.id)
    )
    views = (
        sa.select(events.c.session_id, events.c.at, events.c.id, pages.c.code, before.label("before"))
        .join_from(events, pages, events.c.page == pages.c.page)
        .where(*_views(query), events.c.session_id.in_(chosen))
        .subquery("views")
    )
    place = sa.func.row_number().over(partition_by=views.c.session_id, order_by=(views.c.at, views.c.id))
    turns = (
        sa.select(views.c.session_id, views.c.code, place.label("place"))
        .where(sa.or_(views.c.before.is_(None), views.c.before == 0, views.c.before != views.c.code))
        .subquery("turns")
    )
    steps = (
        sa.func.max(sa.case((turns.c.place == n, turns.c.code), else_=_number(0))).label(f"step_{n}")
        for n in range(1, STEPS + 1)
    )
    return sa.select(*steps, _number(1).label("visits")).group_by(turns.c.session_id)


def _many_views(query: Query) -> sa.Select[Any]:
    return sa.select(sessions.c.session_id).where(*sessions_in(query), sessions.c.page_views > 2)


def _views(query: Query) -> list[sa.ColumnElement[bool]]:
    # A visit that begins in the period may go on after it.
    return [events.c.site_id == query.site_id, events.c.at >= query.period.since, events.c.page_view]


def _base(query: Query) -> int:
    return max(query.period.since, EARLIEST)


def _steps(table: sa.FromClause) -> list[sa.ColumnElement[int]]:
    return [table.c[f"step_{n}"] for n in range(1, STEPS + 1)]


def _number(value: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(int(value)), sa.BigInteger)


def _code(page: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    # Engines count rows without a sign; one that mixes signs in a union finds no type for it.
    return sa.cast(sa.func.row_number().over(order_by=page), sa.BigInteger)
