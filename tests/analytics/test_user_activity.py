"""User activity: exactly the keys that were promised, each figure the same as from its own question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.analytics.stores import LoadedSite
from tracker.analytics import activity, churn, cohorts, features, journeys, retention, sessions, user_activity
from tracker.analytics.registry import to_json
from tracker.analytics.segments import answer as segments

KEYS = {
    "": {"workspaceId", "timeframe", "activityMetrics", "sessionAnalytics", "featureUsage", "userJourney",
         "retention", "segments"},
    "activityMetrics": {"dau", "wau", "mau", "dauChange", "wauChange", "mauChange", "newUsers",
                        "returningUsers", "reactivatedUsers", "churnedUsers", "avgSessionsPerUser",
                        "avgSessionDuration", "bounceRate", "engagementScore", "engagementTrend",
                        "activityByHour",
                        "activityByDayOfWeek", "activityByDate"},
    "activityMetrics.activityByDate": {"date", "activeUsers", "sessions", "events"},
    "sessionAnalytics": {"totalSessions", "avgSessionLength", "medianSessionLength",
                         "sessionLengthDistribution", "deviceBreakdown", "browserBreakdown",
                         "locationBreakdown"},
    "sessionAnalytics.sessionLengthDistribution": {"0-30s", "30s-2m", "2m-5m", "5m-15m", "15m-30m", "30m+"},
    "sessionAnalytics.deviceBreakdown": {"desktop", "mobile", "tablet"},
    "sessionAnalytics.browserBreakdown": {"Firefox"},
    "sessionAnalytics.locationBreakdown.DE": {"users", "sessions"},
    "featureUsage": {"features", "adoptionFunnel", "topFeatures", "unusedFeatures"},
    "featureUsage.features": {"featureName", "category", "usageCount", "uniqueUsers", "avgTimeSpent",
                              "adoptionRate", "retentionRate"},
    "featureUsage.adoptionFunnel": {"stage", "users", "dropoffRate"},
    "featureUsage.topFeatures": {"feature", "usage", "trend"},
    "featureUsage.unusedFeatures": {"feature", "lastUsed"},
    "userJourney": {"commonPaths", "entryPoints", "exitPoints", "conversionPaths"},
    "userJourney.commonPaths": {"path", "frequency", "avgCompletion", "dropoffPoints"},
    "userJourney.commonPaths.dropoffPoints": {"step", "dropoffRate"},
    "userJourney.entryPoints": {"page", "count", "bounceRate"},
    "userJourney.exitPoints": {"page", "count", "avgTimeBeforeExit"},
    "retention": {"retentionCurve", "cohorts", "churnAnalysis"},
    "retention.retentionCurve": {"day", "retentionRate", "activeUsers"},
    "retention.cohorts": {"cohortDate", "cohortSize", "retention"},
    "retention.cohorts.retention": {"day1", "day7", "day14", "day30", "day60", "day90"},
    "retention.churnAnalysis": {"churnRate", "avgLifetime", "riskSegments"},
    "retention.churnAnalysis.riskSegments": {"segment", "users", "churnProbability", "characteristics"},
    "segments": {"segmentName", "segmentType", "userCount", "characteristics", "avgEngagement", "avgRevenue"},
}  # fmt: skip
DEVICE = {"country": "DE", "browser": "Firefox", "device": "desktop"}
EVENTS = [
    {"at": "2026-02-10 09:00", "user": "alice", "page": "/", **DEVICE},
    {"at": "2026-02-10 09:02", "user": "alice", "name": "feature_used",
     "properties": {"feature": "old", "category": "x"}, **DEVICE},
    {"at": "2026-03-10 10:00", "user": "alice", "page": "/", **DEVICE},
    {"at": "2026-03-10 10:03", "user": "alice", "page": "/pricing", **DEVICE},
    {"at": "2026-03-10 10:04", "user": "alice", "name": "feature_used",
     "properties": {"feature": "export", "category": "files", "duration": 12}, **DEVICE},
    {"at": "2026-03-11 10:00", "user": "alice", "page": "/", **DEVICE},
    {"at": "2026-03-20 08:00", "user": "bob", "page": "/", **DEVICE},
]  # fmt: skip


def inside(value: Any, path: str) -> Any:
    """What stands at a path; of lists the first item that has it."""
    items = [value]
    for part in filter(None, path.split(".")):
        items = [item[part] for item in items]
        items = [inner for item in items for inner in (item if isinstance(item, list) else [item])]
        assert items, f"{path} is empty here"
    return items[0]


def test_the_keys_are_exactly_those_promised(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(EVENTS)
    told = to_json(site.ask(user_activity.answer, timeframe="30d"))
    for path, keys in KEYS.items():
        assert set(inside(told, path)) == keys, path
    assert (told["workspaceId"], told["timeframe"]) == (site.id, "30d")
    assert [len(told["activityMetrics"][key]) for key in ("activityByHour", "activityByDayOfWeek")] == [24, 7]
    assert len(told["activityMetrics"]["activityByDate"]) == 30


def test_each_part_is_what_its_own_question_says(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with(EVENTS)
    for params in ({"timeframe": "30d"}, {"timeframe": "90d", "filter": "page:/"}, {"from": "2026-03-01"}):
        whole = site.ask(user_activity.answer, **params)
        assert whole.activity_metrics == site.ask(activity.answer, **params).metrics()
        assert whole.session_analytics == site.ask(sessions.answer, **params)
        assert whole.feature_usage == site.ask(features.answer, **params)
        assert whole.user_journey == site.ask(journeys.answer, **params)
        assert whole.retention.retention_curve == site.ask(retention.answer, **params).retention_curve
        assert whole.retention.cohorts == site.ask(cohorts.answer, **params).cohorts
        assert whole.retention.churn_analysis.churn_rate == site.ask(churn.answer, **params).churn_rate
        assert whole.segments == site.ask(segments.answer, **params).segments


def test_other_dates_are_named_by_their_first_and_last_day(store_with: Callable[..., LoadedSite]) -> None:
    site = store_with([])
    told = site.ask(user_activity.answer, **{"from": "2026-03-02", "to": "2026-03-04"})
    assert told.timeframe == "2026-03-02/2026-03-04"
