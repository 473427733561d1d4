"""Questions that need details which are gone: asked of what is there, and told from when that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from tracker.analytics import rolled
from tracker.analytics.query import Query
from tracker.analytics.registry import Question
from tracker.domain.period import Interval, Period, day_start
from tracker.errors import Invalid


def fit(
    connection: sa.Connection, question: Question[Any, Any], query: Query, options: Mapping[str, Any]
) -> tuple[Query, date | None]:
    """The query as it can be answered, and the first day that has details where that matters.

    Roll-ups answer what they can. Other questions are cut to the days that are whole, and are not compared
    with days that are not. Raises Invalid where no such day is asked for.
    """
    done = rolled.closed(connection, query.site_id)
    if done is None or question.money:
        return query, None
    first = done.first_whole(query.zone)
    since = day_start(query.zone, first)
    known = replace(query, details_from=since)
    if query.interval is Interval.HOUR and query.period.since < since and query.period.whole_days:
        known = replace(known, interval=Interval.DAY)
    if question.rolled(known, **options):
        return known, first if _reaches(query, since) else None
    if question.ever:
        return known, first
    period = query.period
    if period.until <= since:
        raise Invalid(
            f"This needs details, and those of this site are kept from {first.isoformat()} on.",
            field="timeframe",
        )
    if period.since < since:
        period = Period(period.zone, first, period.last, since, period.until)
    fitted = replace(known, period=period)
    compared = fitted.period.previous().since >= since
    told = first if query.period.since < since or not compared else None
    return replace(fitted, compare=query.compare and compared), told


def _reaches(query: Query, since: int) -> bool:
    return query.period.since < since or (query.compare and query.previous().period.since < since)
