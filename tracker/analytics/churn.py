"""Churn: who was here before and is no more, and who may be next."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa

from tracker.analytics.lasting import unavailable
from tracker.analytics.presence import presence
from tracker.analytics.query import Query
from tracker.analytics.rates import share
from tracker.analytics.registry import question
from tracker.analytics.risk import RiskSegment, risk_segments
from tracker.columns.schema import persons
from tracker.domain.period import DAY


@dataclass(frozen=True, slots=True)
class Churn:
    """`churn_rate` is per cent, None where nobody was active before; `avg_lifetime` is days, None of nobody.

    `previous_churn_rate` only where a comparison is asked. Nothing but the risk is known where details of the
    previous period are gone.
    """

    churn_rate: float | None
    avg_lifetime: float | None
    risk_segments: tuple[RiskSegment, ...]
    churned_users: int | None
    active_before: int | None
    left_out: int | None
    previous_churn_rate: float | None = None
    unavailable: str | None = None


@question(name="churn", title="Churn", rows="risk_segments")
def answer(connection: sa.Connection, query: Query) -> Churn:
    """The share of the persons active in the previous period who are not active in this one (the churned),
    and the mean time from first to last seen of the churned, as known today.

    Risk: persons active in the 30 days that end with the period (or today) are put by how long ago their
    last active day was (0–6, 7–13, 14–29 days) and on how many of the 30 days they were active (1, 2–4, 5 or
    more). The churn probability of such a group is the share of the persons in the same state 30 days
    earlier who were not active in the 30 days since; unknown (null) where there was none.

    Active is who had an interactive event that passes the filters, bots apart. Only persons with a lasting
    id count, a user or a visitor told again tomorrow; `leftOut` is how many others were active before. Where
    all were others, `unavailable` says so.
    """
    if not query.knows_before:
        return Churn(None, None, risk_segments(connection, query), None, None, None)
    found = _churned(connection, query)
    # The churned of the previous period are those who were active in the one before it.
    earlier = query.previous()
    before = _churned(connection, earlier) if query.compare and earlier.knows_before else None
    return Churn(
        churn_rate=share(found.churned, found.before),
        avg_lifetime=None if found.lifetime is None else round(float(found.lifetime) / DAY, 2),
        risk_segments=risk_segments(connection, query),
        churned_users=found.churned,
        active_before=found.before,
        left_out=found.left_out,
        previous_churn_rate=share(before.churned, before.before) if before is not None else None,
        unavailable=unavailable(found.before, found.left_out),
    )


def _churned(connection: sa.Connection, query: Query) -> sa.Row[int, int, float, int]:
    """(before, churned, lifetime in ms, left_out) of the period against the one before."""
    since, previous = query.period.since, query.period.previous()
    both = query.over(replace(query.period, first=previous.first, since=previous.since))
    present = presence(both, [since]).subquery("present")
    last = (
        sa.select(
            present.c.person_id,
            sa.func.min(present.c.at).label("first"),
            sa.func.max(present.c.at).label("last"),
        )
        .group_by(present.c.person_id)
        .having(sa.func.min(present.c.at) < since)
        .subquery("last")
    )
    gone = sa.and_(persons.c.stable, last.c.last < since)
    statement = sa.select(
        sa.func.count(sa.case((persons.c.stable, 1))).label("before"),
        sa.func.count(sa.case((gone, 1))).label("churned"),
        sa.func.avg(sa.case((gone, persons.c.last_at - persons.c.first_at))).label("lifetime"),
        sa.func.count(sa.case((~persons.c.stable, 1))).label("left_out"),
    ).select_from(last.join(persons, persons.c.person_id == last.c.person_id))
    return connection.execute(statement).one()
