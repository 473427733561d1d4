"""User activity: everything about how a site is used in one answer, each part from its own question."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from tracker.analytics import activity, churn, cohorts, features, journeys, retention, sessions
from tracker.analytics.activity import Metrics
from tracker.analytics.cohorts import Cohort
from tracker.analytics.features import LISTED, FeatureUsage
from tracker.analytics.goals.goal import Goal
from tracker.analytics.journeys import GOALS, Journeys
from tracker.analytics.listed_features import ListedFeature
from tracker.analytics.newcomers import newcomers
from tracker.analytics.query import FRAMES, Query
from tracker.analytics.registry import question
from tracker.analytics.retention import Point
from tracker.analytics.risk import RiskSegment
from tracker.analytics.segments import answer as of_segments
from tracker.analytics.segments.answer import Summary
from tracker.analytics.segments.segment import Segment
from tracker.analytics.segments.templates import TEMPLATES
from tracker.analytics.sessions import Sessions


@dataclass(frozen=True, slots=True)
class ChurnAnalysis:
    """Who stays away; see the question Churn."""

    churn_rate: float | None
    avg_lifetime: float | None
    risk_segments: tuple[RiskSegment, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Who comes back; see the questions Retention, Cohorts and Churn."""

    retention_curve: tuple[Point, ...]
    cohorts: tuple[Cohort, ...]
    churn_analysis: ChurnAnalysis


@dataclass(frozen=True, slots=True)
class UserActivity:
    """`timeframe` is its name, or `from/to` for other dates."""

    workspace_id: int
    timeframe: str
    activity_metrics: Metrics
    session_analytics: Sessions
    feature_usage: FeatureUsage
    user_journey: Journeys
    retention: Kept
    segments: tuple[Summary, ...] = field(default=())


@question(name="user-activity", title="User activity", parameters=(LISTED, GOALS, of_segments.SEGMENTS))
def answer(
    connection: sa.Connection,
    query: Query,
    listed: tuple[ListedFeature, ...] = (),
    goals: tuple[Goal, ...] = (),
    segments: tuple[Segment, ...] = TEMPLATES,
) -> UserActivity:
    """The questions Active users, Sessions, Features, Journeys, Retention, Cohorts, Churn and Segments, asked
    of one view of the store with the same period, filters and segment; each figure is defined there.
    """
    # What others of these say besides, such as of the time before, is not in the document.
    churned = churn.answer(connection, replace(query, compare=False))
    curve = range(retention.USUAL + 1)
    came = newcomers(connection, query, sorted({*curve, *cohorts.DAYS}))
    return UserActivity(
        workspace_id=query.site_id,
        timeframe=_frame(query),
        activity_metrics=activity.answer(connection, query).metrics(),
        session_analytics=sessions.answer(connection, query),
        feature_usage=features.answer(connection, query, listed),
        user_journey=journeys.answer(connection, query, goals),
        retention=Kept(
            retention.curve(came, curve),
            cohorts.together(query, came),
            ChurnAnalysis(churned.churn_rate, churned.avg_lifetime, churned.risk_segments),
        ),
        segments=of_segments.answer(connection, query, segments).segments,
    )


def _frame(query: Query) -> str:
    """The name of the timeframe the period is, else its first and last day."""
    period = query.period
    for name, of in FRAMES.items():
        if of(query.zone, query.now) == period:
            return name
    return f"{period.first.isoformat()}/{period.last.isoformat()}"
