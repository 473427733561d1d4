"""Segments: how many are in each, what they have in common, how engaged they are, what they bring in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from tracker.analytics import definition
from tracker.analytics.engagement import scores, yardstick
from tracker.analytics.query import Query
from tracker.analytics.rates import share
from tracker.analytics.registry import Parameter, question
from tracker.analytics.sales import earned_by, main_currency
from tracker.analytics.segments.segment import Segment
from tracker.analytics.segments.templates import TEMPLATES
from tracker.columns.schema import persons

MAX_SEGMENTS = 20
COMPARED = ("country", "device", "browser")
"""What a segment is held against everybody by."""
STANDS_OUT = 10
"""Percentage points more than of everybody that make a value characteristic."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One segment; see the question's definition."""

    segment_name: str
    segment_type: str
    user_count: int
    characteristics: tuple[str, ...]
    avg_engagement: float
    avg_revenue: Decimal


@dataclass(frozen=True, slots=True)
class Segments:
    """In the order they were asked for. `of` is everybody; `currency` that of the revenue, None: not told."""

    segments: tuple[Summary, ...]
    of: int
    currency: str | None


@dataclass
class _Members:
    """What is added up of a segment."""

    users: int = 0
    scored: int = 0
    score: float = 0.0
    revenue: Decimal = Decimal(0)


def read(text: str) -> tuple[Segment, ...]:
    """Segments out of a request parameter: a list of them as JSON."""
    return definition.several(
        definition.from_text(text, "segments"), "segments", Segment.parse, 1, MAX_SEGMENTS
    )


SEGMENTS = Parameter(
    "segments",
    "Segments as a JSON list, or numbers of stored ones; the site's own if left out.",
    read,
    TEMPLATES,
    kind="segments",
    many=True,
)


@question(
    name="segments",
    title="Segments",
    rows="segments",
    parameters=(SEGMENTS,),
)
def answer(connection: sa.Connection, query: Query, segments: tuple[Segment, ...] = TEMPLATES) -> Segments:
    """Each segment's persons as of now, whatever the period; with filters, those of them who had activity in
    the period that passes. Everybody is whoever did anything, bots apart.

    The type is behavioral where anything done or not done is asked for, else technographic where devices
    are, else demographic. Characteristics are the criteria in words, and the countries, devices and browsers
    that at least 10 percentage points more of the segment have than of everybody.

    Average engagement: the mean engagement score in the period of those active in it (0 of nobody). Average
    revenue: the amounts of `purchase` events and of `payment_completed` from verified senders in the period,
    unless they failed, each reference once, in the currency most of them have, for each person in it.
    """
    rows = list(connection.execute(_statement(connection, query, segments)))
    currency = rows[0].currency if rows else main_currency(connection, query)
    everybody = _common(rows, "everybody")
    total = sum(row.everybody for row in rows)
    return Segments(
        tuple(_summary(segment, n, rows, everybody, total) for n, segment in enumerate(segments)),
        total,
        currency or None,
    )


def _statement(
    connection: sa.Connection, query: Query, segments: tuple[Segment, ...]
) -> sa.Select[*tuple[Any, ...]]:
    """Everybody by what they are compared by, with figures for each segment."""
    scored = scores(query, yardstick(connection, query)).subquery("scored")
    found = earned_by(query, "person_id")
    earned = found.rows
    marked = (
        sa.select(
            persons.c.person_id,
            *(persons.c[name] for name in COMPARED),
            *(segment.condition(query).label(f"in_{n}") for n, segment in enumerate(segments)),
        )
        .where(*_everybody(query))
        .subquery("marked")
    )
    figures: list[sa.ColumnElement[Any]] = []
    for n in range(len(segments)):
        within = marked.c[f"in_{n}"]
        figures += [
            sa.func.count(sa.case((within, 1))).label(f"users_{n}"),
            sa.func.count(sa.case((within, scored.c.score))).label(f"scored_{n}"),
            sa.func.sum(sa.case((within, scored.c.score))).label(f"score_{n}"),
            sa.func.sum(sa.case((within, earned.c.revenue))).label(f"revenue_{n}"),
        ]
    common = [marked.c[name] for name in COMPARED]
    # Who has a score was active through what passes the filters: with some, nobody else counts.
    active = marked.join(scored, scored.c.person_id == marked.c.person_id, isouter=not query.filters)
    return (
        sa.select(*common, sa.func.count().label("everybody"), found.currency.label("currency"), *figures)
        .select_from(active.outerjoin(earned, earned.c.person_id == marked.c.person_id))
        .group_by(*common)
    )


def _everybody(query: Query) -> list[sa.ColumnElement[bool]]:
    conditions = [persons.c.site_id == query.site_id]
    if not query.include_bots:
        conditions.append(persons.c.events > 0)
    if query.segment is not None and not query.filters:
        conditions.append(persons.c.person_id.in_(query.segment.persons(query)))
    return conditions


def _summary(
    segment: Segment, n: int, rows: list[Any], everybody: Counter[tuple[str, str]], total: int
) -> Summary:
    found = _Members()
    for row in rows:
        found.users += getattr(row, f"users_{n}")
        found.scored += getattr(row, f"scored_{n}")
        found.score += getattr(row, f"score_{n}") or 0
        found.revenue += getattr(row, f"revenue_{n}") or 0
    asked = " ".join(segment.words)
    standing_out = [
        words
        for name, value, words in _standing_out(_common(rows, f"users_{n}"), found.users, everybody, total)
        if f"{name} is {value}" not in asked
    ]
    return Summary(
        segment_name=segment.name,
        segment_type=segment.type,
        user_count=found.users,
        characteristics=(*segment.words, *standing_out),
        avg_engagement=round(found.score / found.scored, 2) if found.scored else 0.0,
        avg_revenue=round(found.revenue / found.users, 2) if found.users else Decimal(0),
    )


def _common(rows: list[Any], column: str) -> Counter[tuple[str, str]]:
    """How many have each country, device and browser."""
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for name in COMPARED:
            if getattr(row, name) is not None:
                found[name, getattr(row, name)] += getattr(row, column)
    return found


def _standing_out(
    own: Counter[tuple[str, str]], users: int, everybody: Counter[tuple[str, str]], total: int
) -> Iterator[tuple[str, str, str]]:
    """(device, mobile, `device mobile: 62 % (of everybody 41 %)`) and so on, the commonest first."""
    for (name, value), number in sorted(own.items(), key=lambda item: (-item[1], item[0])):
        part, usual = share(number, users) or 0, share(everybody[name, value], total) or 0
        if part - usual >= STANDS_OUT:
            yield name, value, f"{name} {value}: {part:.0f} % (of everybody {usual:.0f} %)"
