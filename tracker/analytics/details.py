"""Questions that need details which are gone: asked of what is there, and told from when that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.analytics import rolled
from tracker.analytics.query import Query
from tracker.analytics.registry import Question
from tracker.domain.period import Interval, Period, day_start, local_day
from tracker.errors import Invalid


def fit(
    connection: sa.Connection, question: Question[Any, Any], query: Query, options: Mapping[str, Any]
) -> tuple[Query, date | None]:
    """The query as it can be answered, and the first day that has details where that matters.

    Roll-ups answer what they can. Other questions are cut to the days that are whole, and are not compared
    with days that are not. Raises Invalid where no such day is asked for.
    """
    if question.money:
        return query, None
    done = rolled.closed(connection, query.site_id)
    words = rolled.wordless(connection, query.site_id) if _of_words(question, query, options) else 0
    if done is None and not words:
        return query, None
    first = max(_first_whole(at, query.zone) for at in (words, done.until if done is not None else 0))
    since = day_start(query.zone, first)
    known = replace(query, details_from=since)
    if query.interval is Interval.HOUR and query.period.since < since and query.period.whole_days:
        known = replace(known, interval=Interval.DAY)
    if question.rolled(known, **options):
        return known, first if _reaches(query, since) else None
    if question.ever:
        return known, first
    if query.period.until <= since:
        raise Invalid(
            f"This needs details, and those of this site are kept from {first.isoformat()} on.",
            field="timeframe",
        )
    period = query.period
    if period.since < since:
        period = Period(period.zone, first, period.last, since, period.until)
    fitted = replace(known, period=period)
    told = first if query.period.since < since or not fitted.knows_before else None
    return replace(fitted, compare=query.compare and fitted.knows_before), told


def _first_whole(at: int, zone: str) -> date:
    """The first local day that begins at a moment or later."""
    day = local_day(zone, at)
    return day if day_start(zone, day) >= at else day + timedelta(days=1)


def _of_words(question: Question[Any, Any], query: Query, options: Mapping[str, Any]) -> bool:
    """Whether it asks for what errors say."""
    asked = (options.get("by"), options.get("dimension"), *(wanted.dimension for wanted in query.filters))
    return question.name in ("errors", "error") or "error" in asked


def _reaches(query: Query, since: int) -> bool:
    return query.period.since < since or (query.compare and query.previous().period.since < since)
