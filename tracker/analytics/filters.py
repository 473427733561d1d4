"""From a query to conditions on a table: site, time, bots, filters and segment, the same for everybody.

What a filter means:

- A dimension of **events** (event, page, feature, property.… ) picks events. Sessions and persons are then
  those with at least one such event in the period; several of these filters must hold of the same event.
- A dimension of **sessions** (source, channel, utm_…, entry_page …) picks sessions, and with them all
  their events.
- A dimension of **both** (country, device, browser …) is looked up in the table at hand.
- A dimension of **persons** (user, trait.…) picks persons, and all they did.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from tracker.analytics.query import NUMERIC, WITHOUT_VALUES, Filter, Operator, Query
from tracker.columns.dialect import as_number, contains, ends_with, json_text, one_of, starts_with
from tracker.columns.schema import events, persons, sessions
from tracker.errors import Invalid

Condition = sa.ColumnElement[bool]
FEW_VALUES = 20
"""So many are compared one by one; a list of more is looked up."""

OF_EVENTS: dict[str, str] = {
    "event": "name",
    "page": "page",
    "title": "title",
    "feature": "feature",
    "category": "category",
    "product": "product_id",
    "status": "status",
    "currency": "currency",
    "reference": "reference",
    "error": "error_message",
    "button": "button",
}
OF_SESSIONS: dict[str, str] = {
    "source": "source",
    "channel": "channel",
    "referrer": "referrer_host",
    "utm_source": "utm_source",
    "utm_medium": "utm_medium",
    "utm_campaign": "utm_campaign",
    "utm_term": "utm_term",
    "utm_content": "utm_content",
    "entry_page": "entry_page",
    "exit_page": "exit_page",
}
OF_BOTH: dict[str, str] = {
    "host": "host",
    "country": "country",
    "device": "device",
    "browser": "browser",
    "browser_version": "browser_version",
    "os": "os",
    "os_version": "os_version",
    "language": "language",
    "screen": "screen",
}
OF_PERSONS: dict[str, str] = {"user": "user_id", "email": "email"}
DIMENSIONS: tuple[str, ...] = (*OF_EVENTS, *OF_SESSIONS, *OF_BOTH, *OF_PERSONS)
"""Besides these, `property.<name>` (of events) and `trait.<name>` (of persons)."""


def events_in(query: Query) -> list[Condition]:
    """Conditions on `events`: those of the query's site and period that pass everything it asks for."""
    _check(query)
    return [*_frame(query), *_on_events(query, query.filters), *_segment(query, events)]


def activity_in(query: Query) -> list[Condition]:
    """Conditions on `events`: as `events_in`, interactive ones with a person only (what makes one active)."""
    return [*events_in(query), events.c.interactive, events.c.person_id.is_not(None)]


def sessions_in(query: Query) -> list[Condition]:
    """Conditions on `sessions`: those that start in the period, with at least one interactive event."""
    _check(query)
    conditions = [
        sessions.c.site_id == query.site_id,
        sessions.c.started_at >= query.period.since,
        sessions.c.started_at < query.period.until,
        sessions.c.interactive > 0,
    ]
    if not query.include_bots:
        conditions.append(~sessions.c.bot)
    event_filters = [f for f in query.filters if _is_of_events(f)]
    if event_filters:
        # A session that starts in the period may have its matching event after it.
        matching = sa.select(events.c.session_id).where(
            events.c.site_id == query.site_id,
            events.c.at >= query.period.since,
            events.c.session_id.is_not(None),
            *_bots(query),
            *_on_events(query, event_filters),
        )
        conditions.append(sessions.c.session_id.in_(matching))
    for wanted in query.filters:
        if wanted.dimension in OF_SESSIONS or wanted.dimension in OF_BOTH:
            conditions.append(_compare(sessions.c[_column_name(wanted)], wanted))
    return [*conditions, *_on_persons(query.filters, sessions), *_segment(query, sessions)]


def dimension(name: str, table: sa.FromClause) -> sa.ColumnElement[Any]:
    """The column to break a figure down by. Raises Invalid where the table has no such dimension."""
    kind, _, key = name.partition(".")
    if kind == "property" and key and table is events:
        return json_text(events.c.properties, key)
    if kind == "trait" and key and table is persons:
        return json_text(persons.c.traits, key)
    for known, owner in ((OF_EVENTS, events), (OF_SESSIONS, sessions), (OF_PERSONS, persons)):
        if name in known and table is owner:
            column: sa.ColumnElement[Any] = owner.c[known[name]]
            return column
    if name in OF_BOTH and (table is events or table is sessions):
        found: sa.ColumnElement[Any] = table.c[OF_BOTH[name]]
        return found
    raise Invalid(f"This figure has no breakdown by {name[:60]!r}.", field="dimension")


def known(name: str) -> bool:
    """Whether one can filter by a dimension of that name."""
    kind, _, key = name.partition(".")
    depth = sum(map(bool, key.split(".")))
    return name in DIMENSIONS or (kind in ("property", "trait") and len(key) <= 200 and 0 < depth <= 8)


def check(wanted: Filter) -> Filter:
    """The filter, if it can be applied. Raises Invalid (field `filter`) with what is wrong."""
    if not known(wanted.dimension):
        raise Invalid(
            f"There is no filter {wanted.dimension[:60]!r}; use one of {', '.join(DIMENSIONS)}, "
            "property.<name> or trait.<name>.",
            field="filter",
        )
    if not any(wanted.values) and wanted.operator not in WITHOUT_VALUES:
        raise Invalid(f"The filter on {wanted.dimension} needs a value.", field="filter")
    if len(wanted.values) > 100 or any(len(value) > 2_000 for value in wanted.values):
        raise Invalid("A filter takes 100 values of 2,000 characters at most.", field="filter")
    if wanted.operator in NUMERIC and not _is_number(wanted.values):
        raise Invalid(f"The filter on {wanted.dimension} needs one number.", field="filter")
    return wanted


def passing(query: Query, filters: Iterable[Filter]) -> list[Condition]:
    """Conditions on `events`: those of the query's period that pass `filters`, whatever else it asks for.

    Site, period and bots are not among them. Raises Invalid (field `filter`).
    """
    return _on_events(query, [check(wanted) for wanted in filters])


def compare(column: sa.ColumnElement[Any], wanted: Filter) -> Condition:
    """What the filter demands of a column; what denies also holds where nothing is known."""
    return _compare(column, wanted)


def _check(query: Query) -> None:
    for wanted in query.filters:
        check(wanted)


def _frame(query: Query) -> list[Condition]:
    return [
        events.c.site_id == query.site_id,
        events.c.at >= query.period.since,
        events.c.at < query.period.until,
        *_bots(query),
    ]


def _bots(query: Query) -> list[Condition]:
    return [] if query.include_bots else [events.c.bot.is_(None)]


def _on_events(query: Query, filters: Iterable[Filter]) -> list[Condition]:
    conditions = [
        _compare(dimension(f.dimension, events), f)
        for f in filters
        if _is_of_events(f) or f.dimension in OF_BOTH
    ]
    of_sessions = [f for f in filters if f.dimension in OF_SESSIONS]
    if of_sessions:
        matching = sa.select(sessions.c.session_id).where(
            sessions.c.site_id == query.site_id,
            sessions.c.started_at < query.period.until,
            sessions.c.ended_at >= query.period.since,
            *(_compare(sessions.c[OF_SESSIONS[f.dimension]], f) for f in of_sessions),
        )
        conditions.append(events.c.session_id.in_(matching))
    return [*conditions, *_on_persons(filters, events)]


def _on_persons(filters: Iterable[Filter], table: sa.Table) -> list[Condition]:
    wanted = [f for f in filters if _is_of_persons(f)]
    if not wanted:
        return []
    matching = sa.select(persons.c.person_id).where(
        *(_compare(dimension(f.dimension, persons), f) for f in wanted)
    )
    return [table.c.person_id.in_(matching)]


def _segment(query: Query, table: sa.Table) -> list[Condition]:
    if query.segment is None:
        return []
    return [table.c.person_id.in_(query.segment.persons(query))]


def _is_of_events(wanted: Filter) -> bool:
    return wanted.dimension in OF_EVENTS or wanted.dimension.startswith("property.")


def _is_of_persons(wanted: Filter) -> bool:
    return wanted.dimension in OF_PERSONS or wanted.dimension.startswith("trait.")


def _column_name(wanted: Filter) -> str:
    return OF_SESSIONS.get(wanted.dimension) or OF_BOTH[wanted.dimension]


def _compare(column: sa.ColumnElement[Any], wanted: Filter) -> Condition:
    """The condition; what denies (is_not, contains_not) also holds where nothing is known."""
    values = wanted.values
    match wanted.operator:
        case Operator.IS:
            return one_of(column, values) if 1 < len(values) <= FEW_VALUES else column.in_(values)
        case Operator.IS_NOT:
            return sa.or_(column.is_(None), column.not_in(values))
        case Operator.CONTAINS:
            return sa.or_(*(contains(column, sa.literal(v)) for v in values))
        case Operator.CONTAINS_NOT:
            return sa.or_(column.is_(None), sa.and_(*(~contains(column, sa.literal(v)) for v in values)))
        case Operator.STARTS:
            return sa.or_(*(starts_with(column, sa.literal(v)) for v in values))
        case Operator.ENDS:
            return sa.or_(*(ends_with(column, sa.literal(v)) for v in values))
        case Operator.KNOWN:
            return column.is_not(None)
        case Operator.UNKNOWN:
            return column.is_(None)
        case Operator.OVER:
            return as_number(column) > float(values[0])
        case Operator.UNDER:
            return as_number(column) < float(values[0])


def _is_number(values: tuple[str, ...]) -> bool:
    try:
        return len(values) == 1 and math.isfinite(float(values[0]))
    except ValueError:
        return False
